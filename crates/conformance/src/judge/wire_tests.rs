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
