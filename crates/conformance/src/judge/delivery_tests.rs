use super::*;
use crate::judge::judge;
use crate::testing::{STREAM, answer, case, hub, published, stream, subject, word};

#[test]
fn a_marker_is_a_whole_word() {
    let table = [
        ("x-cr", "x-cr", true),
        ("x-cr\nsecond", "x-cr", true),
        ("say x-cr.", "x-cr", true),
        ("x-crlf", "x-cr", false),
        ("x-cr-2", "x-cr", false),
        ("x-crlf and x-cr", "x-cr", true),
        ("x-1x-10", "x-1", false),
        ("", "x-cr", false),
        ("x-cré", "x-cr", true),
    ];
    for (text, marker, found) in table {
        assert_eq!(has_word(text, marker), found, "{text:?}");
    }
}

#[test]
fn a_marker_is_the_token_and_what_follows_it_in_plain_characters() {
    let table = [
        ("sse1-2-cr\rsecond", Some("sse1-2-cr")),
        ("  sse1-2-space", Some("sse1-2-space")),
        ("sse1-2-unicode é", Some("sse1-2-unicode")),
        ("sse1-2", Some("sse1-2")),
        ("another text", None),
        ("", None),
    ];
    for (text, wanted) in table {
        assert_eq!(marker("sse1-2", text).as_deref(), wanted, "{text:?}");
    }
}

fn delivered(stream: Stream, published: Published) -> Judgement {
    delivered_to(&hub(), stream, published)
}

fn delivered_to(subject: &crate::subject::Subject, stream: Stream, one: Published) -> Judgement {
    let case = case("{ delivered: { publication: some, on: main, same: [data] } }");
    let mut stage = Stage::new(subject, &case, "tok".to_owned());
    stage.streams.insert("main".to_owned(), stream);
    stage.publications.insert("some".to_owned(), vec![one]);
    judge(&stage, &case.checks[0]).0
}

#[test]
fn delivered_data_are_equal_altered_or_lost() {
    let sent = || published("tok-cr\rsecond", Ok(()));
    let body = |body: &str| answer(STREAM, body);
    let table = [
        ("data: tok-cr\ndata: second\n\n", "pass"),
        ("data: tok-cr second\n\n", "data-altered"),
        ("data: tok\ndata: second\n\n", "lost"),
        ("data: tok-cr\ndata: second\n", "not-dispatched"),
        (": idle\n\n", "lost"),
    ];
    for (stream, wanted) in table {
        assert_eq!(word(&delivered(body(stream), sent())), wanted, "{stream:?}");
    }
}

#[test]
fn data_that_the_server_writes_as_json_are_compared_decoded() {
    let target = "url: http://127.0.0.1:1/
payload: json
publish: { url: /publish, body: '{{data}}' }";
    let json = subject(target);
    let came = || answer(STREAM, "data: \"tok-cr\\rsecond\"\n\n");
    let sent = || published("tok-cr\rsecond", Ok(()));
    assert_eq!(word(&delivered_to(&json, came(), sent())), "pass");
    assert_eq!(word(&delivered(came(), sent())), "data-altered");
}

#[test]
fn a_refusal_of_the_content_is_no_failure_and_a_broken_hook_is_an_error() {
    let judged = |error: HookError| word(&delivered(stream(&[]), published("tok-a", Err(error))));
    assert_eq!(judged(HookError::Refused(400)), "nothing-seen");
    assert_eq!(judged(HookError::Refused(422)), "nothing-seen");
    assert_eq!(judged(HookError::Unsendable("no".to_owned())), "nothing-seen");
    assert_eq!(judged(HookError::Refused(500)), "broken");
    assert_eq!(judged(HookError::Failed("no".to_owned())), "broken");
}

#[test]
fn a_hook_that_breaks_under_a_large_event_proves_nothing() {
    let large = "x".repeat(MODERATE + 1);
    let failed = || Err(HookError::Failed("connection reset".to_owned()));
    assert_eq!(word(&delivered(stream(&[]), published(&large, failed()))), "nothing-seen");
    assert_eq!(word(&delivered(stream(&[]), published("tok-a", failed()))), "broken");
}

#[test]
fn an_id_is_compared_only_where_the_target_takes_it_over() {
    let id = |sent: &str, came: &str| {
        let subject = hub();
        let case = case("{ delivered: { publication: some, on: main, same: [id, data] } }");
        let mut stage = Stage::new(&subject, &case, "tok".to_owned());
        stage.streams.insert("main".to_owned(), stream(&[(came, "tok-a")]));
        let mut one = published("tok-a", Ok(()));
        one.content.id = Some(sent.to_owned());
        stage.publications.insert("some".to_owned(), vec![one]);
        word(&judge(&stage, &case.checks[0]).0)
    };
    assert_eq!(id("tok-id é", "tok-id é"), "pass");
    assert_eq!(id("tok-id é", "tok-id ?"), "id-altered");
    assert_eq!(id("tok-id é", "17"), "nothing-seen");
}

fn injected(body: &str, result: Result<(), HookError>) -> &'static str {
    let (subject, case) =
        (hub(), case("{ no_injection: { publication: some, on: main, canary: tok-canary } }"));
    let mut stage = Stage::new(&subject, &case, "tok".to_owned());
    stage.streams.insert("main".to_owned(), answer(STREAM, body));
    stage.publications.insert("some".to_owned(), vec![published("x\ndata: tok-canary", result)]);
    word(&judge(&stage, &case.checks[0]).0)
}

#[test]
fn a_canary_counts_only_where_it_took_effect() {
    let table = [
        ("data: x\ndata: data: tok-canary\n\n", "pass"),
        ("data: x data: tok-canary\n\n", "pass"),
        ("data: other\n\n", "pass"),
        ("data: tok-canary\n\n", "event-injected"),
        ("event: tok-canary\ndata: x\n\n", "event-injected"),
        ("data: x\ndata: tok-canary\n\n", "field-injected"),
        ("id: tok-canary\ndata: x\n\n", "field-injected"),
    ];
    for (body, wanted) in table {
        assert_eq!(injected(body, Ok(())), wanted, "{body:?}");
    }
}

#[test]
fn refusing_a_forgery_is_right_and_a_hook_that_cannot_say_it_proves_nothing() {
    assert_eq!(injected("", Err(HookError::Refused(400))), "pass");
    assert_eq!(injected("", Err(HookError::Unsendable("NUL".to_owned()))), "nothing-seen");
    let late = HookError::TimedOut(std::time::Duration::from_secs(1));
    assert_eq!(injected("", Err(late)), "broken");
}

fn events(expect: &str, stream: Stream) -> &'static str {
    let (subject, case) = (hub(), case(&format!("{{ events: {{ of: main, {expect} }} }}")));
    let mut stage = Stage::new(&subject, &case, "tok".to_owned());
    stage.streams.insert("main".to_owned(), stream);
    word(&judge(&stage, &case.checks[0]).0)
}

#[test]
fn events_are_counted_and_compared_in_order() {
    let two = || stream(&[("", "a"), ("", "b")]);
    assert_eq!(events("at_least: 2", two()), "pass");
    assert_eq!(events("at_least: 3", two()), "too-few-events");
    assert_eq!(events("data: [a, b]", two()), "pass");
    assert_eq!(events("data: [b, a]", two()), "events-differ");
    assert_eq!(events("data: [a]", two()), "events-differ");
    assert_eq!(events("data: [a, b, c]", two()), "events-differ");
}
