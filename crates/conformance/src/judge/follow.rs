//! One publication read through many connections, and who may not read it.

use ssecheck_model::expect::{FollowedExpect, ReceiptOn};

use super::{Early, Judgement};
use crate::perform::Stage;

pub(super) fn followed(stage: &Stage<'_>, expect: &FollowedExpect) -> Early<Judgement> {
    let _ = (stage, expect);
    Err(Judgement::Broken("not built yet".to_owned()))
}

pub(super) fn private(stage: &Stage<'_>, expect: &ReceiptOn) -> Early<Judgement> {
    let _ = (stage, expect);
    Err(Judgement::Broken("not built yet".to_owned()))
}
