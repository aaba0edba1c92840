//! Goes through all features and vectors, and keeps one minimal example for each class.

use ssecheck_model::parser::{ClassLevel, ParserProfile};
use ssecheck_model::vector::Vector;

use super::Check;
use super::report::Finding;
use super::subject::{Fault, Kind, Subject};
use crate::feature::{self, Feature, Sample};
use crate::shrink::{Chunks, shrink};
use crate::{class, cuts};

/// How many streams one shrinking may cost.
const EXECUTIONS: usize = 4_000;

/// How often a feature may lead to what is known already, before it is left alone.
const REPEATS: usize = 3;

pub(super) fn hunt(subject: &mut Subject<'_>, check: &Check) -> Vec<Finding> {
    let mut hunt = Hunt { subject, check, findings: Vec::new() };
    for feature in feature::ALL.iter().filter(|feature| binds(feature, check.profile)) {
        // In streams of all kinds the commonest mistake hides all others, and has no name.
        if !feature.classes.is_empty() || hunt.findings.is_empty() {
            hunt.feature(feature);
        }
    }
    for vector in vectors() {
        hunt.vector(&vector);
    }
    hunt.findings
}

/// The shipped vectors.
fn vectors() -> Vec<Vector> {
    Vec::new()
}

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

/// The class of a whole stream that is read wrongly: events of blocks without data are a matter of
/// browsers.
fn class_of(feature: &Feature, kind: Kind) -> &'static str {
    let browser = |code: &&&str| level(code) == ClassLevel::Browser;
    let phantom = feature.classes.iter().find(browser).filter(|_| kind.phantoms);
    phantom.or(feature.classes.first()).copied().unwrap_or(feature.name)
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
        let known = |old: &Finding| old.class == found.class || old.chunks == found.chunks;
        let news = !self.findings.iter().any(known);
        self.findings.extend(news.then_some(found));
        news
    }

    /// A vector in its own chunks, whole, and byte by byte. One whose parser must start with a last
    /// event ID cannot be run here, and one with several readings says nothing.
    fn vector(&mut self, vector: &Vector) {
        let class = class::find(&vector.class).map(|class| class.code);
        let class = class.filter(|code| class_binds(code, self.check.profile));
        let (Some(class), Some(chunks)) = (class, vector.bytes()) else { return };
        if vector.seed.is_some() || !vector.or.is_empty() {
            return;
        }
        let stream = chunks.concat();
        let found = match self.subject.fault(&[&stream]) {
            Some(Fault { kind, .. }) => self.whole(&vector.id, class, &stream, kind),
            None => [slices(&chunks), cuts::bytewise(&stream)].iter().find_map(|chunks| {
                let fault = self.subject.fault(chunks)?;
                self.cut(&vector.id, chunks, fault.kind)
            }),
        };
        if let Some(found) = found {
            self.add(found);
        }
    }
}

fn slices(chunks: &[Vec<u8>]) -> Vec<&[u8]> {
    chunks.iter().map(Vec::as_slice).collect()
}

fn same(fault: Option<Fault>, kind: Kind) -> bool {
    fault.is_some_and(|fault| fault.kind == kind)
}
