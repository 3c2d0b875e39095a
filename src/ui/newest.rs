//! Questions that a page asks again while an earlier one is still on its way: only the newest one's answer is shown.
//!
//! Two requests may be answered in either order. Without this a form that was changed twice in a moment could end up
//! with what the server said of the first change.

use leptos::prelude::*;
use leptos::task::spawn_local;

/// The number of the newest question of one kind. One of these belongs to each place where answers are shown.
#[derive(Clone, Copy)]
pub struct Newest(StoredValue<u32>);

impl Newest {
    pub fn new() -> Self {
        Newest(StoredValue::new(0))
    }

    /// Makes the answer to every question asked before come too late. Returns the new number, or none once the page
    /// that asks is gone.
    pub fn supersede(self) -> Option<u32> {
        self.0.try_update_value(|newest| {
            *newest += 1;
            *newest
        })
    }

    /// Hands the answer to `show`, unless a newer question was asked meanwhile or the page is gone.
    pub fn ask<T: 'static>(self, answer: impl Future<Output = T> + 'static, show: impl FnOnce(T) + 'static) {
        let Some(number) = self.supersede() else { return };
        spawn_local(async move {
            let answer = answer.await;
            if self.0.try_get_value() == Some(number) {
                show(answer);
            }
        });
    }
}
