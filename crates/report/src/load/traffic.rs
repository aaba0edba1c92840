//! Connections and events in words.

use ssecheck_model::load::{Events, Load, Publishing, Worst};

use crate::load::facts::{Fact, because, words};
use crate::load::units::{bytes, count, counted};

/// Most bad subscribers shown.
const MOST_WORST: usize = 3;

/// How many are connected, and what became of the others.
pub(crate) fn connections(load: &Load) -> Fact {
    let it = &load.connections;
    let opened = format!(
        "{} opened of {}, most at once {}",
        count(it.opened),
        counted(it.attempted, "attempt"),
        count(it.peak)
    );
    let failed = format!("{} failed{}", count(it.failed), because(&it.failed_by));
    let ended = format!("{} ended early{}", count(it.ended_early), because(&it.ended_by));
    let mut lines =
        vec![opened, format!("{failed}; {ended}; {} reconnected", count(it.reconnected))];
    if it.completed > 0 {
        lines.push(format!("{} came to their end", count(it.completed)));
    }
    if it.late > 0 {
        lines.push(format!(
            "{} not connected when publishing began",
            counted(it.late, "subscriber")
        ));
    }
    if it.redirected > 0 {
        lines.push(format!("{} followed", counted(it.redirected, "redirect")));
    }
    Fact::new("connections", lines)
}

/// Whether each got everything.
pub(crate) fn events(load: &Load) -> Fact {
    let it = &load.events;
    let mut lines = if it.are_claimed() { claimed(it) } else { unclaimed(it) };
    lines.extend(oddities(it));
    lines.push(format!(
        "{}, {}; {}",
        counted(it.events, "event"),
        counted(it.comments, "comment"),
        size(it)
    ));
    Fact::new("events", lines)
}

fn claimed(it: &Events) -> Vec<String> {
    let told = match it.sequence.as_str() {
        "publish" => "our own numbers".to_owned(),
        "id" => "the events' ids".to_owned(),
        "pointer" => "the server's own numbers".to_owned(),
        other => words(other),
    };
    vec![
        format!("received {} of {} expected", count(it.received), count(it.expected)),
        format!(
            "{} lost, {} duplicated, {} reordered (told by {told})",
            count(it.lost),
            count(it.duplicated),
            count(it.reordered)
        ),
    ]
}

/// A zero would be a claim.
fn unclaimed(it: &Events) -> Vec<String> {
    let lost = "loss, doubles and order are not claimed: nothing in the events tells them";
    vec![format!("received {}", count(it.received)), lost.to_owned()]
}

/// The rarer counts, as far as there are any.
fn oddities(it: &Events) -> Option<String> {
    let rare = [
        (it.overtaken, "overtaken by one published at the same time"),
        (it.replayed, "replayed"),
        (it.missed_away, "published while away"),
        (it.foreign, "not of this run"),
        (it.dataless_blocks, "blocks without data"),
        (it.untimed, "without a time of their own"),
        (it.untracked, "no longer told apart"),
    ];
    let seen = rare.iter().filter(|(number, _)| *number > 0);
    let seen: Vec<String> =
        seen.map(|(number, what)| format!("{} {what}", count(*number))).collect();
    (!seen.is_empty()).then(|| seen.join(", "))
}

fn size(it: &Events) -> String {
    format!("{} ({} on the wire)", bytes(it.bytes as f64), bytes(it.wire_bytes as f64))
}

/// What our publishers did.
pub(crate) fn publishing(it: &Publishing) -> Fact {
    let failed = format!("{} failed{}", count(it.failed), because(&it.failed_by));
    let mut lines = vec![format!(
        "{} scheduled, {} sent, {} acknowledged, {failed}",
        count(it.scheduled),
        count(it.sent),
        count(it.acknowledged)
    )];
    if it.waited > 0 {
        let most = it.most_in_flight;
        lines.push(format!(
            "{} waited for a free connection, most in flight {}",
            count(it.waited),
            count(most)
        ));
    }
    Fact::new("publishing", lines)
}

/// The subscribers that did worst, if any did badly.
pub(crate) fn worst(worst: &[Worst]) -> Option<Fact> {
    let mut lines: Vec<String> = worst.iter().take(MOST_WORST).map(subscriber).collect();
    if worst.len() > MOST_WORST {
        lines.push(format!("{} more in the JSON report", count((worst.len() - MOST_WORST) as u64)));
    }
    (!lines.is_empty()).then(|| Fact::new("worst", lines))
}

fn subscriber(it: &Worst) -> String {
    let missing = match it.missing.is_empty() {
        true => String::new(),
        false => format!(" ({})", words(&it.missing.join(", "))),
    };
    let mut text = format!(
        "subscriber {}: lost {} of {}{missing}",
        it.subscriber,
        count(it.lost),
        count(it.expected)
    );
    let rest = [
        (it.duplicated, "duplicated"),
        (it.reordered, "reordered"),
        (u64::from(it.ended_early), "ended early"),
    ];
    for (number, what) in rest.iter().filter(|(number, _)| *number > 0) {
        text.push_str(&format!(", {} {what}", count(*number)));
    }
    text
}
