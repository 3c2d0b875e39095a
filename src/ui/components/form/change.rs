//! A change that a page offers: sending its form, and what came of it.

use crate::ui::context::{Restated, Revision, Toasts, use_revision};
use crate::ui::post::post;
use crate::ui::query::Query;
use crate::ui::{browser, server_side};
use crate::wire::Reply;
use crate::wire::error::AppError;
use crate::wire::session::MADE_FOR;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::task::spawn_local;
use leptos::web_sys::SubmitEvent;
use leptos_router::NavigateOptions;
use std::pin::Pin;

/// A server function that a form calls. The form's fields are its arguments, sent as they stand: of the function itself the
/// browser half needs only the address, so that a form more costs it next to nothing.
pub trait ChangeFn: ServerFn<Output = Reply, Error = AppError> {}
impl<S> ChangeFn for S where S: ServerFn<Output = Reply, Error = AppError> {}

/// What comes of a form that was sent.
pub type Sending = Pin<Box<dyn Future<Output = Result<Reply, AppError>>>>;
/// Sends what a form holds to an address, for an account.
pub type Sender = fn(&'static str, Option<String>, &SubmitEvent) -> Sending;

/// One kind of change a page offers, and what became of the last try.
#[derive(Clone, Copy)]
pub struct Change {
    pub(super) url: &'static str,
    pub(super) answer: RwSignal<Option<Result<Reply, AppError>>>,
    pub(super) pending: RwSignal<bool>,
    /// It is only a button: a refusal is said in a toast too.
    says_refusals: bool,
    /// Its form signs somebody in, so it acts for nobody, and what comes next is a page of theirs.
    signs_in: bool,
    /// How its form is sent where that isn't by its fields alone.
    pub(super) sender: Option<Sender>,
    toasts: Toasts,
    revision: Revision,
    pub(super) restated: StoredValue<bool>,
    on_done: StoredValue<Option<Box<dyn Fn() + Send + Sync>>>,
}

/// Prepares a change whose form says itself why it was refused. What it did is said in a toast, and everything on the
/// page is read again.
pub fn use_change<S: ChangeFn>() -> Change {
    prepare(S::url(), false)
}

/// Prepares a change that is only a button: a refusal is said in a toast too.
pub fn use_button_change<S: ChangeFn>() -> Change {
    prepare(S::url(), true)
}

fn prepare(url: &'static str, says_refusals: bool) -> Change {
    Change {
        url,
        answer: RwSignal::new(None),
        pending: RwSignal::new(false),
        says_refusals,
        signs_in: false,
        sender: None,
        toasts: expect_context(),
        revision: use_revision(),
        restated: expect_context::<Restated>().0,
        on_done: StoredValue::new(None),
    }
}

impl Change {
    /// Does something more once it succeeded.
    pub fn on_done(self, act: impl Fn() + Send + Sync + 'static) {
        self.on_done.set_value(Some(Box::new(act)));
    }

    /// Its form has files, and `sender` sends it.
    pub fn with_files(self, sender: Sender) -> Change {
        Change { sender: Some(sender), ..self }
    }

    /// Its form signs somebody in.
    pub fn signing_in(self) -> Change {
        Change { signs_in: true, ..self }
    }

    /// The account that its forms act for: the server refuses them once somebody else is signed in in this browser.
    fn made_for(self) -> Option<String> {
        server_side::made_for().filter(|_| !self.signs_in)
    }

    /// The address that the browser sends its forms to where there are no scripts.
    pub fn action(self) -> String {
        match self.made_for() {
            Some(id) => format!("{}?{MADE_FOR}={id}", self.url),
            None => self.url.to_owned(),
        }
    }

    /// Whether a form of it is on its way.
    pub fn is_pending(self) -> bool {
        self.pending.try_get().unwrap_or(false)
    }

    /// Sends the form, unless it is on its way already; says what came of it and goes where the reply says.
    pub fn send(self, event: &SubmitEvent, navigate: impl Fn(&str, NavigateOptions) + 'static) {
        if self.pending.try_get_untracked() != Some(false) {
            return;
        }
        self.pending.set(true);
        self.revision.count_change(1);
        let page = browser::path();
        let sending = match self.sender {
            Some(sender) => sender(self.url, self.made_for(), event),
            None => Box::pin(post(self.url, browser::pairs(event), self.made_for())),
        };
        spawn_local(async move {
            let answer = sending.await;
            let end = move || {
                self.revision.count_change(-1);
                self.pending.try_set(false);
            };
            match &answer {
                Ok(Reply::Done(done)) if done.stays => {
                    self.say(done.message.clone(), false);
                    end();
                }
                // The page is nobody's, or that of the person before.
                Ok(Reply::Done(done)) if self.signs_in => browser::load(&done.location),
                Ok(Reply::Done(done)) => {
                    self.say(done.message.clone(), false);
                    self.on_done.try_with_value(|act| act.as_ref().map(|act| act()));
                    // The page that comes next reads what it needs by itself; this one may not even be the person's any more.
                    if Query::path_of(&done.location) == browser::path() {
                        self.revision.bump();
                    } else {
                        self.revision.bump_frame();
                    }
                    let location = done.location.clone();
                    // In a moment, so that whatever shows the answer is up to date before its page may go away. Somebody
                    // who has gone to another page meanwhile stays there.
                    request_animation_frame(move || {
                        if browser::path() == page {
                            navigate(&location, NavigateOptions::default());
                        }
                        end();
                    });
                }
                Ok(Reply::Refused(error)) | Err(error) => {
                    if self.says_refusals {
                        self.say(error.to_string(), true);
                        self.revision.bump();
                    }
                    end();
                }
            }
            self.answer.try_set(Some(answer));
        });
    }

    fn say(self, message: String, failed: bool) {
        browser::close_popovers();
        self.toasts.say(message, failed);
    }
}
