//! The soak step: reading for minutes.

use ssecheck_model::step::Soak;

use super::{Stage, StepResult};

impl Stage<'_> {
    pub(super) async fn soak(&mut self, step: &Soak) -> StepResult {
        let _ = step;
        Err("not built yet".to_owned())
    }
}
