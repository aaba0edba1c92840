//! Reports in which every text is somebody else's, and the same with harmless text of the same shape.

use serde_json::Value;

use crate::support::schema;

/// What would act on a page, or move its parts, if it could.
pub(super) const PAYLOADS: [&str; 15] = [
    "<script>pwned()</script>",
    "</script></style></title></textarea><img src=x onerror=pwned()>",
    "\" onmouseover=\"pwned()\" autofocus onfocus=\"pwned()\" x=\"",
    "' style='position:fixed;inset:0' onclick='pwned()'",
    "<!-- ]]> --!> <![CDATA[ <svg/onload=pwned()>",
    "100%zz %3Cscript%3E %00 #x &y",
    "&lt;script&gt; &#60;b&#62; &amp;amp; &nbsp &#x202e;",
    "javascript:pwned()",
    "\u{1b}]8;;javascript:pwned()\u{7}\u{1b}[31m\u{9b}1m\0\u{8}\u{7f}",
    "\u{202e}dewor\u{202d}\u{2066}\u{2067}\u{200f}\u{61c}\u{feff}\u{200b}\u{ad}",
    "\u{5e2}\u{5d1}\u{5e8}\u{5d9}\u{5ea} 12 \u{627}\u{644}\u{639}",
    "{{ 7*7 }}{% include 'page.html' %}${pwned()}`",
    "</details></main><iframe src=javascript:pwned()><base href=http://evil.example/>",
    "url(http://evil.example/) @import 'http://evil.example/'; }*{display:none}",
    "Z\u{336}\u{321}\u{35b}A\u{336}\u{321}\u{35b}L\u{336}\u{321}GO \u{2028}\u{2029}\r\n\t::",
];
/// Keys whose texts are numbers or bytes in writing, which the schema takes for any text.
const OURS: [&str; 4] = ["schema", "histogram", "hex", "started_at"];
/// Length of the longest text, in bytes: as long as a line that a server may send.
const LONG: usize = 1 << 20;

/// The report with every text replaced, but for words that the schema prescribes; and how many texts
/// were replaced.
pub(super) fn forge(report: &Value, text: &dyn Fn(usize) -> String) -> (Value, usize) {
    let (mut forged, mut count) = (report.clone(), 0);
    replace(&mut forged, "", &mut || {
        count += 1;
        text(count)
    });
    for place in schema::places_of_errors(&forged) {
        let old = report.pointer(&place).expect("it has the shape of the old one").clone();
        *forged.pointer_mut(&place).expect("the place of an error") = old;
        count -= 1;
    }
    assert_eq!(schema::errors(&forged), Vec::<String>::new());
    (forged, count)
}

fn replace(value: &mut Value, key: &str, text: &mut dyn FnMut() -> String) {
    match value {
        Value::String(old) if !OURS.contains(&key) => *old = text(),
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, key, text)),
        Value::Object(entries) => {
            entries.iter_mut().for_each(|(key, value)| replace(value, key, text));
        }
        _ => {}
    }
}

/// A hostile text, another for each place; some are a megabyte long.
pub(super) fn hostile(number: usize) -> String {
    let payload = PAYLOADS[number % PAYLOADS.len()];
    match number % 211 {
        0 => format!("{payload}{}{number}", payload.repeat(LONG / payload.len())),
        _ => format!("{payload}{number}"),
    }
}

/// A harmless text for the same place: as long, and in families of the same size.
pub(super) fn benign(number: usize) -> String {
    let letter = |c: char| match c {
        '/' | '.' | '0'..='9' => c,
        _ => char::from(b'a' + (u32::from(c) % 26) as u8),
    };
    hostile(number).chars().map(letter).collect()
}
