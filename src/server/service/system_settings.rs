//! The settings that administrators change on a page, and which value is in force: a flag or the environment wins over
//! the page, the page over the settings file and the default.

use super::oplog::retention::kept_as_stored;
use super::rights::require_system_view;
use super::support::deadline;
use crate::domain::number::Number;
use crate::domain::oplog::{Operation, ResourceType, Subject};
use crate::domain::time::{DAY, HOUR, MINUTE, Millis, SECOND};
use crate::domain::validation::Problems;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::settings::duration;
use crate::server::store::{setting, task};
use crate::server::work::Work;
use crate::wire::Done;
use crate::wire::error::AppError;
use crate::wire::settings::{Delay, SettingsForm, SystemSettings};
use serde_json::json;

const PAGE: &str = "/settings/system";
const WHAT: &str = "Settings / System";
const RETENTION_FLAG: &str = "log-retention";
const LONGEST_DELAY: Millis = 3_650 * DAY;
const LONGEST_RETENTION: i64 = 36_500;

/// A delay that a flag or the environment may fix.
#[derive(Clone, Copy)]
struct Source {
    key: &'static str,
    /// The flag's long name.
    flag: &'static str,
    label: &'static str,
    default: fn(&App) -> Millis,
}

const AUTO_CLOSE: Source = Source {
    key: setting::AUTO_CLOSE_AFTER,
    flag: "auto-close-after",
    label: "Auto-close delay",
    default: |app| app.settings.auto_close_after,
};
const TRASH: Source = Source {
    key: setting::TRASH_DELAY,
    flag: "trash-delay",
    label: "Trash delay",
    default: |app| app.settings.trash_delay,
};

/// How long (ms) a support ticket waits for its requester before it closes by itself.
pub async fn auto_close_after(app: &App) -> Result<Millis, AppError> {
    in_force(app, AUTO_CLOSE).await
}

/// [`auto_close_after`] from a stored value that was read along with something else.
pub(super) fn auto_close_of(app: &App, stored: Option<&str>) -> Millis {
    effective(app, AUTO_CLOSE, stored)
}

/// How long (ms) a deleted host can be restored.
pub async fn trash_delay(app: &App) -> Result<Millis, AppError> {
    in_force(app, TRASH).await
}

fn is_fixed(app: &App, source: Source) -> bool {
    app.settings.fixed.contains(source.flag)
}

async fn in_force(app: &App, source: Source) -> Result<Millis, AppError> {
    let stored = if is_fixed(app, source) { None } else { setting::get(&app.db, source.key).await? };
    Ok(effective(app, source, stored.as_deref()))
}

fn effective(app: &App, source: Source, stored: Option<&str>) -> Millis {
    let stored = stored.filter(|_| !is_fixed(app, source));
    stored.and_then(|value| value.parse().ok()).unwrap_or_else(|| (source.default)(app))
}

/// The settings that the page shows. For the System View only.
pub async fn get(app: &App, caller: &Caller) -> Result<SystemSettings, AppError> {
    require_system_view(caller, WHAT)?;
    let stored = setting::all(&app.db).await?;
    let stored = |key: &str| stored.get(key).map(String::as_str);
    let delay = |source: Source| Delay {
        text: written(effective(app, source, stored(source.key))),
        fixed: is_fixed(app, source),
    };
    Ok(SystemSettings {
        three_level: stored(setting::THREE_LEVEL) == Some(setting::ON),
        auto_close: delay(AUTO_CLOSE),
        trash: delay(TRASH),
        log_retention: retention(app, stored(setting::LOG_RETENTION)),
    })
}

/// How long the operation log is kept: in days, as the page takes it, or, if fixed from outside, with a unit.
fn retention(app: &App, stored: Option<&str>) -> Delay {
    let fixed = app.settings.fixed.contains(RETENTION_FLAG);
    let text = match kept_as_stored(app, stored) {
        None => String::new(),
        Some(kept) if fixed => written(kept),
        Some(kept) => ((kept + DAY - 1) / DAY).to_string(),
    };
    Delay { text, fixed }
}

/// A time in the form in which people type it: `3d`, `36h`, `5s`.
fn written(time: Millis) -> String {
    let units = [(DAY, "d"), (HOUR, "h"), (MINUTE, "m"), (SECOND, "s"), (1, "ms")];
    let (size, unit) = units.into_iter().find(|(size, _)| time % size == 0).unwrap_or((1, "ms"));
    format!("{}{unit}", time / size)
}

/// Saves the page. A setting that a flag or the environment fixes stays as it is.
pub async fn save(app: &App, caller: &Caller, form: &SettingsForm) -> Result<Done, AppError> {
    let subject = Subject::new(ResourceType::Setting, "system", "System settings");
    let mut work = app.work(caller.operator(), Operation::Configure, subject).await?;
    let outcome = write(&mut work, app, caller, form).await;
    work.finish(outcome).await
}

async fn write(work: &mut Work, app: &App, caller: &Caller, form: &SettingsForm) -> Result<Done, AppError> {
    require_system_view(caller, WHAT)?;
    let mut problems = Problems::default();
    let auto_close = delay(&mut problems, app, AUTO_CLOSE, "auto_close", &form.auto_close);
    let trash = delay(&mut problems, app, TRASH, "trash", &form.trash);
    let before = get(app, caller).await?;
    let retention = match form.log_retention.trim() {
        "" => None,
        _ if before.log_retention.fixed => None,
        typed => {
            let days = Number::new("Log retention", 1..=LONGEST_RETENTION).of(Some("days"));
            Some(problems.number("log_retention", &days, typed))
        }
    };
    problems.or(())?;
    for (source, value, shown) in [(AUTO_CLOSE, auto_close, &before.auto_close), (TRASH, trash, &before.trash)] {
        if let Some(value) = value {
            let change = changed(written(value) == shown.text, value == (source.default)(app), value.to_string());
            store(work, source.key, change).await?;
        }
    }
    if auto_close.is_some() {
        deadline::hurry(work).await?;
    }
    let kept = match retention {
        _ if before.log_retention.fixed => before.log_retention.text.clone(),
        Some(days) => days.to_string(),
        None => String::new(),
    };
    if !before.log_retention.fixed {
        let default = app.settings.log_retention;
        let is_default = retention.map(|days| days.saturating_mul(DAY)) == default;
        let value = retention.map_or_else(|| setting::FOR_EVER.to_owned(), |days| days.to_string());
        let change = changed(kept == before.log_retention.text, is_default, value);
        store(work, setting::LOG_RETENTION, change).await?;
    }
    let shown = |value: Option<Millis>, before: &Delay| value.map_or_else(|| before.text.clone(), written);
    work.details(json!({
        "before": {"auto_close": before.auto_close.text, "trash": before.trash.text, "log_retention": before.log_retention.text},
        "after": {
            "auto_close": shown(auto_close, &before.auto_close),
            "trash": shown(trash, &before.trash),
            "log_retention": kept,
        },
    }));
    Ok(Done::new("The settings are saved.", PAGE))
}

/// What saving does to a stored value.
enum Change {
    Leave,
    /// The settings file and the default count again.
    Forget,
    Store(String),
}

/// Only what was changed is stored: the page sends all its fields, and a value that is stored keeps a line of the settings
/// file from counting. What is saved as the file or the default has it isn't stored either.
fn changed(is_as_shown: bool, is_default: bool, value: String) -> Change {
    match (is_default, is_as_shown) {
        (true, _) => Change::Forget,
        (false, true) => Change::Leave,
        (false, false) => Change::Store(value),
    }
}

async fn store(work: &mut Work, key: &str, change: Change) -> Result<(), AppError> {
    match change {
        Change::Leave => {}
        Change::Forget => setting::clear(&mut work.tx, key).await?,
        Change::Store(value) => setting::set(&mut work.tx, key, &value).await?,
    }
    Ok(())
}

/// The typed delay; `None` where it is fixed from outside.
fn delay(problems: &mut Problems, app: &App, source: Source, field: &str, typed: &str) -> Option<Millis> {
    if is_fixed(app, source) {
        return None;
    }
    match duration(typed.trim()) {
        Ok(time) if (SECOND..=LONGEST_DELAY).contains(&time) => Some(time),
        _ => {
            let message = format!(
                "{} must be a whole number with s, m, h or d behind it, from 1s to 3650d, e.g. 3d.",
                source.label
            );
            problems.add(field, message);
            None
        }
    }
}

/// Turns the three-level hierarchy on, for good.
pub async fn turn_on_three_level(app: &App, caller: &Caller) -> Result<Done, AppError> {
    let subject = Subject::new(ResourceType::Setting, setting::THREE_LEVEL, "Three-level hierarchy");
    let mut work = app.work(caller.operator(), Operation::Enable, subject).await?;
    let outcome = turn_on(&mut work, app, caller).await;
    work.finish(outcome).await
}

async fn turn_on(work: &mut Work, app: &App, caller: &Caller) -> Result<Done, AppError> {
    require_system_view(caller, WHAT)?;
    task::lock_directory(&mut work.tx).await?;
    if setting::three_level(&app.db).await? {
        return Err(AppError::refused("The three-level hierarchy is on already."));
    }
    work.details(json!({"before": {"three_level": false}, "after": {"three_level": true}}));
    setting::set(&mut work.tx, setting::THREE_LEVEL, "on").await?;
    Ok(Done::new("The three-level hierarchy is on: domains can be created now.", PAGE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_in_its_largest_whole_unit() {
        for (time, text) in
            [(3 * DAY, "3d"), (36 * HOUR, "36h"), (90 * SECOND, "90s"), (5 * MINUTE, "5m"), (1_500, "1500ms")]
        {
            assert_eq!(written(time), text);
            assert_eq!(duration(text), Ok(time), "and reads back");
        }
    }
}
