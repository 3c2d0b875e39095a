//! Memos that have their value from the beginning.
//!
//! While a memo is computed its value is taken out, and on the server parts of a page are rendered by several threads: two that
//! ask for the first value at the same time would find nothing there, which ends the one that does (leptos#4739). A memo that
//! has its value before anybody else knows it is only read, because nothing changes while a page is rendered.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

pub fn memo<T>(value: impl Fn(Option<&T>) -> T + Send + Sync + 'static) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    let memo = Memo::new(value);
    prime(memo);
    memo
}

/// The same for what the router tells of the address. Call it once, inside the router.
pub fn prime_location() {
    let location = use_location();
    prime(location.pathname);
    prime(location.search);
    prime(location.query);
    prime(location.hash);
}

fn prime<T: Send + Sync + 'static>(memo: Memo<T>) {
    if cfg!(feature = "ssr") {
        memo.with_untracked(|_| ());
    }
}
