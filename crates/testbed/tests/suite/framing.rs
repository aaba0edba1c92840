//! Faults of the event stream, by the bytes that they write.

use std::collections::BTreeSet;

use ssecheck_parser::owned::lint_all;

use crate::client::{Client, contains, correct, fetch, post, with};

/// A fault, the oddities that its stream has, and how its bytes differ from the correct server's.
pub(crate) type Row = (&'static str, &'static [&'static str], fn(&[u8]) -> bool);

pub(crate) const ROWS: &[Row] = &[
    ("latin1", &["ill-formed-utf8"], |wire| contains(wire, b"data: caf\xe9 ")),
    ("truncated-utf8", &["ill-formed-utf8"], |wire| contains(wire, b" \xf0\x9f\x9a\n")),
    ("bom-per-event", &["bom-inside"], |wire| contains(wire, b"\n\n\xef\xbb\xbf")),
    ("field-name-case", &["near-miss-field"], |wire| contains(wire, b"\nData: ")),
    ("leading-space-name", &["near-miss-field"], |wire| contains(wire, b"\n data: ")),
    ("stack-trace", &["stray-text"], |wire| contains(wire, b"\n\nTraceback (")),
    ("bare-json", &["stray-text"], |wire| contains(wire, b"\n\n{\"level\"")),
    ("error-field", &["json-like-unknown-field"], |wire| contains(wire, b"\n\nerror: {")),
    ("event-without-data", &["event-without-data"], |wire| {
        contains(wire, b"retry: 1000\n\nevent: ping\n\n") && wire.ends_with(b"event: ping\n\n")
    }),
    ("data-prefix-twice", &["data-prefix-doubled"], |wire| contains(wire, b"data: data: lf\n")),
    ("first-line-only", &["unknown-field"], |wire| contains(wire, b"data: lf\ntwo\nthree\n\n")),
    ("lf-deleted", &[], |wire| contains(wire, b"data: lftwothree\n\n")),
    ("cr-raw", &["bare-cr", "line-ends-mixed", "unknown-field"], |wire| {
        contains(wire, b"data: cr\rtwo\n")
    }),
    ("crlf-doubled", &[], |wire| contains(wire, b"data: crlf\ndata: \ndata: two\n")),
    ("trailing-newline-lost", &[], |wire| contains(wire, b"data: trailing\n\n")),
    ("leading-space-lost", &[], |wire| contains(wire, b"data: leading\n\n")),
    ("empty-data-lost", &["event-without-data"], |wire| contains(wire, b"event: empty\n\n")),
    ("splitlines", &[], |wire| contains(wire, b"data: a\ndata: b\ndata: c\ndata: d\ndata: e\n")),
    ("html-escaped", &[], |wire| contains(wire, b"data: &lt;b&gt; &amp; &quot;\n")),
    ("event-type-dropped", &[], |wire| !contains(wire, b"\nevent: t\n")),
    ("inject-data-lf", &[], |wire| contains(wire, b"data: x\nevent: forged\n")),
    ("inject-data-cr", &["bare-cr", "line-ends-mixed"], |wire| {
        contains(wire, b"data: x\revent: forged\n")
    }),
    ("inject-event", &[], |wire| contains(wire, b"event: t\n: forged\n")),
    ("inject-id", &["line-ends-mixed"], |wire| contains(wire, b"id: i\r\ndata: forged\n")),
    ("no-blank-line", &["repeated-event-field", "repeated-id-field", "truncated-tail"], |wire| {
        contains(wire, b"data: three\nid: ")
    }),
    ("nul-in-id", &["nul-in-id"], |wire| contains(wire, b"id: 1\nid: 1\0\n")),
    ("nul-accepted", &["nul-in-id"], |wire| contains(wire, b"id: n\0l\n")),
    ("unsafe-id", &["unsafe-id"], |wire| contains(wire, b"id: {\"n\":1}\n")),
    ("long-id", &["long-id"], |wire| contains(wire, b"id: 1-aaaaaaaa")),
    ("id-constant", &[], |wire| count(wire, b"id: 0\n") == PUBLICATIONS.len() - 3),
    ("ids-sometimes", &[], |wire| count(wire, b"id: ") == (PUBLICATIONS.len() - 3) / 3),
    ("retry-unit", &["retry-not-digits"], |wire| wire.starts_with(b"retry: 3s\n\n")),
    ("retry-tiny", &["retry-looks-like-seconds", "retry-too-small"], |wire| {
        wire.starts_with(b"retry: 1\n\n")
    }),
    ("retry-huge", &["retry-too-large"], |wire| wire.starts_with(b"retry: 99999999999\n\n")),
    ("no-retry", &[], |wire| !contains(wire, b"retry")),
];

/// The last is the sign that all have come; the three before it the correct server refuses.
pub(crate) const PUBLICATIONS: &[&str] = &[
    r#"{"data":"lf\ntwo\nthree"}"#,
    r#"{"data":"crlf\r\ntwo"}"#,
    r#"{"data":"cr\rtwo"}"#,
    r#"{"data":"trailing\n"}"#,
    r#"{"data":" leading"}"#,
    r#"{"data":"","event":"empty"}"#,
    r#"{"data":"café 日本 🚀"}"#,
    r#"{"data":"a\u2028b\u0085c\u000bd\u000ce"}"#,
    r#"{"data":"<b> & \""}"#,
    r#"{"data":"x\nevent: forged"}"#,
    r#"{"data":"x\revent: forged"}"#,
    r#"{"data":"plain","event":"t"}"#,
    r#"{"event":"t\n: forged"}"#,
    r#"{"id":"i\r\ndata: forged"}"#,
    r#"{"id":"n\u0000l"}"#,
    r#"{"data":"end-of-list"}"#,
];

fn count(wire: &[u8], part: &[u8]) -> usize {
    wire.windows(part.len()).filter(|window| *window == part).count()
}

/// The body of a stream over which all publications went.
pub(crate) async fn stream(names: &[&str]) -> Vec<u8> {
    let testbed = with(names);
    let mut client = Client::get(&testbed, "/events", "").await;
    client.until("\r\n\r\n").await;
    crate::client::until_subscribers(&testbed, 1).await;
    for json in PUBLICATIONS {
        post(&testbed, json).await;
    }
    let streamed = client.until_end();
    tokio::join!(streamed, testbed.shutdown());
    client.body()
}

fn lints(wire: &[u8]) -> BTreeSet<&'static str> {
    lint_all(wire).unwrap().into_iter().map(|lint| lint.code.as_str()).collect()
}

#[tokio::test]
async fn the_correct_stream_has_no_oddity_and_no_fault() {
    let wire = stream(&[]).await;
    assert_eq!(lints(&wire), BTreeSet::new());
    let seen: Vec<_> = ROWS.iter().filter(|(.., differs)| differs(&wire)).collect();
    assert!(seen.is_empty(), "{:?}", seen.iter().map(|(id, ..)| id).collect::<Vec<_>>());
}

#[tokio::test]
async fn each_fault_writes_what_it_says_and_has_only_its_own_oddities() {
    for (id, oddities, differs) in ROWS {
        let wire = stream(&[id]).await;
        assert!(differs(&wire), "{id}: {}", wire.escape_ascii());
        let oddities: BTreeSet<_> = oddities.iter().copied().collect();
        assert_eq!(lints(&wire), oddities, "{id}: {}", wire.escape_ascii());
    }
}

#[tokio::test]
async fn an_unterminated_tail_is_all_that_is_wrong_with_the_end() {
    let testbed = with(&["tail-unterminated"]);
    let client = fetch(&testbed, "/events", "").await;
    assert!(client.body().ends_with(b"data: sample 3\n"));
    assert!(client.raw_body().ends_with(b"\r\n0\r\n\r\n"));
    assert_eq!(client.data(), ["sample 1", "sample 2"]);
    testbed.shutdown().await;
}

#[tokio::test]
async fn faults_of_writing_act_on_echo_too() {
    let testbed = with(&["cr-raw"]);
    assert_eq!(fetch(&testbed, "/echo?data=a%0Db", "").await.body(), b"data: a\rb\n\n");
    testbed.shutdown().await;
    let testbed = with(&["inject-event"]);
    let client = fetch(&testbed, "/echo?event=a%0Aid: 7", "").await;
    assert_eq!(client.status(), 400, "a space in the request line");
    let client = fetch(&testbed, "/echo?event=a%0Aid:%207", "").await;
    assert_eq!(client.body(), b"event: a\nid: 7\ndata: \n\n");
    testbed.shutdown().await;
}

async fn burst(names: &[&str]) -> Vec<String> {
    let testbed = with(names);
    let mut client = Client::subscribe(&testbed, "").await;
    for n in 1..=25 {
        crate::client::publish(&testbed, &n.to_string()).await;
    }
    client.until("data: 25\n").await;
    tokio::join!(client.until_end(), testbed.shutdown());
    client.data()
}

#[tokio::test]
async fn order_faults_act_on_the_later_events_of_a_burst() {
    let with = |tail: &str| {
        let tail = tail.split(' ').map(str::to_owned);
        (1..20).map(|n: u32| n.to_string()).chain(tail).collect::<Vec<_>>()
    };
    assert_eq!(burst(&[]).await, with("20 21 22 23 24 25"));
    assert_eq!(burst(&["swapped"]).await, with("21 20 22 24 23 25"));
    assert_eq!(burst(&["lost-in-burst"]).await, with("21 22 23 24 25"));
    assert_eq!(burst(&["doubled"]).await, with("20 20 21 22 23 24 25"));
}

#[tokio::test]
async fn an_overtaken_event_comes_although_none_overtakes_it() {
    let testbed = with(&["swapped"]);
    let mut client = Client::subscribe(&testbed, "").await;
    for n in 1..=20 {
        crate::client::publish(&testbed, &n.to_string()).await;
    }
    client.until_events(20).await;
    assert_eq!(client.data().pop().as_deref(), Some("20"));
    testbed.shutdown().await;
}

#[tokio::test]
async fn one_late_holds_each_event_until_the_next() {
    let testbed = with(&["one-late"]);
    let mut client = Client::subscribe(&testbed, "").await;
    crate::client::publish(&testbed, "first").await;
    assert!(client.is_quiet().await);
    crate::client::publish(&testbed, "second").await;
    client.until_events(1).await;
    assert_eq!(client.data(), ["first"]);
    testbed.shutdown().await;
}

#[tokio::test]
async fn the_reference_of_these_tests_is_the_correct_server() {
    let testbed = correct();
    assert_eq!(fetch(&testbed, "/echo?data=a%0Db", "").await.body(), b"data: a\ndata: b\n\n");
    testbed.shutdown().await;
}
