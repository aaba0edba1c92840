//! `ssecheck load` and `ssecheck merge` as a user meets them. The runs are short and small; what
//! they measure is not judged here, since other tests share the machine.

mod figures;
mod hostile;
mod plans;
mod shards;
mod signals;
mod testbed;
mod thresholds;
mod tools;
mod usage;
