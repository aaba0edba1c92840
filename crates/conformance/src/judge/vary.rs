//! Two answers to requests that differ in one field.

use ssecheck_model::expect::{Pair, VaryExpect};

use super::{Early, Judgement};
use crate::perform::Stage;

pub(super) fn vary(stage: &Stage<'_>, expect: &VaryExpect) -> Early<Judgement> {
    let _ = (stage, expect);
    Err(Judgement::Broken("not built yet".to_owned()))
}

pub(super) fn same_coding(stage: &Stage<'_>, expect: &Pair) -> Early<Judgement> {
    let _ = (stage, expect);
    Err(Judgement::Broken("not built yet".to_owned()))
}
