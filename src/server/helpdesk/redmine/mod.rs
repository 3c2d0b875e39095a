//! Redmine 5 over its REST interface; its projects are the queues, by their identifiers.
//!
//! Its traps, each seen on 5.0.4. A PUT leaves out what the account may not set and answers 204, so changes are read
//! back. With a wrong key everybody's data can be read, so the account itself is asked for first. An answer 404 has no
//! text. Line breaks come back as CRLF. Journals, where the news are, can't be listed: they are read issue by issue.

mod news;
mod rest;

use super::{File, Helpdesk, HelpdeskError, NewReply, NewTicket, News, Queue};
use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat};
use news::{Half, place, second, told};
use rest::{Deed, Issue, Project, Rest, Role};
use serde_json::{Value, json};

/// Age in seconds from which a journal entry is read: next to a younger one, an earlier one may still be uncommitted.
const SETTLED: i64 = 3;
/// By how many seconds an issue's time of change may lie before that of its journal entry.
const OVERLAP: i64 = 10;
/// Length of the longest subject that Redmine takes, in characters.
const SUBJECT: usize = 255;
/// The rights that an account needs in a project, beside one of [`CLOSING`].
const RIGHTS: [&str; 3] = ["view_issues", "add_issues", "add_issue_notes"];
/// Of these rights one is enough to close the tickets that the account made.
const CLOSING: [&str; 2] = ["edit_own_issues", "edit_issues"];

pub struct Redmine(Rest);

/// The address of a ticket's page.
pub(super) fn ticket_page(address: &str, id: &str) -> String {
    format!("{}/issues/{id}", address.trim_end_matches('/'))
}

impl Redmine {
    pub fn new(address: &str, key: &str) -> Result<Redmine, HelpdeskError> {
        Rest::new(address, key).map(Redmine)
    }

    /// Reads a ticket, together with what `include` names.
    async fn issue(&self, id: &str, include: &str) -> Result<Issue, HelpdeskError> {
        let deed = Deed("read", &format!("ticket {id}"));
        self.0.get(&format!("/issues/{id}.json"), &[("include", include)], "issue", deed).await
    }

    async fn change(&self, id: &str, change: Value) -> Result<(), HelpdeskError> {
        let deed = Deed("change", &format!("ticket {id}"));
        self.0.put(&format!("/issues/{id}.json"), &json!({"issue": change}), deed).await
    }

    /// Uploads files and returns the references by which a change attaches them.
    async fn upload(&self, files: &[File]) -> Result<Vec<Value>, HelpdeskError> {
        let mut uploads = vec![];
        for file in files {
            let token = self.0.upload(&file.name, file.content.clone()).await?;
            uploads.push(json!({"token": token, "filename": file.name, "content_type": file.media_type}));
        }
        Ok(uploads)
    }

    /// Whether a note of the ticket carries the marker.
    async fn has_note(&self, ticket: &str, marker: &str) -> Result<bool, HelpdeskError> {
        let journals = self.issue(ticket, "journals").await?.journals;
        Ok(journals.iter().any(|journal| journal.notes.as_deref().is_some_and(|notes| notes.contains(marker))))
    }
}

#[async_trait]
impl Helpdesk for Redmine {
    /// Only projects that the account is a member of, or all for an administrator: Redmine doesn't tell what everybody
    /// may do in public projects.
    async fn queues(&self) -> Result<Vec<Queue>, HelpdeskError> {
        let (account, _) = self.0.account().await?;
        let mut suitable = vec![];
        for membership in account.memberships {
            let mut rights = vec![];
            for role in membership.roles {
                let path = format!("/roles/{}.json", role.id);
                rights.extend(
                    self.0.get::<Role>(&path, &[], "role", Deed("read", "the roles of the account")).await?.permissions,
                );
            }
            let has = |right: &&str| rights.iter().any(|has| has == right);
            if RIGHTS.iter().all(&has) && CLOSING.iter().any(has) {
                suitable.push(membership.project.id);
            }
        }
        let query = [("include", "enabled_modules")];
        let projects: Vec<Project> =
            self.0.list("/projects.json", &query, "projects", Deed("see", "the list of projects")).await?;
        let tracks_issues =
            |project: &Project| project.enabled_modules.iter().any(|module| module.name == "issue_tracking");
        let queues = projects.into_iter().filter(|project| project.status == 1 && tracks_issues(project));
        let queues = queues.filter(|project| account.admin || suitable.contains(&project.id));
        let queues: Vec<Queue> =
            queues.map(|project| Queue { id: project.id.to_string(), name: project.identifier }).collect();
        if queues.is_empty() {
            let why = "There is no project that the account may work in. Make it a member of one, with a role that may view \
                       issues, add issues, add notes and edit its own issues.";
            return Err(HelpdeskError::Forbidden(why.to_owned()));
        }
        Ok(queues)
    }

    async fn create(&self, new: NewTicket<'_>) -> Result<String, HelpdeskError> {
        // Checks the key first: with a key no longer accepted, the ticket could be made as an anonymous visitor.
        self.0.account().await?;
        // In quotes, so that the marker is looked for as a whole, not word by word.
        let contains = format!("~\"{}\"", new.marker);
        let query = [("status_id", "*"), ("description", contains.as_str()), ("sort", "id")];
        let known: Vec<Issue> =
            self.0.list("/issues.json", &query, "issues", Deed("read", "the list of tickets")).await?;
        // Redmine leaves out a filter that it doesn't know, so the issues found are checked.
        let carries = |issue: &&Issue| issue.description.as_deref().is_some_and(|text| text.contains(new.marker));
        if let Some(issue) = known.iter().find(carries) {
            return Ok(issue.id.to_string());
        }
        let subject: String = new.subject.chars().take(SUBJECT).collect();
        let description = format!("{}\n\n{}", new.text, new.marker);
        let uploads = self.upload(new.files).await?;
        let body = json!({"issue": {"subject": subject, "description": description, "uploads": uploads}});
        let deed = Deed("make tickets in", &format!("project {}", new.queue));
        let made: Issue = self.0.post(&format!("/projects/{}/issues.json", new.queue), &body, "issue", deed).await?;
        Ok(made.id.to_string())
    }

    async fn reply(&self, ticket: &str, new: NewReply<'_>) -> Result<(), HelpdeskError> {
        if new.may_be_there && self.has_note(ticket, new.marker).await? {
            return Ok(());
        }
        let uploads = self.upload(new.files).await?;
        self.change(ticket, json!({"notes": format!("{}\n\n{}", new.text, new.marker), "uploads": uploads})).await?;
        if !self.has_note(ticket, new.marker).await? {
            let why = format!("The account may not add notes in ticket {ticket} there. Give its role that right.");
            return Err(HelpdeskError::Forbidden(why));
        }
        Ok(())
    }

    async fn close(&self, ticket: &str) -> Result<(), HelpdeskError> {
        let issue = self.issue(ticket, "allowed_statuses").await?;
        if issue.status.is_closed {
            return Ok(());
        }
        let forbidden = || {
            let why = "Allow that in its workflow and let its role edit its own issues; a subtask may be open, too.";
            HelpdeskError::Forbidden(format!("The account may not close ticket {ticket} there. {why}"))
        };
        let closed = issue.allowed_statuses.iter().find(|status| status.is_closed).ok_or_else(forbidden)?;
        self.change(ticket, json!({"status_id": closed.id})).await?;
        if self.issue(ticket, "").await?.status.is_closed { Ok(()) } else { Err(forbidden()) }
    }

    async fn look(&self, ticket: &str) -> Result<(String, String), HelpdeskError> {
        let issue = self.issue(ticket, "").await?;
        Ok((issue.status.name, issue.assigned_to.map(|owner| owner.name).unwrap_or_default()))
    }

    async fn news(&self, queues: &[String], cursor: i64) -> Result<(Vec<News>, i64), HelpdeskError> {
        // Redmine's clock is read before the lists, so that these hold everything up to then.
        let until = self.0.account().await?.1 - SETTLED;
        let since = DateTime::from_timestamp(second(cursor) - OVERLAP, 0).unwrap_or_default();
        let since = format!(">={}", since.to_rfc3339_opts(SecondsFormat::Secs, true));
        let (mut news, mut statuses) = (vec![], vec![]);
        for queue in queues {
            let query = [("status_id", "*"), ("updated_on", since.as_str()), ("sort", "id")];
            let path = format!("/projects/{queue}/issues.json");
            let project = format!("project {queue}");
            let changed: Vec<Issue> = self.0.list(&path, &query, "issues", Deed("read tickets in", &project)).await?;
            for issue in changed {
                let issue = match self.issue(&issue.id.to_string(), "journals").await {
                    // The issue was deleted, or hidden from the account, meanwhile.
                    Err(HelpdeskError::Refused(_) | HelpdeskError::Forbidden(_)) => continue,
                    read => read?,
                };
                if statuses.is_empty() {
                    statuses = self
                        .0
                        .get("/issue_statuses.json", &[], "issue_statuses", Deed("read", "the list of statuses"))
                        .await?;
                }
                news.extend(told(issue, &statuses, cursor, until));
            }
        }
        news.sort_by_key(|one| one.id);
        // An issue is listed twice if a page grows meanwhile, or if its project is part of another queue's project.
        news.dedup_by_key(|one| one.id);
        Ok((news, cursor.max(place(until, 0, Half::Reply))))
    }

    async fn newest(&self) -> Result<i64, HelpdeskError> {
        Ok(place(self.0.account().await?.1, 0, Half::Reply))
    }
}
