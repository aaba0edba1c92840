//! The timed step: what a cursor costs, beside another one.

use ssecheck_model::step::Timed;

use super::{Stage, StepResult};

impl Stage<'_> {
    pub(super) async fn timed(&mut self, step: &Timed) -> StepResult {
        let _ = step;
        Err("not built yet".to_owned())
    }
}
