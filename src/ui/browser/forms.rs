//! Reading and changing what the forms of a page hold. Part of `browser`.

#[cfg(feature = "hydrate")]
mod real {
    use crate::ui::browser::is_there;
    use leptos::prelude::*;
    use leptos::wasm_bindgen::{JsCast, JsValue};
    use leptos::web_sys::{
        Element, Event, FormData, HtmlElement, HtmlFormElement, HtmlInputElement, SubmitEvent, UrlSearchParams,
    };

    /// Puts every control back to what it was rendered with.
    pub fn reset(form: &HtmlFormElement) {
        form.reset();
    }

    /// Focuses the control with `autofocus`, unless something has the focus already. Browsers look for `autofocus` only
    /// in pages that they load themselves.
    pub fn begin(form: &HtmlFormElement) {
        let is_free =
            document().active_element().is_none_or(|place| place.tag_name() == "BODY" || place.id() == "main");
        let first = form.query_selector("[autofocus]").ok().flatten().filter(|_| is_free);
        if let Some(field) = first.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
            let _ = field.focus();
        }
    }

    /// Empties the password fields: after a refusal passwords are typed again.
    pub fn clear_passwords(form: &HtmlFormElement) {
        let Ok(fields) = form.query_selector_all("input[type=password]") else {
            return;
        };
        for i in 0..fields.length() {
            if let Some(field) = fields.item(i).and_then(|node| node.dyn_into::<HtmlInputElement>().ok()) {
                field.set_value("");
            }
        }
    }

    /// What a form sends: the pairs of its controls and of the button that was pressed.
    pub fn pairs(event: &SubmitEvent) -> Vec<(String, String)> {
        let mut pairs = leptos::form::form_data_from_event(event).map(|data| read(&data)).unwrap_or_default();
        pairs.retain(|(name, _)| !name.is_empty());
        pairs
    }

    /// What a form sends together with its files; and the names and sizes in bytes of the files in the control named
    /// `files`.
    pub fn form_data(event: &SubmitEvent, files: &str) -> Option<(FormData, Vec<(String, u64)>)> {
        let data = leptos::form::form_data_from_event(event).ok()?;
        let chosen = data.get_all(files).iter().map(|file| described(&file)).collect();
        Some((data, chosen))
    }

    fn read(data: &FormData) -> Vec<(String, String)> {
        let params = UrlSearchParams::new_with_str_sequence_sequence(data).ok();
        let encoded = params.and_then(|params| params.to_string().as_string()).unwrap_or_default();
        serde_urlencoded::from_str(&encoded).unwrap_or_default()
    }

    /// Names and sizes in bytes of the files that are chosen in the file control of this name.
    pub fn chosen_files(name: &str) -> Vec<(String, u64)> {
        let control = document().query_selector(&format!("[type=file][name={name}]")).ok().flatten();
        let files = control.and_then(|control| js_sys::Reflect::get(&control, &"files".into()).ok());
        files.map(|files| js_sys::Array::from(&files).iter().map(|file| described(&file)).collect()).unwrap_or_default()
    }

    fn described(file: &JsValue) -> (String, u64) {
        let get = |name: &str| js_sys::Reflect::get(file, &name.into()).unwrap_or_default();
        (get("name").as_string().unwrap_or_default(), get("size").as_f64().unwrap_or_default() as u64)
    }

    /// The pairs that the form around an event's target holds now.
    pub fn typed(event: &Event) -> Vec<(String, String)> {
        let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
        let form =
            target.and_then(|t| t.closest("form").ok().flatten()).and_then(|f| f.dyn_into::<HtmlFormElement>().ok());
        form.and_then(|form| FormData::new_with_form(&form).ok()).map(|data| read(&data)).unwrap_or_default()
    }

    /// Keeps a number and a tick in one row of a table from saying two things: the control that was used last stays,
    /// the other one is emptied or put back.
    pub fn one_of_two(event: &Event) -> Option<()> {
        let used = event.target()?.dyn_into::<HtmlInputElement>().ok()?;
        let is_box = used.type_() == "checkbox";
        let other = if is_box { "[type=text]" } else { "[type=checkbox]" };
        let other = used.closest("tr").ok()??.query_selector(other).ok()??.dyn_into::<HtmlInputElement>().ok()?;
        match is_box {
            true if used.checked() => other.set_value(""),
            true => other.set_value(&other.default_value()),
            false => other.set_checked(used.value().is_empty() && other.default_checked()),
        }
        Some(())
    }

    /// The boxes that are ticked in the form of this id: each box's value and its group (`data-group`).
    pub fn ticked(form: &str) -> Vec<(String, String)> {
        let Ok(boxes) = document().query_selector_all(&format!("[form={form}]:checked")) else {
            return vec![];
        };
        let one = |i| {
            let one = boxes.item(i)?.dyn_into::<Element>().ok()?;
            Some((one.get_attribute("value")?, one.get_attribute("data-group").unwrap_or_default()))
        };
        (0..boxes.length()).filter_map(one).collect()
    }

    /// How many boxes belong to the form of this id.
    pub fn boxes(form: &str) -> usize {
        let boxes = document().query_selector_all(&format!("[form={form}][type=checkbox]"));
        boxes.map_or(0, |boxes| boxes.length() as usize)
    }

    /// Ticks those boxes of the form of this id for whose value `is_ticked` is true, and unticks all others.
    pub fn tick(form: &str, is_ticked: &dyn Fn(&str) -> bool) {
        let Ok(boxes) = document().query_selector_all(&format!("[form={form}][type=checkbox]")) else {
            return;
        };
        for i in 0..boxes.length() {
            if let Some(found) = boxes.item(i).and_then(|node| node.dyn_into::<HtmlInputElement>().ok()) {
                found.set_checked(is_ticked(&found.value()));
            }
        }
    }

    fn control(name: &str) -> Option<Element> {
        document().query_selector(&format!("main [name=\"{name}\"]")).ok().flatten()
    }

    /// The value of the control of this name; empty if there is no such control.
    pub fn text_in(name: &str) -> String {
        let value = control(name).and_then(|control| js_sys::Reflect::get(&control, &"value".into()).ok());
        value.and_then(|value| value.as_string()).unwrap_or_default()
    }

    /// Whether the page has a control of this name.
    pub fn holds(name: &str) -> bool {
        control(name).is_some()
    }

    /// Puts a text into the control of this name.
    pub fn fill(name: &str, text: &str) {
        if let Some(control) = control(name) {
            let _ = js_sys::Reflect::set(&control, &"value".into(), &text.into());
        }
    }

    /// The value that is chosen in the select, or by the box, of this name; empty if the box isn't ticked.
    pub fn choice_in(name: &str) -> String {
        let is_ticked = |control: &Element| control.matches(":not([type=checkbox]), :checked").unwrap_or(false);
        if control(name).as_ref().is_some_and(is_ticked) { text_in(name) } else { String::new() }
    }

    /// Chooses this value in the select, or ticks the box, of this name; `false` if there is no such control.
    pub fn choose(name: &str, value: &str) -> bool {
        let control = control(name);
        match control.as_ref().and_then(|control| control.dyn_ref::<HtmlInputElement>()) {
            Some(input) => input.set_checked(true),
            None => fill(name, value),
        }
        control.is_some()
    }

    /// Adds a text at the end of the control of this name and focuses it.
    pub fn insert(name: &str, text: &str) {
        let before = text_in(name);
        let whole = if before.trim().is_empty() { text.to_owned() } else { format!("{}\n\n{text}", before.trim_end()) };
        if let Some(control) = control(name) {
            let _ = js_sys::Reflect::set(&control, &"value".into(), &whole.into());
            let _ = control.unchecked_into::<HtmlElement>().focus();
        }
    }

    /// The form that an event is about.
    fn form_of(event: &SubmitEvent) -> Option<HtmlFormElement> {
        event.target()?.dyn_into().ok()
    }

    /// Whether the form is sent by POST and no other listener has handled the event yet.
    pub fn posts(event: &SubmitEvent) -> bool {
        !event.default_prevented() && form_of(event).is_some_and(|form| form.method() == "post")
    }

    /// The page that a form asks for by GET. `None` if another listener has handled the event, or if the browser is to
    /// load the page itself (`data-external`).
    pub fn asked_page(event: &SubmitEvent) -> Option<String> {
        let form = form_of(event).filter(|form| !event.default_prevented() && form.method() == "get")?;
        form.get_attribute("action").filter(|_| !form.has_attribute("data-external"))
    }

    /// Whether the pressed button restates the page (`formmethod="get"`) instead of sending the form.
    pub fn restates(event: &SubmitEvent) -> bool {
        event.submitter().is_some_and(|button| button.get_attribute("formmethod").as_deref() == Some("get"))
    }

    /// Whether somebody types into the page, has typed something that isn't sent yet, or has opened a part of it.
    pub fn is_in_use() -> bool {
        let parts = "main :is(input, select, textarea):focus, main :popover-open, dialog[open]";
        is_there(parts) || holds_something_typed()
    }

    /// Whether a control of the page holds something else than it was rendered with.
    fn holds_something_typed() -> bool {
        let Ok(controls) = document().query_selector_all("main :is(input:not([type=hidden]), select, textarea)") else {
            return false;
        };
        let get = |control: &JsValue, name: &str| js_sys::Reflect::get(control, &name.into()).unwrap_or_default();
        let differs = |control: &JsValue, now: &str, said: &str| get(control, now) != get(control, said);
        (0..controls.length()).filter_map(|i| controls.item(i)).any(|control| {
            let options = get(&control, "options");
            if options.is_undefined() {
                // Of a box the tick is compared: its value, where the page gives none, is one of the browser's.
                let kind = get(&control, "type").as_string().unwrap_or_default();
                let is_box = kind == "checkbox" || kind == "radio";
                let (now, said) = if is_box { ("checked", "defaultChecked") } else { ("value", "defaultValue") };
                return differs(&control, now, said);
            }
            let options: Vec<JsValue> = js_sys::Array::from(&options).to_vec();
            // If the page marks no option of a select as selected, the browser selects the first.
            let says_nothing = !options.iter().any(|option| get(option, "defaultSelected").is_truthy());
            if says_nothing && get(&control, "multiple").is_falsy() {
                return get(&control, "selectedIndex").as_f64().is_some_and(|index| index > 0.0);
            }
            options.iter().any(|option| differs(option, "selected", "defaultSelected"))
        })
    }
}

#[cfg(not(feature = "hydrate"))]
mod real {
    use leptos::web_sys::{Event, FormData, HtmlFormElement, SubmitEvent};

    pub fn reset(_form: &HtmlFormElement) {}
    pub fn begin(_form: &HtmlFormElement) {}
    pub fn clear_passwords(_form: &HtmlFormElement) {}
    pub fn pairs(_event: &SubmitEvent) -> Vec<(String, String)> {
        vec![]
    }
    pub fn form_data(_event: &SubmitEvent, _files: &str) -> Option<(FormData, Vec<(String, u64)>)> {
        None
    }
    pub fn chosen_files(_name: &str) -> Vec<(String, u64)> {
        vec![]
    }
    pub fn typed(_event: &Event) -> Vec<(String, String)> {
        vec![]
    }
    pub fn one_of_two(_event: &Event) -> Option<()> {
        None
    }
    pub fn ticked(_form: &str) -> Vec<(String, String)> {
        vec![]
    }
    pub fn boxes(_form: &str) -> usize {
        0
    }
    pub fn tick(_form: &str, _is_ticked: &dyn Fn(&str) -> bool) {}
    pub fn text_in(_name: &str) -> String {
        String::new()
    }
    pub fn holds(_name: &str) -> bool {
        false
    }
    pub fn fill(_name: &str, _text: &str) {}
    pub fn choice_in(_name: &str) -> String {
        String::new()
    }
    pub fn choose(_name: &str, _value: &str) -> bool {
        true
    }
    pub fn insert(_name: &str, _text: &str) {}
    pub fn posts(_event: &SubmitEvent) -> bool {
        false
    }
    pub fn asked_page(_event: &SubmitEvent) -> Option<String> {
        None
    }
    pub fn restates(_event: &SubmitEvent) -> bool {
        false
    }
    pub fn is_in_use() -> bool {
        false
    }
}

pub use real::{
    asked_page, begin, boxes, choice_in, choose, chosen_files, clear_passwords, fill, form_data, holds, insert,
    is_in_use, one_of_two, pairs, posts, reset, restates, text_in, tick, ticked, typed,
};
