//! How a quota stands: what is used, held, asked for and free, as bars with the numbers beside them.

use crate::domain::quota::{Amounts, Key, Standing, UNLIMITED};
use leptos::prelude::*;

/// The bars of every limited key a request touches, and which keys have no limit. The text says it all; the bar is
/// decoration.
pub fn meters(standing: &Standing, requested: &Amounts, columns: bool) -> AnyView {
    let (limited, free): (Vec<_>, Vec<_>) = requested.iter().partition(|(key, _)| standing.limit(*key) != UNLIMITED);
    let rows: Vec<_> = limited.into_iter().map(|(key, amount)| meter(standing, key, amount)).collect();
    let rows =
        (!rows.is_empty()).then(|| view! { <ul class="meters" data-flow=columns.then_some("columns")>{rows}</ul> });
    let free: Vec<_> = free.into_iter().map(|(key, _)| key.label()).collect();
    let free = (!free.is_empty()).then(|| view! { <p class="muted">{format!("Unlimited: {}", free.join(", "))}</p> });
    view! { <div class="stack">{rows}{free}</div> }.into_any()
}

fn meter(standing: &Standing, key: Key, requested: i64) -> AnyView {
    let (limit, used, held) = (standing.limit(key), standing.used.get(key), standing.held.get(key));
    let over = standing.free(key).is_some_and(|free| requested > free);
    // A bar is never longer than its frame, however far a request overshoots.
    let whole = limit.max(1) as f64;
    let mut start = 0.0_f64;
    let bars = [("used", used), ("held", held), ("requested", requested)].map(|(part, amount)| {
        let width = (amount as f64 / whole * 100.0).min(100.0 - start).max(0.0);
        let (x, w) = (format!("{start:.2}%"), format!("{width:.2}%"));
        start += width;
        view! { <rect data-part=part x=x width=w height="8"></rect> }
    });
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
    let number = |amount: i64| {
        let shown = key.show(amount);
        key.unit().and_then(|unit| shown.strip_suffix(unit)).map(|n| n.trim_end().to_owned()).unwrap_or(shown)
    };
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
pub fn MeterLegend() -> impl IntoView {
    view! {
        <ul class="meter-legend">
            <li data-part="used">"Used"</li>
            <li data-part="held">"Held"</li>
            <li data-part="requested">"Requested"</li>
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
}
