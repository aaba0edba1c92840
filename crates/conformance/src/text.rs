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

/// The piece of a published text that only one case can have made: its token and what follows in
/// letters, digits and `-`.
pub(crate) fn marker(token: &str, text: &str) -> Option<String> {
    let start = text.find(token)?;
    let word = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
    Some(text[start..].chars().take_while(word).collect())
}

/// Whether `text` holds `marker` as a whole: `…-cr` is not in `…-crlf`.
pub(crate) fn has_word(text: &str, marker: &str) -> bool {
    text.match_indices(marker).any(|(at, _)| {
        let next = text[at + marker.len()..].chars().next();
        !next.is_some_and(|c| c.is_ascii_alphanumeric() || c == '-')
    })
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
