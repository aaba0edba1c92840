//! Facts about the judge of parsers, as seen from outside.

mod checking;
mod classes;
mod wrong;
