//! Hooks: by request, by command, and echo.

use ssecheck_conformance::Suite;
use ssecheck_model::verdict::Outcome;

use crate::runs::{case, judge, subject, suite, verdict};
use crate::server::{Hub, STREAM, Server, event};

#[tokio::test]
async fn a_command_can_be_the_publish_hook() {
    let server = Hub::server().await;
    // bash can speak TCP by itself, so no other program is needed.
    let script = format!(
        "exec 3<>/dev/tcp/127.0.0.1/{}; \
         printf \"POST /publish?data=%s HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n\" \"$1\" >&3; cat <&3",
        server.port()
    );
    let hook = serde_json::json!(["bash", "-c", script, "bash", "{{data}}"]);
    let delivered = case(
        "t/delivered",
        "  - connect: { as: main, subscribed: true }
  - publish: { as: some, data: '{{token}}-some' }
  - read: { from: main, fence: true }",
        "{ delivered: { publication: some, on: main, same: [data] } }",
    );
    let target = format!("publish: {{ command: {hook} }}");
    let finished = judge(subject(&server.url(), &target), suite(&[&delivered])).await;
    assert_eq!(verdict(&finished, "t/delivered"), (Outcome::Pass, ""));
}

#[tokio::test]
async fn a_command_that_fails_ends_the_run_before_it_begins() {
    use ssecheck_conformance::{Options, SetupError, run};
    let server = Server::start(|mut asked| async move {
        asked.say(STREAM).await;
        asked.gone().await;
    })
    .await;
    let target = "publish: { command: [sh, -c, 'exit 7', '{{data}}'] }";
    let cases = suite(&[&case("t/a", "  - connect: { as: a }", "{ answered: { of: a } }")]);
    let options = Options { jobs: 1, ..Options::default() };
    let stop = std::future::pending();
    let error = run(subject(&server.url(), target), cases, options, stop, |_| {}).await;
    assert!(
        matches!(&error, Err(SetupError::Publish(why)) if why.contains("exit status: 7")),
        "{error:?}"
    );
}

/// Percent-decoded bytes of a query value.
fn decoded(value: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = value.as_bytes();
    while let [first, tail @ ..] = rest {
        let (byte, length) = match (first, tail) {
            (b'%', [a, b, ..]) => {
                let digits = std::str::from_utf8(&[*a, *b]).unwrap().to_owned();
                (u8::from_str_radix(&digits, 16).unwrap(), 3)
            }
            _ => (*first, 1),
        };
        bytes.push(byte);
        rest = &rest[length..];
    }
    String::from_utf8(bytes).unwrap()
}

/// A server that is no hub: `/echo` answers with a stream of one event, written by `write`.
async fn echo_server(write: fn(&str) -> String) -> Server {
    Server::start(move |mut asked| async move {
        asked.say(STREAM).await;
        match asked.target.strip_prefix("/echo?data=") {
            Some(data) => {
                asked.say(&event(&write(&decoded(data)))).await;
            }
            None => asked.gone().await,
        }
    })
    .await
}

fn framing() -> Suite {
    let only = ["framing/lines", "framing/values", "framing/injection-data-*", "framing/order"];
    Suite::shipped().unwrap().select(&only.map(str::to_owned), &[]).unwrap()
}

const ECHO: &str = "echo: { url: '/echo?data={{data|url}}' }";

#[tokio::test]
async fn an_echo_hook_alone_carries_the_checks_on_content() {
    let server = echo_server(str::to_owned).await;
    let finished = judge(subject(&server.url(), ECHO), framing()).await;
    for check in &finished.conformance.checks {
        let wanted = match check.id.as_str() {
            "framing/order" => Outcome::NotApplicable,
            _ => Outcome::Pass,
        };
        assert_eq!(check.outcome, wanted, "{}: {}", check.id, check.message);
    }
}

#[tokio::test]
async fn a_server_that_writes_json_passes_as_json_and_is_altered_as_text() {
    let server = echo_server(|data| serde_json::to_string(data).unwrap()).await;
    let json = format!("payload: json\n{ECHO}");
    let finished = judge(subject(&server.url(), &json), framing()).await;
    assert_eq!(finished.conformance.summary.fail, 0);
    assert!(finished.conformance.summary.pass >= 9, "{:?}", finished.conformance.summary);
    let finished = judge(subject(&server.url(), ECHO), framing()).await;
    assert_eq!(verdict(&finished, "framing/multi-line"), (Outcome::Fail, "data-altered"));
}

#[tokio::test]
async fn an_echo_that_lets_cr_through_is_injected_into() {
    // Only LF is split, so a lone CR reaches the wire and starts fields of its own.
    let server = Server::start(|mut asked| async move {
        asked.say(STREAM).await;
        match asked.target.strip_prefix("/echo?data=") {
            Some(data) => {
                let data = decoded(data).replace('\n', "\ndata: ");
                asked.say(&format!("data: {data}\n\n")).await;
            }
            None => asked.gone().await,
        }
    })
    .await;
    let finished = judge(subject(&server.url(), ECHO), framing()).await;
    let cr = verdict(&finished, "framing/no-injection-data-cr");
    assert_eq!(cr, (Outcome::Fail, "event-injected"));
    assert_eq!(verdict(&finished, "framing/no-injection-data-lf"), (Outcome::Pass, ""));
    assert_eq!(verdict(&finished, "framing/multi-line"), (Outcome::Pass, ""));
}
