//! Exports of the operation log, written while the records are read: only a few hundred are in memory at a time.

use super::{operation_label, parse_key, selection, type_label};
use crate::domain::oplog::{ExportFormat, ExportScope, LogColumn, Outcome};
use crate::domain::time::{iso, utc_label};
use crate::domain::validation::Problems;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::service::csv_file::{self, broken};
use crate::server::store::db::Db;
use crate::server::store::oplog::{self, Key, Record, Selection};
use crate::wire::error::AppError;
use crate::wire::logs::LogFilter;
use axum::body::Bytes;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use std::fs::File;
use std::io::{self, Seek};
use tokio::sync::mpsc;
use tokio_util::io::ReaderStream;

/// How many rows a sheet gets; Excel takes 1,048,576.
const ROWS_PER_SHEET: u32 = 1_000_000;
/// Length of the longest text that Excel takes in a cell, in characters.
const LONGEST_CELL: usize = 32_767;

/// What the export dialog asks for.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    pub filter: LogFilter,
    /// Keys of [`LogColumn`].
    pub columns: Vec<String>,
    pub format: String,
    pub scope: String,
    /// The key of the first displayed record.
    pub first: String,
    /// The key of the last displayed record.
    pub last: String,
}

/// An export whose rights and form are checked.
pub struct Export {
    db: Db,
    /// `None` selects nothing.
    selection: Option<Selection>,
    columns: Vec<LogColumn>,
    format: ExportFormat,
    file_name: String,
}

/// Checks the caller's rights and the dialog's form.
pub async fn prepare(app: &App, caller: &Caller, wish: &Wish) -> Result<Export, AppError> {
    let selection = selection(app, caller, &wish.filter).await?;
    let mut problems = Problems::default();
    let wanted = |column: &LogColumn| wish.columns.iter().any(|key| key == column.key());
    let columns: Vec<LogColumn> = LogColumn::ALL.iter().copied().filter(wanted).collect();
    if columns.is_empty() {
        problems.add("columns", "Choose at least one column.");
    }
    problems.or(())?;
    let scope = ExportScope::from_key(&wish.scope).unwrap_or(ExportScope::Page);
    let displayed = || parse_key(&wish.first).zip(parse_key(&wish.last));
    let selection = match scope {
        ExportScope::All => selection.map(|s| Selection { after: None, ..s }),
        ExportScope::Page => {
            selection.zip(displayed()).map(|(s, keys)| Selection { after: None, between: Some(keys), ..s })
        }
    };
    let format = ExportFormat::from_key(&wish.format).unwrap_or(ExportFormat::Csv);
    let day = &utc_label(app.now())[..10];
    Ok(Export {
        db: app.db.clone(),
        selection,
        columns,
        format,
        file_name: format!("operation-log-{day}.{}", format.key()),
    })
}

impl Export {
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    pub fn content_type(&self) -> &'static str {
        match self.format {
            ExportFormat::Csv => "text/csv; charset=utf-8",
            ExportFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// The file's bytes, as they are made. An error breaks them off, so that the browser sees a failed download and not
    /// a short file.
    pub fn stream(self) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        match self.format {
            ExportFormat::Csv => csv(self).boxed(),
            ExportFormat::Xlsx => xlsx(self).boxed(),
        }
    }
}

/// The records in batches, newest first. Each batch is a statement of its own, so no transaction is open in between.
fn batches(db: Db, selection: Option<Selection>) -> impl Stream<Item = io::Result<Vec<Record>>> + Send {
    stream::try_unfold(selection, move |selection| {
        let db = db.clone();
        async move {
            let Some(selection) = selection else { return Ok(None) };
            let batch = oplog::page(&db, &selection, csv_file::BATCH).await.map_err(|error| broken(&error))?;
            let next = batch.last().filter(|_| batch.len() as i64 == csv_file::BATCH).map(Record::key);
            let rest = next.map(|key: Key| Selection { after: Some(key), ..selection });
            Ok(Some((batch, rest)))
        }
    })
}

fn csv(export: Export) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let Export { db, selection, columns, .. } = export;
    let head = columns.iter().map(|column| column.label().to_owned()).collect();
    let row = move |record: &Record| columns.iter().map(|column| cell(record, *column)).collect();
    let rows = batches(db, selection).map_ok(move |records| records.iter().map(&row).collect());
    csv_file::written(head, rows)
}

fn cell(record: &Record, column: LogColumn) -> String {
    let named = |name: &Option<String>, id: &Option<String>| {
        name.clone().filter(|name| !name.is_empty()).or_else(|| id.clone()).unwrap_or_default()
    };
    match column {
        LogColumn::Number => record.number.to_string(),
        LogColumn::Time => iso(record.at),
        LogColumn::Operator => record.operator_name.clone(),
        LogColumn::OperatorId => record.operator_id.clone().unwrap_or_default(),
        LogColumn::View => record.view.clone(),
        LogColumn::Operation => operation_label(record),
        LogColumn::ResourceType => type_label(record),
        LogColumn::ResourceName => record.resource_name.clone(),
        LogColumn::ResourceId => record.resource_id.clone(),
        LogColumn::Project => named(&record.project_name, &record.project_id),
        LogColumn::Domain => named(&record.domain_name, &record.domain_id),
        LogColumn::Result => Outcome::from_key(&record.result).map_or_else(String::new, |r| r.label().to_owned()),
        LogColumn::Reason => record.reason.clone().unwrap_or_default(),
        LogColumn::Ip => record.ip.clone(),
        LogColumn::Details if record.details == "null" => String::new(),
        LogColumn::Details => record.details.clone(),
    }
}

/// Writes a workbook row by row to a temporary file, then sends that, because a workbook ends with its directory.
fn xlsx(export: Export) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let file = async move {
        let Export { db, selection, columns, .. } = export;
        let (sender, receiver) = mpsc::channel(2);
        let writing = tokio::task::spawn_blocking(move || write_workbook(receiver, &columns));
        let mut records = std::pin::pin!(batches(db, selection));
        while let Some(batch) = records.next().await {
            let failed = batch.is_err();
            // Sending fails if the writer has failed; its own error, awaited below, says why.
            if sender.send(batch).await.is_err() || failed {
                break;
            }
        }
        drop(sender);
        let file = writing.await.map_err(|error| broken(&error))??;
        Ok::<_, io::Error>(ReaderStream::new(tokio::fs::File::from_std(file)))
    };
    stream::once(file).try_flatten()
}

fn write_workbook(mut batches: mpsc::Receiver<io::Result<Vec<Record>>>, columns: &[LogColumn]) -> io::Result<File> {
    let failed = |error: XlsxError| broken(&error);
    let mut workbook = Workbook::new();
    let bold = Format::new().set_bold();
    begin_sheet(&mut workbook, columns, &bold).map_err(failed)?;
    let mut row = 1;
    while let Some(batch) = batches.blocking_recv() {
        for record in batch? {
            if row == ROWS_PER_SHEET {
                begin_sheet(&mut workbook, columns, &bold).map_err(failed)?;
                row = 1;
            }
            let newest = workbook.worksheets_mut().last_mut();
            let sheet = newest.ok_or_else(|| broken(&"a workbook without a sheet"))?;
            write_row(sheet, row, &record, columns).map_err(failed)?;
            row += 1;
        }
    }
    let mut file = tempfile::tempfile()?;
    workbook.save_to_writer(&mut file).map_err(failed)?;
    file.rewind()?;
    Ok(file)
}

fn begin_sheet(workbook: &mut Workbook, columns: &[LogColumn], bold: &Format) -> Result<(), XlsxError> {
    let number = workbook.worksheets().len() + 1;
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    sheet.set_name(if number == 1 { "Operation Log".to_owned() } else { format!("Operation Log {number}") })?;
    sheet.set_freeze_panes(1, 0)?;
    for (i, column) in (0_u16..).zip(columns) {
        let width = match column {
            LogColumn::Number => 10,
            LogColumn::Details | LogColumn::Reason => 48,
            LogColumn::Time | LogColumn::ResourceName => 22,
            _ => 16,
        };
        sheet.set_column_width(i, width)?;
        sheet.write_string_with_format(0, i, column.label(), bold)?;
    }
    Ok(())
}

fn write_row(sheet: &mut Worksheet, row: u32, record: &Record, columns: &[LogColumn]) -> Result<(), XlsxError> {
    for (i, column) in (0_u16..).zip(columns) {
        match column {
            // Exact as a floating-point number up to 2^53.
            LogColumn::Number => sheet.write_number(row, i, record.number as f64)?,
            column => sheet.write_string(row, i, fitting(cell(record, *column)))?,
        };
    }
    Ok(())
}

/// A text, shortened to what a cell takes.
fn fitting(text: String) -> String {
    if text.len() <= LONGEST_CELL {
        return text;
    }
    let mut fitting: String = text.chars().take(LONGEST_CELL - 1).collect();
    fitting.push('…');
    fitting
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_holds_what_it_can() {
        assert_eq!(fitting("short".into()), "short");
        let long = fitting("é".repeat(40_000));
        assert_eq!(long.chars().count(), LONGEST_CELL);
        assert!(long.ends_with('…'));
    }
}
