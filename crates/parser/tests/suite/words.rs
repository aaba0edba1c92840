//! What small values say of themselves.

use ssecheck_parser::encode::EncodeError;
use ssecheck_parser::owned::{OwnedEvent, lint_all};
use ssecheck_parser::{
    Event, Item, LimitError, LimitKind, Lint, LintCode, Parser, Span, WithLints,
};

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

#[test]
fn two_closures_take_items_and_lints() {
    let (mut items, mut lints) = (0, 0);
    let mut sink = WithLints::new(|_: Span, _: Item<'_>| items += 1, |_: Lint| lints += 1);
    Parser::new().feed(b"Data: a\n\ndata: b\n\n", &mut sink).expect("within the limits");
    assert_eq!((items, lints), (1, 1));
}

#[test]
fn what_cannot_be_written_says_why_and_where() {
    let errors = [
        (EncodeError::LineEndInEventType(3), "line end in event type at byte 3"),
        (EncodeError::LineEndInId(0), "line end in id at byte 0"),
        (EncodeError::NulInId(9), "nul in id at byte 9"),
    ];
    for (error, said) in errors {
        assert_eq!(error.to_string(), said);
    }
}

#[test]
fn an_owned_event_is_the_event_that_it_was_made_of() {
    for event_type in ["message", "e"] {
        let event = Event { event_type, data: "a\nb", last_event_id: "7", had_data: true };
        assert_eq!(OwnedEvent::from(event).as_event(), event);
    }
}

#[test]
fn all_lints_of_a_stream_are_those_of_its_end_too() {
    let lints = lint_all(b"Data: a\n\ndata: b").expect("within the limits");
    let codes: Vec<LintCode> = lints.iter().map(|lint| lint.code).collect();
    assert_eq!(codes, [LintCode::NearMissField, LintCode::TruncatedTail]);
}
