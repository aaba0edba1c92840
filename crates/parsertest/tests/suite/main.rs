//! Facts about the judge of parsers, as seen from outside.

mod agreement;
mod checking;
mod classes;
mod golden;
mod heard;
mod mutants;
mod naive;
#[path = "../../../parser/tests/suite/reference.rs"]
mod reference;
mod sharpness;
mod vector_files;
mod wrong;
