//! The words of the live stream: hints at what may have changed, never data. A page that hears one reads anew through the
//! ordinary server functions, which check rights.

use crate::domain::ids::TicketNumber;
use crate::domain::number;
use std::fmt;

/// Something this session may see has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hint {
    /// Anything: something was missed, or the person's own rights changed.
    All,
    /// The frame: the bell's counts, or what there is to choose in it.
    Frame,
    /// This ticket, and with it the lists it is in.
    Ticket(TicketNumber),
    /// Somebody writes in this support ticket right now: its requester (`true`) or a handler.
    Writing(TicketNumber, bool),
    /// Many tickets.
    Tickets,
    Hosts,
    Directory,
    Processes,
    /// The session has ended, and the stream with it.
    SignedOut,
}

impl Hint {
    /// Reads a word; what isn't known (a newer server's) is passed over.
    pub fn parse(word: &str) -> Option<Hint> {
        Some(match word {
            "all" => Hint::All,
            "frame" => Hint::Frame,
            "tickets" => Hint::Tickets,
            "hosts" => Hint::Hosts,
            "directory" => Hint::Directory,
            "processes" => Hint::Processes,
            "signed-out" => Hint::SignedOut,
            _ => match word.strip_prefix("writing/") {
                Some(who) => match who.split_once('/')? {
                    (number, "requester") => Hint::Writing(number.parse().ok()?, true),
                    (number, _) => Hint::Writing(number.parse().ok()?, false),
                },
                None => Hint::Ticket(word.strip_prefix("ticket/")?.parse().ok()?),
            },
        })
    }

    /// Whether the page at this path shows what the hint is about.
    pub fn concerns(self, path: &str) -> bool {
        let within = |area: &str| path.strip_prefix(area).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let own_number = || path.rsplit('/').next().and_then(number::whole);
        match self {
            Hint::All | Hint::SignedOut => true,
            // There the whole page is about what else is in the frame.
            Hint::Frame => path == "/no-project",
            Hint::Ticket(number) => within("/tickets") && own_number().is_none_or(|own| own == number),
            // Shown in place; nothing is to be read.
            Hint::Writing(..) => false,
            Hint::Tickets => within("/tickets"),
            Hint::Hosts => ["/hosts", "/trash", "/quotas"].into_iter().any(within) && path != "/hosts/new",
            // Ticket Setup tells where a link has nobody who could approve.
            Hint::Directory => within("/directory") || within("/settings/tickets"),
            Hint::Processes => within("/settings/tickets") || path == "/settings/external" || path == "/hosts/new",
        }
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Hint::All => f.write_str("all"),
            Hint::Frame => f.write_str("frame"),
            Hint::Ticket(number) => write!(f, "ticket/{number}"),
            Hint::Writing(number, true) => write!(f, "writing/{number}/requester"),
            Hint::Writing(number, false) => write!(f, "writing/{number}/handler"),
            Hint::Tickets => f.write_str("tickets"),
            Hint::Hosts => f.write_str("hosts"),
            Hint::Directory => f.write_str("directory"),
            Hint::Processes => f.write_str("processes"),
            Hint::SignedOut => f.write_str("signed-out"),
        }
    }
}

/// Where in a process's row of events a page or a stream stands: `EPOCH:COUNT`. Only positions of one epoch compare.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Position {
    /// The stretch of one server process in which it missed no event; a new one begins at its start and after each gap.
    pub epoch: String,
    pub count: u64,
}

impl Position {
    pub fn parse(text: &str) -> Option<Position> {
        let (epoch, count) = text.split_once(':')?;
        Some(Position { epoch: epoch.to_owned(), count: count.parse().ok()? })
    }

    /// Whether nothing lies between the two for whoever stands here and hears on from there.
    pub fn reaches(&self, other: &Position) -> bool {
        self.epoch == other.epoch && self.count >= other.count
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.epoch, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back() {
        let all = [
            Hint::All,
            Hint::Frame,
            Hint::Ticket(12),
            Hint::Writing(12, true),
            Hint::Writing(12, false),
            Hint::Tickets,
            Hint::Hosts,
            Hint::Directory,
            Hint::Processes,
            Hint::SignedOut,
        ];
        for hint in all {
            assert_eq!(Hint::parse(&hint.to_string()), Some(hint));
        }
        assert_eq!(Hint::parse("beat"), None);
        assert_eq!(Hint::parse("ticket/x"), None);
        let position = Position { epoch: "a".into(), count: 7 };
        assert_eq!(Position::parse(&position.to_string()), Some(position));
    }

    #[test]
    fn a_page_reads_anew_only_for_what_it_shows() {
        let concerns = |hint: Hint, path: &str| hint.concerns(path);
        assert!(concerns(Hint::Ticket(7), "/tickets/workflow/7"));
        assert!(!concerns(Hint::Ticket(7), "/tickets/workflow/8"));
        assert!(concerns(Hint::Ticket(7), "/tickets/workflow/pending"));
        assert!(!concerns(Hint::Ticket(7), "/hosts"));
        assert!(concerns(Hint::Hosts, "/hosts/0195"));
        assert!(!concerns(Hint::Hosts, "/hosts/new"), "a form isn't made anew for a host that came up");
        assert!(!concerns(Hint::Directory, "/directories"));
        assert!(!concerns(Hint::Writing(7, true), "/tickets/support/7"), "there is nothing new yet");
        assert!(concerns(Hint::All, "/account"));
        assert!(concerns(Hint::Frame, "/no-project") && !concerns(Hint::Frame, "/hosts"));
    }
}
