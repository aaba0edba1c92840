//! The early step: events published as soon as a head is in.

use ssecheck_model::step::Early;

use super::{Stage, StepResult};

impl Stage<'_> {
    pub(super) async fn early(&mut self, step: &Early) -> StepResult {
        let _ = step;
        Err("not built yet".to_owned())
    }
}
