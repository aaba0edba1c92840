//! A process and all that descend from it, while they come and go.

use std::collections::BTreeMap;

use super::stat::ProcessStat;

/// What is kept of a process between samples. Times in ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Process {
    started: u64,
    own: u64,
    children: u64,
}

/// The members of the tree under `root` among all processes of the system. One that was a member
/// stays one when its parent has ended and it was given another.
pub(super) fn members(
    root: u32,
    before: &BTreeMap<u32, Process>,
    stats: &[ProcessStat],
) -> BTreeMap<u32, Process> {
    let known = |stat: &ProcessStat| match before.get(&stat.pid) {
        Some(process) => process.started == stat.started,
        None => before.is_empty() && stat.pid == root,
    };
    let mut found: BTreeMap<u32, Process> =
        stats.iter().filter(|stat| known(stat)).map(entry).collect();
    // Each round adds one more generation, so this ends with the deepest.
    loop {
        let born = |stat: &&ProcessStat| {
            found.contains_key(&stat.parent) && !found.contains_key(&stat.pid)
        };
        let more: Vec<(u32, Process)> = stats.iter().filter(born).map(entry).collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

fn entry(stat: &ProcessStat) -> (u32, Process) {
    let &ProcessStat { pid, started, own, children, .. } = stat;
    (pid, Process { started, own, children })
}

/// Processor time that the tree used between two samples, in ticks.
///
/// What a process used between the last sample of it and its end is in its parent's count of
/// children, along with all that was counted before, which is taken off again. Without a parent
/// that waited for it that part is not known and left out.
pub(super) fn used(before: &BTreeMap<u32, Process>, now: &BTreeMap<u32, Process>) -> u64 {
    let mut own = 0;
    let mut waited_for = 0;
    for (pid, process) in now {
        let earlier = before.get(pid).filter(|earlier| earlier.started == process.started);
        own += process.own.saturating_sub(earlier.map_or(0, |it| it.own));
        waited_for += process.children.saturating_sub(earlier.map_or(0, |it| it.children));
    }
    let ended = before.iter().filter(|(pid, earlier)| {
        now.get(pid).is_none_or(|process| process.started != earlier.started)
    });
    let counted: u64 = ended.map(|(_, it)| it.own + it.children).sum();
    own + waited_for.saturating_sub(counted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stat(pid: u32, parent: u32, own: u64, children: u64) -> ProcessStat {
        let started = u64::from(pid) * 10;
        ProcessStat { pid, state: 'S', parent, own, children, started, rss_pages: 1 }
    }

    fn tree(before: &BTreeMap<u32, Process>, stats: &[ProcessStat]) -> BTreeMap<u32, Process> {
        members(10, before, stats)
    }

    fn pids(tree: &BTreeMap<u32, Process>) -> Vec<u32> {
        tree.keys().copied().collect()
    }

    #[test]
    fn the_tree_holds_every_generation_and_nobody_else() {
        let stats = [stat(9, 11, 0, 0), stat(12, 11, 0, 0), stat(11, 10, 0, 0), stat(10, 1, 0, 0)];
        let stats = [&stats[..], &[stat(20, 1, 0, 0), stat(1, 0, 0, 0)]].concat();
        assert_eq!(pids(&tree(&BTreeMap::new(), &stats)), [9, 10, 11, 12]);
    }

    #[test]
    fn a_member_stays_one_when_it_is_given_another_parent() {
        let first = tree(&BTreeMap::new(), &[stat(10, 1, 5, 0), stat(11, 10, 5, 0)]);
        let then = tree(&first, &[stat(11, 1, 8, 0), stat(12, 11, 2, 0)]);
        assert_eq!(pids(&then), [11, 12]);
        assert_eq!(used(&first, &then), 3 + 2);
    }

    #[test]
    fn a_number_that_another_process_took_over_is_not_a_member() {
        let first = tree(&BTreeMap::new(), &[stat(10, 1, 5, 0)]);
        let other = ProcessStat { started: 9_999, ..stat(10, 1, 700, 0) };
        assert_eq!(pids(&tree(&first, &[other])), Vec::<u32>::new());
    }

    #[test]
    fn a_worker_that_comes_counts_from_its_start() {
        let first = tree(&BTreeMap::new(), &[stat(10, 1, 100, 40)]);
        let then = tree(&first, &[stat(10, 1, 110, 40), stat(11, 10, 30, 0)]);
        assert_eq!(used(&first, &then), 10 + 30);
    }

    #[test]
    fn a_worker_that_was_waited_for_counts_once_and_to_its_end() {
        let first = tree(&BTreeMap::new(), &[stat(10, 1, 100, 0), stat(11, 10, 50, 5)]);
        // It used 7 more and ended: its parent's children have 50 + 5 + 7.
        let then = tree(&first, &[stat(10, 1, 104, 62)]);
        assert_eq!(used(&first, &then), 4 + 7);
    }

    #[test]
    fn a_worker_that_nobody_waited_for_takes_nothing_off_the_others() {
        let first = tree(&BTreeMap::new(), &[stat(10, 1, 100, 0), stat(11, 10, 50, 0)]);
        let then = tree(&first, &[stat(10, 1, 104, 0)]);
        assert_eq!(used(&first, &then), 4);
    }

    #[test]
    fn a_worker_between_two_samples_counts_when_it_was_waited_for() {
        let first = tree(&BTreeMap::new(), &[stat(10, 1, 100, 0)]);
        let then = tree(&first, &[stat(10, 1, 100, 33)]);
        assert_eq!(used(&first, &then), 33);
    }
}
