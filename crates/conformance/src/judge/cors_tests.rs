use super::*;
use crate::judge::judge;
use crate::testing::{answer, case, subject, word};

const TARGET: &str = "url: http://127.0.0.1:1/
cors: { allowed_origin: 'https://app.example', expose: [X-Request-Id, content-type] }";

fn judged(rule: &str, fields: &str) -> &'static str {
    let (subject, case) =
        (subject(TARGET), case(&format!("{{ cors: {{ of: main, rule: {rule} }} }}")));
    let mut stage = Stage::new(&subject, &case, "tok".to_owned());
    let mut stream = answer(&format!("HTTP/1.1 200 OK\r\n{fields}\r\n"), "");
    stream.plan.set("origin", "https://app.example");
    stage.streams.insert("main".to_owned(), stream);
    word(&judge(&stage, &case.checks[0]).0)
}

#[test]
fn a_field_is_exposed_by_name_and_by_a_star_without_credentials() {
    let table = [
        ("", "header-not-exposed"),
        ("Access-Control-Expose-Headers: x-other\r\n", "header-not-exposed"),
        ("Access-Control-Expose-Headers: x-other, X-REQUEST-ID\r\n", "pass"),
        (
            "Access-Control-Expose-Headers: x-other\r\nAccess-Control-Expose-Headers: x-request-id\r\n",
            "pass",
        ),
        ("Access-Control-Expose-Headers: *\r\n", "pass"),
        (
            "Access-Control-Expose-Headers: *\r\nAccess-Control-Allow-Credentials: true\r\n",
            "header-not-exposed",
        ),
    ];
    for (fields, wanted) in table {
        assert_eq!(judged("exposes", fields), wanted, "{fields}");
    }
}

#[test]
fn a_private_network_is_allowed_by_true_only() {
    let of = |fields| judged("allows-private-network", fields);
    assert_eq!(of("Access-Control-Allow-Private-Network: true\r\n"), "pass");
    assert_eq!(of("Access-Control-Allow-Private-Network: yes\r\n"), "private-network-not-allowed");
    assert_eq!(of(""), "private-network-not-allowed");
}
