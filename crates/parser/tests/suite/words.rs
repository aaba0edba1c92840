//! What small values say of themselves.

use ssecheck_parser::{LimitError, LimitKind, Lint, LintCode, Span};

#[test]
fn a_span_has_a_length() {
    let lengths = [(3, 7), (3, 3), (7, 3)].map(|(start, end)| Span::new(start, end).len());
    assert_eq!(lengths, [4, 0, 0]);
    assert!(Span::new(3, 3).is_empty() && Span::new(7, 3).is_empty());
    assert!(!Span::new(3, 4).is_empty());
}

#[test]
fn an_exceeded_limit_says_which_and_where() {
    let error = |kind| LimitError { kind, limit: 40, offset: 7 }.to_string();
    assert_eq!(error(LimitKind::Line), "line longer than 40 bytes at byte 7");
    assert_eq!(error(LimitKind::Data), "data longer than 40 bytes at byte 7");
    assert_eq!(error(LimitKind::Id), "id longer than 40 bytes at byte 7");
}

#[test]
fn a_lint_says_what_and_where() {
    let lint = Lint { code: LintCode::BomInside, span: Span::new(3, 6) };
    assert_eq!(lint.to_string(), "bom-inside at bytes 3..6");
}
