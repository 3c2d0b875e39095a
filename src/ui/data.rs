//! What pages read from the server. All of it travels through one type of resource, of a value whose type only its reader
//! knows: a resource of its own for each would make the browser half a good deal larger.

use super::browser;
use super::server_side::{built_once, carried};
use crate::wire::codec;
use crate::wire::error::AppError;
use leptos::prelude::codee::string::FromToStringCodec;
use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::any::Any;
use std::convert::Infallible;
use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Something read from the server: at once while it renders a page, and by a call later on.
pub struct Data<T> {
    resource: Resource<Answer, FromToStringCodec>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Data<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Data<T> {}

/// Reads with `fetch`, and again whenever the key changes.
pub fn read<K, T, F>(
    key: impl Fn() -> K + Send + Sync + 'static,
    fetch: impl Fn(K) -> F + Send + Sync + 'static,
) -> Data<T>
where
    K: PartialEq + Clone + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Future<Output = Result<T, AppError>> + Send + 'static,
{
    let fetch = Arc::new(fetch);
    let question = move || {
        let (key, fetch) = (key(), fetch.clone());
        let asked = key.clone();
        let run = move || -> Boxed<Answer> {
            let answer = fetch(asked.clone());
            Box::pin(async move { Answer::new(answer.await) })
        };
        Question { key: Arc::new(key), run: Arc::new(run) }
    };
    Data { resource: resource(Box::new(question)), of: PhantomData }
}

fn resource(question: Box<dyn Fn() -> Question + Send + Sync>) -> Resource<Answer, FromToStringCodec> {
    Resource::new_str(question, |question| (question.run)())
}

impl<T: DeserializeOwned + Clone + 'static> Data<T> {
    pub async fn wait(self) -> Result<T, AppError> {
        self.resource.await.value()
    }
}

impl<T: DeserializeOwned + Clone + 'static> Data<T> {
    /// The same, but whoever waits isn't run again when the value changes.
    pub async fn wait_untracked(self) -> Result<T, AppError> {
        let mut future = std::pin::pin!(self.resource.into_future());
        std::future::poll_fn(|context| untrack(|| future.as_mut().poll(context))).await.value()
    }
}

impl<T> Data<T> {
    pub fn refetch(self) {
        self.resource.refetch();
    }
}

/// What is asked of the server; another one only if the key differs.
#[derive(Clone)]
struct Question {
    key: Arc<dyn Key>,
    run: Arc<dyn Fn() -> Boxed<Answer> + Send + Sync>,
}

impl PartialEq for Question {
    fn eq(&self, other: &Question) -> bool {
        self.key.equals(other.key.as_any())
    }
}

trait Key: Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn equals(&self, other: &dyn Any) -> bool;
}

impl<K: PartialEq + Send + Sync + 'static> Key for K {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn equals(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<K>() == Some(self)
    }
}

/// A value of a type known to its reader, or a refusal; in a page that comes from the server as text, `+` or `-` and the
/// base64 of what [`codec`] makes of it.
#[derive(Clone)]
enum Answer {
    Value { value: Arc<dyn Any + Send + Sync>, text: Arc<str> },
    Text(Arc<str>),
    Refusal(AppError),
}

impl Answer {
    fn new<T: Serialize + DeserializeOwned + Send + Sync + 'static>(answer: Result<T, AppError>) -> Answer {
        match answer {
            Ok(value) => Answer::Value { text: carried(&value), value: Arc::new(value) },
            Err(error) => Answer::Refusal(error),
        }
    }

    fn value<T: DeserializeOwned + Clone + 'static>(&self) -> Result<T, AppError> {
        match self {
            Answer::Value { value, .. } => value.downcast_ref().cloned().ok_or(AppError::Unreachable),
            Answer::Text(text) => read_back(text),
            Answer::Refusal(error) => Err(error.clone()),
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Value { text, .. } | Answer::Text(text) => write!(f, "+{text}"),
            Answer::Refusal(error) => write!(f, "-{}", carried(error)),
        }
    }
}

impl FromStr for Answer {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Answer, Infallible> {
        Ok(match text.strip_prefix('-') {
            Some(error) => Answer::Refusal(read_back(error).unwrap_or_else(|error| error)),
            None => Answer::Text(text.trim_start_matches('+').into()),
        })
    }
}

fn read_back<T: DeserializeOwned>(text: &str) -> Result<T, AppError> {
    codec::decode(&browser::bytes(text)).map_err(|_| AppError::Outdated)
}

/// A part of a page that awaits what it shows.
pub fn awaited<F>(view: impl Fn() -> F + Send + Sync + 'static) -> AnyView
where
    F: Future<Output = AnyView> + Send + 'static,
{
    awaited_or(|| ().into_any(), view)
}

/// A part of a page with something in its place until there is what it shows.
pub fn awaited_or<F>(meanwhile: fn() -> AnyView, view: impl Fn() -> F + Send + Sync + 'static) -> AnyView
where
    F: Future<Output = AnyView> + Send + 'static,
{
    suspended(meanwhile, Box::new(move || Box::pin(view())))
}

fn suspended(meanwhile: fn() -> AnyView, view: Box<dyn Fn() -> Boxed<AnyView> + Send + Sync>) -> AnyView {
    view! { <Transition fallback=meanwhile>{move || Suspend::new(built_once(view()))}</Transition> }.into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use axum::body::{Body, to_bytes};
    use axum::extract::Request;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// How often a part of a page is built that reads something, and what comes of the page.
    async fn built(reads: fn() -> Boxed<String>) -> (usize, String) {
        // It also starts what runs the tasks of pages.
        leptos_axum::generate_route_list(|| ());
        let times = Arc::new(AtomicUsize::new(0));
        let counted = times.clone();
        let page = move || {
            let (counted, text) = (counted.clone(), read(|| (), move |()| async move { Ok(reads().await) }));
            let part = move || {
                let counted = counted.clone();
                async move {
                    let text = text.wait().await.unwrap_or_default();
                    counted.fetch_add(1, Ordering::Relaxed);
                    view! { <p>{text}</p> }.into_any()
                }
            };
            awaited(part)
        };
        let answer = leptos_axum::render_app_async(page)(Request::new(Body::empty())).await;
        let html = to_bytes(answer.into_body(), usize::MAX).await.expect("a page");
        (times.load(Ordering::Relaxed), String::from_utf8_lossy(&html).into_owned())
    }

    #[tokio::test]
    async fn a_part_of_a_page_is_built_once() {
        let at_once: fn() -> Boxed<String> = || Box::pin(async { "Here".to_owned() });
        let later: fn() -> Boxed<String> = || {
            Box::pin(async {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                "Here".to_owned()
            })
        };
        for reads in [at_once, later] {
            let (times, html) = built(reads).await;
            assert!(html.contains("<p>Here"), "{html}");
            assert_eq!(times, 1);
        }
    }
}
