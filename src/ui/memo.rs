//! Memos that have their value from the beginning.
//!
//! While Leptos computes a memo, its value is taken out. On the server, parts of one page are rendered by several
//! threads: if two of them ask for a memo's first value at the same time, one finds nothing there and panics
//! (leptos#4739). A memo that got its value before anybody else knows it is only read, because nothing changes while a
//! page is rendered.

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

/// Gives the router's memos of the address their value. Call it once, inside the router.
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
