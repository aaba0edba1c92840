//! The restart step.

use ssecheck_model::step::Restart;

use super::{Stage, StepResult};

impl Stage<'_> {
    pub(super) async fn restart(&mut self, step: &Restart) -> StepResult {
        let _ = step;
        Err("not built yet".to_owned())
    }
}
