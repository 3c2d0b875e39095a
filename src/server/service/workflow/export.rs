//! The ticket lists as files of comma-separated values: what a tab's filters match, whatever page is shown.

use super::lists::{self, Query, rows};
use crate::domain::time::utc_label;
use crate::domain::workflow::Tab;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::service::csv_file::{self, broken};
use crate::server::store::ticket_list::{self, Selection};
use crate::wire::error::AppError;
use crate::wire::workflow::{TicketColumn, TicketFilter, TicketRow};
use axum::body::Bytes;
use futures::{Stream, TryStreamExt, stream};
use std::io;

/// An export that may be made.
pub struct Export {
    app: App,
    caller: Caller,
    tab: Tab,
    /// `None` matches nothing.
    selection: Option<Selection>,
}

/// Checks rights: those of the list. The page of the filter is not looked at.
pub fn prepare(app: &App, caller: &Caller, tab: Tab, filter: &TicketFilter) -> Result<Export, AppError> {
    lists::check(caller, tab)?;
    let whole = TicketFilter { after: None, before: None, ..filter.clone() };
    let selection = Query::read(&whole).map(|query| Selection { limit: csv_file::BATCH, ..query.read });
    Ok(Export { app: app.clone(), caller: caller.clone(), tab, selection })
}

impl Export {
    /// `my-tickets-2026-11-24.csv`
    pub fn file_name(&self) -> String {
        let list = self.tab.label().to_lowercase().replace(' ', "-");
        format!("{list}-{}.csv", &utc_label(self.app.now())[..10])
    }

    /// The file, as it is read: a few hundred tickets are in memory, however many there are.
    pub fn stream(self) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        let columns: Vec<TicketColumn> = TicketColumn::of(self.tab).collect();
        let head = columns.iter().map(|column| column.label().to_owned()).collect();
        let line = move |row: &TicketRow| columns.iter().map(|column| column.text(row)).collect();
        csv_file::written(head, self.batches().map_ok(move |rows| rows.iter().map(&line).collect()))
    }

    /// The tickets in batches; each is a statement of its own, so nothing is held meanwhile.
    fn batches(self) -> impl Stream<Item = io::Result<Vec<TicketRow>>> + Send {
        let Export { app, caller, tab, selection } = self;
        stream::try_unfold(selection, move |selection| {
            let (app, caller) = (app.clone(), caller.clone());
            async move {
                let Some(selection) = selection else { return Ok(None) };
                let found = ticket_list::page(&app.db, tab, &caller.person.id, &selection).await;
                let found = found.map_err(|error| broken(&error))?;
                let more = found.len() as i64 == csv_file::BATCH;
                let beyond = found.last().filter(|_| more).map(|ticket| ticket.number);
                let rest = beyond.map(|number| Selection { beyond: Some(number), ..selection });
                let batch = rows(&app, &caller, found).await.map_err(|error| broken(&error))?;
                Ok(Some((batch, rest)))
            }
        })
    }
}
