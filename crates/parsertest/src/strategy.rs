//! Strategies for the tests of a parser's author: events, blocks, streams, cuts.
//!
//! ```
//! use proptest::prelude::*;
//! use ssecheck_parsertest::{cuts, strategy};
//!
//! // In a test function:
//! proptest!(|(stream in strategy::hostile(), places in cuts::places())| {
//!     assert_eq!(my_parser(&[&stream]), my_parser(&cuts::at(&stream, &places)));
//! });
//! # use ssecheck_parser::{Parser, owned::{Collector, OwnedItem}};
//! # fn my_parser(chunks: &[&[u8]]) -> Vec<OwnedItem> {
//! #     let (mut parser, mut all) = (Parser::new(), Collector::<false>::default());
//! #     for chunk in chunks { parser.feed(chunk, &mut all).unwrap(); }
//! #     all.items.into_iter().map(|(_, item)| item).collect()
//! # }
//! ```

mod hostile;
mod lines;
mod plain;
mod stream;
mod structured;

pub use hostile::{Soup, hostile, soup};
pub use lines::{LINE_FEATURES, LineFeature};
pub use plain::{Doses, dose_lines, doses, plain, rich};
pub(crate) use plain::{plainest, typed};
pub use stream::{LINE_ENDS, Line, Stream};
pub use structured::{block, cuts, event, stream, truncated};
