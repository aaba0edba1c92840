use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use ssecheck_model::secrets::Secrets;
use ssecheck_model::verdict::Outcome;

use super::document::{EndDoc, EndHow, Raw, RequestDoc, StreamDoc, TryDoc};
use super::*;
use crate::judge::judge;
use crate::testing::{STREAM, answer, case, hub, stream, word};

/// An answer as it was kept: its bytes in reads of this size, all of them used.
fn kept(bytes: &[u8], size: usize, end: Option<EndHow>) -> TryDoc {
    let reads = bytes.chunks(size).enumerate();
    let stream = StreamDoc {
        request: RequestDoc {
            method: "GET".to_owned(),
            url: "http://127.0.0.1:1/".to_owned(),
            ..RequestDoc::default()
        },
        received: Raw(bytes.to_vec()),
        reads: reads.map(|(n, read)| (read.len() as u64, n as i64 * 1000, None)).collect(),
        used: bytes.len() as u64,
        end: end.map(|how| EndDoc { how, at_ns: 5_000_000 }),
        ..StreamDoc::default()
    };
    TryDoc { streams: [("main".to_owned(), stream)].into(), ..TryDoc::default() }
}

/// What a check says of a kept answer.
fn verdict(kept: &TryDoc, expect: &str) -> &'static str {
    let (subject, case) = (hub(), case(expect));
    let (stage, _) = read::stage(&subject, &case, kept).unwrap();
    word(&judge(&stage, &case.checks[0]).0)
}

const CHUNKED: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

#[test]
fn kept_bytes_are_read_again_in_pieces_of_any_size() {
    let whole = format!("{CHUNKED}9\r\ndata: a\n\n\r\n0\r\n\r\n");
    for size in [1, 7, 1000] {
        let kept = kept(whole.as_bytes(), size, Some(EndHow::Complete));
        assert_eq!(verdict(&kept, "{ events: { of: main, data: [a] } }"), "pass", "{size}");
        assert_eq!(verdict(&kept, "{ wire: { of: main, rule: ends-complete } }"), "pass", "{size}");
    }
}

#[test]
fn the_end_of_a_connection_is_judged_by_the_bytes_before_it() {
    let cut = format!("{CHUNKED}9\r\ndata: a\n\n\r\n");
    let rule = "{ wire: { of: main, rule: ends-complete } }";
    assert_eq!(verdict(&kept(cut.as_bytes(), 50, Some(EndHow::Fin)), rule), "truncated");
    assert_eq!(verdict(&kept(cut.as_bytes(), 50, Some(EndHow::Reset)), rule), "reset");
    assert_eq!(verdict(&kept(cut.as_bytes(), 50, None), rule), "nothing-seen");
}

#[test]
fn reading_stops_where_it_stopped_the_first_time() {
    let whole = format!("{CHUNKED}9\r\ndata: a\n\n\r\n9\r\ndata: b\n\n\r\n");
    let mut kept = kept(whole.as_bytes(), 1000, None);
    let first = CHUNKED.len() + "9\r\ndata: a\n\n".len();
    kept.streams.get_mut("main").unwrap().used = first as u64;
    assert_eq!(verdict(&kept, "{ events: { of: main, data: [a] } }"), "pass");
}

#[test]
fn a_broken_chunk_is_found_again() {
    let broken = format!("{CHUNKED}9\r\ndata: a\n\n\r\nzz\r\n");
    let mut kept = kept(broken.as_bytes(), 1000, None);
    let main = kept.streams.get_mut("main").unwrap();
    main.used -= 4;
    let kind = document::KindDoc::Bytes("invalid-chunk-size".to_owned());
    main.error = Some(document::ErrorDoc { phase: "body".to_owned(), kind });
    assert_eq!(
        verdict(&kept, "{ wire: { of: main, rule: chunks-well-formed } }"),
        "chunks-malformed"
    );
}

#[test]
fn an_answer_that_is_none_and_one_that_never_came() {
    let alive = "{ alive: { of: main } }";
    assert_eq!(verdict(&kept(b"SSH-2.0-x\r\n", 1000, None), alive), "dead");
    assert_eq!(verdict(&kept(b"", 1000, None), alive), "dead");
    assert_eq!(verdict(&kept(STREAM.as_bytes(), 3, None), alive), "pass");
}

#[test]
fn a_check_that_the_kept_bytes_do_not_give_again_is_named() {
    let subject = hub();
    let case = case("{ events: { of: main, data: [a] } }");
    let mut stage = Stage::new(&subject, &case, "t".to_owned());
    // An answer without a record, as if nothing of it could be kept.
    stage.streams.insert("main".to_owned(), stream(&[("", "a")]));
    let open = || vec![crate::outcome::Gate::Open { declared: true }];
    let results = crate::run::judged(&stage, open(), None, false);
    assert_eq!(results[0].outcome, Outcome::Pass);
    let Kept(kept) = keep(&stage, None, &results, false);
    assert!(kept.untellable.contains_key("test/check"), "{:?}", kept.untellable);
}

#[test]
fn a_secret_that_a_chunk_line_cuts_in_two_is_hidden_and_offsets_stay() {
    let mut secrets = Secrets::default();
    secrets.add("token", "secretvalue");
    let whole = format!("{CHUNKED}8\r\ndata: se\r\n6\r\ncretva\r\n5\r\nlue\n\n\r\n");
    let mut kept = kept(whole.as_bytes(), 1000, None);
    hide::hide(&mut kept, &secrets.mask());
    let received = &kept.streams["main"].received.0;
    let text = String::from_utf8_lossy(received);
    assert!(text.ends_with("8\r\ndata: **\r\n6\r\n******\r\n5\r\n***\n\n\r\n"), "{text}");
    assert_eq!(received.len(), whole.len());
}

#[test]
fn a_coded_body_with_a_secret_in_it_is_left_out() {
    let mut secrets = Secrets::default();
    secrets.add("token", "secretvalue");
    let coded = |body: &[u8]| {
        let mut coder = GzEncoder::new(Vec::new(), Compression::fast());
        coder.write_all(body).unwrap();
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\n\r\n";
        (head.len(), [head.as_bytes(), &coder.finish().unwrap()].concat())
    };
    let (head, whole) = coded(b"data: secretvalue\n\n");
    let mut with = kept(&whole, 1000, None);
    hide::hide(&mut with, &secrets.mask());
    assert_eq!(with.streams["main"].received.0.len(), head);
    let (_, whole) = coded(b"data: a\n\n");
    let mut without = kept(&whole, 1000, None);
    hide::hide(&mut without, &secrets.mask());
    assert_eq!(without.streams["main"].received.0, whole);
}

#[test]
fn cookies_are_hidden_however_short() {
    let whole =
        "HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nset-cookie:b=xyz\r\n\r\nset-cookie: c=1\r\n";
    let mut kept = kept(whole.as_bytes(), 1000, None);
    hide::hide(&mut kept, &Secrets::default().mask());
    let text = String::from_utf8_lossy(&kept.streams["main"].received.0).into_owned();
    let wanted = "Set-Cookie: a=*; Path=/\r\nset-cookie:b=***\r\n\r\nset-cookie: c=1\r\n";
    assert!(text.ends_with(wanted), "{text}");
}

#[test]
fn cookies_and_tokens_in_redirects_are_found_in_answers() {
    let head = "HTTP/1.1 302 Found\r\nSet-Cookie: sid=cookievalue; Path=/\r\nLocation: /x?token=inlocation\r\n\r\n";
    let answer = answer(head, "");
    let found = secrets_found(std::iter::once(&answer));
    let mask = found.mask();
    assert_eq!(mask.text("cookievalue inlocation Path"), "*** *** Path");
}

#[test]
fn texts_and_checks_of_a_case_may_change_and_its_steps_may_not() {
    let text = "id: a/b\ntitle: one\nsteps:\n  - connect: { as: main }\nchecks:\n  - id: a/b\n    level: must\n    source: s\n    requirement: r\n    expect: { alive: { of: main } }\n";
    let of = |text: &str| digest(&Case::load("x.yaml", text).unwrap());
    assert_eq!(of(text), of(&text.replace("title: one", "title: two").replace("must", "should")));
    assert_eq!(of(text), of(&text.replace("steps:", "steps:\n  # a word")));
    assert_ne!(of(text), of(&text.replace("{ as: main }", "{ as: main, method: HEAD }")));
}

#[test]
fn what_is_known_of_a_target_survives() {
    let mut subject = crate::testing::subject(
        "url: http://127.0.0.1:1/e\nheaders: { authorization: Bearer x }\nheartbeat: 7s\npayload: json\nlimit: { streams: 5 }
publish: { url: /p, body: '{{data}}{{id}}{{event}}' }\nstats: { url: /s, pointer: /n }\nstop: { url: /stop }
cors: { allowed_origin: 'https://a.example', denied_origin: 'https://b.example', expose: [x] }
stranger: { headers: { authorization: y } }\nprovides: [ids, resume]",
    );
    subject.note_seen(ssecheck_model::target::Capability::Retry);
    let again = target::subject(&target::kept(&subject)).unwrap();
    let one = serde_json::to_value(target::kept(&subject)).unwrap();
    let other = serde_json::to_value(target::kept(&again)).unwrap();
    assert_eq!(one, other);
    assert!(!one.to_string().contains("Bearer"));
}
