//! What must not leave the program: known from the target file on, told to nobody.

use std::sync::{Mutex, OnceLock, PoisonError};

use ssecheck_model::report::{Report, TargetInfo};
use ssecheck_model::secrets::Secrets;
use ssecheck_report::redact;

use crate::output::Stop;

/// One for the whole program, because complaints leave it at places that know no target.
fn known() -> &'static Mutex<Secrets> {
    static KNOWN: OnceLock<Mutex<Secrets>> = OnceLock::new();
    KNOWN.get_or_init(Mutex::default)
}

/// From now on these are hidden, too.
pub(crate) fn keep(secrets: Secrets) {
    known().lock().unwrap_or_else(PoisonError::into_inner).extend(secrets);
}

/// All so far.
pub(crate) fn all() -> Secrets {
    known().lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Text for people, without secrets.
pub(crate) fn hide(text: &str) -> String {
    all().mask().text(text)
}

/// The report without secrets, for every format.
pub(crate) fn redacted(report: &Report) -> Result<Report, Stop> {
    redact::redact(report, &all().mask()).map_err(Stop::setup)
}

/// What the report says of the target, without secrets.
pub(crate) fn hidden(info: TargetInfo) -> TargetInfo {
    TargetInfo { url: hide(&info.url), ..info }
}

/// A word on values that are too short to hide, if there are any.
pub(crate) fn note() -> Option<String> {
    let all = all();
    let short: Vec<String> = all.short().map(|name| format!("`{name}`")).collect();
    let least = ssecheck_model::secrets::SHORTEST;
    let text =
        || format!("note: too short to hide (under {least} characters): {}\n", short.join(", "));
    (!short.is_empty()).then(text)
}
