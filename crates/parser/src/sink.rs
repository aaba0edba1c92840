//! Where a parser puts what it finds.

use crate::{Item, Lint, Span};

/// Receives what a parser finds, in stream order.
///
/// Any `FnMut(Span, Item<'_>)` is a sink without lints. [`WithLints`] makes one with lints from
/// two closures.
pub trait Sink {
    /// Whether the parser looks for oddities and calls [`lint`](Self::lint). If false, the code
    /// for it is not even compiled in.
    const LINTS: bool = false;

    /// Takes an item. Its text is valid during the call only.
    fn item(&mut self, span: Span, item: Item<'_>);

    /// Takes a lint. Never called if [`LINTS`](Self::LINTS) is false. Does nothing by default.
    fn lint(&mut self, lint: Lint) {
        let _ = lint;
    }
}

impl<F: FnMut(Span, Item<'_>)> Sink for F {
    #[inline]
    fn item(&mut self, span: Span, item: Item<'_>) {
        self(span, item);
    }
}

/// A sink from two closures, one for items and one for lints.
#[derive(Debug, Clone, Copy)]
pub struct WithLints<I, L> {
    /// Takes the items.
    pub items: I,
    /// Takes the lints.
    pub lints: L,
}

impl<I: FnMut(Span, Item<'_>), L: FnMut(Lint)> WithLints<I, L> {
    /// Joins the two closures.
    pub fn new(items: I, lints: L) -> Self {
        Self { items, lints }
    }
}

impl<I: FnMut(Span, Item<'_>), L: FnMut(Lint)> Sink for WithLints<I, L> {
    const LINTS: bool = true;

    fn item(&mut self, span: Span, item: Item<'_>) {
        (self.items)(span, item);
    }

    fn lint(&mut self, lint: Lint) {
        (self.lints)(lint);
    }
}
