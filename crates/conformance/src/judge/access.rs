//! Who gets a stream, and from where.

use super::{Early, Judgement};
use crate::perform::Stage;

pub(super) fn refused(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let _ = (stage, name);
    Err(Judgement::Broken("not built yet".to_owned()))
}

pub(super) fn not_stream(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let _ = (stage, name);
    Err(Judgement::Broken("not built yet".to_owned()))
}

pub(super) fn keeps_query(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let _ = (stage, name);
    Err(Judgement::Broken("not built yet".to_owned()))
}

pub(super) fn endpoint_origin(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let _ = (stage, name);
    Err(Judgement::Broken("not built yet".to_owned()))
}
