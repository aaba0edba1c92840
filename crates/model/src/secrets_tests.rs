use super::*;

fn secrets(values: &[&str]) -> Secrets {
    let mut secrets = Secrets::default();
    values.iter().for_each(|value| secrets.add("x", value));
    secrets
}

fn target(yaml: &str) -> Secrets {
    let environment = |name: &str| (name == "TOKEN").then(|| "s3cr3t-value".to_owned());
    Secrets::of_target(&Target::load("t.yaml", yaml, &environment).unwrap())
}

#[test]
fn every_form_of_a_value_is_found() {
    let mask = secrets(&["p\"w/d &9"]).mask();
    for text in [
        "p\"w/d &9",
        "p\\\"w/d &9",
        "p\\\"w\\/d &9",
        "p%22w%2Fd%20%269",
        "p%22w%2fd%20%269",
        "p%22w%2Fd+%269",
        "p&quot;w/d &amp;9",
    ] {
        assert_eq!(mask.text(&format!("<{text}>")), "<***>", "{text}");
    }
    assert_eq!(mask.text("p w d 9"), "p w d 9");
}

#[test]
fn credentials_are_the_part_behind_the_scheme() {
    let found = target("url: http://h/\nheaders: { authorization: 'Bearer ${TOKEN}' }");
    assert_eq!(found, secrets(&["s3cr3t-value"]));
    let found = target("url: http://h/\nheaders: { Authorization: 'Basic dXNlcjpwYXNzd29yZA==' }");
    assert_eq!(found, secrets(&["dXNlcjpwYXNzd29yZA==", "user:password", "password"]));
}

#[test]
fn other_identities_hooks_and_cookies_count_too() {
    let found = target(
        "url: http://h/?access_token=urltoken&topic=news
stranger: { headers: { cookie: 'sid=cookievalue; theme=\"darkmode\"' } }
expiring: { after: 1s, headers: { x-api-key: apikeyvalue, accept: text/plain } }
publish: { url: '/p?sig=hooktoken', headers: { authorization: baretoken }, body: x }
query_token: [ticket]
refused: { url: '/r?ticket=ticketvalue' }",
    );
    let mut wanted = secrets(&[
        "urltoken",
        "cookievalue",
        "darkmode",
        "apikeyvalue",
        "hooktoken",
        "baretoken",
        "ticketvalue",
    ]);
    wanted.parameters.insert("ticket".to_owned());
    assert_eq!(found, wanted);
}

#[test]
fn user_information_is_hidden_with_its_base64() {
    let mut found = Secrets::default();
    found.add_url("http://user:p%40ss@host/path");
    let mask = found.mask();
    for text in ["user:p%40ss", "user:p@ss", "dXNlcjpwQHNz", "p@ss"] {
        assert_eq!(mask.text(text), "***", "{text}");
    }
}

#[test]
fn short_values_are_named_and_not_hidden() {
    let mut found = Secrets::default();
    found.add_field("Authorization", "Bearer abc");
    assert_eq!(found.short().collect::<Vec<_>>(), ["Authorization"]);
    assert!(found.mask().is_empty());
}

#[test]
fn an_address_is_no_secret_although_it_came_from_the_environment() {
    let mut found = Secrets::default();
    let url = "http://127.0.0.1:3000/events";
    found.add_environment("URL", url, url);
    found.add_environment("PORT", "3000", url);
    found.add_environment("TOKEN", "tokenvalue", url);
    assert_eq!(found, secrets(&["tokenvalue"]));
}

#[test]
fn the_beginning_of_a_value_that_was_cut_off_is_hidden_too() {
    let mask = secrets(&["abcdefghijklmnop"]).mask();
    assert_eq!(mask.text("data \"abcdefghijk\u{2026}"), "data \"***\u{2026}");
    assert_eq!(mask.text("abcdefg"), "abcdefg");
    assert_eq!(mask.text("abcdefghijklmnopq"), "***q");
}

#[test]
fn bytes_and_hexdumps_keep_their_length() {
    let mask = secrets(&["secret-value"]).mask();
    let mut bytes = *b"a secret-value b";
    assert!(mask.bytes(&mut bytes));
    assert_eq!(&bytes, b"a ************ b");
    assert_eq!(mask.same_length("x secret-value"), "x ************");
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    assert_eq!(mask.hex(&hex(b"a secret-value b")), hex(b"a ************ b"));
    assert_eq!(mask.hex(&hex(b"-value and secret")), hex(b"****** and ******"));
    assert_eq!(mask.hex("zz"), "zz");
}

#[test]
fn text_of_any_script_is_cut_at_characters() {
    let mask = secrets(&["geheimnis-日本語-wert"]).mask();
    assert_eq!(mask.text("é geheimnis-日x é"), "é ***x é");
    assert_eq!(mask.text("geheimnis-日本語-wert"), "***");
}
