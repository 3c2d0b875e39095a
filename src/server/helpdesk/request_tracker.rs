//! Request Tracker 5 over REST 2.0.
//!
//! Its traps, each seen on 5.0.3. A PUT that fails validation answers 200 with the error in its list, so the status is
//! read back. A missing queue and a forbidden one both answer 403. Rights are filtered after paging, so a short page
//! isn't always the last. A call costs RT about 220 ms (bcrypt of the token), so calls are few.

use super::http;
use super::{Event, File, Helpdesk, HelpdeskError, NewReply, NewTicket, News, Queue, RemoteStatus, is_ours, naming};
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, RequestBuilder, StatusCode, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The custom field that carries our marker.
const MARKER_FIELD: &str = "ExternalId";
/// How many news are read at a time.
const PAGE: usize = 50;
/// The user in whose name RT itself changes a status when somebody replies. That is no news.
const SYSTEM: &str = "RT_System";

pub struct RequestTracker {
    client: reqwest::Client,
    /// Without a slash at the end.
    address: String,
    token: String,
}

/// A list in RT's answers. Its ids come as texts, numbers or objects; [`text`] reads them.
#[derive(Deserialize)]
struct Items<T> {
    items: Vec<T>,
}

#[derive(Deserialize)]
struct Named {
    id: Value,
    #[serde(rename = "Name", default)]
    name: String,
}

#[derive(Deserialize)]
struct Transaction {
    id: Value,
    #[serde(rename = "Type")]
    kind: String,
    #[serde(rename = "ObjectId")]
    object: Value,
    #[serde(rename = "Creator")]
    creator: Value,
    #[serde(rename = "Created", default)]
    created: String,
    #[serde(rename = "NewValue", default)]
    new_value: Option<String>,
}

#[derive(Deserialize)]
struct Attachment {
    #[serde(rename = "ContentType", default)]
    kind: String,
    #[serde(rename = "Content", default)]
    content: Option<String>,
    #[serde(rename = "Filename", default)]
    file_name: Option<String>,
}

impl Attachment {
    fn file_name(&self) -> Option<&str> {
        self.file_name.as_deref().filter(|name| !name.is_empty())
    }
}

/// Puts files into the body of a call.
fn attach(body: &mut Value, files: &[File]) {
    let file = |file: &File| {
        let content = STANDARD.encode(&file.content);
        json!({"FileName": file.name, "FileType": file.media_type, "FileContent": content})
    };
    if !files.is_empty() {
        body["Attachments"] = files.iter().map(file).collect();
    }
}

/// A text, a number, or an object's id, as a text.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(object) => object.get("id").map(text).unwrap_or_default(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn meaning(status: &str) -> RemoteStatus {
    match status {
        "new" => RemoteStatus::New,
        "stalled" => RemoteStatus::Stalled,
        "resolved" | "rejected" | "deleted" => RemoteStatus::Closed,
        _ => RemoteStatus::Open,
    }
}

/// Quotes a text for use in a query.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

impl RequestTracker {
    pub fn new(address: &str, token: &str) -> Result<RequestTracker, HelpdeskError> {
        let address = address.trim_end_matches('/').to_owned();
        Ok(RequestTracker { client: http::client()?, address, token: token.to_owned() })
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/REST/2.0{path}", self.address);
        self.client.request(method, url).header(header::AUTHORIZATION, format!("token {}", self.token))
    }

    /// Sends a request and reads the answer. `what` says what the account may not do if the answer is 403.
    async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder, what: &str) -> Result<T, HelpdeskError> {
        let http::Answer { status, body, .. } = http::send(request, &self.address).await?;
        if status.is_success() {
            return serde_json::from_str(&body).map_err(|_| {
                let why = "what answers there isn't Request Tracker's REST interface. Check the address.";
                HelpdeskError::Unreachable(format!("{}: {why}", self.address))
            });
        }
        let message = serde_json::from_str::<Value>(&body).ok().map(|body| text(&body["message"])).unwrap_or_default();
        Err(match status {
            StatusCode::UNAUTHORIZED => HelpdeskError::Unauthorized,
            StatusCode::FORBIDDEN => HelpdeskError::Forbidden(format!("The account may not {what} there.")),
            StatusCode::NOT_FOUND if message.is_empty() => {
                HelpdeskError::Unreachable(format!("{}: there is no Request Tracker. Check the address.", self.address))
            }
            status => http::failed(&self.address, status, || format!("Request Tracker refused it: {message}")),
        })
    }

    async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        what: &str,
    ) -> Result<T, HelpdeskError> {
        self.ask(self.request(Method::GET, path).query(query), what).await
    }

    /// Whether one of the last 20 replies carries the marker. RT has no key by which to refuse a second reply, and
    /// can't search texts, so the replies are read.
    async fn has_reply(&self, ticket: &str, marker: &str) -> Result<bool, HelpdeskError> {
        let query = format!("ObjectType='RT::Ticket' AND ObjectId={} AND Type='Correspond'", quoted(ticket));
        let parameters = [("query", query.as_str()), ("orderby", "id"), ("order", "DESC"), ("per_page", "20")];
        let found: Items<Named> = self.get("/transactions", &parameters, "read tickets").await?;
        for transaction in found.items {
            if self.words(&text(&transaction.id)).await?.contains(marker) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The plain text of a transaction, and the names of its files.
    async fn words(&self, transaction: &str) -> Result<String, HelpdeskError> {
        let path = format!("/transaction/{transaction}/attachments");
        let fields = [("fields", "ContentType,Content,Filename")];
        let found: Items<Attachment> = self.get(&path, &fields, "read tickets").await?;
        let (files, texts): (Vec<_>, Vec<_>) = found.items.into_iter().partition(|part| part.file_name().is_some());
        let plain = texts.iter().find(|part| part.kind.starts_with("text/plain"));
        let any = plain.or_else(|| texts.iter().find(|part| part.kind.starts_with("text/")));
        let words = any.and_then(|part| part.content.clone()).unwrap_or_default();
        let names: Vec<String> = files.iter().filter_map(Attachment::file_name).map(str::to_owned).collect();
        Ok(if is_ours(&words) { words } else { naming(&words, &names) })
    }
}

/// The address of a ticket's page.
pub(super) fn ticket_page(address: &str, id: &str) -> String {
    format!("{}/Ticket/Display.html?id={id}", address.trim_end_matches('/'))
}

#[async_trait]
impl Helpdesk for RequestTracker {
    async fn queues(&self) -> Result<Vec<Queue>, HelpdeskError> {
        // Checks first that RT answers and accepts the token: if not, the list alone could just be empty.
        let _: Value = self.get("/rt", &[], "use the REST interface").await?;
        let found: Items<Named> = self.get("/queues/all", &[("fields", "Name")], "see queues").await?;
        let queues = found.items.into_iter().map(|queue| Queue { id: text(&queue.id), name: queue.name });
        let queues: Vec<Queue> = queues.filter(|queue| !queue.name.is_empty()).collect();
        if queues.is_empty() {
            let why = "The account sees no queue there. Give it the rights SeeQueue, CreateTicket, ShowTicket and ReplyToTicket.";
            return Err(HelpdeskError::Forbidden(why.to_owned()));
        }
        Ok(queues)
    }

    async fn create(&self, new: NewTicket<'_>) -> Result<String, HelpdeskError> {
        let query = format!("'CF.{{{MARKER_FIELD}}}'={}", quoted(new.marker));
        let known: Items<Named> = self.get("/tickets", &[("query", &query)], "read tickets").await?;
        if let Some(ticket) = known.items.first() {
            return Ok(text(&ticket.id));
        }
        let mut body = json!({
            "Queue": new.queue,
            "Subject": new.subject,
            "Content": new.text,
            "ContentType": "text/plain",
            "CustomFields": {MARKER_FIELD: new.marker},
        });
        attach(&mut body, new.files);
        let what = format!("make tickets in the queue {}, or there is no such queue", new.queue);
        let made: Named = self.ask(self.request(Method::POST, "/ticket").json(&body), &what).await?;
        Ok(text(&made.id))
    }

    async fn reply(&self, ticket: &str, new: NewReply<'_>) -> Result<(), HelpdeskError> {
        if new.may_be_there && self.has_reply(ticket, new.marker).await? {
            return Ok(());
        }
        let mut body = json!({"Content": format!("{}\n\n{}", new.text, new.marker), "ContentType": "text/plain"});
        attach(&mut body, new.files);
        let path = format!("/ticket/{ticket}/correspond");
        let _: Value = self.ask(self.request(Method::POST, &path).json(&body), "reply to tickets").await?;
        Ok(())
    }

    async fn close(&self, ticket: &str) -> Result<(), HelpdeskError> {
        let path = format!("/ticket/{ticket}");
        if meaning(&self.look(ticket).await?.0) == RemoteStatus::Closed {
            return Ok(());
        }
        let body = json!({"Status": "resolved"});
        let said: Value = self.ask(self.request(Method::PUT, &path).json(&body), "change tickets").await?;
        match meaning(&self.look(ticket).await?.0) {
            RemoteStatus::Closed => Ok(()),
            _ => Err(HelpdeskError::Refused(format!("Request Tracker didn't resolve its ticket {ticket}: {said}"))),
        }
    }

    async fn look(&self, ticket: &str) -> Result<(String, String), HelpdeskError> {
        let found: Value = self.get(&format!("/ticket/{ticket}"), &[], "read tickets").await?;
        let owner = text(&found["Owner"]);
        Ok((text(&found["Status"]), if owner == "Nobody" { String::new() } else { owner }))
    }

    async fn news(&self, queues: &[String], cursor: i64) -> Result<(Vec<News>, i64), HelpdeskError> {
        let in_queues: Vec<String> = queues.iter().map(|queue| format!("TicketQueue={}", quoted(queue))).collect();
        let query = format!(
            "ObjectType='RT::Ticket' AND ({}) AND (Type='Correspond' OR Type='Comment' OR Type='Status') AND id > {cursor}",
            in_queues.join(" OR ")
        );
        let per_page = PAGE.to_string();
        let parameters = [
            ("query", query.as_str()),
            ("orderby", "id"),
            ("order", "ASC"),
            ("per_page", &per_page),
            ("fields", "Type,ObjectId,Creator,Created,NewValue"),
        ];
        let found: Items<Transaction> = self.get("/transactions", &parameters, "read tickets").await?;
        let (mut news, mut last) = (vec![], cursor);
        for transaction in found.items {
            let id: i64 = text(&transaction.id).parse().unwrap_or_default();
            last = last.max(id);
            let by = text(&transaction.creator);
            let what = match transaction.kind.as_str() {
                _ if by == SYSTEM => continue,
                "Status" => {
                    let status = transaction.new_value.unwrap_or_default();
                    let meaning = meaning(&status);
                    Event::Status(status, meaning)
                }
                kind => {
                    let words = self.words(&text(&transaction.id)).await?;
                    if is_ours(&words) {
                        continue;
                    }
                    if kind == "Comment" { Event::Note(words) } else { Event::Reply(words) }
                }
            };
            let at = chrono::DateTime::parse_from_rfc3339(&transaction.created).map_or(0, |at| at.timestamp_millis());
            news.push(News { id, ticket: text(&transaction.object), by, at, what });
        }
        Ok((news, last))
    }

    async fn newest(&self) -> Result<i64, HelpdeskError> {
        let parameters =
            [("query", "ObjectType='RT::Ticket' AND id > 0"), ("orderby", "id"), ("order", "DESC"), ("per_page", "1")];
        let found: Items<Named> = self.get("/transactions", &parameters, "read tickets").await?;
        Ok(found.items.first().and_then(|newest| text(&newest.id).parse().ok()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// A typed text stays one text of the query, whatever quotes are in it.
        #[test]
        fn a_quoted_text_ends_where_it_should(typed in "[ -~\\\\']{0,30}") {
            let query = quoted(&typed);
            let (mut read, mut rest) = (String::new(), query.strip_prefix('\'').expect("it begins").chars());
            loop {
                match rest.next().expect("it ends") {
                    '\\' => read.extend(rest.next()),
                    '\'' => break,
                    other => read.push(other),
                }
            }
            prop_assert_eq!(read, typed);
            prop_assert_eq!(rest.as_str(), "", "nothing comes after it");
        }

        #[test]
        fn whatever_answers_is_read_or_refused(
            id in prop_oneof![Just(json!(null)), any::<i64>().prop_map(Value::from), any::<String>().prop_map(Value::from)],
            kind in any::<String>(),
            broken in "[ -~]{0,40}",
        ) {
            let one = json!({"id": id, "Type": kind, "ObjectId": {"id": id}, "Creator": {"type": "user", "id": kind}, "NewValue": id});
            for body in [json!({"items": [one, id]}).to_string(), json!({"items": [one]}).to_string(), one.to_string(), broken] {
                if let Ok(found) = serde_json::from_str::<Items<Transaction>>(&body) {
                    prop_assert!(found.items.iter().all(|one| text(&one.object) == text(&id) && text(&one.creator) == kind));
                }
                let _ = serde_json::from_str::<Items<Named>>(&body);
                let _ = serde_json::from_str::<Items<Attachment>>(&body);
            }
        }
    }
}
