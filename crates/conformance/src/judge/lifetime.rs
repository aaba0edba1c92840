//! Slow readers, restarts and the end of streams.

use ssecheck_model::expect::{ReceiptOn, Several};

use super::{Early, Judgement};
use crate::perform::Stage;

pub(super) fn drop_told(stage: &Stage<'_>, expect: &ReceiptOn) -> Early<Judgement> {
    let _ = (stage, expect);
    Err(Judgement::Broken("not built yet".to_owned()))
}

pub(super) fn slow_reader(stage: &Stage<'_>, expect: &ReceiptOn) -> Early<Judgement> {
    let _ = (stage, expect);
    Err(Judgement::Broken("not built yet".to_owned()))
}

pub(super) fn ended(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let _ = (stage, name);
    Err(Judgement::Broken("not built yet".to_owned()))
}

pub(super) fn restarted(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let _ = (stage, name);
    Err(Judgement::Broken("not built yet".to_owned()))
}

pub(super) fn retry_varies(stage: &Stage<'_>, expect: &Several) -> Early<Judgement> {
    let _ = (stage, expect);
    Err(Judgement::Broken("not built yet".to_owned()))
}
