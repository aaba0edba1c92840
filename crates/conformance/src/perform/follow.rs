//! The follow step: one publication read through many connections.

use ssecheck_model::step::Follow;

use super::{Stage, StepResult};

impl Stage<'_> {
    pub(super) async fn follow(&mut self, step: &Follow) -> StepResult {
        let _ = step;
        Err("not built yet".to_owned())
    }
}
