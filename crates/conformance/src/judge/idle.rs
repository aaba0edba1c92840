//! What comes on a stream to which nobody publishes.

use super::{Early, Judgement};
use crate::perform::Stage;

pub(super) fn heartbeat(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let _ = (stage, name);
    Err(Judgement::Broken("not built yet".to_owned()))
}

pub(super) fn idle_events(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let _ = (stage, name);
    Err(Judgement::Broken("not built yet".to_owned()))
}

pub(super) fn empty_opening(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let _ = (stage, name);
    Err(Judgement::Broken("not built yet".to_owned()))
}
