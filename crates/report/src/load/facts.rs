//! What happened in a load run, as labelled sentences: the same in text and Markdown.

use std::collections::BTreeMap;

use ssecheck_model::load::Load;

use crate::load::units::count;
use crate::load::{happenings, machines, traffic};
use crate::sanitize::{VALUE_LIMIT, line};

/// Most causes named in one sentence.
const MOST_CAUSES: usize = 6;
/// Longest cause, in characters.
const CAUSE_LIMIT: usize = 60;

/// Some sentences about one thing. The sentences are sanitized, and each is one line.
#[derive(Debug, Clone)]
pub(crate) struct Fact {
    /// What they are about.
    pub(crate) label: &'static str,
    /// One sentence a line.
    pub(crate) lines: Vec<String>,
}

impl Fact {
    pub(crate) fn new(label: &'static str, lines: impl IntoIterator<Item = String>) -> Self {
        Self { label, lines: lines.into_iter().collect() }
    }
}

/// All that a run has to tell beside its figures of time, most asked for first.
pub(crate) fn of_traffic(load: &Load) -> Vec<Fact> {
    let mut facts = vec![traffic::connections(load), traffic::events(load)];
    facts.extend(load.publishing.as_ref().map(traffic::publishing));
    facts.extend(traffic::worst(&load.worst));
    facts.extend(load.storm.as_ref().map(happenings::storm));
    facts.extend(load.slow_readers.as_ref().map(happenings::slow_readers));
    facts.extend(load.capacity.as_ref().map(happenings::capacity));
    facts
}

/// What the machines spent on it.
pub(crate) fn of_machines(load: &Load) -> Vec<Fact> {
    let mut facts: Vec<Fact> = load.server.iter().map(machines::server).collect();
    facts.push(machines::generator(&load.generator));
    facts
}

/// `8 refused, 4 status-503`: the most frequent causes first.
pub(crate) fn causes(by: &BTreeMap<String, u64>) -> String {
    let mut causes: Vec<(&String, &u64)> = by.iter().collect();
    causes.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let named = causes.iter().take(MOST_CAUSES);
    let mut named: Vec<String> = named
        .map(|(cause, number)| format!("{} {}", count(**number), line(cause, CAUSE_LIMIT)))
        .collect();
    let rest: u64 = causes.iter().skip(MOST_CAUSES).map(|(_, number)| **number).sum();
    if rest > 0 {
        named.push(format!("{} of other causes", count(rest)));
    }
    named.join(", ")
}

/// The causes in brackets after a gap, or nothing.
pub(crate) fn because(by: &BTreeMap<String, u64>) -> String {
    match by.is_empty() {
        true => String::new(),
        false => format!(" ({})", causes(by)),
    }
}

/// Text from elsewhere on one line.
pub(crate) fn words(text: &str) -> String {
    line(text, VALUE_LIMIT)
}
