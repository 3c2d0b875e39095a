//! The operation log: what a record says about a change (SPEC 5).

use crate::domain::text_enum::text_enum;

text_enum! {
    /// What was done.
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
    /// What a record is about.
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
    /// A column of an export, in the order they are written.
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
    /// What an export is written as.
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
