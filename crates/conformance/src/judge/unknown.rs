//! What an unknown cursor gets, and what it costs.

use ssecheck_model::expect::SignalledExpect;

use super::{Early, Judgement};
use crate::perform::Stage;

pub(super) fn signalled(stage: &Stage<'_>, expect: &SignalledExpect) -> Early<Judgement> {
    let _ = (stage, expect);
    Err(Judgement::Broken("not built yet".to_owned()))
}

pub(super) fn cost(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let _ = (stage, name);
    Err(Judgement::Broken("not built yet".to_owned()))
}
