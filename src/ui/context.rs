//! What every page shares: the frame's data, the last answer of a form, the counter that makes lists read again, toasts
//! and the clock.

use super::browser;
use super::components::error_page::ErrorPage;
use super::data::{Data, awaited, awaited_or, read};
use super::memo::{memo, prime_location};
use super::newest::Newest;
use super::query::Query;
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

/// Counters that grow when something has to be read again: whatever reads the server tracks one of them. `page` grows
/// with every change made from this page, and with hints while nobody uses the page.
#[derive(Clone, Copy)]
pub struct Revision {
    page: RwSignal<u32>,
    /// Grows with every change made from this page and with every hint, even while somebody uses the page: for parts
    /// that hold nothing to type in.
    live: RwSignal<u32>,
    frame: RwSignal<u32>,
    /// How many changes are on their way to the server.
    changing: StoredValue<u32>,
    /// The value of `page` at the last hint that something on the page changed elsewhere.
    hinted: StoredValue<u32>,
}

impl Revision {
    pub fn track(self) -> u32 {
        self.page.get()
    }

    pub fn track_live(self) -> u32 {
        self.live.get()
    }

    /// Reads again the parts that follow every hint.
    pub fn bump_live(self) {
        self.live.try_update(|n| *n += 1);
    }

    pub fn bump(self) {
        self.page.update(|n| *n += 1);
        self.bump_live();
        self.bump_frame();
    }

    /// Reads and renders the frame again, but not the page.
    pub fn bump_frame(self) {
        self.frame.try_update(|n| *n += 1);
    }

    /// Counts a change that was sent (`1`) or answered (`-1`).
    pub fn count_change(self, by: i32) {
        self.changing.try_update_value(|n| *n = n.saturating_add_signed(by));
    }

    /// Whether a change is on its way to the server. Hints wait for its answer, which says what is read again.
    pub fn is_changing(self) -> bool {
        self.changing.try_get_value().is_some_and(|n| n > 0)
    }

    /// Notes a hint that something on the page changed elsewhere.
    pub fn note_hint(self) {
        if let Some(now) = self.page.try_get_untracked() {
            self.hinted.set_value(now);
        }
    }

    /// Reads the page again because of the last hint, unless a change made here has had it read since.
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

/// Messages about what succeeded or failed a moment ago. A place whose message has gone stays, empty, until all have
/// gone: if a message moved to another element, screen readers would read it again.
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

/// Whether a form of this page was restated by a button (`edit=…`). If so, the form that is rendered next puts its
/// controls to what the page says. This outlives the form, which may be made anew with its dialog.
#[derive(Clone, Copy)]
pub struct Restated(pub StoredValue<bool>);

/// The time that labels count from: the server's at rendering, then ticking in the browser.
#[derive(Clone, Copy)]
pub struct Clock(pub RwSignal<Option<Millis>>);

/// What the clock says once it ticks. On the server it never does, and isn't looked for at each time of a list.
pub fn ticking() -> Option<Millis> {
    if cfg!(feature = "ssr") { None } else { expect_context::<Clock>().0.get_untracked() }
}

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

    /// Notes that the line that brings hints is up, or down.
    pub fn is_now(self, up: bool) {
        self.0.try_set_value(up);
    }
}

/// The last hint that somebody is writing: the number of the support ticket, and whether its requester is writing.
#[derive(Clone, Copy)]
pub struct Writing(pub RwSignal<Option<(TicketNumber, bool)>>);

#[derive(Clone, Copy)]
struct FrameData {
    data: Data<Frame>,
    /// The frame as it was read since because of a hint; only its counts are shown.
    latest: RwSignal<Option<Frame>>,
    asked: Newest,
}

/// Provides the contexts that also pages without a signed-in person need. Call it once, inside the router.
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

/// The bell's counts: as the frame was rendered, then as they change. This isn't a derived signal, because such a
/// signal would end with the part of the page that made it, before what shows it does.
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

/// Returns a function that reads the frame once more. New counts show in place, because rendering anew closes menus;
/// `whole` is called when more than the counts differs. Does nothing on a page without a frame.
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

/// The answer to the last form, while the URL still names it.
pub async fn flash_answer() -> Option<Flash> {
    let answer = expect_context::<FlashAnswer>().0;
    let current = use_location().search.with_untracked(|search| Query::parse(search).get("flash").is_some());
    if current { answer.wait().await.ok().flatten() } else { None }
}

/// Shows a view that needs nothing but the answer to the last form.
pub fn with_flash(view: impl Fn() -> AnyView + Clone + Send + Sync + 'static) -> AnyView {
    awaited(move || {
        let view = view.clone();
        async move {
            provide_context(flash_answer().await);
            view()
        }
    })
}

/// Shows a view that needs the frame, and the last form's answer.
pub fn with_frame(view: impl Fn(Frame) -> AnyView + Clone + Send + Sync + 'static) -> AnyView {
    let FrameData { data: frame, .. } = expect_context();
    awaited(move || {
        let view = view.clone();
        async move {
            provide_context(flash_answer().await);
            match frame.wait_untracked().await {
                Ok(frame) => view(frame),
                Err(error) => view! { <ErrorPage error/> }.into_any(),
            }
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
            // Untracked: a new count of the bell alone must not render the page again.
            let frame = frame.wait_untracked().await;
            match (data.wait().await, frame) {
                (Ok(data), Ok(frame)) => view(data, latest.get_untracked().unwrap_or(frame)),
                (Err(error), _) | (_, Err(error)) => view! { <ErrorPage error/> }.into_any(),
            }
        }
    })
}

/// Placeholders of about the page's size, shown while it loads.
fn skeleton() -> AnyView {
    view! {
        <div class="stack" aria-busy="true">
            <span class="skeleton" data-size="medium"></span>
            <span class="skeleton" data-size="block"></span>
        </div>
    }
    .into_any()
}

/// Keeps the labels of times ticking, from the server's clock on.
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

/// What the address names, as read by `named`. Once it names nothing of this kind any more, because the page is being
/// left, the last value stays, so that nothing is read anew. `first` is the value until it names something.
pub fn kept<T>(named: impl Fn() -> Option<T> + Send + Sync + 'static, first: T) -> Signal<T>
where
    T: Copy + PartialEq + Send + Sync + 'static,
{
    memo(move |last: Option<&T>| named().unwrap_or_else(|| last.copied().unwrap_or(first))).into()
}

/// The part of the current query that belongs to the list, read once.
pub fn lasting_query() -> Query {
    use_location().search.with_untracked(|search| Query::parse(search).lasting())
}

/// Reads a list again every 5 seconds while something in it is on its way and no hints arrive. It waits while somebody
/// uses the page: reading again renders again, which would undo what is typed into a filter and close its panel.
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
