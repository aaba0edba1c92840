//! Facts about the judge of parsers, as seen from outside.

mod classes;
