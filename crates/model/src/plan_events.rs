//! Checks of what a plan says about events: who makes them, what tells them apart, and whether a
//! threshold can be judged by them.

use crate::load::Metric;
use crate::plan::{Plan, Publish, Sequence, ServerEvents};
use crate::plan_check::{Checked, refuse};
use crate::target::Hook;
use crate::threshold::{Counter, Subject};

/// Finds the first mistake about events.
pub(crate) fn check(plan: &Plan) -> Checked {
    if plan.publish.is_some() && plan.server.is_some() {
        let cure = "keep `publish` for events made by the hook, or `server` for the server's own";
        refuse("server", "it cannot stand beside `publish`", cure)?;
    }
    request(plan)?;
    if let Some(publish) = &plan.publish {
        publish.hook.as_ref().map_or(Ok(()), hook)?;
        topics(plan, publish)?;
    }
    plan.server.as_ref().map_or(Ok(()), pointers)?;
    (0..plan.thresholds.len()).try_for_each(|index| threshold(plan, index))
}

fn request(plan: &Plan) -> Checked {
    if plan.variables.as_ref().is_some_and(|file| file.is_empty()) {
        refuse("variables", "this names no file", "write the name of a CSV file")?;
    }
    let method = plan.request.as_ref().and_then(|request| request.method.as_ref());
    let is_token = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
    };
    match method {
        Some(method) if !is_token(method) => {
            let message = format!("`{}` is not an HTTP method", method.value);
            refuse("request.method", message, "write GET, POST or the like")
        }
        _ => Ok(()),
    }
}

/// A schedule has to keep connections open; a program per event cannot keep a rate.
fn hook(hook: &Hook) -> Checked {
    if hook.command.is_some() {
        let cure = "write `url: …`: a request can be sent when it is due, a program cannot";
        return refuse("publish.hook.command", "a command cannot publish on a schedule", cure);
    }
    match hook.url {
        None => refuse("publish.hook", "this hook has no url", "add `url: …`"),
        Some(_) => Ok(()),
    }
}

/// With several topics, each subscriber is owed the events of its own only: who does not name it
/// would be told of losses that are none.
fn topics(plan: &Plan, publish: &Publish) -> Checked {
    let topics = publish.topics.map_or(1, |topics| topics.value);
    if topics < 2 {
        return Ok(());
    }
    let names = |name: &str| name == "topic";
    if !plan.hook_templates().iter().any(|template| template.variables().any(names)) {
        let cure = "add `hook: …` with `{{topic}}` in its url, headers or body";
        refuse("publish.topics", "no publish hook here names the topic", cure)?;
    }
    let own = |name: &str| name != "subscriber";
    if !plan.request_templates().iter().any(|template| template.variables().any(own)) {
        let cure = "write `request: { url: … }` with `{{topic}}` in it";
        refuse("publish.topics", "the stream's request does not name the topic", cure)?;
    }
    Ok(())
}

fn pointers(server: &ServerEvents) -> Checked {
    if let Sequence::Pointer(text) = &server.sequence {
        pointer("server.sequence.pointer", text)?;
    }
    let stamp = server.timestamp.as_ref();
    stamp.map_or(Ok(()), |stamp| pointer("server.timestamp.pointer", &stamp.pointer))
}

/// RFC 6901 section 3; the empty one is the whole data.
fn pointer(path: &str, text: &str) -> Checked {
    let message = format!("`{text}` is not a JSON Pointer");
    if !text.is_empty() && !text.starts_with('/') {
        return refuse(path, message, format!("it begins with a slash: `/{text}`"));
    }
    match text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1'])) {
        true => Ok(()),
        false => refuse(path, message, "write `~0` for `~`"),
    }
}

/// A threshold that this plan can never judge would be crossed, or held, by nothing.
fn threshold(plan: &Plan, index: usize) -> Checked {
    let threshold = &plan.thresholds[index];
    let lacking = match (&plan.publish, &plan.server) {
        (Some(_), _) => publish_lacks(threshold.subject),
        (_, Some(server)) => server_lacks(server, is_told_apart(plan, server), threshold.subject),
        (None, None) => None,
    };
    let Some((why, cure)) = lacking else { return Ok(()) };
    refuse(&format!("thresholds.{index}"), format!("`{}` {why}", threshold.text), cure)
}

type Lack = (&'static str, &'static str);

const NO_STAMP: Lack = (
    "needs a time stamp in the server's own events",
    "add `server: { timestamp: { pointer: … } }`",
);
const NO_PUBLISH: Lack = (
    "is measured only when the hook publishes",
    "leave it out, or write `publish` in place of `server`",
);
const NO_SEQUENCE: Lack = (
    "needs events that can be told apart",
    "leave it out, or write `sequence: id` or `sequence: { pointer: … }`",
);

fn publish_lacks(subject: Subject) -> Option<Lack> {
    const NO_SERVER: Lack = (
        "is measured only from the server's own time stamps",
        "write `fanout` for the events of the hook",
    );
    matches!(subject, Subject::Time(Metric::FanoutFromStamp, _)).then_some(NO_SERVER)
}

/// Ids tell events apart where all subscribers get the same stream; a POST gets one of its own.
fn is_told_apart(plan: &Plan, server: &ServerEvents) -> bool {
    let method = plan.request.as_ref().and_then(|request| request.method.as_ref());
    match server.sequence {
        Sequence::None => false,
        Sequence::Auto => method.is_none_or(|method| method.value == "GET"),
        Sequence::Id | Sequence::Pointer(_) => true,
    }
}

fn server_lacks(server: &ServerEvents, told_apart: bool, subject: Subject) -> Option<Lack> {
    match subject {
        Subject::Time(metric, _) => match metric {
            Metric::FanoutFromStamp => server.timestamp.is_none().then_some(NO_STAMP),
            Metric::Spread => (!told_apart).then_some(NO_SEQUENCE),
            _ if needs_publish(metric) => Some(NO_PUBLISH),
            _ => None,
        },
        Subject::Count(Counter::PublishFailed | Counter::PublishFailedRatio) => Some(NO_PUBLISH),
        Subject::Count(counter) => (!told_apart && needs_sequence(counter)).then_some(NO_SEQUENCE),
    }
}

fn needs_publish(metric: Metric) -> bool {
    matches!(
        metric,
        Metric::Fanout
            | Metric::FanoutFromActual
            | Metric::FanoutRemote
            | Metric::UntimedLow
            | Metric::UntimedHigh
            | Metric::Slip
            | Metric::Ack
    )
}

fn needs_sequence(counter: Counter) -> bool {
    matches!(
        counter,
        Counter::Expected
            | Counter::Lost
            | Counter::LostRatio
            | Counter::Duplicated
            | Counter::Reordered
            | Counter::Replayed
    )
}
