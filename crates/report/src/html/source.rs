//! Links to the standards that a check names.

use serde::Serialize;

/// A piece of a source, with the page that it names, if it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) url: Option<String>,
}

/// Splits a source into what is a link and what is not.
pub(super) fn pieces(source: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut rest = source;
    while !rest.is_empty() {
        let (length, url) = link(rest).map_or((first_char(rest), None), |(n, url)| (n, Some(url)));
        let (text, tail) = rest.split_at(length);
        match (pieces.last_mut(), &url) {
            (Some(last), None) if last.url.is_none() => last.text.push_str(text),
            _ => pieces.push(Piece { text: text.to_owned(), url }),
        }
        rest = tail;
    }
    pieces
}

fn first_char(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

/// The link at the start of `text`, and how long it is.
fn link(text: &str) -> Option<(usize, String)> {
    html(text).or_else(|| rfc(text)).or_else(|| named(text)).or_else(|| thread(text))
}

fn html(text: &str) -> Option<(usize, String)> {
    const SECTIONS: [(&str, &str); 7] = [
        ("HTML 9.2.1", "server-sent-events-intro"),
        ("HTML 9.2.2", "the-eventsource-interface"),
        ("HTML 9.2.3", "sse-processing-model"),
        ("HTML 9.2.4", "the-last-event-id-header"),
        ("HTML 9.2.5", "parsing-an-event-stream"),
        ("HTML 9.2.6", "event-stream-interpretation"),
        ("HTML 9.2.7", "authoring-notes"),
    ];
    let (name, anchor) = SECTIONS.into_iter().find(|(name, _)| text.starts_with(name))?;
    let page = "https://html.spec.whatwg.org/multipage/server-sent-events.html";
    Some((name.len(), format!("{page}#{anchor}")))
}

/// `RFC 9110 12.5.5`, with or without a section.
fn rfc(text: &str) -> Option<(usize, String)> {
    let number: String = digits(text.strip_prefix("RFC ")?);
    let named = 4 + number.len();
    if number.is_empty() {
        return None;
    }
    let page = format!("https://www.rfc-editor.org/rfc/rfc{number}");
    let section = text[named..].strip_prefix(' ').map(section).unwrap_or_default();
    match section.is_empty() {
        true => Some((named, page)),
        false => Some((named + 1 + section.len(), format!("{page}#section-{section}"))),
    }
}

fn digits(text: &str) -> String {
    text.chars().take_while(char::is_ascii_digit).collect()
}

/// `12.5.5`: digits parted by dots.
fn section(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    text[..end].trim_end_matches('.')
}

fn named(text: &str) -> Option<(usize, String)> {
    const PAGES: [(&str, &str); 6] = [
        ("Fetch", "https://fetch.spec.whatwg.org/#http-cors-protocol"),
        ("Mercure", "https://mercure.rocks/spec"),
        (
            "MCP 2024-11-05",
            "https://modelcontextprotocol.io/specification/2024-11-05/basic/transports",
        ),
        (
            "MCP 2025-11-25",
            "https://modelcontextprotocol.io/specification/2025-11-25/basic/transports",
        ),
        (
            "MCP 2026-07-28",
            "https://modelcontextprotocol.io/specification/2026-07-28/basic/transports",
        ),
        ("Private Network Access", "https://wicg.github.io/private-network-access/"),
    ];
    let (name, url) = PAGES.into_iter().find(|(name, _)| text.starts_with(name))?;
    Some((name.len(), url.to_owned()))
}

/// `owner/name#12`: a thread on GitHub.
fn thread(text: &str) -> Option<(usize, String)> {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let owner = text.find(|c| !word(c)).filter(|at| *at > 0)?;
    let after = text[owner..].strip_prefix('/')?;
    let name = after.find(|c| !word(c)).filter(|at| *at > 0)?;
    let number = digits(after[name..].strip_prefix('#')?);
    let length = owner + 1 + name + 1 + number.len();
    let (owner, name) = (&text[..owner], &after[..name]);
    (!number.is_empty())
        .then(|| (length, format!("https://github.com/{owner}/{name}/issues/{number}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(source: &str) -> String {
        let piece = |piece: Piece| match piece.url {
            Some(url) => format!("[{}]({url})", piece.text),
            None => piece.text,
        };
        pieces(source).into_iter().map(piece).collect()
    }

    #[test]
    fn sections_of_standards_become_links_and_the_rest_stays() {
        assert_eq!(
            shown("HTML 9.2.5 (ABNF), RFC 9112 6.3, 7.1"),
            "[HTML 9.2.5](https://html.spec.whatwg.org/multipage/server-sent-events.html\
             #parsing-an-event-stream) (ABNF), \
             [RFC 9112 6.3](https://www.rfc-editor.org/rfc/rfc9112#section-6.3), 7.1"
        );
        assert_eq!(
            shown("practice (dunglas/mercure#1259)"),
            "practice ([dunglas/mercure#1259](https://github.com/dunglas/mercure/issues/1259))"
        );
        assert_eq!(
            shown("RFC 6750. RFC"),
            "[RFC 6750](https://www.rfc-editor.org/rfc/rfc6750). RFC"
        );
    }

    #[test]
    fn what_names_no_page_has_no_link() {
        for text in ["the declaration of `publish`", "a/b", "x/y#", "é", "RFC x", ""] {
            assert_eq!(shown(text), text);
        }
    }
}
