//! How a quota stands: what is used, held, asked for and free, as bars with the numbers beside them.

use crate::domain::quota::{Amounts, Key, Standing, UNLIMITED};
use crate::ui::views::Views;
use leptos::prelude::*;

/// The bars of every limited key a request touches, and which keys have no limit. The text says it all; the bar is
/// decoration.
pub fn meters(standing: &Standing, requested: &Amounts, columns: bool) -> AnyView {
    let (limited, free): (Vec<_>, Vec<_>) = requested.iter().partition(|(key, _)| standing.limit(*key) != UNLIMITED);
    let rows: Vec<_> = limited.into_iter().map(|(key, amount)| meter(standing, key, amount)).collect();
    let rows = (!rows.is_empty())
        .then(|| view! { <ul class="meters" data-flow=columns.then_some("columns")>{rows}</ul> }.into_any());
    let free: Vec<_> = free.into_iter().map(|(key, _)| key.label()).collect();
    let free = (!free.is_empty())
        .then(|| view! { <p class="muted">{format!("Unlimited: {}", free.join(", "))}</p> }.into_any());
    view! { <div class="stack">{rows}{free}</div> }.into_any()
}

/// A whole quota: what is used, held and free of every key; those without limit or use are folded away.
pub fn overview(standing: &Standing) -> AnyView {
    let (telling, silent) = standing.keys();
    let rows = |keys: Vec<Key>| keys.into_iter().map(|key| standing_row(standing, key)).views();
    let folded = (!silent.is_empty()).then(|| {
        let summary = match telling.len() {
            0 => "No limits, and nothing in use".to_owned(),
            _ => format!("{} more without a limit or use", silent.len()),
        };
        view! {
            <details class="disclosure">
                <summary>{summary}</summary>
                <ul class="meters" data-flow="columns">{rows(silent)}</ul>
            </details>
        }
    });
    let telling =
        (!telling.is_empty()).then(|| view! { <ul class="meters" data-flow="columns">{rows(telling)}</ul> }.into_any());
    view! { <div class="stack">{telling}{folded}</div> }.into_any()
}

fn standing_row(standing: &Standing, key: Key) -> AnyView {
    let limit = standing.limit(key);
    let bar = (limit != UNLIMITED).then(|| {
        let bars = bars(limit, [("used", standing.used.get(key)), ("held", standing.held.get(key))]);
        view! { <svg class="meter" width="100%" height="8" aria-hidden="true">{bars}</svg> }
    });
    view! {
        <li class="meter-row">
            <p class="meter-name">{key.label()}</p>
            <p class="meter-value">{standing_text(standing, key)}</p>
            {bar}
        </li>
    }
    .into_any()
}

/// "24 used, 4 held, 36 free of 64 GiB", or "24 used, 0 held, Unlimited": no limit is nothing to count with.
fn standing_text(standing: &Standing, key: Key) -> String {
    let (used, held) = (key.number(standing.used.get(key)), key.number(standing.held.get(key)));
    match standing.free(key) {
        Some(free) => {
            format!("{used} used, {held} held, {} free of {}", key.number(free), key.show(standing.limit(key)))
        }
        None => {
            let unit = key.unit().map(|unit| format!(" {unit}")).unwrap_or_default();
            format!("{used}{unit} used, {held}{unit} held, Unlimited")
        }
    }
}

/// The parts of a bar side by side. It is never longer than its frame, however far they overshoot.
fn bars<const N: usize>(limit: i64, parts: [(&'static str, i64); N]) -> Vec<AnyView> {
    // In hundredths of a percent.
    const WHOLE: i128 = 10_000;
    let percent = |hundredths: i128| format!("{}.{:02}%", hundredths / 100, hundredths % 100);
    let mut start = 0;
    let bar = |(part, amount): (&'static str, i64)| {
        let width = (i128::from(amount) * WHOLE / i128::from(limit.max(1))).clamp(0, WHOLE - start);
        let (x, w) = (percent(start), percent(width));
        start += width;
        view! { <rect data-part=part x=x width=w height="8"></rect> }.into_any()
    };
    parts.into_iter().map(bar).collect()
}

fn meter(standing: &Standing, key: Key, requested: i64) -> AnyView {
    let (limit, used, held) = (standing.limit(key), standing.used.get(key), standing.held.get(key));
    let over = standing.free(key).is_some_and(|free| requested > free);
    let bars = bars(limit, [("used", used), ("held", held), ("requested", requested)]);
    view! {
        <li class="meter-row" data-over=over.then_some("")>
            <p class="meter-name">{key.label()}</p>
            <p class="meter-value">{meter_text(key, limit, used, held, requested)}</p>
            <svg class="meter" width="100%" height="8" aria-hidden="true">{bars}</svg>
        </li>
    }
    .into_any()
}

/// "24 used + 4 held + 8 requested of 64 GiB", for a limited key; parts that are zero are left out, except what is used.
fn meter_text(key: Key, limit: i64, used: i64, held: i64, requested: i64) -> String {
    let number = |amount: i64| key.number(amount);
    let mut text = format!("{} used", number(used));
    if held != 0 {
        text.push_str(&format!(" + {} held", number(held)));
    }
    if requested != 0 {
        text.push_str(&format!(" + {} requested", number(requested)));
    }
    let over = used + held + requested - limit;
    let over = if over > 0 && requested > 0 { format!(", over by {}", key.show(over)) } else { String::new() };
    format!("{text} of {}{over}", key.show(limit))
}

/// What the parts of the bars mean.
#[component]
pub fn MeterLegend(
    /// Nothing is asked for where the bars are.
    #[prop(optional)]
    standing: bool,
) -> impl IntoView {
    view! {
        <ul class="meter-legend">
            <li data-part="used">"Used"</li>
            <li data-part="held">"Held"</li>
            {(!standing).then(|| view! { <li data-part="requested">"Requested"</li> }.into_any())}
            <li data-part="free">"Free"</li>
        </ul>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_says_it_all() {
        assert_eq!(meter_text(Key::Vcpu, 64, 24, 4, 8), "24 used + 4 held + 8 requested of 64");
        assert_eq!(meter_text(Key::Memory, 128 * 1024, 48 * 1024, 0, 512), "48 used + 0.5 requested of 128 GiB");
        assert_eq!(meter_text(Key::Vcpu, 64, 60, 0, 8), "60 used + 8 requested of 64, over by 4");
    }

    #[test]
    fn a_standing_names_limit_used_held_and_free() {
        let standing = Standing {
            limits: [(Key::Memory, 128 * 1024)].into(),
            used: [(Key::Memory, 48 * 1024), (Key::Storage, 512)].into_iter().collect(),
            held: [(Key::Memory, 512)].into_iter().collect(),
            ..Standing::default()
        };
        assert_eq!(standing_text(&standing, Key::Memory), "48 used, 0.5 held, 79.5 free of 128 GiB");
        assert_eq!(standing_text(&standing, Key::Storage), "0.5 GiB used, 0 GiB held, Unlimited");
        assert_eq!(standing_text(&standing, Key::Rds), "0 used, 0 held, Unlimited");
        assert_eq!(standing.keys().0, [Key::Memory, Key::Storage]);
    }
}
