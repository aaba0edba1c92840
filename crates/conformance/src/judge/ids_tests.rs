use super::*;
use crate::judge::judge;
use crate::testing::{case, hub, stream, taken, word};

/// Judges `main` and `other` by a rule; `a`, `b` and `c` are published.
fn judged(rule: &str, main: &[(&str, &str)], other: &[(&str, &str)]) -> &'static str {
    let (subject, case) = (hub(), case(&format!("{{ ids: {rule} }}")));
    let mut stage = Stage::new(&subject, &case, "token".to_owned());
    stage.streams.insert("main".to_owned(), stream(main));
    stage.streams.insert("other".to_owned(), stream(other));
    stage.publications.insert("some".to_owned(), taken(&["a", "b", "c"]));
    word(&judge(&stage, &case.checks[0]).0)
}

const UNIQUE: &str = "{ of: [main], rule: unique }";
const ACROSS: &str = "{ of: [main, other], rule: unique }";
const STABLE: &str = "{ of: [main, other], rule: stable }";

#[test]
fn an_id_stands_at_one_event_only() {
    assert_eq!(judged(UNIQUE, &[("1", "a"), ("2", "b")], &[]), "pass");
    assert_eq!(judged(UNIQUE, &[("1", "a"), ("1", "a")], &[]), "pass", "the same event again");
    assert_eq!(judged(UNIQUE, &[("1", "a"), ("1", "b")], &[]), "id-repeated");
    assert_eq!(judged(UNIQUE, &[("", "a")], &[]), "nothing-seen");
}

#[test]
fn a_second_connection_has_no_numbers_of_its_own() {
    assert_eq!(judged(ACROSS, &[("1", "a"), ("2", "b")], &[("3", "c")]), "pass");
    assert_eq!(judged(ACROSS, &[("1", "a"), ("2", "b")], &[("2", "b"), ("3", "c")]), "pass");
    assert_eq!(judged(ACROSS, &[("1", "a"), ("2", "b")], &[("1", "c")]), "id-repeated");
    assert_eq!(
        judged(ACROSS, &[("1", "a")], &[("1", ""), ("2", "b")]),
        "pass",
        "a cursor to begin"
    );
}

#[test]
fn the_same_event_has_the_same_id_everywhere() {
    assert_eq!(judged(STABLE, &[("1", "a"), ("2", "b")], &[("2", "b"), ("3", "c")]), "pass");
    assert_eq!(judged(STABLE, &[("1", "a"), ("2", "b")], &[("1", "b")]), "id-differs");
    assert_eq!(judged(STABLE, &[("1", "a")], &[("2", "b")]), "nothing-seen");
}
