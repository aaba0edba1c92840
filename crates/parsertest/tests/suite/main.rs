//! Facts about the judge of parsers, as seen from outside.

mod agreement;
mod checking;
mod class_page;
mod classes;
mod features;
mod golden;
mod heard;
mod known;
mod misbehaving;
mod mutants;
mod naive;
mod page;
mod peers;
mod printing;
mod real;
#[path = "../../../parser/tests/suite/reference.rs"]
mod reference;
mod running;
mod sharpness;
mod vector_files;
mod verdicts;
