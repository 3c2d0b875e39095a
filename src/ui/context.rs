//! What every page shares: the frame's data, the last answer of a form, the counter that makes lists read again, toasts
//! and the clock.

use super::browser;
use super::components::error_page::ErrorPage;
use super::data::{Data, awaited, awaited_or, read};
use super::memo::{memo, prime_location};
use super::newest::Newest;
use super::query::{Query, use_query};
use crate::domain::bell::Counts;
use crate::domain::ids::TicketNumber;
use crate::domain::time::Millis;
use crate::functions::flash::get_flash;
use crate::functions::frame::get_frame;
use crate::wire::error::AppError;
use crate::wire::flash::Flash;
use crate::wire::frame::Frame;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use serde::de::DeserializeOwned;

/// Grows with every change made from this page; whatever reads the server tracks it and so reads again.
#[derive(Clone, Copy)]
pub struct Revision {
    page: RwSignal<u32>,
    /// Likewise, and with every hint as well, even while somebody uses the page: for what holds nothing to type in.
    live: RwSignal<u32>,
    frame: RwSignal<u32>,
    /// How many changes are on their way to the server.
    changing: StoredValue<u32>,
    /// What `page` was at the last hint that something on it changed elsewhere.
    hinted: StoredValue<u32>,
}

impl Revision {
    pub fn track(self) -> u32 {
        self.page.get()
    }

    pub fn track_live(self) -> u32 {
        self.live.get()
    }

    /// Reads again what follows every hint.
    pub fn bump_live(self) {
        self.live.try_update(|n| *n += 1);
    }

    pub fn bump(self) {
        self.page.update(|n| *n += 1);
        self.bump_live();
        self.bump_frame();
    }

    /// Reads the frame again, where another page comes anyway.
    pub fn bump_frame(self) {
        self.frame.try_update(|n| *n += 1);
    }

    /// A change was sent (`1`) or answered (`-1`).
    pub fn count_change(self, by: i32) {
        self.changing.try_update_value(|n| *n = n.saturating_add_signed(by));
    }

    /// While a change is on its way, its answer says what is read again.
    pub fn is_changing(self) -> bool {
        self.changing.try_get_value().is_some_and(|n| n > 0)
    }

    /// Something on the page changed elsewhere.
    pub fn note_hint(self) {
        if let Some(now) = self.page.try_get_untracked() {
            self.hinted.set_value(now);
        }
    }

    /// Reads again what the last hint was about, unless a change made here has had it read since.
    pub fn follow_hint(self) {
        if self.page.try_get_untracked() == self.hinted.try_get_value() {
            self.page.update(|n| *n += 1);
        }
    }
}

pub fn use_revision() -> Revision {
    expect_context()
}

#[derive(Clone, PartialEq, Eq)]
pub struct Toast {
    pub id: u32,
    pub message: String,
    pub failed: bool,
}

/// What succeeded (or didn't) a moment ago. A place whose message has gone stays, empty, until all have: what is left doesn't
/// move to another element, which would be read aloud again.
#[derive(Clone, Copy)]
pub struct Toasts {
    pub places: RwSignal<Vec<Option<Toast>>>,
    said: StoredValue<u32>,
}

impl Toasts {
    fn new() -> Toasts {
        Toasts { places: RwSignal::new(vec![]), said: StoredValue::new(0) }
    }

    pub fn say(self, message: String, failed: bool) {
        self.said.update_value(|said| *said += 1);
        let id = self.said.get_value();
        self.places.update(|places| places.push(Some(Toast { id, message, failed })));
        set_timeout(move || self.dismiss(id), std::time::Duration::from_secs(8));
    }

    pub fn dismiss(self, id: u32) {
        self.places.try_update(|places| {
            for place in places.iter_mut() {
                place.take_if(|toast| toast.id == id);
            }
            if places.iter().all(Option::is_none) {
                places.clear();
            }
        });
    }
}

/// Whether a form of this page was restated by a button (`edit=…`): the form that is rendered next puts its controls to what
/// the page says. It outlives the form, which may be made anew with its dialog.
#[derive(Clone, Copy)]
pub struct Restated(pub StoredValue<bool>);

/// The time that labels count from: the server's at rendering, then ticking in the browser.
#[derive(Clone, Copy)]
pub struct Clock(pub RwSignal<Option<Millis>>);

/// The answer that a form sent without scripts came back with.
#[derive(Clone, Copy)]
struct FlashAnswer(Data<Option<Flash>>);

/// Whether hints arrive, as far as this page knows.
#[derive(Clone, Copy)]
pub struct Live(StoredValue<bool>);

impl Live {
    pub fn new() -> Live {
        Live(StoredValue::new(false))
    }

    pub fn is_up(self) -> bool {
        self.0.try_get_value() == Some(true)
    }

    /// To be told as the line that brings hints comes and goes.
    pub fn is_now(self, up: bool) {
        self.0.try_set_value(up);
    }
}

/// Who writes in which support ticket, as far as this page was told last: its number, and whether it is its requester.
#[derive(Clone, Copy)]
pub struct Writing(pub RwSignal<Option<(TicketNumber, bool)>>);

#[derive(Clone, Copy)]
struct FrameData {
    data: Data<Frame>,
    /// What was read since because of a hint, and shows only in the counts.
    latest: RwSignal<Option<Frame>>,
    asked: Newest,
}

/// Provides what doesn't need anybody to be signed in. Call it once, inside the router.
pub fn provide_shared() {
    prime_location();
    provide_context(Revision {
        page: RwSignal::new(0),
        live: RwSignal::new(0),
        frame: RwSignal::new(0),
        changing: StoredValue::new(0),
        hinted: StoredValue::new(0),
    });
    provide_context(Live::new());
    provide_context(Writing(RwSignal::new(None)));
    provide_context(Toasts::new());
    provide_context(Clock(RwSignal::new(None)));
    provide_context(Restated(StoredValue::new(false)));
    let id = use_location().search.with_untracked(|search| Query::parse(search).get("flash").map(str::to_owned));
    provide_context(FlashAnswer(read(
        move || id.clone(),
        |id| async move {
            match id {
                Some(id) => get_flash(id).await,
                None => Ok(None),
            }
        },
    )));
}

/// Provides the frame's data to the pages inside the frame.
pub fn provide_frame() -> Data<Frame> {
    let revision = use_revision();
    let (latest, asked) = (RwSignal::new(None), Newest::new());
    let data = read(
        move || revision.frame.get(),
        move |_| async move {
            asked.supersede();
            let frame = get_frame().await;
            if latest.try_with_untracked(Option::is_some) == Some(true) {
                latest.set(None);
            }
            frame
        },
    );
    provide_context(FrameData { data, latest, asked });
    data
}

/// The bell's counts: those of a frame as it was rendered, then as they change. Not a derived signal, which would be gone
/// with a part that is rendered anew before what it shows is.
#[derive(Clone, Copy)]
pub struct LiveCounts {
    rendered: Counts,
    latest: RwSignal<Option<Frame>>,
}

impl LiveCounts {
    pub fn get(self) -> Counts {
        let latest = self.latest.try_with(|latest| latest.as_ref().map(|frame| frame.counts));
        latest.flatten().unwrap_or(self.rendered)
    }
}

pub fn use_counts(rendered: Counts) -> LiveCounts {
    LiveCounts { rendered, latest: expect_context::<FrameData>().latest }
}

/// Returns what reads the frame once more. New counts show in place, because rendering anew closes menus; `whole` is called
/// when there is more to show. Does nothing on a page without a frame.
pub fn refresh_frame(whole: impl Fn() + Copy + Send + Sync + 'static) -> impl Fn() + Copy + Send + Sync + 'static {
    let frame = use_context::<FrameData>();
    move || {
        let Some(FrameData { data, latest, asked }) = frame else { return };
        let read = async move { (data.wait_untracked().await, get_frame().await) };
        asked.ask(read, move |(shown, new)| match (shown, new) {
            // The next read tells that the server is out of reach.
            (_, Err(AppError::Unreachable)) => {}
            (Ok(shown), Ok(new)) => {
                if !shown.differs_only_in_counts(&new) {
                    whole();
                }
                latest.try_set(Some(new));
            }
            _ => whole(),
        });
    }
}

/// The answer of the last form, while the URL still speaks of it.
pub async fn flash_answer() -> Option<Flash> {
    let answer = expect_context::<FlashAnswer>().0;
    let current = use_location().search.with_untracked(|search| Query::parse(search).get("flash").is_some());
    if current { answer.wait().await.ok().flatten() } else { None }
}

/// Shows a view that needs nothing but the last form's answer.
pub fn with_flash(view: impl Fn() -> AnyView + Clone + Send + Sync + 'static) -> AnyView {
    awaited(move || {
        let view = view.clone();
        async move {
            provide_context(flash_answer().await);
            view()
        }
    })
}

/// Awaits a page's data (and the frame's, and the last form's answer), then shows it; a refusal becomes the error page.
pub fn loaded<T>(data: Data<T>, view: impl Fn(T, Frame) -> AnyView + Clone + Send + Sync + 'static) -> AnyView
where
    T: DeserializeOwned + Clone + Send + Sync + 'static,
{
    let FrameData { data: frame, latest, .. } = expect_context();
    awaited_or(skeleton, move || {
        let view = view.clone();
        async move {
            provide_context(flash_answer().await);
            // A new count of the bell alone doesn't render the page again.
            let frame = frame.wait_untracked().await;
            match (data.wait().await, frame) {
                (Ok(data), Ok(frame)) => view(data, latest.get_untracked().unwrap_or(frame)),
                (Err(error), _) | (_, Err(error)) => view! { <ErrorPage error/> }.into_any(),
            }
        }
    })
}

/// The size of what is coming, while it comes.
fn skeleton() -> AnyView {
    view! {
        <div class="stack" aria-busy="true">
            <span class="skeleton" data-size="medium"></span>
            <span class="skeleton" data-size="block"></span>
        </div>
    }
    .into_any()
}

/// Lets labels of time tick from the server's clock on.
pub fn start_clock(rendered_at: Millis) {
    let clock = expect_context::<Clock>().0;
    Effect::new(move |_| {
        let ahead = rendered_at - browser::now();
        let tick = move || {
            let now = browser::now() + ahead;
            clock.set(Some(now));
            browser::tell_times(now);
        };
        tick();
        if let Ok(interval) = set_interval_with_handle(tick, std::time::Duration::from_secs(20)) {
            on_cleanup(move || interval.clear());
        }
    });
}

/// What the address names, and the last it named once it names something else: a page that is about to go reads nothing
/// anew for that. `first` until it names anything.
pub fn kept<T>(named: impl Fn() -> Option<T> + Send + Sync + 'static, first: T) -> Signal<T>
where
    T: Copy + PartialEq + Send + Sync + 'static,
{
    memo(move |last: Option<&T>| named().unwrap_or_else(|| last.copied().unwrap_or(first))).into()
}

/// The list's part of the current query, read once.
pub fn lasting_query() -> Query {
    use_query().with_untracked(Query::lasting)
}

/// Reads a list again now and then while something in it is still on its way and nobody tells of changes, but not under
/// somebody's fingers: reading again renders again, which would take back what is typed into a filter and close its panel.
pub fn refetch_soon<T: 'static>(on_its_way: bool, data: Data<T>) {
    let live = expect_context::<Live>();
    Effect::new(move |_| {
        let look = move || {
            if !live.is_up() && !browser::is_in_use() {
                data.refetch();
            }
        };
        if on_its_way && let Ok(interval) = set_interval_with_handle(look, std::time::Duration::from_secs(5)) {
            on_cleanup(move || interval.clear());
        }
    });
}
