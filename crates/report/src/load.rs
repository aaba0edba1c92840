//! What the formats say alike about a load run: verdict, facts in words, figures with units.

pub(crate) mod facts;
pub(crate) mod happenings;
pub(crate) mod latency;
pub(crate) mod machines;
pub(crate) mod traffic;
pub(crate) mod units;
pub(crate) mod verdict;
