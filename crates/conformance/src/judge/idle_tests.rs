use super::*;
use crate::judge::judge;
use crate::testing::{STREAM, case, stream, subject, timed, word};

const TARGET: &str = "url: http://127.0.0.1:1/
publish: { url: /p, body: '{{data}}' }
heartbeat: 500ms";
const CODED: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\n\r\n";

/// The judgement of `expect` over `main` and `other`, which were idle for 1,300 ms.
fn judged(expect: &str, main: &[(u64, &[u8])], other: &[(u64, &[u8])], head: &str) -> &'static str {
    let (subject, case, begun) = (subject(TARGET), case(expect), Instant::now());
    let mut stage = Stage::new(&subject, &case, "tok-1".to_owned());
    for (name, head, pieces) in [("main", head, main), ("other", STREAM, other)] {
        stage.streams.insert(name.to_owned(), timed(begun, head, pieces));
        let ended = begun + Duration::from_millis(1_300);
        stage.idles.insert(name.to_owned(), (begun, ended));
    }
    word(&judge(&stage, &case.checks[0]).0)
}

fn heartbeat(pieces: &[(u64, &[u8])]) -> &'static str {
    judged("{ heartbeat: { of: main } }", pieces, &[], STREAM)
}

#[test]
fn a_silence_is_forgiven_for_half_the_promise_and_some_more() {
    // The promise is 500 ms, so 1,050 ms are forgiven.
    assert_eq!(heartbeat(&[(400, b":\n\n"), (800, b":\n\n"), (1_200, b":\n\n")]), "pass");
    assert_eq!(heartbeat(&[(1_000, b":\n\n")]), "pass", "a server that was stopped for 500 ms");
    assert_eq!(heartbeat(&[]), "silent");
    assert_eq!(heartbeat(&[(1_100, b":\n\n")]), "silent");
    assert_eq!(heartbeat(&[(100, b":\n\n")]), "silent", "then nothing for 1,200 ms");
}

#[test]
fn an_ended_stream_is_not_silent() {
    let (subject, case, begun) =
        (subject(TARGET), case("{ heartbeat: { of: main } }"), Instant::now());
    let mut stage = Stage::new(&subject, &case, "tok-1".to_owned());
    let mut main = timed(begun, STREAM, &[(200, b":\n\n")]);
    main.end = Some((ssecheck_transport::End::Closed, begun + Duration::from_millis(300)));
    stage.streams.insert("main".to_owned(), main);
    stage.idles.insert("main".to_owned(), (begun, begun + Duration::from_millis(1_300)));
    assert_eq!(word(&judge(&stage, &case.checks[0]).0), "pass");
}

#[test]
fn a_coding_is_to_blame_only_when_it_is_there_and_the_other_stream_was_not_silent() {
    let expect = "{ heartbeat: { of: main, coded: true, unless_silent_on: other } }";
    let beats: &[(u64, &[u8])] = &[(400, b":\n\n"), (800, b":\n\n"), (1_200, b":\n\n")];
    assert_eq!(judged(expect, &[], beats, STREAM), "nothing-seen", "no coding");
    assert_eq!(judged(expect, &[], &[], CODED), "nothing-seen", "both are silent");
    assert_eq!(judged(expect, &[], beats, CODED), "silent");
}

#[test]
fn messages_of_nobody_count_when_they_come_again() {
    let form =
        |pieces: &[(u64, &[u8])]| judged("{ idle_events: { of: main } }", pieces, &[], STREAM);
    let beat = b"data: {\"beat\": 1}\n\n".as_slice();
    let next = b"data: {\"beat\": 22}\n\n".as_slice();
    assert_eq!(form(&[(400, beat), (800, next)]), "heartbeat-as-message");
    assert_eq!(form(&[(400, beat)]), "pass", "once is no heartbeat");
    assert_eq!(form(&[(400, beat), (800, b"data: other\n\n")]), "pass");
    let ping = b"event: ping\ndata: 1\n\n".as_slice();
    assert_eq!(form(&[(400, ping), (800, ping)]), "pass", "a type of its own");
    let ours = b"data: tok-2-fence\n\n".as_slice();
    assert_eq!(form(&[(400, ours), (800, ours)]), "pass", "published by another case");
    assert_eq!(form(&[(400, b":\n\n"), (800, b":\n\n")]), "pass");
}

#[test]
fn an_empty_message_without_an_id_must_not_open_a_stream() {
    let opening =
        |bytes: &[u8]| judged("{ empty_opening: { of: main } }", &[(0, bytes)], &[], STREAM);
    assert_eq!(opening(b"data:\n\n"), "empty-event-on-open");
    assert_eq!(opening(b"retry: 5\n\n:\n\ndata\n\ndata: x\n\n"), "empty-event-on-open");
    assert_eq!(opening(b"id: 1\ndata:\n\n"), "pass", "a priming event");
    assert_eq!(opening(b"event: open\ndata:\n\n"), "pass", "a type of its own");
    assert_eq!(opening(b":\n\ndata: x\n\ndata:\n\n"), "pass");
    assert_eq!(opening(b""), "pass");
}

#[test]
fn a_stream_that_no_idle_step_has_read_cannot_be_judged() {
    let (subject, case) = (subject(TARGET), case("{ heartbeat: { of: main } }"));
    let mut stage = Stage::new(&subject, &case, "tok-1".to_owned());
    stage.streams.insert("main".to_owned(), stream(&[]));
    assert_eq!(word(&judge(&stage, &case.checks[0]).0), "broken");
}
