//! Cross-origin sharing: the correct server, and each fault by its head.

use crate::client::{Client, correct, with};
use ssecheck_testbed::Testbed;

const ALLOWED: &str = "https://app.example";
const DENIED: &str = "https://evil.example";

/// Method, path, origin and more header lines of a request that ends its connection.
type Ask = (&'static str, &'static str, &'static str, &'static str);

pub(crate) type Row = (&'static str, Ask, fn(&Client) -> bool);

const STREAM: Ask = ("GET", "/events", ALLOWED, "");
const RECONNECT: Ask = ("GET", "/events", ALLOWED, "Last-Event-ID: 0\r\n");
const PREFLIGHT: Ask = (
    "OPTIONS",
    "/events",
    ALLOWED,
    "Access-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: last-event-id\r\n",
);

const PRIVATE: Ask = (
    "OPTIONS",
    "/events",
    ALLOWED,
    "Access-Control-Request-Method: GET\r\nAccess-Control-Request-Private-Network: true\r\n",
);

pub(crate) const ROWS: &[Row] = &[
    ("cors-absent", STREAM, |c| acao(c).is_empty()),
    ("acao-slash", STREAM, |c| acao(c) == ["https://app.example/"]),
    ("acao-twice", STREAM, |c| acao(c) == [ALLOWED; 2]),
    ("acao-list", STREAM, |c| acao(c)[0].contains(", ")),
    ("wildcard-with-credentials", STREAM, |c| acao(c) == ["*"] && acac(c) == ["true"]),
    ("acac-capital", STREAM, |c| acac(c) == ["True"]),
    ("acac-absent", STREAM, |c| acac(c).is_empty()),
    ("no-vary", STREAM, |c| c.fields("vary").is_empty()),
    ("wildcard-origin", ("GET", "/events", DENIED, ""), |c| acao(c) == ["*"]),
    ("origin-reflected", ("GET", "/events", "https://r4nd.example", ""), |c| {
        acao(c) == ["https://r4nd.example"] && acac(c) == ["true"]
    }),
    ("null-reflected", ("GET", "/events", "null", ""), |c| acao(c) == ["null"]),
    ("expose-absent", STREAM, |c| c.fields("access-control-expose-headers").is_empty()),
    ("cors-not-on-redirect", ("GET", "/moved", ALLOWED, ""), |c| acao(c).is_empty()),
    ("preflight-no-origin", PREFLIGHT, |c| acao(c).is_empty()),
    ("preflight-no-credentials", PREFLIGHT, |c| acac(c).is_empty()),
    ("preflight-405", PREFLIGHT, |c| c.status() == 405),
    ("preflight-needs-auth", PREFLIGHT, |c| c.status() == 401),
    ("preflight-no-last-event-id", PREFLIGHT, |c| !allowed(c).contains("last-event-id")),
    ("preflight-no-cache-control", PREFLIGHT, |c| !allowed(c).contains("cache-control")),
    ("preflight-headers-wildcard", PREFLIGHT, |c| allowed(c) == "*"),
    ("no-private-network", PRIVATE, |c| c.field("access-control-allow-private-network").is_none()),
    ("cors-not-on-reconnect", RECONNECT, |c| acao(c).is_empty()),
    ("cors-not-on-error", ("GET", "/nothing", ALLOWED, ""), |c| acao(c).is_empty()),
];

fn acao(client: &Client) -> Vec<String> {
    client.fields("access-control-allow-origin")
}

fn acac(client: &Client) -> Vec<String> {
    client.fields("access-control-allow-credentials")
}

fn allowed(client: &Client) -> String {
    client.field("access-control-allow-headers").unwrap_or_default()
}

async fn ask(testbed: &Testbed, (method, path, origin, headers): Ask) -> Client {
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: t\r\nOrigin: {origin}\r\n{headers}Connection: close\r\n\r\n"
    );
    let mut client = Client::send(testbed, &request).await;
    client.until("\r\n\r\n").await;
    client
}

#[tokio::test]
async fn each_fault_answers_as_it_says_and_the_correct_server_does_not() {
    let reference = correct();
    for (id, request, differs) in ROWS {
        let faulty = with(&[id]);
        let seen = ask(&faulty, *request).await;
        assert!(differs(&seen), "{id}: {}", seen.text());
        let clean = ask(&reference, *request).await;
        assert!(!differs(&clean), "{id} on the correct server: {}", clean.text());
        drop((seen, clean));
        faulty.shutdown().await;
    }
    reference.shutdown().await;
}

#[tokio::test]
async fn every_answer_to_the_allowed_origin_can_be_read_by_it() {
    let testbed = correct();
    for path in ["/events", "/replay", "/echo", "/echo?id=%00", "/stats", "/finished", "/no"] {
        let client = ask(&testbed, ("GET", path, ALLOWED, "")).await;
        assert_eq!((acao(&client), acac(&client)), (vec![ALLOWED.into()], vec!["true".into()]));
        assert!(client.fields("vary").contains(&"Origin".to_owned()), "{path}");
    }
    let client = ask(&testbed, ("DELETE", "/events", ALLOWED, "")).await;
    assert_eq!((client.status(), acao(&client)), (405, vec![ALLOWED.into()]));
    testbed.shutdown().await;
}

#[tokio::test]
async fn other_origins_get_nothing_but_vary() {
    let testbed = correct();
    for origin in [DENIED, "null", "https://app.example/", "https://app.example.evil.example"] {
        for method in ["GET", "OPTIONS"] {
            let client = ask(&testbed, (method, "/events", origin, "")).await;
            assert!(!client.head().contains("access-control"), "{origin}: {}", client.head());
            assert!(client.fields("vary").contains(&"Origin".to_owned()));
        }
    }
    let none = Client::subscribe(&testbed, "").await;
    assert!(!none.head().contains("access-control"));
    assert_eq!(none.fields("vary"), ["Accept-Encoding", "Origin"]);
    testbed.shutdown().await;
}

#[tokio::test]
async fn the_preflight_allows_what_clients_of_streams_send() {
    let testbed = correct();
    let client = ask(&testbed, PREFLIGHT).await;
    assert_eq!(client.status(), 204);
    assert_eq!(acao(&client), [ALLOWED]);
    assert_eq!(client.fields("access-control-allow-methods"), ["GET"]);
    assert_eq!(client.fields("access-control-allow-private-network"), [""; 0]);
    let headers = "last-event-id, cache-control, authorization, content-type, accept";
    assert_eq!(allowed(&client), headers);
    assert_eq!(client.fields("access-control-max-age"), ["600"]);
    testbed.shutdown().await;
}
