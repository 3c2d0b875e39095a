//! The few things asked of the browser itself. On the server none of them is ever called: effects don't run there.

#[cfg(feature = "hydrate")]
mod real {
    use crate::domain::time::{Millis, ago, utc_label};
    use leptos::prelude::*;
    use leptos::wasm_bindgen::prelude::Closure;
    use leptos::wasm_bindgen::{JsCast, JsValue};
    use leptos::web_sys::{FormData, HtmlElement, HtmlFormElement, HtmlInputElement, SubmitEvent};

    pub fn now() -> Millis {
        js_sys::Date::now() as Millis
    }

    /// `2026-11-24 09:05:09 UTC+01:00`: an instant in the person's own zone.
    pub fn local_label(at: Millis) -> String {
        let date = js_sys::Date::new(&(at as f64).into());
        let ahead = -(date.get_timezone_offset() as i64);
        let (sign, minutes) = (if ahead < 0 { '-' } else { '+' }, ahead.abs());
        let local = utc_label(at + ahead * 60_000);
        format!("{local}{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }

    /// Puts a notice with a link to the current address above everything, once. It is written without the framework, which
    /// may be what has stopped.
    pub fn offer_reload(notice: &str) -> Option<()> {
        const ID: &str = "stopped";
        let document = document();
        if document.get_element_by_id(ID).is_some() {
            return None;
        }
        let banner = document.create_element("div").ok()?;
        for (name, value) in
            [("id", ID), ("class", "banner"), ("data-place", "page"), ("data-tone", "danger"), ("role", "alert")]
        {
            banner.set_attribute(name, value).ok()?;
        }
        let text = document.create_element("p").ok()?;
        text.set_text_content(Some(notice));
        let link = document.create_element("a").ok()?;
        let location = window().location();
        link.set_attribute("href", &format!("{}{}", location.pathname().ok()?, location.search().ok()?)).ok()?;
        link.set_attribute("rel", "external").ok()?;
        link.set_text_content(Some("Reload it"));
        text.append_child(&link).ok()?;
        banner.append_child(&text).ok()?;
        document.body()?.prepend_with_node_1(&banner).ok()
    }

    /// Tells tests and styles that the page is awake.
    pub fn mark_hydrated() {
        if let Some(html) = document().document_element() {
            let _ = html.set_attribute("data-hydrated", "");
        }
    }

    pub fn close_popovers() {
        let Ok(open) = document().query_selector_all(":popover-open") else {
            return;
        };
        for i in 0..open.length() {
            if let Some(element) = open.item(i).and_then(|node| node.dyn_into::<HtmlElement>().ok()) {
                let _ = element.hide_popover();
            }
        }
    }

    pub fn focus(id: &str) {
        if let Some(element) = document().get_element_by_id(id).and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
            let _ = element.focus();
        }
    }

    /// Puts every control back to what the page says.
    pub fn reset(form: &HtmlFormElement) {
        form.reset();
    }

    /// A refused password is typed anew.
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
        let Ok(data) = leptos::form::form_data_from_event(event) else {
            return vec![];
        };
        let Ok(params) = leptos::web_sys::UrlSearchParams::new_with_str_sequence_sequence(&data) else {
            return vec![];
        };
        let encoded = params.to_string().as_string().unwrap_or_default();
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(&encoded).unwrap_or_default();
        pairs.into_iter().filter(|(name, _)| !name.is_empty()).collect()
    }

    /// The same with its files, and the files' names and sizes in bytes.
    pub fn form_data(event: &SubmitEvent, files: &str) -> Option<(FormData, Vec<(String, u64)>)> {
        let data = leptos::form::form_data_from_event(event).ok()?;
        let chosen = data.get_all(files).iter().map(|file| described(&file)).collect();
        Some((data, chosen))
    }

    /// What is chosen in the file control of this name.
    pub fn chosen_files(name: &str) -> Vec<(String, u64)> {
        let control = document().query_selector(&format!("[type=file][name={name}]")).ok().flatten();
        let files = control.and_then(|control| js_sys::Reflect::get(&control, &"files".into()).ok());
        files.map(|files| js_sys::Array::from(&files).iter().map(|file| described(&file)).collect()).unwrap_or_default()
    }

    fn described(file: &JsValue) -> (String, u64) {
        let get = |name: &str| js_sys::Reflect::get(file, &name.into()).unwrap_or_default();
        (get("name").as_string().unwrap_or_default(), get("size").as_f64().unwrap_or_default() as u64)
    }

    /// What the form around an event's target holds now.
    pub fn typed(event: &leptos::web_sys::Event) -> Vec<(String, String)> {
        let target = event.target().and_then(|t| t.dyn_into::<leptos::web_sys::Element>().ok());
        let form =
            target.and_then(|t| t.closest("form").ok().flatten()).and_then(|f| f.dyn_into::<HtmlFormElement>().ok());
        let Some(data) = form.and_then(|form| leptos::web_sys::FormData::new_with_form(&form).ok()) else {
            return vec![];
        };
        let Ok(params) = leptos::web_sys::UrlSearchParams::new_with_str_sequence_sequence(&data) else {
            return vec![];
        };
        serde_urlencoded::from_str(&params.to_string().as_string().unwrap_or_default()).unwrap_or_default()
    }

    /// A number and a ticked box in one row of a table say two things: what was used last stands, and the other gives way.
    pub fn one_of_two(event: &leptos::web_sys::Event) -> Option<()> {
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

    /// The values of the boxes that are ticked in the form of this id.
    pub fn ticked(form: &str) -> Vec<String> {
        let Ok(boxes) = document().query_selector_all(&format!("[form={form}]:checked")) else {
            return vec![];
        };
        let value = |i| boxes.item(i)?.dyn_into::<leptos::web_sys::Element>().ok()?.get_attribute("value");
        (0..boxes.length()).filter_map(value).collect()
    }

    /// How many boxes belong to the form of this id.
    pub fn boxes(form: &str) -> usize {
        let boxes = document().query_selector_all(&format!("[form={form}][type=checkbox]"));
        boxes.map_or(0, |boxes| boxes.length() as usize)
    }

    /// Ticks the boxes of the form of this id that `is_ticked` says of their value, and no others.
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

    fn control(name: &str) -> Option<leptos::web_sys::Element> {
        document().query_selector(&format!("main [name=\"{name}\"]")).ok().flatten()
    }

    /// What stands in the control of this name.
    pub fn text_in(name: &str) -> String {
        let value = control(name).and_then(|control| js_sys::Reflect::get(&control, &"value".into()).ok());
        value.and_then(|value| value.as_string()).unwrap_or_default()
    }

    /// Puts a text into the control of this name, unless something stands there. Tells whether there is such a control.
    pub fn fill(name: &str, text: &str) -> bool {
        let control = control(name);
        if let Some(control) = &control
            && text_in(name).is_empty()
        {
            let _ = js_sys::Reflect::set(control, &"value".into(), &text.into());
        }
        control.is_some()
    }

    /// Puts a text at the end of what stands in the control of this name, and the focus there.
    pub fn insert(name: &str, text: &str) {
        let before = text_in(name);
        let whole = if before.trim().is_empty() { text.to_owned() } else { format!("{}\n\n{text}", before.trim_end()) };
        if let Some(control) = control(name) {
            let _ = js_sys::Reflect::set(&control, &"value".into(), &whole.into());
            let _ = control.unchecked_into::<HtmlElement>().focus();
        }
    }

    fn drafts() -> Option<leptos::web_sys::Storage> {
        window().local_storage().ok().flatten()
    }

    /// What was typed under this key and not sent yet.
    pub fn draft(key: &str) -> Option<String> {
        drafts()?.get_item(key).ok()?.filter(|text| !text.is_empty())
    }

    pub fn keep_draft(key: &str, text: &str) {
        if text.is_empty() {
            drop_draft(key);
        } else if let Some(drafts) = drafts() {
            let _ = drafts.set_item(key, text);
        }
    }

    pub fn drop_draft(key: &str) {
        if let Some(drafts) = drafts() {
            let _ = drafts.remove_item(key);
        }
    }

    /// The form that an event is about.
    fn form_of(event: &SubmitEvent) -> Option<HtmlFormElement> {
        event.target()?.dyn_into().ok()
    }

    /// Whether the form changes something, and nobody has taken care of it yet.
    pub fn posts(event: &SubmitEvent) -> bool {
        !event.default_prevented() && form_of(event).is_some_and(|form| form.method() == "post")
    }

    /// The page that a form asks for, where it is one of ours and nobody has taken care of it yet.
    pub fn asked_page(event: &SubmitEvent) -> Option<String> {
        let form = form_of(event).filter(|form| !event.default_prevented() && form.method() == "get")?;
        form.get_attribute("action").filter(|_| !form.has_attribute("data-external"))
    }

    /// Tells every time on the page anew, from now on: how long ago it was, and in the person's own zone on hover.
    pub fn tell_times(now: Millis) {
        let Ok(times) = document().query_selector_all("time[datetime]") else {
            return;
        };
        for time in (0..times.length()).filter_map(|i| times.item(i)?.dyn_into::<leptos::web_sys::Element>().ok()) {
            let at = js_sys::Date::parse(&time.get_attribute("datetime").unwrap_or_default());
            if at.is_finite() {
                let at = at as Millis;
                let local = local_label(at);
                if time.has_attribute("data-exact") {
                    time.set_text_content(Some(&local));
                } else {
                    time.set_text_content(Some(&ago(at, now)));
                    let _ = time.set_attribute("title", &local);
                }
            }
        }
    }

    /// Whether the pressed button restates the page (`formmethod="get"`) instead of sending the form.
    pub fn restates(event: &SubmitEvent) -> bool {
        event.submitter().is_some_and(|button| button.get_attribute("formmethod").as_deref() == Some("get"))
    }

    /// The person's zone by its IANA name.
    pub fn zone() -> Option<String> {
        let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
        js_sys::Reflect::get(&format.resolved_options(), &"timeZone".into()).ok()?.as_string()
    }

    /// Puts a text on the clipboard and says whether that worked. Where the page isn't served over https, browsers have
    /// only the old way: marking what is to be copied.
    pub fn copy(text: &str, said: impl Fn(bool) + Copy + 'static) {
        let navigator = window().navigator();
        let clipboard = js_sys::Reflect::get(&navigator, &"clipboard".into()).ok().filter(|c| c.is_object());
        let promise = clipboard.and_then(|clipboard| {
            let write: js_sys::Function =
                js_sys::Reflect::get(&clipboard, &"writeText".into()).ok()?.dyn_into().ok()?;
            write.call1(&clipboard, &text.into()).ok()?.dyn_into::<js_sys::Promise>().ok()
        });
        let Some(promise) = promise else {
            said(copy_marked(text).is_some());
            return;
        };
        let done = Closure::once_into_js(move |_: JsValue| said(true));
        let failed = Closure::once_into_js(move |_: JsValue| said(false));
        let _ = js_sys::Reflect::get(&promise, &"then".into())
            .and_then(|then| then.unchecked_into::<js_sys::Function>().call2(&promise, &done, &failed));
    }

    fn copy_marked(text: &str) -> Option<()> {
        let area = document().create_element("textarea").ok()?;
        area.set_text_content(Some(text));
        // Outside an open dialog nothing can be marked.
        let place = document().query_selector("dialog[open] .dialog-footer").ok()??;
        place.append_child(&area).ok()?;
        let call = |object: &JsValue, name: &str, argument: &str| {
            let function: js_sys::Function = js_sys::Reflect::get(object, &name.into()).ok()?.dyn_into().ok()?;
            function.call1(object, &argument.into()).ok()
        };
        call(&area, "select", "");
        let copied = call(&document(), "execCommand", "copy");
        area.remove();
        copied.filter(|copied| copied.is_truthy()).map(drop)
    }

    /// Whether somebody types into the page, has typed something that isn't sent yet, or has opened a part of it.
    pub fn is_in_use() -> bool {
        let parts = "main :is(input, select, textarea):focus, main :popover-open, dialog[open]";
        is_there(parts) || holds_something_typed()
    }

    /// Whether the page has something that this selector finds.
    pub fn is_there(selector: &str) -> bool {
        matches!(document().query_selector(selector), Ok(Some(_)))
    }

    /// Whether a menu or another popover is open.
    pub fn has_open_menu() -> bool {
        is_there(":popover-open")
    }

    /// Whether a control of the page holds something else than the page says.
    fn holds_something_typed() -> bool {
        let Ok(controls) = document().query_selector_all("main :is(input:not([type=hidden]), select, textarea)") else {
            return false;
        };
        let get = |control: &JsValue, name: &str| js_sys::Reflect::get(control, &name.into()).unwrap_or_default();
        let differs = |control: &JsValue, now: &str, said: &str| get(control, now) != get(control, said);
        (0..controls.length()).filter_map(|i| controls.item(i)).any(|control| {
            let options = get(&control, "options");
            if options.is_undefined() {
                // A box without a value of its own has one of the browser's.
                let kind = get(&control, "type").as_string().unwrap_or_default();
                let is_box = kind == "checkbox" || kind == "radio";
                let (now, said) = if is_box { ("checked", "defaultChecked") } else { ("value", "defaultValue") };
                return differs(&control, now, said);
            }
            let options: Vec<JsValue> = js_sys::Array::from(&options).to_vec();
            // Where the page marks no option of a select for one, its first is meant.
            let says_nothing = !options.iter().any(|option| get(option, "defaultSelected").is_truthy());
            if says_nothing && get(&control, "multiple").is_falsy() {
                return get(&control, "selectedIndex").as_f64().is_some_and(|index| index > 0.0);
            }
            options.iter().any(|option| differs(option, "selected", "defaultSelected"))
        })
    }

    /// Leaves for the sign-in page and back. The server sends on at once whoever has another session by now.
    pub fn sign_in_again() {
        let location = window().location();
        let here = format!("{}{}", location.pathname().unwrap_or_default(), location.search().unwrap_or_default());
        let _ = location.assign(&format!("/login?next={}", js_sys::encode_uri_component(&here)));
    }

    /// A number from 0 up to 1.
    pub fn random() -> f64 {
        js_sys::Math::random()
    }

    /// What the page's head says under a name.
    pub fn meta(name: &str) -> Option<String> {
        let element = document().query_selector(&format!("meta[name={name}]")).ok()??;
        element.get_attribute("content")
    }

    /// What a text in base64 says; nothing if it is none.
    pub fn bytes(base64: &str) -> Vec<u8> {
        // Each character stands for a byte.
        window().atob(base64).unwrap_or_default().chars().map(|c| c as u8).collect()
    }

    /// The path of the page one is on.
    pub fn path() -> String {
        window().location().pathname().unwrap_or_default()
    }
}

#[cfg(not(feature = "hydrate"))]
mod real {
    use crate::domain::time::{Millis, utc_label};
    use leptos::web_sys::{Event, FormData, HtmlFormElement, SubmitEvent};

    pub fn now() -> Millis {
        0
    }
    pub fn bytes(_base64: &str) -> Vec<u8> {
        vec![]
    }
    pub fn local_label(at: Millis) -> String {
        utc_label(at)
    }
    pub fn close_popovers() {}
    pub fn focus(_id: &str) {}
    pub fn reset(_form: &HtmlFormElement) {}
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
    pub fn ticked(_form: &str) -> Vec<String> {
        vec![]
    }
    pub fn restates(_event: &SubmitEvent) -> bool {
        false
    }
    pub fn posts(_event: &SubmitEvent) -> bool {
        false
    }
    pub fn asked_page(_event: &SubmitEvent) -> Option<String> {
        None
    }
    pub fn tell_times(_now: Millis) {}
    pub fn is_in_use() -> bool {
        false
    }
    pub fn boxes(_form: &str) -> usize {
        0
    }
    pub fn tick(_form: &str, _is_ticked: &dyn Fn(&str) -> bool) {}
    pub fn sign_in_again() {}
    pub fn text_in(_name: &str) -> String {
        String::new()
    }
    pub fn fill(_name: &str, _text: &str) -> bool {
        true
    }
    pub fn is_there(_selector: &str) -> bool {
        false
    }
    pub fn insert(_name: &str, _text: &str) {}
    pub fn draft(_key: &str) -> Option<String> {
        None
    }
    pub fn keep_draft(_key: &str, _text: &str) {}
    pub fn drop_draft(_key: &str) {}
    pub fn has_open_menu() -> bool {
        false
    }
    pub fn random() -> f64 {
        0.0
    }
    pub fn path() -> String {
        String::new()
    }
    pub fn zone() -> Option<String> {
        None
    }
    pub fn copy(_text: &str, _said: impl Fn(bool) + Copy + 'static) {}
}

pub use real::{
    asked_page, boxes, bytes, chosen_files, clear_passwords, close_popovers, copy, draft, drop_draft, fill, focus,
    form_data, has_open_menu, insert, is_in_use, is_there, keep_draft, local_label, now, one_of_two, pairs, path,
    posts, random, reset, restates, sign_in_again, tell_times, text_in, tick, ticked, typed, zone,
};
#[cfg(feature = "hydrate")]
pub use real::{mark_hydrated, meta, offer_reload};
