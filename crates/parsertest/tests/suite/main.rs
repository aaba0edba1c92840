//! Facts about the judge of parsers, as seen from outside.

mod agreement;
mod class_page;
mod classes;
mod golden;
mod heard;
mod known;
mod mutants;
mod naive;
mod real;
#[path = "../../../parser/tests/suite/reference.rs"]
mod reference;
mod sharpness;
mod vector_files;
