//! Facts about the judge of parsers, as seen from outside.

mod agreement;
mod checking;
mod classes;
mod golden;
mod heard;
mod misbehaving;
mod mutants;
mod naive;
mod page;
mod printing;
#[path = "../../../parser/tests/suite/reference.rs"]
mod reference;
mod running;
mod sharpness;
mod vector_files;
mod verdicts;
mod wrong;
