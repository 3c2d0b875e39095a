//! Views of one kind made into a list. Their types are erased: each kind of list would be code of its own in the browser half.

use leptos::prelude::*;

pub trait Views: Iterator {
    /// What the iterator makes, in its order.
    fn views(self) -> Vec<AnyView>;
}

impl<I> Views for I
where
    I: Iterator,
    I::Item: IntoView,
{
    fn views(self) -> Vec<AnyView> {
        self.map(|view| view.into_view().into_any()).collect()
    }
}
