//! Secrets of the target file: who gets them, and who sees them.

use std::sync::{Arc, Mutex};

use ssecheck_model::verdict::Outcome;

use crate::runs::{case, judge, subject, suite, verdict};
use crate::server::{STREAM, Server};

const UNAUTHORIZED: &str =
    "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn r60_nobody_of_the_target_file_is_made_known_to_another_origin_by_a_redirect() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    let other = Server::start(move |mut asked| {
        noted.lock().unwrap().push(asked.fields.clone());
        async move {
            asked.say(STREAM).await;
        }
    })
    .await;
    let elsewhere = format!(
        "HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        other.url()
    );
    let server = Server::start(move |mut asked| {
        let answer = if asked.target == "/moved" { elsewhere.clone() } else { STREAM.to_owned() };
        async move {
            asked.say(&answer).await;
        }
    })
    .await;
    let target = "headers: { authorization: Bearer s3cret, x-owner: s3cret }
redirect: { url: /moved }
stranger: { url: /moved, headers: { x-tenant: s3cret } }
expiring: { url: /moved, headers: { cookie: s3cret }, after: 1s }";
    let moved = case(
        "t/moved",
        "  - connect: { as: owner, to: redirect, last_event_id: '7' }
  - connect: { as: stranger, who: stranger, last_event_id: '7' }
  - connect: { as: expiring, who: expiring, last_event_id: '7' }",
        "{ status: { of: owner, is: [200] } }",
    );
    let finished = judge(subject(&server.url(), target), suite(&[&moved])).await;
    assert_eq!(verdict(&finished, "t/moved"), (Outcome::Pass, ""));
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 3);
    for fields in seen.iter() {
        assert_eq!(fields.get("last-event-id").map(String::as_str), Some("7"));
        assert!(!fields.values().any(|value| value.contains("s3cret")), "{fields:?}");
    }
}

#[tokio::test]
async fn r81_a_token_that_works_in_the_query_is_told_without_being_shown() {
    let server = Server::start(|mut asked| async move {
        let known = asked.fields.contains_key("authorization");
        let known = known || asked.target.contains("?jwt=s3cret");
        asked.say(if known { STREAM } else { UNAUTHORIZED }).await;
    })
    .await;
    let target = "headers: { authorization: Bearer s3cret }\nquery_token: [token, jwt]";
    let steps = "  - connect: { as: nobody, who: nobody }
  - connect: { as: token, who: nobody, query_token: true }";
    let token = case("t/token", steps, "{ refused: { of: token, only_if_refused: nobody } }");
    let finished = judge(subject(&server.url(), target), suite(&[&token])).await;
    assert_eq!(verdict(&finished, "t/token"), (Outcome::Fail, "refused-inside-stream"));
    let report = serde_json::to_string(&finished.conformance).unwrap();
    assert!(report.contains("jwt=***"), "{report}");
    assert!(!report.contains("s3cret"), "{report}");
}

#[tokio::test]
async fn r70_a_stream_within_the_limit_that_gets_no_answer_counts_as_the_one_more() {
    let server = Server::start(|mut asked| async move {
        if asked.target == "/events" {
            asked.say(STREAM).await;
        }
        asked.gone().await;
    })
    .await;
    let crowd = case("t/crowd", "  - crowd: { as: more }", "{ answered: { of: more } }");
    for (target, wanted) in [
        ("limit: { streams: 5 }", (Outcome::Pass, "")),
        ("limit: { streams: 5, url: /silent }", (Outcome::Fail, "no-answer")),
    ] {
        let finished = judge(subject(&server.url(), target), suite(&[&crowd])).await;
        assert_eq!(verdict(&finished, "t/crowd"), wanted, "{target}");
    }
}
