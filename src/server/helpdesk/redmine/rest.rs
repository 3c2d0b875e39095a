//! Redmine's REST interface: its calls and the shapes of its answers, as far as they are read.

use super::super::HelpdeskError;
use super::super::http::{self, Answer, unreachable};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// How many entries of a list are read at a time: the most that Redmine gives.
const PAGE: usize = 100;

pub struct Rest {
    client: reqwest::Client,
    /// Without a slash at the end.
    address: String,
    key: String,
}

/// A call in the words of its error messages: what is done, and to what, e.g. `read` and `ticket 7`.
#[derive(Clone, Copy)]
pub struct Deed<'a>(pub &'a str, pub &'a str);

#[derive(Deserialize)]
pub struct Named {
    pub id: i64,
    #[serde(default)]
    pub name: String,
}

#[derive(Deserialize)]
pub struct Account {
    #[serde(default)]
    pub admin: bool,
    #[serde(default)]
    pub memberships: Vec<Membership>,
}

#[derive(Deserialize)]
pub struct Membership {
    pub project: Named,
    pub roles: Vec<Named>,
}

#[derive(Deserialize)]
pub struct Role {
    pub permissions: Vec<String>,
}

#[derive(Deserialize)]
pub struct Project {
    pub id: i64,
    pub identifier: String,
    /// 1 means active.
    pub status: i64,
    #[serde(default)]
    pub enabled_modules: Vec<Named>,
}

#[derive(Deserialize)]
pub struct Status {
    pub id: i64,
    pub name: String,
    #[serde(default)]
    pub is_closed: bool,
}

#[derive(Deserialize)]
pub struct Issue {
    pub id: i64,
    pub status: Status,
    pub assigned_to: Option<Named>,
    pub description: Option<String>,
    #[serde(default)]
    pub journals: Vec<Journal>,
    #[serde(default)]
    pub allowed_statuses: Vec<Status>,
}

#[derive(Deserialize)]
struct Upload {
    token: String,
}

#[derive(Deserialize)]
pub struct Journal {
    pub id: i64,
    pub user: Option<Named>,
    pub notes: Option<String>,
    pub created_on: String,
    #[serde(default)]
    pub private_notes: bool,
    #[serde(default)]
    pub details: Vec<Detail>,
}

#[derive(Deserialize)]
pub struct Detail {
    pub property: String,
    pub name: String,
    pub new_value: Option<String>,
}

/// Reads the part of an answer under this key. A missing key, or an answer that is no object, is read as null.
fn held<T: DeserializeOwned>(body: &str, key: &str) -> serde_json::Result<T> {
    let mut body: Value = serde_json::from_str(body)?;
    serde_json::from_value(body.get_mut(key).map(Value::take).unwrap_or_default())
}

impl Rest {
    pub fn new(address: &str, key: &str) -> Result<Rest, HelpdeskError> {
        let address = address.trim_end_matches('/').to_owned();
        Ok(Rest { client: http::client()?, address, key: key.to_owned() })
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.address)).header("X-Redmine-API-Key", &self.key)
    }

    async fn ask(&self, request: RequestBuilder, Deed(act, object): Deed<'_>) -> Result<Answer, HelpdeskError> {
        let answer = http::send(request, &self.address).await?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        Err(match answer.status {
            StatusCode::UNAUTHORIZED => HelpdeskError::Unauthorized,
            StatusCode::FORBIDDEN => HelpdeskError::Forbidden(format!("The account may not {act} {object} there.")),
            StatusCode::NOT_FOUND => {
                HelpdeskError::Refused(format!("Redmine doesn't find {object}: it was deleted or renamed there."))
            }
            status => http::failed(&self.address, status, || {
                let said: Value = serde_json::from_str(&answer.body).unwrap_or_default();
                let errors = said["errors"].as_array().into_iter().flatten().filter_map(Value::as_str);
                let errors: Vec<&str> = errors.collect();
                format!("Redmine refused it: {}", errors.join(", "))
            }),
        })
    }

    /// Reads the part of an answer under this key.
    fn read<T: DeserializeOwned>(&self, answer: &Answer, key: &str) -> Result<T, HelpdeskError> {
        held(&answer.body, key).map_err(|_| {
            let why = "what answers there isn't Redmine's REST interface. Check the address.";
            HelpdeskError::Unreachable(format!("{}: {why}", self.address))
        })
    }

    pub async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        key: &str,
        deed: Deed<'_>,
    ) -> Result<T, HelpdeskError> {
        let answer = self.ask(self.request(Method::GET, path).query(query), deed).await?;
        self.read(&answer, key)
    }

    /// A whole list, page by page. If the query sorts it by id, nothing is passed over when the list grows meanwhile.
    pub async fn list<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        key: &str,
        deed: Deed<'_>,
    ) -> Result<Vec<T>, HelpdeskError> {
        let (limit, mut all) = (PAGE.to_string(), vec![]);
        loop {
            let offset = all.len().to_string();
            let query = [query, &[("limit", limit.as_str()), ("offset", &offset)]].concat();
            let page: Vec<T> = self.get(path, &query, key, deed).await?;
            let is_last = page.len() < PAGE;
            all.extend(page);
            if is_last {
                return Ok(all);
            }
        }
    }

    /// Creates something and reads it from the answer.
    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &Value,
        key: &str,
        deed: Deed<'_>,
    ) -> Result<T, HelpdeskError> {
        let answer = self.ask(self.request(Method::POST, path).json(body), deed).await?;
        self.read(&answer, key)
    }

    /// Uploads a file and returns the token by which a later change attaches it.
    pub async fn upload(&self, name: &str, content: Vec<u8>) -> Result<String, HelpdeskError> {
        let request = self.request(Method::POST, "/uploads.json").query(&[("filename", name)]);
        let request = request.header(CONTENT_TYPE, "application/octet-stream").body(content);
        let upload: Upload = self.read(&self.ask(request, Deed("attach", "files")).await?, "upload")?;
        Ok(upload.token)
    }

    /// Changes something. Redmine silently leaves out what the account may not set.
    pub async fn put(&self, path: &str, body: &Value, deed: Deed<'_>) -> Result<(), HelpdeskError> {
        self.ask(self.request(Method::PUT, path).json(body), deed).await.map(drop)
    }

    /// The key's account, and Redmine's clock in seconds since 1970. Fails if the key isn't accepted.
    pub async fn account(&self) -> Result<(Account, i64), HelpdeskError> {
        let request = self.request(Method::GET, "/users/current.json").query(&[("include", "memberships")]);
        let answer = self.ask(request, Deed("use", "the REST interface")).await.map_err(|error| match error {
            HelpdeskError::Refused(_) => {
                HelpdeskError::Unreachable(format!("{}: there is no Redmine. Check the address.", self.address))
            }
            HelpdeskError::Forbidden(_) => {
                let why = "Redmine's REST interface is switched off. Switch it on there under Administration > Settings > API.";
                HelpdeskError::Forbidden(why.to_owned())
            }
            other => other,
        })?;
        let second = answer.second.ok_or_else(|| unreachable(&self.address, "its answer has no date"))?;
        Ok((self.read(&answer, "user")?, second))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Any JSON, with the words of Redmine's answers among its keys.
    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[ -~]{0,10}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            let key = "(id|name|status|journals|details|issue|user|notes|created_on|projects|[a-z]{1,3})";
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::btree_map(key, inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_answers_is_read_or_refused(answer in json(), broken in "[ -~]{0,40}") {
            for body in [answer.to_string(), broken] {
                let _ = held::<Issue>(&body, "issue");
                let _ = held::<Vec<Project>>(&body, "projects");
                let _ = held::<Account>(&body, "user");
                let _ = held::<Vec<Status>>(&body, "issue_statuses");
            }
        }
    }

    #[test]
    fn an_answer_that_is_no_object_holds_nothing() {
        for body in ["[]", "7", "\"issue\"", "null", "{}", "[{\"issue\": {}}]", ""] {
            assert!(held::<Issue>(body, "issue").is_err(), "{body}");
        }
        assert_eq!(held::<Named>("{\"user\": {\"id\": 5}}", "user").expect("a user").id, 5);
    }
}
