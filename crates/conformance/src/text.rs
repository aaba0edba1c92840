//! Comparing text that went through a server.

use ssecheck_model::target::Payload;

/// `text` with CR LF and CR as LF: what a client gets of data written by the rules (HTML 9.2.6).
pub(crate) fn normalised(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// How received data are turned back into what was published.
pub(crate) trait Decoded {
    /// The published text, as far as it can be told.
    fn decoded(self, data: &str) -> String;
}

impl Decoded for Payload {
    fn decoded(self, data: &str) -> String {
        match self {
            Self::Text => data.to_owned(),
            Self::Json => match serde_json::from_str::<String>(data) {
                Ok(text) => normalised(&text),
                Err(_) => data.to_owned(),
            },
        }
    }
}

/// A value for a message: quoted, with escapes, and cut when long.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 160;
    let cut: String = text.chars().take(LONGEST).collect();
    let rest = text.chars().count().saturating_sub(LONGEST);
    if rest == 0 { format!("{cut:?}") } else { format!("{cut:?} and {rest} more characters") }
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
