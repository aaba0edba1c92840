use serde_json::{Value, json};

use super::*;
use crate::expected::expected;

fn caps(caps: Value) -> Caps {
    serde_json::from_value(caps).unwrap()
}

/// The judgement on an answer to a stream whose chunks are separated by `|`.
fn judged(stream: &str, out: Value, shown: Value) -> Judgement {
    let mut answer = json!({});
    answer["out"] = out;
    judged_whole(stream, answer, shown)
}

fn judged_whole(stream: &str, answer: Value, shown: Value) -> Judgement {
    let chunks: Vec<&[u8]> = stream.split('|').map(str::as_bytes).collect();
    let answer: Answer = serde_json::from_value(answer).unwrap();
    judge(&expected(chunks, ""), &answer, &caps(shown))
}

fn aspects(stream: &str, out: Value, shown: Value) -> Vec<Aspect> {
    judged(stream, out, shown).aspects()
}

#[test]
fn events_are_compared_by_number_type_and_data() {
    let stream = "event: e\ndata: a\n\ndata: b\n\n";
    let right = json!([{"e": ["e", "a", null]}, {"e": [null, "b", ""]}]);
    assert_eq!(aspects(stream, right, json!({})), []);
    for wrong in [
        json!([{"e": ["e", "a", null]}]),
        json!([{"e": ["e", "a", null]}, {"e": [null, "b", null]}, {"e": [null, "", null]}]),
        json!([{"e": [null, "a", null]}, {"e": [null, "b", null]}]),
        json!([{"e": ["e", "a", null]}, {"e": [null, "b ", null]}]),
        json!([{"e": ["e", "a", null]}, {"e": ["", "b", null]}]),
        json!([{"e": ["e", "a", null]}, {"e": [null, {"b64": "/w=="}, null]}]),
    ] {
        assert_eq!(aspects(stream, wrong.clone(), json!({})), [Aspect::Events], "{wrong}");
    }
}

#[test]
fn what_is_no_text_is_not_the_text_that_it_looks_like() {
    let bytes = json!([{"e": [null, {"b64": "YQ=="}, null]}]);
    assert_eq!(aspects("data: a\n\n", bytes, json!({})), [], "bytes that are UTF-8 are text");
    let number = json!([{"e": [null, 5, null]}]);
    assert_eq!(aspects("data: 5\n\n", number, json!({})), [Aspect::Events]);
    let id = json!([{"e": [null, "a", 7]}]);
    assert_eq!(aspects("id: 7\ndata: a\n\n", id, json!({})), [Aspect::Id]);
}

#[test]
fn ids_are_compared_as_far_as_the_interface_shows_them() {
    let stream = "id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n";
    let seen = |a: Value, b: Value, c: Value| json!([{"e": [null, "a", a]}, {"e": [null, "b", b]}, {"e": [null, "c", c]}]);
    let last = seen(json!("1"), json!("1"), json!(""));
    let own = seen(json!("1"), json!(null), json!(""));
    let blurred = seen(json!("1"), json!(null), json!(null));
    for (shown, right, wrong) in [
        (json!({"id": "last"}), &last, &own),
        (json!({"id": "own"}), &own, &last),
        (json!({"id": "own"}), &own, &blurred),
        (json!({"id": "own", "own_empty": false}), &blurred, &last),
    ] {
        assert_eq!(aspects(stream, right.clone(), shown.clone()), [], "{shown}");
        assert_eq!(aspects(stream, wrong.clone(), shown.clone()), [Aspect::Id], "{shown}");
    }
    assert_eq!(aspects(stream, last, json!({"id": "none"})), []);
}

#[test]
fn reconnection_times_are_compared_where_the_interface_has_them() {
    let stream = "retry: 5\n\nretry: 7\ndata: a\n\n";
    let list = json!([{"r": 5}, {"r": 7.0}, {"e": [null, "a", ""]}]);
    let event = json!([{"e": [null, "a", ""], "r": 7}]);
    assert_eq!(aspects(stream, list.clone(), json!({"retry": "list"})), []);
    assert_eq!(aspects(stream, event.clone(), json!({"retry": "event"})), []);
    assert_eq!(aspects(stream, event, json!({"retry": "list"})), [Aspect::Retry]);
    assert_eq!(aspects(stream, list, json!({"retry": "event"})), [Aspect::Retry]);
    for wrong in
        [json!([{"r": 5}]), json!([{"r": 5}, {"r": {"raw": "7"}}]), json!([{"r": 7}, {"r": 5}])]
    {
        let out = [wrong.as_array().unwrap().clone(), vec![json!({"e": [null, "a", ""]})]].concat();
        assert_eq!(
            aspects(stream, json!(out), json!({"retry": "list"})),
            [Aspect::Retry],
            "{wrong}"
        );
    }
    let last = |retry: Value| {
        let answer = json!({"out": [{"e": [null, "a", ""]}], "final": {"retry": retry}});
        judged_whole(stream, answer, json!({"retry": "final"})).aspects()
    };
    assert_eq!(last(json!(7)), []);
    assert_eq!(last(json!(5)), [Aspect::Retry]);
    assert_eq!(last(json!(null)), [Aspect::Retry]);
}

#[test]
fn a_huge_time_may_saturate_or_be_ignored_but_not_wrap() {
    let stream = "retry: 5\nretry: 99999999999999999999999\n\n";
    for right in [
        json!([{"r": 5}]),
        json!([{"r": 5}, {"r": "18446744073709551615"}]),
        json!([{"r": 5}, {"r": 1e23}]),
    ] {
        assert_eq!(aspects(stream, right.clone(), json!({"retry": "list"})), [], "{right}");
    }
    for wrong in [json!([{"r": 5}, {"r": 1}]), json!([{"r": 99999999999u64}])] {
        assert_eq!(
            aspects(stream, wrong.clone(), json!({"retry": "list"})),
            [Aspect::Retry],
            "{wrong}"
        );
    }
    for (last, right) in
        [(json!(5), true), (json!(4_294_967_295u64), true), (json!(null), false), (json!(1), false)]
    {
        let answer = json!({"final": {"retry": last}});
        let found = judged_whole(stream, answer, json!({"retry": "final"})).aspects();
        assert_eq!(found.is_empty(), right, "{last}");
    }
}

#[test]
fn comments_are_compared_raw_or_without_a_space() {
    let stream = ": a\n:b\n:  c\n";
    let raw = json!([{"c": " a"}, {"c": "b"}, {"c": "  c"}]);
    let stripped = json!([{"c": "a"}, {"c": "b"}, {"c": " c"}]);
    assert_eq!(aspects(stream, raw.clone(), json!({"comments": "raw"})), []);
    assert_eq!(aspects(stream, stripped, json!({"comments": "strip1"})), []);
    assert_eq!(aspects(stream, raw, json!({"comments": "strip1"})), [Aspect::Comment]);
    assert_eq!(aspects(stream, json!([]), json!({})), []);
}

#[test]
fn the_last_event_id_at_the_end_counts_if_the_interface_shows_it() {
    let answer = |id: Value| json!({"final": {"last_event_id": id}});
    let shown = json!({"final": ["last_event_id"]});
    assert_eq!(judged_whole("id: 7\n\n", answer(json!("7")), shown.clone()).aspects(), []);
    assert_eq!(judged_whole("id: 7\n", answer(json!(null)), shown.clone()).aspects(), []);
    assert_eq!(judged_whole("id: 7\n", answer(json!("7")), shown).aspects(), [Aspect::FinalId]);
    assert_eq!(judged_whole("id: 7\n", answer(json!("7")), json!({})).aspects(), []);
}

#[test]
fn an_error_counts_even_if_all_events_came() {
    let answer = json!({"out": [{"e": [null, "a", ""]}], "error": {"kind": "utf8", "msg": "bad"}});
    let judgement = judged_whole("data: a\n\n", answer, json!({}));
    assert_eq!(judgement.aspects(), [Aspect::Error]);
    assert_eq!(judgement.differences[0].actual, "utf8 error: bad");
}

#[test]
fn late_is_later_than_the_chunk_that_completes_the_event() {
    let stream = "data: a\n\r|\n|data: b\n\n";
    let at =
        |first: Value| json!([{"k": first, "e": [null, "a", ""]}, {"k": 2, "e": [null, "b", ""]}]);
    assert_eq!(aspects(stream, at(json!(0)), json!({})), []);
    let late = judged(stream, at(json!(1)), json!({}));
    assert_eq!((late.aspects(), late.late_at, late.timed), (vec![Aspect::Late], Some(0), true));
    assert!(late.is_right());
    assert_eq!(late.differences[0].actual, "only after chunk 2");
    assert_eq!(aspects(stream, at(json!(1)), json!({"chunks": "approx"})), []);
    assert!(!judged(stream, at(json!(null)), json!({})).timed, "it may have been late");
}

#[test]
fn blocks_without_data_may_show_all_or_in_part_and_are_told_apart() {
    let stream = "event: e\n\nid: 7\n\nretry: 5\n\ndata: a\n\n";
    let a = json!({"e": [null, "a", "7"]});
    let e = json!({"e": ["e", "", ""]});
    let id = json!({"e": [null, "", "7"]});
    for out in [json!([e, id, id, a]), json!([e, a]), json!([id, a])] {
        let judgement = judged(stream, out.clone(), json!({}));
        assert!(judgement.phantoms, "{out}");
        assert_eq!(judgement.aspects(), [Aspect::Events]);
    }
    for out in [json!([e]), json!([a, e]), json!([id, e, a]), json!([e, id, id, id, a])] {
        assert!(!judged(stream, out.clone(), json!({})).phantoms, "{out}");
    }
    let own =
        json!([{"e": [null, "", "7"]}, {"e": [null, "", null], "r": 5}, {"e": [null, "a", null]}]);
    assert!(judged(stream, own, json!({"id": "own", "retry": "event"})).phantoms);
}

#[test]
fn blocks_that_are_marked_as_having_no_data_are_no_events() {
    let out = json!([{"e": ["e", null, null], "d": false}, {"e": [null, "a", ""]}]);
    assert_eq!(aspects("event: e\n\ndata: a\n\n", out, json!({"dataless": "flagged"})), []);
}

#[test]
fn each_cap_decides_what_can_be_seen() {
    let nothing = json!({"id": "none", "chunks": "none"});
    assert_eq!(visible(&caps(nothing)), [Aspect::Events, Aspect::Error, Aspect::Time]);
    let all = json!({"retry": "final", "final": ["last_event_id"], "comments": "raw"});
    assert_eq!(visible(&caps(all)).len(), 8);
}
