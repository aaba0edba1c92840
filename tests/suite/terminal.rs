//! What a person sees: the program on a terminal, read by a terminal emulator.

mod commands;
mod views;

use crate::support::pty::Terminal;

/// Escape sequences of a text, without their first byte.
fn sequences(raw: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(raw).into_owned();
    let end =
        |part: &str| part.find(|c: char| c.is_ascii_alphabetic()).map_or(part.len(), |at| at + 1);
    text.split('\u{1b}').skip(1).map(|part| part[..end(part)].to_owned()).collect()
}

/// What moves the cursor or clears.
fn moves(raw: &[u8]) -> bool {
    sequences(raw).iter().any(|it| it.ends_with('A') || it.ends_with('J'))
}

/// What sets a colour or a weight.
fn paints(raw: &[u8]) -> bool {
    sequences(raw).iter().any(|it| it.ends_with('m'))
}

/// Asserts that no view is left, and that the shell finds the cursor where it wants it.
fn assert_clean(terminal: &Terminal) {
    let text = terminal.text();
    for word in ["so far", " left", "running:", "stopping", "waiting for what"] {
        assert!(!text.contains(word), "`{word}` is left on\n{text}");
    }
    let ((row, column), hidden) = terminal.cursor();
    assert_eq!((column, hidden), (0, false), "the cursor");
    assert_eq!(usize::from(row), text.lines().count(), "the cursor is below all\n{text}");
}

/// Without what differs from run to run: figures.
fn without_figures(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '0'..='9' | '.' if out.ends_with('#') => {}
            '0'..='9' => out.push('#'),
            c => out.push(c),
        }
    }
    out.replace("# ms", "# s")
}
