//! Facts about the parser and encoder, as seen from outside. `P..` and `I..` numbers are parser
//! cases and invariants of the ssecheck catalogue.

mod allocations;
mod cases;
mod differential;
mod encoding;
mod endless;
mod linting;
mod outcome;
mod properties;
mod reference;
mod reuse;
mod spans;
mod words;
