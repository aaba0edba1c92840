//! The forms in which a value travels.

/// `value` as it may stand in text, URLs, JSON, HTML and quoted messages.
pub(super) fn forms(value: &str) -> Vec<String> {
    let json = serde_json::to_string(value).unwrap_or_default();
    let percent = percent_encoded(value);
    let mut all = vec![
        value.to_owned(),
        json.trim_matches('"').to_owned(),
        json.trim_matches('"').replace('/', "\\/"),
        lower_escapes(&percent),
        percent.replace("%20", "+"),
        percent,
        value.escape_default().to_string(),
        value.as_bytes().escape_ascii().to_string(),
        html(value, "&#39;", "&quot;"),
        html(value, "&#x27;", "&#34;"),
    ];
    all.sort();
    all.dedup();
    all
}

fn html(value: &str, apostrophe: &str, quote: &str) -> String {
    let value = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    value.replace('\'', apostrophe).replace('"', quote)
}

/// Everything but the unreserved characters of RFC 3986.
fn percent_encoded(value: &str) -> String {
    let encoded = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    value.bytes().map(encoded).collect()
}

/// `%XX` undone where it is well-formed; what is no UTF-8 then is left as it is.
pub(super) fn percent_decoded(value: &str) -> String {
    let bytes = value.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let digits = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (bytes[at], byte) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| value.to_owned())
}

/// `%2F` as `%2f`, the rest as it is.
fn lower_escapes(encoded: &str) -> String {
    let mut escaped = 0;
    let each = |c: char| match (c, escaped) {
        ('%', _) => {
            escaped = 2;
            c
        }
        (c, 1..) => {
            escaped -= 1;
            c.to_ascii_lowercase()
        }
        (c, _) => c,
    };
    encoded.chars().map(each).collect()
}
