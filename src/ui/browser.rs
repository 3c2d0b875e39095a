//! The few things asked of the browser itself: the clock, the page and its address, the clipboard, drafts. `forms` has
//! what is asked of forms. The server's versions answer as if nothing were there: effects and events, which call them, don't run on it.

mod forms;

pub use forms::{
    asked_page, begin, boxes, choice_in, choose, chosen_files, clear_passwords, fill, form_data, holds, insert,
    is_in_use, one_of_two, pairs, posts, reset, restates, text_in, tick, ticked, typed,
};

#[cfg(feature = "hydrate")]
mod real {
    use crate::domain::time::{Millis, ago, utc_label};
    use leptos::prelude::*;
    use leptos::wasm_bindgen::prelude::Closure;
    use leptos::wasm_bindgen::{JsCast, JsValue};
    use leptos::web_sys::{Element, HtmlElement};

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

    fn drafts() -> Option<leptos::web_sys::Storage> {
        window().local_storage().ok().flatten()
    }

    /// What was typed under this key and not sent yet.
    pub fn draft(key: &str) -> Option<String> {
        drafts()?.get_item(key).ok()?.filter(|text| !text.is_empty())
    }

    /// Keeps a text under this key until it is sent; `false` if there was no room for it.
    pub fn keep_draft(key: &str, text: &str) -> bool {
        if text.is_empty() {
            drop_draft(key);
            return true;
        }
        drafts().is_some_and(|drafts| drafts.set_item(key, text).is_ok())
    }

    pub fn drop_draft(key: &str) {
        if let Some(drafts) = drafts() {
            let _ = drafts.remove_item(key);
        }
    }

    /// Writes every time on the page anew: how long ago it was at `now`, with the time in the person's own zone on
    /// hover. Times with `data-exact` show the latter.
    pub fn tell_times(now: Millis) {
        let Ok(times) = document().query_selector_all("time[datetime]") else {
            return;
        };
        for time in (0..times.length()).filter_map(|i| times.item(i)?.dyn_into::<Element>().ok()) {
            let at = js_sys::Date::parse(&time.get_attribute("datetime").unwrap_or_default());
            if at.is_finite() {
                let at = at as Millis;
                let local = local_label(at);
                let is_exact = time.has_attribute("data-exact");
                let told = if is_exact { local.clone() } else { ago(at, now) };
                // A text that is written again, though it is the same, may be read aloud again.
                if time.text_content().as_deref() != Some(told.as_str()) {
                    time.set_text_content(Some(&told));
                }
                if !is_exact {
                    let _ = time.set_attribute("title", &local);
                }
            }
        }
    }

    /// The person's zone by its IANA name.
    pub fn zone() -> Option<String> {
        let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
        js_sys::Reflect::get(&format.resolved_options(), &"timeZone".into()).ok()?.as_string()
    }

    /// Puts a text on the clipboard and calls `said` with whether that worked. In a page that isn't served over https,
    /// browsers have only the old way: selecting the text that is to be copied.
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
        // While a dialog is open, nothing outside it can be selected.
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

    /// Whether the page has something that this selector finds.
    pub fn is_there(selector: &str) -> bool {
        matches!(document().query_selector(selector), Ok(Some(_)))
    }

    /// Whether a menu or another popover is open.
    pub fn has_open_menu() -> bool {
        is_there(":popover-open")
    }

    /// Leaves for the sign-in page, which leads back here. If the person has another session by now, the server sends
    /// them back at once.
    pub fn sign_in_again() {
        let location = window().location();
        let here = format!("{}{}", location.pathname().unwrap_or_default(), location.search().unwrap_or_default());
        let _ = location.assign(&format!("/login?next={}", js_sys::encode_uri_component(&here)));
    }

    /// Loads a page as a new document.
    pub fn load(page: &str) {
        let _ = window().location().assign(page);
    }

    /// A number from 0 up to 1.
    pub fn random() -> f64 {
        js_sys::Math::random()
    }

    /// The content of the `meta` element of this name in the page's head.
    pub fn meta(name: &str) -> Option<String> {
        let element = document().query_selector(&format!("meta[name={name}]")).ok()??;
        element.get_attribute("content")
    }

    /// The bytes of a text in base64; none if it isn't base64.
    pub fn bytes(base64: &str) -> Vec<u8> {
        // Each character stands for a byte.
        window().atob(base64).unwrap_or_default().chars().map(|c| c as u8).collect()
    }

    /// The path of the current page.
    pub fn path() -> String {
        window().location().pathname().unwrap_or_default()
    }
}

#[cfg(not(feature = "hydrate"))]
mod real {
    use crate::domain::time::{Millis, utc_label};

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
    pub fn tell_times(_now: Millis) {}
    pub fn sign_in_again() {}
    pub fn load(_page: &str) {}
    pub fn is_there(_selector: &str) -> bool {
        false
    }
    pub fn draft(_key: &str) -> Option<String> {
        None
    }
    pub fn keep_draft(_key: &str, _text: &str) -> bool {
        true
    }
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
    bytes, close_popovers, copy, draft, drop_draft, focus, has_open_menu, is_there, keep_draft, load, local_label, now,
    path, random, sign_in_again, tell_times, zone,
};
#[cfg(feature = "hydrate")]
pub use real::{mark_hydrated, meta, offer_reload};
