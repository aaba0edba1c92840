//! What a capture keeps of the target, and a target made of it again.

use std::collections::BTreeMap;
use std::time::Duration;

use ssecheck_model::span::Span;
use ssecheck_model::step::{Destination, Who};
use ssecheck_model::target::{
    Capability, Cors, Echo, Expiring, Hook, Job, Limit, Number, Payload, Target,
};
use ssecheck_model::template::Template;
use ssecheck_transport::DialOptions;

use super::document::{TargetDoc, of_word, word};
use crate::subject::{Other, Subject};

/// What the judging needs of `subject`. Values of header fields stay behind.
pub(super) fn kept(subject: &Subject) -> TargetDoc {
    let milliseconds = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let routes = subject.routes.iter();
    TargetDoc {
        url: subject.url.to_string(),
        fields: subject.fields.iter().map(|(name, _)| name.clone()).collect(),
        json_payload: subject.payload == Payload::Json,
        publish: subject.publish.is_some(),
        echo: subject.echo.is_some(),
        restart: subject.restart.is_some(),
        job: subject.job.is_some(),
        routes: routes.map(|(to, url)| (word(to), url.to_string())).collect(),
        pointers: subject.pointers.iter().map(|(to, at)| (word(to), at.clone())).collect(),
        others: subject.others.keys().map(word).collect(),
        expires_after_ms: subject.expires_after.map(|span| milliseconds(span.0)),
        heartbeat_ms: subject.heartbeat.map(|span| milliseconds(span.0)),
        limit: subject.limit,
        query_token: subject.query_token.clone(),
        expose: subject.expose.clone(),
        soak_ms: subject.soak.map(milliseconds),
        allowed_origin: subject.allowed_origin.clone(),
        denied_origin: subject.denied_origin.clone(),
        time_scale: subject.time_scale,
        one_at_a_time: subject.one_at_a_time,
        declared: subject.declared().map(|one| one.as_str().to_owned()).collect(),
        seen: subject.seen().map(|one| one.as_str().to_owned()).collect(),
    }
}

/// A target about which the same is known. Nothing can be sent to it.
///
/// # Errors
/// When a text is not what it should be, as a URL.
pub(super) fn subject(kept: &TargetDoc) -> Result<Subject, String> {
    let target = target(kept)?;
    let dial = DialOptions { kernel_time: false, ..DialOptions::default() };
    let subject = Subject::new(&target, dial, kept.time_scale.clamp(0.001, 1000.0));
    let mut subject = subject.map_err(|error| error.to_string())?;
    subject.soak = kept.soak_ms.map(Duration::from_millis);
    subject.one_at_a_time = kept.one_at_a_time;
    subject.allowed_origin.clone_from(&kept.allowed_origin);
    subject.denied_origin.clone_from(&kept.denied_origin);
    for (name, at) in &kept.pointers {
        subject.pointers.extend(of_word::<Destination>(name).map(|to| (to, at.clone())));
    }
    for (name, url) in &kept.routes {
        let url = subject.url.join(url).map_err(|error| error.to_string())?;
        subject.routes.extend(of_word::<Destination>(name).map(|to| (to, url)));
    }
    for name in &kept.others {
        let other = Other { url: subject.url.clone(), fields: Vec::new() };
        subject.others.extend(of_word::<Who>(name).map(|who| (who, other)));
    }
    let seen = kept.seen.iter().filter_map(|name| Capability::parse(name));
    seen.collect::<Vec<_>>().into_iter().for_each(|capability| subject.note_seen(capability));
    Ok(subject)
}

fn target(kept: &TargetDoc) -> Result<Target, String> {
    let span = |ms: u64| Span(Duration::from_millis(ms));
    let mut target = Target::bare(&kept.url).map_err(|error| error.to_string())?;
    let empty = || Template::parse("").map_err(|error| error.to_string());
    for name in &kept.fields {
        target.headers.insert(name.clone(), empty()?);
    }
    target.payload = if kept.json_payload { Payload::Json } else { Payload::Text };
    target.publish = kept.publish.then(hook);
    target.restart = kept.restart.then(hook);
    if kept.echo {
        let (url, method) = (empty()?, "GET".to_owned());
        target.echo = Some(Echo { method, url, headers: BTreeMap::new(), body: None });
    }
    if kept.job {
        let runs = Number { url: empty()?, pointer: String::new() };
        target.job = Some(Job { url: empty()?, runs });
    }
    target.heartbeat = kept.heartbeat_ms.map(span);
    target.limit = kept.limit.map(|streams| Limit { streams, url: None });
    target.query_token.clone_from(&kept.query_token);
    target.cors = (!kept.expose.is_empty()).then(|| Cors {
        allowed_origin: None,
        denied_origin: None,
        expose: kept.expose.clone(),
    });
    let expiring = |ms: u64| Expiring { url: None, headers: BTreeMap::new(), after: span(ms) };
    target.expiring = kept.expires_after_ms.map(expiring);
    let declared = kept.declared.iter().filter_map(|name| Capability::parse(name));
    declared.for_each(|capability| target.declare(capability));
    Ok(target)
}

fn hook() -> Hook {
    let method = "POST".to_owned();
    Hook { method, url: None, headers: BTreeMap::new(), body: None, command: None }
}
