//! P01 to P44 and P50 to P52: for every stream the events expected, written by hand. Each stream is
//! fed whole, byte by byte, with every single cut, and short ones with every pair of cuts.

use ssecheck_parsertest::cuts;

use crate::outcome;

/// Checks events as `type|data|id` and the final last event ID under all cuts.
#[track_caller]
fn check(stream: &[u8], events: &[&str], last_event_id: &str) {
    let whole = outcome::whole(stream);
    assert_eq!(whole.events(), events, "{}", stream.escape_ascii());
    assert_eq!(whole.state.last_event_id, last_event_id, "{}", stream.escape_ascii());
    for chunks in cuts::all(stream) {
        let cut = outcome::chunked(chunks.iter().copied());
        assert_eq!(cut, whole, "{} as {chunks:?}", stream.escape_ascii());
    }
}

/// The same for events of type message and without any id, of which only data is given.
#[track_caller]
fn data(stream: &[u8], data: &[&str]) {
    let events: Vec<String> = data.iter().map(|data| format!("message|{data}|")).collect();
    check(stream, &events.iter().map(String::as_str).collect::<Vec<_>>(), "");
}

/// The same for the reconnection time.
#[track_caller]
fn retry(stream: &[u8], time: Option<u64>) {
    assert_eq!(outcome::whole(stream).state.retry, time, "{}", stream.escape_ascii());
    assert_eq!(outcome::chunked(cuts::bytewise(stream)).state.retry, time);
}

#[test]
fn p01_a_byte_order_mark_is_stripped_at_the_start_only() {
    data(b"\xEF\xBB\xBFdata:1\n\n\xEF\xBB\xBFdata:2\n\ndata:3\n\n", &["1", "3"]);
}

#[test]
fn p02_a_second_byte_order_mark_hides_its_field() {
    data(b"\xEF\xBB\xBF\xEF\xBB\xBFdata:1\n\ndata:2\n\n", &["2"]);
}

#[test]
fn p03_a_truncated_byte_order_mark_is_no_event() {
    data(b"\xEF", &[]);
    data(b"\xEF\xBB", &[]);
    data(b"\xEF\xBB\xBF", &[]);
    data(b"\xEF\xBBdata:1\n\ndata:2\n\n", &["2"]);
    data(b"\xEF\ndata:2\n\n", &["2"]);
    data(b"\xEFdata:1\ndata:2\n\n", &["2"]);
}

#[test]
fn p04_a_byte_order_mark_inside_a_value_is_kept() {
    data("data: a\u{FEFF}b\n\n".as_bytes(), &["a\u{FEFF}b"]);
    data("data:\u{FEFF}b\n\n".as_bytes(), &["\u{FEFF}b"]);
}

#[test]
fn p05_utf_16_is_garbage() {
    let wide: Vec<u8> = "\u{FEFF}data: a\n\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(wide.starts_with(b"\xFF\xFE"));
    data(&wide, &[]);
}

#[test]
fn p06_line_ends_mix() {
    data(b"data:test\r\ndata\ndata:test\r\n\r", &["test\n\ntest"]);
}

#[test]
fn p07_a_cr_ends_an_event() {
    data(b"data:x\r\r", &["x"]);
}

#[test]
fn p08_a_crlf_may_be_split() {
    data(b"data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n", &["a\nb", "c"]);
}

#[test]
fn p09_lf_then_cr_is_a_blank_line() {
    data(b"data:x\n\rdata:y\n\n", &["x", "y"]);
}

#[test]
fn p10_all_line_ends_mix_in_one_event() {
    data(b"data:1\rdata:2\r\ndata:3\n\r\ndata:4\n\r", &["1\n2\n3", "4"]);
}

#[test]
fn p11_runs_of_blank_lines_are_one() {
    data(b"\n\n\r\r\n\ndata:x\n\n\n\n", &["x"]);
}

#[test]
fn p12_an_unfinished_block_is_discarded() {
    data(b"data:x\n", &[]);
    data(b"data:x", &[]);
    data(b"data:x\r\n", &[]);
}

#[test]
fn p13_an_id_in_an_unfinished_block_does_not_count() {
    data(b"data:a\n\nid: 7\ndata:b", &["a"]);
    data(b"data:a\n\nid: 7\n", &["a"]);
}

#[test]
fn p14_only_the_first_space_of_a_value_goes() {
    data(b"data:\ttest\rdata: \ndata:test\n\n", &["\ttest\n\ntest"]);
}

#[test]
fn p15_of_two_spaces_one_stays() {
    data(b"data:  \n\n", &[" "]);
}

#[test]
fn p16_blanks_at_the_end_of_a_value_stay() {
    data(b"data: x \t\n\n", &["x \t"]);
}

#[test]
fn p17_only_the_first_colon_separates() {
    data(b"data: a: b: c\n\n", &["a: b: c"]);
    data(b"data::\n\n", &[":"]);
}

#[test]
fn p18_a_name_without_colon_has_an_empty_value() {
    data(b"data\n\n", &[""]);
}

#[test]
fn p19_empty_data_is_dispatched() {
    data(b"data:\n\ndata\ndata\n\ndata:test\n\n", &["", "\n", "test"]);
}

#[test]
fn p20_an_empty_last_data_line_adds_a_line_end() {
    data(b"data: x\ndata:\n\n", &["x\n"]);
    data(b"data\ndata: a\n\n", &["\na"]);
    data(b"data:\ndata: a\ndata:\n\n", &["\na\n"]);
}

#[test]
fn p21_a_space_before_the_name_makes_it_unknown() {
    data(b" data: a\ndata: b\n\n", &["b"]);
    data(b"data: a\n \ndata: b\n\n", &["a\nb"]);
}

#[test]
fn p22_a_blank_before_the_colon_makes_the_name_unknown() {
    data(b"data\t: a\ndata :b\ndata:c\n\n", &["c"]);
}

#[test]
fn p23_names_are_lower_case() {
    data(b"DATA: a\nData: b\n\ndata: c\n\n", &["c"]);
}

#[test]
fn p24_nul_and_near_names_mix() {
    data(
        b"data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n \
          data:32\ndata:4\n\n",
        &["\0\n 2\n1\n3\n\n4"],
    );
}

#[test]
fn p25_nul_in_data_and_type_is_kept() {
    check(b"data: a\0b\nevent: x\0y\n\n", &["x\0y|a\0b|"], "");
}

#[test]
fn p26_unknown_fields_and_bare_text_are_ignored() {
    data(b"foo\n\ndata:1\n\n", &["1"]);
    data(b"x: 1\n\ndata:a\n\n", &["a"]);
    data(b"datax: w\ndat: v\nd\ndata:a\n\n", &["a"]);
}

#[test]
fn p27_comments_change_nothing() {
    data(b"::x\n:\ndata:y\n\n", &["y"]);
    data(b":data\n\ndata: a\n:\0\ndata: b\n\n", &["a\nb"]);
    let long = format!(":{}\ndata:y\n\n", "x".repeat(2000));
    data(long.as_bytes(), &["y"]);
}

#[test]
fn p28_a_block_of_comments_is_no_event() {
    data(b": hi\n\n", &[]);
}

#[test]
fn p29_an_event_type_without_data_is_forgotten() {
    data(b"event: ping\n\ndata: x\n\n", &["x"]);
}

#[test]
fn p30_the_last_event_type_counts() {
    check(b"event: a\nevent: b\ndata:x\n\n", &["b|x|"], "");
    data(b"event: a\nevent:\ndata:x\n\n", &["x"]);
    data(b"event: a\nevent\ndata:x\n\n", &["x"]);
}

#[test]
fn p31_an_event_type_may_have_spaces() {
    check(b"event:  a b \ndata:x\n\n", &[" a b |x|"], "");
}

#[test]
fn p32_an_id_stays() {
    check(b"id: 1\ndata:a\n\ndata:b\n\n", &["message|a|1", "message|b|1"], "1");
}

#[test]
fn p33_an_empty_id_resets() {
    check(b"id: 1\ndata: a\n\nid\ndata: b\n\n", &["message|a|1", "message|b|"], "");
    check(b"id: 1\ndata: a\n\nid:\n\ndata: b\n\n", &["message|a|1", "message|b|"], "");
}

#[test]
fn p34_an_id_alone_moves_the_cursor() {
    check(b"id: 7\n\n", &[], "7");
    check(b"id: 7\n\ndata: a\n\n", &["message|a|7"], "7");
}

#[test]
fn p35_an_id_with_nul_is_ignored() {
    for id in ["2\0", "\0\0", "x\0", "\0x", " \0", "\0"] {
        let stream = format!("id: 1\ndata: a\n\nid: {id}\ndata: b\n\n");
        check(stream.as_bytes(), &["message|a|1", "message|b|1"], "1");
        let stream = format!("id: 1\nid: {id}\ndata: b\n\n");
        check(stream.as_bytes(), &["message|b|1"], "1");
    }
}

#[test]
fn p36_the_last_id_of_a_block_counts() {
    check(b"id: 1\nid: 2\ndata:a\n\n", &["message|a|2"], "2");
}

#[test]
fn p37_an_id_may_be_any_text_without_nul() {
    check(b"id:  7\n\n", &[], " 7");
    check("id: \u{1F600}\u{E9}\n\n".as_bytes(), &[], "\u{1F600}\u{E9}");
    check(b"id: a\xFF\n\n", &[], "a\u{FFFD}");
    let long = "i".repeat(4096);
    check(format!("id: {long}\n\n").as_bytes(), &[], &long);
}

#[test]
fn p38_a_malformed_retry_is_ignored() {
    for value in ["1000x", "-5", "+7", "1e3", " 5", "5 ", "", "\u{661}", "3.0", "\"3\"", "0x10"] {
        let stream = format!("retry: 3000\nretry: {value}\n\n");
        retry(stream.as_bytes(), Some(3000));
    }
    retry(b"retry\n\n", None);
    retry(b"Retry: 5\n\n", None);
}

#[test]
fn p39_a_huge_retry_saturates() {
    retry(b"retry: 0007\n\n", Some(7));
    retry(b"retry:12\n\n", Some(12));
    retry(b"retry: 99999999999999999999999\ndata: a\n\n", Some(u64::MAX));
    retry(b"retry: 18446744073709551615\n", Some(u64::MAX));
    data(b"retry: 99999999999999999999999\ndata: a\n\n", &["a"]);
}

#[test]
fn p40_a_retry_counts_when_its_line_ends() {
    retry(b"retry: 50\ndata: x", Some(50));
    retry(b"retry: 50\r", Some(50));
    retry(b"retry: 50", None);
    data(b"retry: 50\ndata: x", &[]);
}

#[test]
fn p41_unicode_separators_are_text() {
    let text = "a\u{2028}b\u{2029}c\u{85}d\u{B}e\u{C}f\u{1C}g\u{1D}h\u{1E}i";
    data(format!("data: {text}\n\n").as_bytes(), &[text]);
}

#[test]
fn p42_ill_formed_parts_become_replacement_characters() {
    let stream = b"data: a\xFFb\xE2\x80c\xF0\x9F\x98d\xED\xA0\x80e\xC0\xAF\n\n";
    let r = "\u{FFFD}";
    data(stream, &[&format!("a{r}b{r}c{r}d{r}{r}{r}e{r}{r}")]);
    data(b"data: a\xE2\x80\n\n", &["a\u{FFFD}"]);
    data(b"data: a\xFF\n\ndata: b\n\n: \xFF\ndata: c\n\n", &["a\u{FFFD}", "b", "c"]);
}

#[test]
fn p43_characters_may_be_split() {
    data("data: \u{E9}\u{20AC}\u{1F600}\n\n".as_bytes(), &["\u{E9}\u{20AC}\u{1F600}"]);
}

#[test]
fn p44_bytes_are_utf_8_whatever_the_charset_said() {
    data(b"data: \xC3\xA9\n\n", &["\u{E9}"]);
    data(b"data: \xE9\n\n", &["\u{FFFD}"]);
}

#[test]
fn p48_empty_chunks_have_no_effect() {
    let chunks: [&[u8]; 8] = [b"", b"data: a\r", b"", b"", b"\ndata: b\r\n\r", b"", b"\n", b""];
    assert_eq!(outcome::chunked(chunks).events(), ["message|a\nb|"]);
}

#[test]
fn p50_injected_fields_show() {
    check(b"data: hi\revent: admin\rdata: pwn\r\rdata: \n\n", &["admin|hi\npwn|", "message||"], "");
}

#[test]
fn p51_json_over_data_lines_is_one_document() {
    data(b"data: {\ndata: \"a\":1}\n\n", &["{\n\"a\":1}"]);
}

#[test]
fn p52_a_sentinel_is_a_string_like_any_other() {
    data(b"data: [DONE]\n\n", &["[DONE]"]);
    data(b"data:[DONE]\n\n", &["[DONE]"]);
    data(b"data: [DONE]\n", &[]);
    let state = outcome::whole(b"data: [DONE]\n").state;
    assert!(state.pending_data, "the sentinel is stranded in the tail");
}
