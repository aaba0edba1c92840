//! Who comes when: a pure function of the settings and the shard.

use crate::clock::{Nanos, nanos, seconds};
use crate::settings::{Settings, ShardId};

/// Subscribers of one shard that come together and, perhaps, go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Group {
    /// Number of the first one in the shard.
    pub(crate) first: u32,
    /// How many there are in the shard.
    pub(crate) count: u32,
    /// When the first one connects.
    pub(crate) start: Nanos,
    /// Time from one connect to the next in the shard.
    pub(crate) step: Nanos,
    /// When they go.
    pub(crate) leave: Option<Nanos>,
}

impl Group {
    /// When the member with this number in the group connects.
    pub(crate) fn joins_at(&self, member: u32) -> Nanos {
        self.start + self.step * u64::from(member)
    }
}

/// The groups of a shard, in the order of their numbers.
pub(crate) fn groups(settings: &Settings) -> Vec<Group> {
    let mut groups = Vec::new();
    for (count, start, leave) in parts(settings) {
        let first = groups.last().map_or(0, |g: &Group| g.first + g.count);
        let ShardId { index, count: shards } = settings.shard;
        groups.push(Group {
            first,
            count: settings.shard.part(count),
            start: start + seconds(f64::from(index) / settings.ramp),
            step: seconds(f64::from(shards) / settings.ramp),
            leave,
        });
    }
    groups
}

/// Size, start and end of each group over all shards.
fn parts(settings: &Settings) -> Vec<(u32, Nanos, Option<Nanos>)> {
    let base = settings.publish_from();
    let mut parts = vec![(settings.subscribers, 0, None)];
    if let Some(steps) = settings.steps {
        parts.extend(
            (1..=*steps.times)
                .map(|step| (*steps.add, base + nanos(steps.every.0) * u64::from(step), None)),
        );
    }
    if let Some(spike) = settings.spike {
        let at = base + nanos(spike.at.0);
        parts.push((*spike.add, at, Some(at + nanos(spike.stay.0))));
    }
    parts
}

/// How many are to be there at a moment, over all shards.
pub(crate) fn wanted(settings: &Settings, at: Nanos) -> u64 {
    let there = |(count, start, leave): (u32, Nanos, Option<Nanos>)| {
        let gone = at < start || leave.is_some_and(|leave| leave <= at);
        let seconds = at.saturating_sub(start) as f64 / 1e9;
        // The first one comes at the start.
        let come = (seconds * settings.ramp + 1.0).min(f64::from(count)) as u64;
        if gone { 0 } else { come }
    };
    parts(settings).into_iter().map(there).sum()
}

/// Number of the shard's first subscriber in the whole run, and how many it has.
pub(crate) fn range(settings: &Settings) -> (u64, u32) {
    let of = |shard: ShardId| -> u64 {
        parts(settings).iter().map(|(count, ..)| u64::from(shard.part(*count))).sum()
    };
    let count = settings.shard.count;
    let before = (0..settings.shard.index).map(|index| of(ShardId { index, count })).sum();
    (before, of(settings.shard) as u32)
}
