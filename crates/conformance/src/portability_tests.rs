use proptest::prelude::*;

use super::client::{Habit, read};
use super::*;
use crate::testing::{STREAM, answer};

/// A stream that each model gets wrong: in these pieces, ended or not.
const WRONG: [(&str, &[&str], bool); MODELS.len()] = [
    ("lf-only", &["data: a\r\rdata: b\r\r:\n"], false),
    ("lf-lf-split", &["data: a\r\n\r\ndata: b\r\n\r\n"], false),
    ("crlf-across-pieces", &["data: a\r", "\ndata: b\r\n\r\n"], false),
    ("unicode-line-breaks", &["data: a\u{2028}b\n\n"], false),
    ("space-needed", &["data:a\n\n"], false),
    ("trims-values", &["data:  a \n\n"], false),
    ("names-in-any-case", &["Data: a\n\n"], false),
    ("dispatches-at-end", &["data: a\n"], true),
    ("utf8-by-piece", &["data: é\n\n"], false),
    ("event-by-piece", &["data: a", "b\n\n"], false),
    ("keeps-bom", &["\u{feff}data: a\n\n"], false),
    ("line-of-64-kib", &["data: LONG\n\n"], false),
    ("forgets-id", &["id: 1\ndata: a\n\ndata: b\n\n"], false),
];

/// What nobody gets wrong.
const PLAIN: &str = ": hello\n\nid: 1\nevent: note\ndata: first\ndata: line\n\nid: 2\ndata: b\n\n";

fn differs(model: &models::Model, pieces: &[&[u8]], ended: bool) -> bool {
    let bytes = pieces.concat();
    let mut end = 0;
    let ends: Vec<usize> = pieces
        .iter()
        .map(|piece| {
            end += piece.len();
            end
        })
        .collect();
    let seen = read(&model.habit, &bytes, &ends, ended);
    divergence(("case", "main"), &standard(&bytes).unwrap(), &seen, bytes.len()).is_some()
}

#[test]
fn each_model_is_wrong_on_its_stream_and_the_exact_client_is_not() {
    for (model, (name, pieces, ended)) in MODELS.iter().zip(WRONG) {
        assert_eq!(model.name, name);
        let mut pieces: Vec<Vec<u8>> =
            pieces.iter().map(|p| p.replace("LONG", &"x".repeat(70_000)).into_bytes()).collect();
        if name == "utf8-by-piece" {
            let (one, two) = pieces[0].split_at(7);
            pieces = vec![one.to_vec(), two.to_vec()];
        }
        let pieces: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
        assert!(differs(model, &pieces, ended), "{name} sees nothing");
        let exact = models::Model { habit: Habit::EXACT, ..*model };
        assert!(!differs(&exact, &pieces, ended), "{name}: the exact client is wrong");
    }
}

#[test]
fn no_model_is_wrong_on_a_plain_stream() {
    for model in &MODELS {
        assert!(!differs(model, &[PLAIN.as_bytes()], true), "{}", model.name);
    }
}

#[test]
fn a_survey_names_the_first_difference_and_where_it_is() {
    let mut survey = Survey::default();
    survey.look("framing/x", "main", &answer(STREAM, "data: a\n\ndata:b\n\n"));
    survey.look("framing/x", "other", &answer(STREAM, PLAIN));
    survey.look(
        "framing/x",
        "page",
        &answer("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", "x"),
    );
    let mut sum = Survey::default();
    sum.add(survey);
    let report = sum.report();
    let found = report.iter().find(|one| one.model == "space-needed").unwrap();
    assert_eq!((found.streams, found.differing), (2, 1));
    let example = found.example.as_ref().unwrap();
    assert_eq!((example.event, example.offset, example.connection.as_str()), (2, 9, "main"));
    assert_eq!(
        (example.standard.as_str(), example.client.as_str()),
        ("event \"message\" with data \"b\"", "no event")
    );
    assert!(report.iter().filter(|one| one.model != "space-needed").all(|one| one.differing == 0));
    assert!(Survey::default().report().is_empty());
}

proptest! {
    #[test]
    fn the_exact_client_reads_as_the_parser_does(
        parts in prop::collection::vec(prop::sample::select(vec![
            "data", "id", "event", "retry", ":", " ", "\n", "\r", "\r\n", "\n\n", "x", "é", "\u{2028}", "\0", "\u{feff}", "7",
        ]), 0..40),
        cut in 0usize..60,
    ) {
        let bytes = parts.concat().into_bytes();
        let seen = read(&Habit::EXACT, &bytes, &[cut.min(bytes.len())], true);
        let standard: Vec<Seen> = standard(&bytes).unwrap().into_iter().map(|(seen, _)| seen).collect();
        prop_assert_eq!(seen, standard);
    }
}
