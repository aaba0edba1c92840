use proptest::prelude::*;

use super::*;

fn line() -> impl Strategy<Value = String> {
    let value = "[0-9a-fA-F\\PC ]{0,40}";
    prop_oneof![
        value.prop_map(|v| format!("data: {v}")),
        value.prop_map(|v| format!("data:{v}")),
        value.prop_map(|v| format!(":{v}")),
        value.prop_map(|v| format!("id: {v}")),
        value.prop_map(|v| format!("event: {v}")),
        "[0-9]{1,8}".prop_map(|v| format!("retry: {v}")),
        Just(String::new()),
    ]
}

proptest! {
    #[test]
    fn an_ordinary_stream_never_looks_like_chunks(
        lines in prop::collection::vec(line(), 0..20),
        end in prop::sample::select(vec!["\n", "\r", "\r\n"]),
        bom in any::<bool>(),
    ) {
        let body: String = lines.iter().map(|line| format!("{line}{end}")).collect();
        let body = if bom { format!("\u{feff}{body}") } else { body };
        prop_assert_eq!(inner_chunk(body.as_bytes()), None);
    }

    #[test]
    fn a_second_layer_of_chunks_is_found(inner in prop::collection::vec(any::<u8>(), 1..300)) {
        let mut body = format!("{:x}\r\n", inner.len()).into_bytes();
        let size_line = body.len() as u64 - 2;
        body.extend_from_slice(&inner);
        prop_assert_eq!(inner_chunk(&body), None, "the chunk is not whole yet");
        body.extend_from_slice(b"\r\n");
        prop_assert_eq!(inner_chunk(&body), Some(size_line));
    }

    #[test]
    fn no_bytes_make_the_search_for_chunks_panic(
        body in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        let found = inner_chunk(&body);
        prop_assert!(found.is_none_or(|end| (end as usize) < body.len()));
    }
}

#[test]
fn sizes_that_do_not_fit_are_no_chunks() {
    for body in ["ffffffffffffffff\r\n", "fffffffffffffffff\r\nx", "0\r\n\r\n", "+5\r\nhello\r\n"] {
        assert_eq!(inner_chunk(body.as_bytes()), None, "{body:?}");
    }
}

fn judged(rule: &str, stream: Stream) -> &'static str {
    let expect = format!("{{ wire: {{ of: main, rule: {rule} }} }}");
    let (subject, case) = (crate::testing::hub(), crate::testing::case(&expect));
    let mut stage = Stage::new(&subject, &case, "token".to_owned());
    stage.streams.insert("main".to_owned(), stream);
    crate::testing::word(&crate::judge::judge(&stage, &case.checks[0]).0)
}

#[test]
fn fields_of_one_connection_are_forbidden_on_http2() {
    let seen = |field: &str| {
        let head = format!("HTTP/1.1 200 OK\r\n{field}\r\n\r\n");
        judged("http2-fields", crate::testing::answer(&head, ""))
    };
    assert_eq!(seen("content-type: text/event-stream"), "pass");
    assert_eq!(seen("te: trailers"), "pass");
    let wrong = ["connection: close", "Transfer-Encoding: chunked", "te: gzip", "upgrade: h2c"];
    for field in wrong {
        assert_eq!(seen(field), "connection-field-on-http2", "{field}");
    }
}

#[test]
fn a_stream_of_http2_ends_with_end_stream() {
    let seen = |end: Option<End>| {
        let mut stream = crate::testing::stream(&[]);
        end.into_iter().for_each(|end| stream.ended(end));
        judged("http2-end", stream)
    };
    assert_eq!(seen(Some(End::StreamEnd)), "pass");
    assert_eq!(seen(None), "nothing-seen");
    assert_eq!(seen(Some(End::Reset)), "reset");
    let broken_off = End::Truncated { missing: None, place: ssecheck_transport::Place::Stream };
    assert_eq!(seen(Some(broken_off)), "reset");
}
