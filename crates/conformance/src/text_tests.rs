use super::*;

#[test]
fn every_line_break_of_published_text_becomes_lf() {
    assert_eq!(normalised("a\r\nb\rc\nd\r\r\n"), "a\nb\nc\nd\n\n");
}

#[test]
fn a_json_payload_is_decoded_and_anything_else_is_left_alone() {
    let table = [
        ("\"a\"", "a"),
        ("\"a\\r\\nb\\u00e9\"", "a\nbé"),
        ("\"\"", ""),
        ("plain", "plain"),
        ("{\"a\": 1}", "{\"a\": 1}"),
        ("\"open", "\"open"),
        ("", ""),
    ];
    for (data, wanted) in table {
        assert_eq!(Payload::Json.decoded(data), wanted, "{data:?}");
        assert_eq!(Payload::Text.decoded(data), data);
    }
}

#[test]
fn a_long_value_is_cut_and_says_by_how_much() {
    assert_eq!(shown("a\u{1b}"), "\"a\\u{1b}\"");
    let long = shown(&"é".repeat(1000));
    assert!(long.ends_with("and 840 more characters"), "{long}");
}
