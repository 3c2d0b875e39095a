//! Views of one kind made into a list. Their types are erased, because each kind of list would be code of its own in
//! the browser half.

use leptos::prelude::*;

pub trait Views: Iterator {
    /// The views, in the iterator's order.
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
