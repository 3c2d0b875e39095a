//! The operation log: what a record says about a change (SPEC 5).

use super::ids::UserId;
use super::number;
use crate::domain::text_enum::text_enum;
use std::fmt;

text_enum! {
    /// The kind of operation that a record is about.
    Operation {
        Create = "create", "Create";
        Configure = "configure", "Configure";
        Enable = "enable", "Enable";
        Disable = "disable", "Disable";
        Submit = "submit", "Submit";
        Pass = "pass", "Pass";
        Reject = "reject", "Reject";
        Undo = "undo", "Undo";
        Retry = "retry", "Retry";
        Abandon = "abandon", "Abandon";
        Execute = "execute", "Execute";
        SignIn = "sign_in", "Sign in";
        SignOut = "sign_out", "Sign out";
        SwitchView = "switch_view", "Switch view";
        ChangePassword = "change_password", "Change password";
        ResetPassword = "reset_password", "Reset password";
        Start = "start", "Start";
        Stop = "stop", "Stop";
        Lock = "lock", "Lock";
        Unlock = "unlock", "Unlock";
        Assign = "assign", "Assign";
        Unassign = "unassign", "Unassign";
        Delete = "delete", "Delete";
        Restore = "restore", "Restore";
        Clear = "clear", "Clear";
        Amend = "amend", "Amend";
        Take = "take", "Take";
        Reply = "reply", "Reply";
        Note = "note", "Note";
        Remind = "remind", "Remind";
        End = "end", "End";
        Skip = "skip", "Skip";
    }
}

text_enum! {
    Outcome {
        Success = "success", "Success";
        Failed = "failed", "Failed";
    }
}

text_enum! {
    /// The kind of resource that a record is about.
    ResourceType {
        Process = "process", "Process";
        Ticket = "ticket", "Ticket";
        Host = "host", "Host";
        User = "user", "User";
        Project = "project", "Project";
        Domain = "domain", "Domain";
        Role = "role", "Role";
        Session = "session", "Session";
        CannedReply = "canned_reply", "Canned Reply";
        Setting = "setting", "Setting";
        OperationLog = "operation_log", "Operation Log";
    }
}

text_enum! {
    /// A column of an export, in the order they are written; the page shows some of them.
    LogColumn {
        Number = "number", "ID";
        Time = "time", "Time (UTC)";
        Operator = "operator", "Operator";
        OperatorId = "operator_id", "Operator ID";
        View = "view", "View";
        Operation = "operation", "Operation";
        ResourceType = "resource_type", "Resource Type";
        ResourceName = "resource_name", "Resource Name";
        ResourceId = "resource_id", "Resource ID";
        Project = "project", "Project";
        Domain = "domain", "Domain";
        Result = "result", "Result";
        Reason = "reason", "Reason";
        Ip = "ip", "IP";
        Details = "details", "Details";
    }
}

text_enum! {
    /// The file format of an export.
    ExportFormat {
        Csv = "csv", "CSV";
        Xlsx = "xlsx", "XLSX";
    }
}

text_enum! {
    /// How much of a list an export takes.
    ExportScope {
        Page = "page", "This page";
        All = "all", "All that match";
    }
}

/// The person, or the system itself, that a record of the operation log names as having acted.
#[derive(Debug, Clone)]
pub struct Operator {
    pub id: Option<UserId>,
    pub name: String,
    pub view: String,
    pub ip: String,
}

impl Operator {
    /// The system itself: jobs, set-up, what runs at a command line.
    pub fn system() -> Operator {
        Operator { id: None, name: "Countersign".into(), view: String::new(), ip: String::new() }
    }
}

/// The resource that a record of the operation log is about, with its project and its domain.
#[derive(Debug, Clone)]
pub struct Subject {
    pub resource: ResourceType,
    pub id: String,
    pub name: String,
    /// Id and name, where the resource lies in a project.
    pub project: Option<(String, String)>,
    /// Id and name.
    pub domain: Option<(String, String)>,
}

impl Subject {
    pub fn new(resource: ResourceType, id: impl ToString, name: impl Into<String>) -> Subject {
        Subject { resource, id: id.to_string(), name: name.into(), project: None, domain: None }
    }

    pub fn in_project(mut self, id: impl ToString, name: impl Into<String>) -> Subject {
        self.project = Some((id.to_string(), name.into()));
        self
    }

    pub fn in_domain(mut self, id: impl ToString, name: impl Into<String>) -> Subject {
        self.domain = Some((id.to_string(), name.into()));
        self
    }
}

/// A seal's place and hash, written `12:…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub number: i64,
    pub hash: String,
}

impl Head {
    pub fn parse(text: &str) -> Result<Head, String> {
        let (number, hash) =
            text.split_once(':').ok_or("write it as it was printed: the seal's number, a colon, its hash")?;
        let number = number::whole(number).ok_or("begin with the seal's number")?;
        Ok(Head { number, hash: hash.to_owned() })
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, self.hash)
    }
}
