//! Whether events come when they are made, and whole.

use ssecheck_model::expect::ReceiptOn;

use super::{Early, Judgement};
use crate::perform::Stage;

pub(super) fn paced(stage: &Stage<'_>, expect: &ReceiptOn) -> Early<Judgement> {
    let _ = (stage, expect);
    Err(Judgement::Broken("not built yet".to_owned()))
}

pub(super) fn intact(stage: &Stage<'_>, expect: &ReceiptOn) -> Early<Judgement> {
    let _ = (stage, expect);
    Err(Judgement::Broken("not built yet".to_owned()))
}

pub(super) fn streamed(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let _ = (stage, name);
    Err(Judgement::Broken("not built yet".to_owned()))
}

pub(super) fn early(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let _ = (stage, name);
    Err(Judgement::Broken("not built yet".to_owned()))
}
