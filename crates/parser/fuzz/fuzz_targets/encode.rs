//! Any type, id and data: refused, or written and read back as it was but for line ends.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ssecheck_parser::encode::{Event, event};
use ssecheck_parser::owned::{OwnedItem, parse_all};

fuzz_target!(|input: (Option<&str>, Option<&str>, &str)| {
    let (event_type, id, data) = input;
    let mut out = String::new();
    if event(&mut out, Event { event_type, id, data }).is_err() {
        let bad = |text: Option<&str>| text.is_some_and(|t| t.contains(['\r', '\n', '\0']));
        assert!(out.is_empty() && (bad(event_type) || bad(id)));
        return;
    }
    let items = parse_all(out.as_bytes()).expect("within the limits");
    let Some((_, OwnedItem::Event(read))) = items.last() else { panic!("no event") };
    assert_eq!(items.len(), 1 + usize::from(id.is_some()));
    assert_eq!(read.data, data.replace("\r\n", "\n").replace('\r', "\n"));
    assert_eq!(read.last_event_id, id.unwrap_or_default());
    let event_type = event_type.filter(|text| !text.is_empty()).unwrap_or("message");
    assert_eq!(read.event_type, event_type);
});
