use super::*;
use crate::testing::{hub, subject};

fn content(data: Option<&str>, event: Option<&str>, id: Option<&str>) -> Content {
    let owned = |part: Option<&str>| part.map(str::to_owned);
    Content { data: owned(data), event: owned(event), id: owned(id), comment: None }
}

fn carried(template: &str, content: &Content) -> bool {
    carries(std::iter::once(&Template::parse(template).unwrap()), content)
}

#[test]
fn a_hook_carries_an_event_when_it_has_a_variable_for_each_of_its_parts() {
    let data = content(Some("d"), None, None);
    let with_id = content(Some("d"), None, Some("i"));
    assert!(carried("{{data}}", &data));
    assert!(carried("{{data|json}} {{id}}", &with_id));
    assert!(!carried("{{data}}", &with_id), "the id would be dropped in silence");
    assert!(!carried("{{id}}", &data));
    assert!(carried("nothing", &content(None, None, None)));
    assert!(!carried("{{data}}", &content(Some(""), Some(""), None)), "empty is not omitted");
}

#[tokio::test]
async fn an_event_that_the_hook_cannot_carry_is_not_sent() {
    let text = "url: http://127.0.0.1:1/\npublish: { url: /p, body: '{{data}}' }";
    let subject = subject(text);
    let hook = subject.publish.clone().unwrap();
    let published = publish(&subject, &hook, content(Some("d"), None, Some("i"))).await;
    let error = published.result.unwrap_err();
    // Nobody listens at that port: a request would have failed otherwise.
    assert!(matches!(&error, HookError::Unsendable(why) if why.contains("id")), "{error}");
}

#[tokio::test]
async fn a_hook_that_nobody_serves_has_failed_and_refused_nothing() {
    let subject = hub();
    let hook = subject.publish.clone().unwrap();
    let published = publish(&subject, &hook, content(Some("d"), None, None)).await;
    let error = published.result.unwrap_err();
    assert!(matches!(&error, HookError::Failed(_)) && !error.is_refusal(), "{error}");
}

#[test]
fn a_refusal_is_the_target_s_no_and_not_a_breakdown() {
    let table = [
        (HookError::Refused(400), true),
        (HookError::Refused(499), true),
        (HookError::Refused(399), false),
        (HookError::Refused(500), false),
        (HookError::Unsendable(String::new()), true),
        (HookError::Failed(String::new()), false),
        (HookError::TimedOut(Duration::ZERO), false),
    ];
    for (error, refusal) in table {
        assert_eq!(error.is_refusal(), refusal, "{error:?}");
    }
}

#[test]
fn a_header_whose_variables_are_all_omitted_is_left_out() {
    let text = "url: http://127.0.0.1:1/
publish:
  url: /p?{{data|url}}
  headers: { x-id: '{{id}}', x-both: '{{id}}{{data}}', x-none: fixed }";
    let subject = subject(text);
    let hook = subject.publish.clone().unwrap();
    let url = hook.url.as_ref().unwrap();
    let plan = hook_plan(&subject, &hook, url, &content(Some("a b"), None, None)).unwrap();
    assert_eq!(plan.field("x-id"), None);
    assert_eq!(plan.field("x-both"), Some("a b"));
    assert_eq!(plan.field("x-none"), Some("fixed"));
    assert_eq!(plan.url.as_str(), "http://127.0.0.1:1/p?a%20b");
    assert_eq!(plan.method, "POST");
}

#[test]
fn an_echo_asks_for_a_stream_unless_told_otherwise() {
    let target = |headers: &str| {
        let text = format!("url: http://a.test/\necho: {{ url: '/e?{{{{data|url}}}}'{headers} }}");
        subject(&text)
    };
    let accept = |headers: &str| {
        let subject = target(headers);
        let echo = subject.echo.clone().unwrap();
        let plan = echo_plan(&subject, &echo, &content(Some("d"), None, None)).unwrap();
        plan.field("accept").map(str::to_owned)
    };
    assert_eq!(accept("").as_deref(), Some("text/event-stream"));
    assert_eq!(accept(", headers: { Accept: '*/*' }").as_deref(), Some("*/*"));
}
