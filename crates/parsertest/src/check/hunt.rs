//! Goes through all features and vectors, and keeps one minimal example for each class.

use std::sync::LazyLock;

use ssecheck_model::parser::{Aspect, ClassLevel, ParserProfile};
use ssecheck_model::vector::{Tag, Vector};

use super::Check;
use super::report::Finding;
use super::subject::{Fault, Kind, Subject};
use crate::class::{self, Class};
use crate::feature::{self, Feature, Sample};
use crate::shrink::{Chunks, alike, shrink};
use crate::{cuts, vectors};

/// How many streams one shrinking may cost.
const EXECUTIONS: usize = 4_000;

/// The feature of streams of all kinds.
const ANYTHING: &str = "anything";

/// Longer vectors are not fed byte by byte.
const LONGEST_BYTEWISE: usize = 1_024;

/// How often a feature may lead to what is known already, before it is left alone.
const REPEATS: usize = 8;

pub(super) fn hunt(subject: &mut Subject<'_>, check: &Check) -> Vec<Finding> {
    let mut hunt = Hunt { subject, check, findings: Vec::new() };
    let (named, anything): (Vec<&Feature>, Vec<&Feature>) =
        feature::ALL.iter().partition(|feature| feature.name != ANYTHING);
    for feature in named.into_iter().filter(|feature| binds(feature, check.profile)) {
        hunt.feature(feature);
    }
    for vector in SHIPPED.iter() {
        hunt.vector(vector);
    }
    // In streams of all kinds the commonest mistake hides all others, and has no name; and they hold
    // much that binds browsers only.
    if hunt.findings.is_empty() && check.profile == ParserProfile::Browser {
        anything.into_iter().for_each(|feature| hunt.feature(feature));
    }
    hunt.findings
}

/// The shipped vectors, read once; tests hold that they are well formed.
static SHIPPED: LazyLock<Vec<Vector>> = LazyLock::new(|| {
    let files = vectors::shipped().unwrap_or_default();
    files.into_iter().flat_map(|file| file.vectors).collect()
});

fn level(code: &str) -> ClassLevel {
    class::find(code).map_or(ClassLevel::Core, |class| class.level)
}

/// Whether a class binds a parser of this profile.
fn class_binds(code: &str, profile: ParserProfile) -> bool {
    match level(code) {
        ClassLevel::Core => true,
        ClassLevel::Browser => profile == ParserProfile::Browser,
        ClassLevel::Advisory => false,
    }
}

fn binds(feature: &Feature, profile: ParserProfile) -> bool {
    feature.classes.is_empty() || feature.classes.iter().any(|code| class_binds(code, profile))
}

/// Classes of events that blocks without data make.
const PHANTOMS: [&str; 2] = ["event.dataless-none", "id.no-phantom"];

/// The class of a whole stream that is read wrongly.
fn class_of(feature: &Feature, kind: Kind) -> &'static str {
    let mut classes = feature.classes.iter().copied();
    let phantom = classes.find(|class| PHANTOMS.contains(class)).filter(|_| kind.phantoms);
    phantom.or(feature.classes.first().copied()).unwrap_or(feature.name)
}

struct Hunt<'h, 's> {
    subject: &'h mut Subject<'s>,
    check: &'h Check,
    findings: Vec<Finding>,
}

impl Hunt<'_, '_> {
    fn feature(&mut self, feature: &'static Feature) {
        let mut repeats = 0;
        for sample in feature.samples(self.check.seed).take(self.check.streams) {
            if repeats == REPEATS {
                return;
            }
            if let Some(found) = self.sample(feature, &sample) {
                repeats += usize::from(!self.add(found));
            }
        }
    }

    /// The stream whole, and if that is read rightly, in chunks.
    fn sample(&mut self, feature: &'static Feature, sample: &Sample) -> Option<Finding> {
        if let Some(fault) = self.subject.fault(&[&sample.bytes]) {
            let class = class_of(feature, fault.kind);
            let known = self.findings.iter().any(|finding| finding.class == class);
            return (!known).then(|| self.whole(feature.name, class, &sample.bytes, fault.kind))?;
        }
        if sample.cuts.is_empty() {
            return None;
        }
        let fault = self.subject.fault(&sample.chunks())?;
        self.cut(feature.name, &sample.chunks(), fault.kind)
    }

    fn whole(
        &mut self,
        source: &str,
        class: &'static str,
        stream: &[u8],
        kind: Kind,
    ) -> Option<Finding> {
        let subject = &mut *self.subject;
        let still = |chunks: &[Vec<u8>]| same(subject.fault(&slices(chunks)), kind);
        let chunks = shrink(&[stream.to_vec()], EXECUTIONS, still).chunks;
        self.finding(source, class, chunks)
    }

    fn cut(&mut self, source: &str, chunks: &[&[u8]], kind: Kind) -> Option<Finding> {
        let chunks: Chunks = chunks.iter().map(|chunk| chunk.to_vec()).collect();
        let subject = &mut *self.subject;
        let still = |chunks: &[Vec<u8>]| {
            same(subject.fault(&slices(chunks)), kind)
                && subject.fault(&[&chunks.concat()]).is_none()
        };
        let chunks = shrink(&chunks, EXECUTIONS, still).chunks;
        let class = cuts::class_of(&chunks.concat(), &cuts::places_of(&chunks));
        self.finding(source, class, chunks)
    }

    fn finding(&mut self, source: &str, class: &'static str, chunks: Chunks) -> Option<Finding> {
        let fault = self.subject.fault(&slices(&chunks))?;
        Some(Finding::new(class, source, chunks, fault))
    }

    /// Whether it is news: neither its class nor its example are known.
    fn add(&mut self, found: Finding) -> bool {
        let known = |old: &Finding| old.class == found.class || is_repeat(old, &found);
        let news = !self.findings.iter().any(known);
        self.findings.extend(news.then_some(found));
        news
    }

    /// A vector whole, in its own chunks, and byte by byte. One whose parser must start with a last
    /// event ID cannot be run here, and one with several readings says nothing.
    fn vector(&mut self, vector: &Vector) {
        let class =
            class::find(&vector.class).filter(|class| class_binds(class.code, self.check.profile));
        let (Some(class), Some(chunks)) = (class, vector.bytes()) else { return };
        let known = self.findings.iter().any(|finding| finding.class == class.code);
        let owed =
            self.check.profile == ParserProfile::Browser || !vector.tags.contains(&Tag::Browser);
        if known || !owed || vector.seed.is_some() || !vector.or.is_empty() {
            return;
        }
        let found = match self.subject.fault(&[&chunks.concat()]) {
            Some(fault) => self.vector_whole(vector, class, fault.kind),
            None => self.vector_cut(vector, &chunks),
        };
        if let Some(found) = found {
            self.add(found);
        }
    }

    fn vector_whole(&mut self, vector: &Vector, class: &Class, kind: Kind) -> Option<Finding> {
        let phantom = kind.phantoms && !PHANTOMS.contains(&class.code);
        let class_code = if phantom { PHANTOMS[0] } else { class.code };
        // What is not what the class is about is charged to it only if nothing else explains it.
        let about = kind.aspect == Aspect::Error || class.shows.contains(&kind.aspect);
        let stream = vector.bytes()?.concat();
        (about || self.findings.is_empty())
            .then(|| self.whole(&vector.id, class_code, &stream, kind))?
    }

    fn vector_cut(&mut self, vector: &Vector, chunks: &[Vec<u8>]) -> Option<Finding> {
        let stream = chunks.concat();
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        let bytewise = (stream.len() <= LONGEST_BYTEWISE).then_some(bytes);
        [slices(chunks)].into_iter().chain(bytewise).find_map(|chunks| {
            let fault = self.subject.fault(&chunks)?;
            self.cut(&vector.id, &chunks, fault.kind)
        })
    }
}

/// Whether the later one shows nothing that the first does not.
fn is_repeat(first: &Finding, later: &Finding) -> bool {
    first.kind == later.kind && alike(&first.chunks, &later.chunks)
}

fn slices(chunks: &[Vec<u8>]) -> Vec<&[u8]> {
    chunks.iter().map(Vec::as_slice).collect()
}

fn same(fault: Option<Fault>, kind: Kind) -> bool {
    fault.is_some_and(|fault| fault.kind == kind)
}
