//! The crowd step: as many streams as the target allows, and one more.

use ssecheck_model::step::Crowd;

use super::{Stage, StepResult};

impl Stage<'_> {
    pub(super) async fn crowd(&mut self, step: &Crowd) -> StepResult {
        let _ = step;
        Err("not built yet".to_owned())
    }
}
