//! Facts about the judge of parsers, as seen from outside.

mod agreement;
mod checking;
mod classes;
mod features;
mod golden;
mod heard;
mod mutants;
mod naive;
mod peers;
#[path = "../../../parser/tests/suite/reference.rs"]
mod reference;
mod sharpness;
mod vector_files;
