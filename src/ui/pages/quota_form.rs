//! The dialog in which other limits are typed, a row per key: set at once, or asked for by a ticket.

use crate::domain::quota::{Key, Standing, UNLIMITED};
use crate::domain::quota_request::{LimitChange, LimitField, NoLimit, seen};
use crate::functions::quotas::ChangeQuota;
use crate::ui::browser;
use crate::ui::components::dialog::ChangeDialog;
use crate::ui::components::field::{Control, Field, FieldError};
use crate::ui::components::form::{FormState, Hidden, field_id, typed_before, use_change};
use crate::ui::paths::QUOTAS;
use crate::ui::query::{Query, use_query};
use crate::ui::restate::Pairs;
use crate::ui::views::Views;
use crate::wire::quotas::ScopeQuota;
use leptos::prelude::*;

const LIMITS: &str = "form[limits]";
/// In the address: the ticket whose request the form replaces.
pub const AMENDS: &str = "form[amends]";
/// In the address: the version of that ticket that was seen.
pub const VERSION: &str = "form[version]";

/// The dialog about one quota. Whether it changes the limits or applies for them is the server's to say.
pub fn quota_dialog(title: &'static str, quota: &ScopeQuota, keep: Query) -> AnyView {
    let change = use_change::<ChangeQuota>();
    let typed = typed_before::<ChangeQuota>().map(|typed| typed.pairs);
    let live = RwSignal::new(typed.unwrap_or_default());
    let (scope, id, back) = (quota.scope.key(), quota.id.clone(), keep.url(QUOTAS));
    let standing = quota.standing.clone();
    let query = use_query().get_untracked();
    let amends = query.get(AMENDS).map(|number| (number.to_owned(), query.text(VERSION)));
    let what = amends.as_ref().map(|(number, _)| format!(" This amends ticket {number}.")).unwrap_or_default();
    let about = format!("Of {}. Limits you leave as they are don't change.{what}", standing.scope);
    let on_input = move |event| {
        browser::one_of_two(&event);
        live.try_set(browser::typed(&event));
    };
    view! {
        <ChangeDialog change title about page=QUOTAS keep wide=true>
            <Hidden name="form[scope]" value=scope/>
            <Hidden name="form[id]" value=id/>
            <Hidden name="form[seen]" value=seen(&standing)/>
            <Hidden name="back" value=back/>
            {amends.map(|(number, version)| view! { <Hidden name="amends" value=number/><Hidden name="version" value=version/> }.into_any())}
            <div class="quota-form" id=field_id(LIMITS) tabindex="-1" on:input=on_input>
                {limits(&standing, live)}
            </div>
            <Field label="Reason" name="form[reason]" optional=true control=Control::Area help="Kept with the change. At most 2,000 characters."/>
        </ChangeDialog>
    }
    .into_any()
}

fn limits(standing: &Standing, live: RwSignal<Pairs>) -> AnyView {
    let problem = expect_context::<FormState>().problem(LIMITS);
    let (telling, silent) = standing.keys();
    let keys = telling.into_iter().chain(silent);
    let rows = keys.map(|key| row(key, standing.limit(key), standing.used.get(key), live)).views();
    view! {
        <FieldError problem id="limits-error"/>
        <table class="compare">
            <caption class="visually-hidden">"Limits"</caption>
            <thead>
                <tr>
                    <th scope="col">"Key"</th><th scope="col">"Current limit"</th><th scope="col">"Used"</th>
                    <th scope="col">"New"</th><th scope="col">"Unlimited"</th><th scope="col">"Delta"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(key: Key, limit: i64, used: i64, live: RwSignal<Pairs>) -> AnyView {
    let state = expect_context::<FormState>();
    let (value_name, unlimited_name) = (field_name(key, "value"), field_name(key, "unlimited"));
    let (id, unlimited_id) = (field_id(&value_name), field_id(&unlimited_name));
    let (error_id, unit_id) = (format!("{id}-error"), format!("{id}-unit"));
    let problem = state.problem(&value_name);
    let described_by = {
        let (error_id, unit_id) = (error_id.clone(), key.unit().map(|_| unit_id.clone()));
        move || {
            let ids = [unit_id.clone(), problem.with(Option::is_some).then(|| error_id.clone())];
            let ids: Vec<_> = ids.into_iter().flatten().collect();
            (!ids.is_empty()).then(|| ids.join(" "))
        }
    };
    let preset = LimitField::of(key, limit);
    let value = state.value(&value_name, &preset.value);
    let ticked = state.ticked(&unlimited_name, "on", preset.unlimited.is_some());
    let invalid = move || problem.with(Option::is_some).then_some("true");
    let input = view! {
        <input type="text" id=id.clone() name=value_name value=value inputmode="decimal" autocomplete="off" placeholder=" "
            aria-describedby=described_by aria-invalid=invalid/>
    };
    let input = match key.unit() {
        Some(unit) => {
            view! { <div class="input-unit">{input}<span class="unit" id=unit_id>{unit}</span></div> }.into_any()
        }
        None => input.into_any(),
    };
    let told = move || live.with(|typed| delta(key, limit, used, typed));
    let changed = move || told().is_some().then_some("");
    let sign = move || told().map(|(_, sign)| sign);
    let text = move || told().map_or_else(|| "-".to_owned(), |(text, _)| text);
    view! {
        <tr data-changed=changed>
            <th scope="row"><label for=id>{key.label()}</label></th>
            <td data-label="Current limit">{key.show(limit)}</td>
            <td data-label="Used">{key.show(used)}</td>
            <td data-label="New">{input}<FieldError problem id=error_id/></td>
            <td data-col="check">
                <div class="choice">
                    <input type="checkbox" id=unlimited_id.clone() name=unlimited_name value="on" checked=ticked/>
                    <label for=unlimited_id>"Unlimited"</label>
                </div>
            </td>
            <td class="delta" data-label="Delta" data-sign=sign>{text}</td>
        </tr>
    }
    .into_any()
}

/// The name of a row's field: `value` or `unlimited`.
pub fn field_name(key: Key, part: &str) -> String {
    format!("{LIMITS}[{}][{part}]", key.key())
}

/// The change that the row asks for so far, in words, and its sign (`plus` or `minus`); `None` while it changes
/// nothing.
fn delta(key: Key, old: i64, used: i64, typed: &Pairs) -> Option<(String, &'static str)> {
    let value = |name: String| typed.iter().find(|(n, _)| *n == name).map(|(_, value)| value.clone());
    let field = LimitField { value: value(field_name(key, "value"))?, unlimited: value(field_name(key, "unlimited")) };
    match field.limit(key, old) {
        Ok(new) if new == old => None,
        Ok(new) if new != UNLIMITED && new < used => Some(("below use".to_owned(), "minus")),
        Ok(new) => {
            let lower = new != UNLIMITED && (old == UNLIMITED || new < old);
            Some((LimitChange { key, old, new }.delta(), if lower { "minus" } else { "plus" }))
        }
        Err(NoLimit::NoNumber) => Some(("not a number".to_owned(), "minus")),
        Err(NoLimit::Contradiction) => Some(("number or Unlimited?".to_owned(), "minus")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delta_follows_what_is_typed() {
        let told = |value: &str, ticked: bool, old: i64| {
            let mut typed = vec![(field_name(Key::Vcpu, "value"), value.to_owned())];
            typed.extend(ticked.then(|| (field_name(Key::Vcpu, "unlimited"), "on".to_owned())));
            delta(Key::Vcpu, old, 40, &typed).map(|(text, sign)| format!("{text} {sign}"))
        };
        assert_eq!(told("64", false, 64), None);
        assert_eq!(told("80", false, 64).as_deref(), Some("+16 plus"));
        assert_eq!(told("50", false, 64).as_deref(), Some("-14 minus"));
        assert_eq!(told("30", false, 64).as_deref(), Some("below use minus"));
        assert_eq!(told("64", true, 64).as_deref(), Some("Unlimited plus"));
        assert_eq!(told("50", true, UNLIMITED).as_deref(), Some("limited to 50 minus"));
        assert_eq!(told("many", false, 64).as_deref(), Some("not a number minus"));
        assert_eq!(delta(Key::Vcpu, 64, 40, &vec![]), None, "before anything is typed");
    }
}
