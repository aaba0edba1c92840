use std::process::Command;

use super::*;
use crate::testing::subject;

const TARGET: &str = "url: http://a.test/events
headers: { Authorization: Bearer s3cret, Cookie: sid=s3cret, X-Plain: seen }";

fn plan() -> Plan {
    Plan::stream(&subject(TARGET))
}

#[test]
fn fields_are_set_and_removed_whatever_their_case() {
    let mut plan = plan();
    plan.set("ACCEPT", "*/*");
    assert_eq!(plan.field("accept"), Some("*/*"));
    let accepts = plan.fields.iter().filter(|(name, _)| name.eq_ignore_ascii_case("accept"));
    assert_eq!(accepts.count(), 1);
    assert!(plan.fields.iter().any(|(name, _)| name == "ACCEPT"), "the new spelling is sent");
    plan.remove("aCCept");
    assert_eq!(plan.field("Accept"), None);
}

#[test]
fn a_stream_request_is_the_one_of_event_source() {
    let plan = plan();
    assert_eq!((plan.method.as_str(), plan.field("accept")), ("GET", Some("text/event-stream")));
    assert_eq!(plan.field("cache-control"), Some("no-cache"));
    assert_eq!(plan.field("accept-encoding"), None);
    assert_eq!(plan.field("authorization"), Some("Bearer s3cret"));
}

fn redirected(to: &str, status: u16, method: &str) -> Plan {
    let mut plan = plan();
    method.clone_into(&mut plan.method);
    plan.body = b"body".to_vec();
    plan.redirected(Url::parse(to).unwrap(), status)
}

#[test]
fn a_redirect_to_another_origin_gets_no_credentials() {
    let others = ["http://b.test/", "https://a.test/events", "http://a.test:8080/events"];
    for other in others {
        let next = redirected(other, 302, "GET");
        assert_eq!(next.field("authorization"), None, "{other}");
        assert_eq!(next.field("cookie"), None, "{other}");
        assert!(next.private.is_empty(), "{other}");
        assert_eq!(next.field("accept"), Some("text/event-stream"), "{other}");
    }
}

#[test]
fn a_redirect_to_the_same_origin_keeps_them() {
    for same in ["http://a.test/other", "http://a.test:80/events"] {
        let next = redirected(same, 302, "GET");
        assert_eq!(next.field("authorization"), Some("Bearer s3cret"), "{same}");
        assert!(!next.private.is_empty(), "{same}");
    }
}

#[test]
fn only_303_and_after_post_301_and_302_turn_the_method_into_get() {
    let table = [
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (303, "POST", "GET"),
        (303, "PUT", "GET"),
        (303, "HEAD", "HEAD"),
        (302, "PUT", "PUT"),
        (307, "POST", "POST"),
        (308, "POST", "POST"),
        (302, "HEAD", "HEAD"),
    ];
    for (status, method, wanted) in table {
        let next = redirected("http://a.test/next", status, method);
        assert_eq!(next.method, wanted, "{status} {method}");
        assert_eq!(next.body.is_empty(), wanted == "GET", "{status} {method}");
    }
}

/// What a shell makes of one quoted word.
fn unquoted(shell: &str, text: &str) -> String {
    let script = format!("printf %s {}", quoted(text));
    let output = Command::new(shell).args(["-c", &script]).output().unwrap();
    assert!(output.status.success(), "{script}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_posix_shell_reads_back_what_was_quoted() {
    for text in
        ["", "plain", "it's", "'", "''a''", "$HOME `id` \"x\" \\n !*?", "é 日 😀", "a;b&c|d"]
    {
        assert_eq!(unquoted("sh", text), text);
    }
}

#[test]
fn bash_reads_back_control_characters() {
    for text in ["a\nb", "\t'\\", "\r\n", "\u{1b}[31m", "\u{1}a", "x\u{85}y", "\u{7f}9", "'\n\\'"] {
        assert!(quoted(text).is_ascii() && !quoted(text).contains('\n'), "{}", quoted(text));
        assert_eq!(unquoted("bash", text), text);
    }
}

#[test]
fn secrets_are_masked_in_the_command() {
    let mut plan = plan();
    for name in ["X-Api-Key", "Proxy-Authorization", "X-Auth-Token", "Client-Secret", "apikey"] {
        plan.set(name, "s3cret");
    }
    let line = plan.curl();
    plan.remove("apikey");
    assert!(!plan.curl().contains("s3cret"), "{line}");
    assert!(line.contains("'X-Api-Key: ***'") && line.contains("'X-Plain: seen'"), "{line}");
}

#[test]
fn the_command_says_method_version_body_and_what_is_left_out() {
    let mut plan = plan();
    "POST".clone_into(&mut plan.method);
    plan.version = HttpVersion::Http10;
    plan.body = b"it's".to_vec();
    plan.remove("accept");
    plan.set("last-event-id", "");
    let line = plan.curl();
    for part in [" -X POST", " --http1.0", " -H 'accept:'", " -H 'last-event-id;'", r"'it'\''s'"] {
        assert!(line.contains(part), "{part} in {line}");
    }
    assert!(line.ends_with(" 'http://a.test/events'"), "{line}");
    "HEAD".clone_into(&mut plan.method);
    assert!(plan.curl().contains(" --head") && !plan.curl().contains("-X"), "{}", plan.curl());
}

#[test]
fn a_long_value_is_cut_in_the_command() {
    let mut plan = plan();
    plan.set("last-event-id", &"é".repeat(5000));
    assert!(plan.curl().chars().count() < 1000);
    assert!(plan.curl().contains('…'));
}

#[test]
fn a_redirect_to_another_origin_takes_along_no_private_field_nor_secret_of_anybody() {
    let mut plan = Plan::bare(Url::parse("http://a.test/events").unwrap(), "GET");
    plan.set_private("x-tenant", "stranger");
    plan.set("X-Api-Key", "of the case");
    plan.set("host", "foreign.test");
    plan.set("last-event-id", "7");
    let next = plan.redirected(Url::parse("http://b.test/").unwrap(), 307);
    for name in ["x-tenant", "x-api-key", "host"] {
        assert_eq!(next.field(name), None, "{name}");
    }
    assert_eq!(next.field("last-event-id"), Some("7"));
    let same = plan.redirected(Url::parse("http://a.test/b").unwrap(), 307);
    assert_eq!(same.field("x-tenant"), Some("stranger"));
}

#[test]
fn tokens_of_the_query_are_masked() {
    let url = "http://a.test/events?topic=a&access_token=s3cret&jwt=s3cret&empty=&token";
    let mut plan = Plan::bare(Url::parse(url).unwrap(), "GET");
    plan.secret_parameters.push("jwt".to_owned());
    let shown = plan.shown(plan.url.as_str());
    assert_eq!(shown, "http://a.test/events?topic=a&access_token=***&jwt=***&empty=&token");
    assert!(!plan.curl().contains("s3cret"), "{}", plan.curl());
}

#[test]
fn a_host_field_takes_the_place_of_the_host_of_the_url() {
    let mut plan = plan();
    plan.set("host", "foreign.test");
    let bytes = plan.to_request().to_bytes().unwrap();
    let text = String::from_utf8(bytes).unwrap().to_ascii_lowercase();
    assert_eq!(text.matches("\r\nhost:").count(), 1);
    assert!(text.contains("\r\nhost: foreign.test\r\n"));
}
