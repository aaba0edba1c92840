//! What the owner declares: target files, hooks, credentials, TLS.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::PrivateKeyDer;
use serde_json::Value;

use crate::support::program::{Finished, Program, path, ssecheck};
use crate::support::raw::{Raw, request};
use crate::support::scratch::Scratch;
use crate::support::server::ReservedPort;
use crate::support::testbed::Testbed;

fn report(finished: &Finished) -> Value {
    serde_json::from_str(&finished.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", finished.stderr))
}

fn outcome(report: &Value, id: &str) -> String {
    let checks = report["conformance"]["checks"].as_array().expect("there are checks");
    let check = checks.iter().find(|check| check["id"] == id);
    check.map_or_else(String::new, |check| check["outcome"].as_str().unwrap_or("").to_owned())
}

#[test]
fn publish_makes_a_hub_of_a_url() {
    let testbed = Testbed::start(&[]);
    let run = |more: &[&str]| {
        let arguments = ["run", testbed.url(), "--case", "framing/delivery", "--json", "-"];
        ssecheck(arguments.iter().chain(more))
    };
    let with = run(&["--publish", &testbed.at("/publish")]);
    assert_eq!(with.code, Some(0), "{}", with.stderr);
    assert_eq!(report(&with)["target"]["provides"], serde_json::json!(["publish"]));
    assert_eq!(outcome(&report(&with), "framing/order"), "pass");
    let relative = run(&["--publish", "/publish"]);
    assert_eq!(relative.code, Some(0), "{}", relative.stderr);
    let without = run(&[]);
    assert_eq!(without.code, Some(3), "{}", without.stderr);
    assert_eq!(outcome(&report(&without), "framing/order"), "not-applicable");
}

#[test]
fn provides_makes_binding_what_was_only_seen() {
    let testbed = Testbed::start(&["--fault", "no-retry"]);
    let run = |more: &[&str]| {
        let publish = testbed.at("/publish");
        let arguments =
            ["run", testbed.url(), "--case", "retry/field", "--json", "-", "--publish", &publish];
        ssecheck(arguments.iter().chain(more))
    };
    let bare = run(&[]);
    assert_eq!(outcome(&report(&bare), "retry/sent"), "not-applicable");
    let declared = run(&["--provides", "retry"]);
    assert_eq!(outcome(&report(&declared), "retry/sent"), "fail");
    assert_eq!(declared.code, Some(1));
}

#[test]
fn credentials_come_from_the_environment_and_are_shown_nowhere() {
    let scratch = Scratch::new();
    let testbed = Testbed::start(&["--token", "s3cret", "--fault", "no-date"]);
    let text = format!(
        "url: {}\nheaders: {{ Authorization: 'Bearer ${{SSECHECK_TEST_TOKEN}}' }}\n",
        testbed.url()
    );
    let target = scratch.file("target.yaml", &text);
    let run = |token: Option<&str>| {
        let file = scratch.path("r.json");
        let arguments =
            ["run", "--target", &target, "--case", "http/*", "--strict", "--json", &file];
        let program = Program::new(arguments);
        let program = match token {
            Some(token) => program.env("SSECHECK_TEST_TOKEN", token),
            None => program,
        };
        program.run(Duration::from_secs(60))
    };
    let right = run(Some("s3cret"));
    assert_eq!(right.code, Some(1), "{}", right.stderr);
    let json = scratch.read("r.json");
    let saved: Value = serde_json::from_str(&json).expect("a report");
    assert_eq!(outcome(&saved, "http/status"), "pass");
    assert_eq!(outcome(&saved, "http/401-challenge"), "pass");
    assert_eq!(outcome(&saved, "http/date"), "fail");
    assert!(json.contains("Authorization: ***"), "the command says that there is one");
    for text in [&json, &right.stdout, &right.stderr] {
        assert!(!text.contains("s3cret"));
    }
    let wrong = run(Some("wr0ng"));
    assert_eq!(wrong.code, Some(1), "{}", wrong.stderr);
    assert!(wrong.stdout.contains("FAIL  http/status"), "{}", wrong.stdout);
    assert!(!wrong.stdout.contains("wr0ng"));
    let unset = run(None);
    assert_eq!(unset.code, Some(2), "{}", unset.stdout);
    let place = format!("{target}:2:");
    assert!(unset.stderr.contains("`SSECHECK_TEST_TOKEN`"), "{}", unset.stderr);
    assert!(unset.stderr.contains(&place), "{}", unset.stderr);
}

#[test]
fn the_url_on_the_command_line_goes_before_the_one_of_the_file() {
    let scratch = Scratch::new();
    let testbed = Testbed::start(&[]);
    let target = scratch.file("target.yaml", "url: http://127.0.0.1:1/\nprovides: [ids]\n");
    let arguments =
        ["run", testbed.url(), "--target", &target, "--case", "http/versions", "--json", "-"];
    let finished = ssecheck(arguments);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert_eq!(report(&finished)["target"]["url"], testbed.url());
    assert_eq!(report(&finished)["target"]["provides"], serde_json::json!(["ids"]));
}

/// A target file whose `start` runs `script` in a shell; `$0` is the program, `$1` the folder.
fn started(scratch: &Scratch, port: u16, script: &str, more: &str) -> String {
    let program = path().to_str().expect("it is UTF-8");
    let command = serde_json::json!(["sh", "-c", script, program, scratch.path("")]);
    let text = format!(
        "url: http://127.0.0.1:{port}/events\nstart: {{ command: {command}, ready: /stats{more} }}\n"
    );
    scratch.file("target.yaml", &text)
}

/// Whether the process whose id a script wrote is gone.
fn is_gone(scratch: &Scratch) -> bool {
    let pid = scratch.read("pid");
    !std::path::Path::new("/proc").join(pid.trim()).exists()
}

#[test]
fn start_starts_the_server_and_ends_it_after_the_run() {
    let scratch = Scratch::new();
    let reserved = ReservedPort::find();
    let port = reserved.number;
    let script = format!("echo $$ > \"$1/pid\"; exec \"$0\" serve --listen 127.0.0.1:{port}");
    let target = started(&scratch, port, &script, "");
    let finished = ssecheck(["run", "--target", &target, "--case", "http/answer"]);
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    assert!(is_gone(&scratch));
    assert!(TcpListener::bind(("127.0.0.1", port)).is_ok(), "its port is free again");
}

#[test]
fn a_server_that_ignores_sigterm_is_ended_too() {
    let scratch = Scratch::new();
    let page = Raw::saying("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", |_| None);
    let script = "trap '' TERM; echo $$ > \"$1/pid\"; while :; do sleep 1; done";
    let target = started(&scratch, page.port(), script, "");
    let finished = ssecheck(["run", "--target", &target, "--case", "http/versions"]);
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    assert!(is_gone(&scratch));
}

#[test]
fn exit_3_for_a_server_that_does_not_start() {
    let (scratch, port) = (Scratch::new(), ReservedPort::find());
    let run = |script: &str, more: &str| {
        let target = started(&scratch, port.number, script, more);
        let finished = ssecheck(["run", "--target", &target, "--json", &scratch.path("r.json")]);
        assert_eq!(finished.code, Some(3), "{}", finished.stdout);
        assert!(finished.stderr.contains("start command"), "{}", finished.stderr);
        finished.stderr
    };
    assert!(run("exit 7", "").contains("exit status: 7"));
    let late = run("echo $$ > \"$1/pid\"; exec sleep 600", ", timeout: 300ms");
    assert!(late.contains("not ready after 300ms"), "{late}");
    assert!(is_gone(&scratch));
    let text = "url: http://127.0.0.1:1/\nstart: { command: [/no/such/program], ready: / }\n";
    let absent = ssecheck(["run", "--target", &scratch.file("absent.yaml", text)]);
    assert_eq!(absent.code, Some(3));
    assert!(absent.stderr.contains("/no/such/program"), "{}", absent.stderr);
}

/// A stream of one event behind TLS, and the certificate of 127.0.0.1 in PEM.
fn behind_tls() -> (Raw, String) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
    let pem = made.cert.pem();
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("they fit together");
    let config = Arc::new(config);
    let raw = Raw::start(move |socket| {
        let session = rustls::ServerConnection::new(Arc::clone(&config)).expect("it is sound");
        // A client that does not trust it leaves in the handshake.
        let _ = answer(rustls::StreamOwned::new(session, socket));
    });
    (raw, pem)
}

fn answer(mut tls: rustls::StreamOwned<rustls::ServerConnection, TcpStream>) -> Option<()> {
    request(&mut tls)?;
    let stream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\
                  Content-Length: 9\r\nConnection: close\r\n\r\ndata: a\n\n";
    tls.write_all(stream.as_bytes()).ok()?;
    tls.conn.send_close_notify();
    tls.flush().ok()
}

#[test]
fn a_certificate_is_trusted_by_cacert_or_insecure_and_not_without() {
    let scratch = Scratch::new();
    let (server, pem) = behind_tls();
    let url = server.url().replace("http://", "https://");
    let cacert = scratch.file("ca.pem", &pem);
    let run = |more: &[&str]| {
        let arguments = ["run", &url, "--case", "http/status", "--case", "http/content-type"];
        ssecheck(arguments.iter().chain(more))
    };
    let unknown = run(&[]);
    assert_eq!(unknown.code, Some(3), "{}", unknown.stdout);
    assert!(unknown.stderr.contains("certificate"), "{}", unknown.stderr);
    let trusted = run(&["--cacert", &cacert]);
    assert_eq!(trusted.code, Some(0), "{}{}", trusted.stdout, trusted.stderr);
    let insecure = run(&["--insecure"]);
    assert_eq!(insecure.code, Some(0), "{}{}", insecure.stdout, insecure.stderr);
    let absent = run(&["--cacert", &scratch.path("absent.pem")]);
    assert_eq!(absent.code, Some(2), "{}", absent.stdout);
    let empty = run(&["--cacert", &scratch.file("empty.pem", "none")]);
    assert!(matches!(empty.code, Some(2 | 3)), "{:?} {}", empty.code, empty.stdout);
}
