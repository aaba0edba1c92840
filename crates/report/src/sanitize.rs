//! Text from the target made harmless.
//!
//! A server under test can send escape sequences, bidirectional controls or a megabyte of one
//! letter. Nothing of that may reach a terminal, a CI log or a web page as it came.

/// Longest value shown, in characters; what is beyond is cut with a note.
pub const VALUE_LIMIT: usize = 480;

/// Longest command or block shown, in characters.
pub const BLOCK_LIMIT: usize = 4096;

/// One line: every character that is not plainly visible is written as an escape, line ends too,
/// and more than `limit` characters of `text` are cut with a note of how many are missing.
///
/// A backslash stays as it is, so an escape shown is for reading, not for decoding; the exact bytes
/// stand in the hexdump.
pub fn line(text: &str, limit: usize) -> String {
    escape_up_to(text, limit, |_| false)
}

/// Like [`line()`], but line feeds stay.
pub fn block(text: &str, limit: usize) -> String {
    escape_up_to(text, limit, |c| c == '\n')
}

/// A name on one line, cut after `limit` characters without saying how many are missing.
pub(crate) fn name(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => line(&text[..end], limit) + "...",
        None => line(text, limit),
    }
}

/// Whether `c` can hide, move or reorder other text, or is illegal in XML 1.0.
///
/// These are the control characters, the line separators, and Unicode's format characters as far as
/// they have no glyph (bidirectional controls, zero-width characters, tags, variation selectors),
/// and the noncharacters.
pub fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0xAD | 0x34F | 0x61C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F
            | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0x3164
            | 0xFDD0..=0xFDEF | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB
            | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
        || u32::from(c) & 0xFFFE == 0xFFFE
}

/// Keeps CI systems from taking a printed line for a command: GitHub reads `::name::` at the start
/// of a line and `##[name]` anywhere in it, Azure `##vso[`, TeamCity `##teamcity[`.
pub(crate) fn defuse(line: &str) -> String {
    // Twice, because a pass takes the signs in pairs and leaves one beside the next pair.
    let line = line.replace("##", "#\\#").replace("##", "#\\#");
    let text = line.trim_start();
    match text.starts_with("::") {
        true => format!("{}\\{text}", &line[..line.len() - text.len()]),
        false => line,
    }
}

fn escape_up_to(text: &str, limit: usize, keep: impl Fn(char) -> bool) -> String {
    let end = text.char_indices().nth(limit).map_or(text.len(), |(at, _)| at);
    let mut out = String::with_capacity(end);
    for c in text[..end].chars() {
        match is_harmful(c) && !keep(c) {
            true => push_escape(&mut out, c),
            false => out.push(c),
        }
    }
    if end < text.len() {
        out.push_str(&format!(" ... ({} more bytes)", crate::counts::grouped(text.len() - end)));
    }
    out
}

fn push_escape(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if u32::from(c) < 0x80 => out.push_str(&format!("\\x{:02x}", u32::from(c))),
        c => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_nul_and_bidi_controls_become_visible() {
        let hostile = "\u{1b}[2J\0\u{7f}\u{9b}31m\u{202e}\u{2066}\u{200b}\u{feff}\r\n\tok";
        assert_eq!(
            line(hostile, 100),
            "\\x1b[2J\\x00\\x7f\\u{9b}31m\\u{202e}\\u{2066}\\u{200b}\\u{feff}\\r\\n\\tok"
        );
    }

    #[test]
    fn ordinary_text_of_any_script_stays() {
        let text = "naïve 日本語 עברית | `<script>` %0A ]]>";
        assert_eq!(line(text, 100), text);
    }

    #[test]
    fn a_long_value_is_cut_with_the_number_of_missing_bytes() {
        assert_eq!(line(&"é".repeat(1500), 3), "ééé ... (2,994 more bytes)");
        assert_eq!(line("abc", 3), "abc");
    }

    #[test]
    fn a_block_keeps_line_feeds_alone() {
        assert_eq!(block("a\r\nb\u{1b}", 10), "a\\r\nb\\x1b");
    }

    #[test]
    fn characters_illegal_in_xml_are_harmful() {
        for c in ['\0', '\u{b}', '\u{fffe}', '\u{ffff}', '\u{1ffff}'] {
            assert!(is_harmful(c), "{c:?}");
        }
        for c in [' ', '~', 'é', '\u{fffd}', '日'] {
            assert!(!is_harmful(c), "{c:?}");
        }
    }

    #[test]
    fn a_line_cannot_be_a_command_to_the_ci() {
        assert_eq!(defuse("  ::error::x"), "  \\::error::x");
        assert_eq!(defuse("a ##[error]x ##vso[y]"), "a #\\#[error]x #\\#vso[y]");
        assert_eq!(defuse("http://[::1]:80/ # x"), "http://[::1]:80/ # x");
        assert!(!defuse("###[error]x").contains("##"));
    }
}
