//! What one subscriber was owed by one publisher, and what came: exact, in a few bytes.
//!
//! Memory grows with the number of gaps, never with the number of events.

use std::ops::Range;

/// Gaps that are kept apart for one subscriber and publisher; beyond them the oldest is given up:
/// its events stay lost, but one that came all the same would count as a double.
pub const MAX_GAPS: usize = 1024;

/// The account of one subscriber with one publisher (or with the one sequence of a server).
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// First number owed.
    from: u32,
    /// One past the highest number that came, or is excused.
    next: u32,
    /// One past the highest number that came on the present connection; 0 for none.
    last: u32,
    /// On the present connection nothing with a smaller number may come any more.
    settled: u32,
    duplicated: u32,
    reordered: u32,
    /// Events that came after a later one, which was published before they were answered.
    overtaken: u32,
    /// Events that were never published.
    excused: u32,
    /// The connection is back, and how far the time away reached shows with the next new event.
    returning: bool,
    /// What is missing before the next event may be from before the connection, ...
    unsure: bool,
    /// ... if its number is below this.
    sure_from: u32,
    gaps: Option<Box<Gaps>>,
}

#[derive(Debug, Clone, Default)]
struct Gaps {
    /// In order, without overlap, never empty ranges.
    ranges: Vec<Gap>,
    /// Events of gaps that were given up.
    given_up: u32,
}

/// A range of numbers that did not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// First number.
    pub start: u32,
    /// One past the last.
    pub end: u32,
    /// Whether they were published while the subscriber was away.
    pub away: bool,
    /// Whether they may have gone out before the subscriber was there, or after it had left: they
    /// are not owed.
    pub unsure: bool,
}

/// What an event turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrived {
    /// Owed, and new.
    New,
    /// Owed, new, and from the time away: the server sent it again for us.
    Replayed,
    /// It came before.
    Again,
    /// There is no account for it.
    Early,
}

/// The account at the end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Balance {
    /// Events owed.
    pub expected: u64,
    /// Events owed that did not come.
    pub lost: u64,
    /// Events of the time away that did not come; part of `lost` where the server promises to
    /// resume, else not owed at all.
    pub away: u64,
    /// Events that came again.
    pub duplicated: u64,
    /// Events that came after a later one that was published when they had been answered.
    pub reordered: u64,
    /// Events that came after a later one, to which they were owed no order: both were being
    /// published at the same time.
    pub overtaken: u64,
    /// Events of which doubles could not be told from late ones any more.
    pub untracked: u64,
    /// What is missing.
    pub gaps: Vec<Gap>,
}

impl Gap {
    fn len(&self) -> u64 {
        u64::from(self.end - self.start)
    }
}

impl Gaps {
    /// Gives up the oldest beyond [`MAX_GAPS`].
    fn bound(&mut self) {
        let over = self.ranges.len().saturating_sub(MAX_GAPS);
        self.given_up += self.ranges.drain(..over).map(|gap| gap.len() as u32).sum::<u32>();
    }

    /// Takes numbers out of the gaps at these places, which are all that hold some of them. Returns
    /// how many it took.
    fn take(&mut self, places: Range<usize>, numbers: Range<u32>) -> u32 {
        let taken = &self.ranges[places.clone()];
        let Some((first, last)) = taken.first().zip(taken.last()) else { return 0 };
        let rest = [
            Gap { end: first.end.min(numbers.start), ..*first },
            Gap { start: last.start.max(numbers.end), ..*last },
        ];
        let rest: Vec<Gap> = rest.into_iter().filter(|gap| gap.start < gap.end).collect();
        let before: u64 = taken.iter().map(Gap::len).sum();
        let after: u64 = rest.iter().map(Gap::len).sum();
        self.ranges.splice(places, rest);
        self.bound();
        (before - after) as u32
    }

    /// Numbers that may be among those given up are taken from them.
    fn take_given_up(&mut self, numbers: &Range<u32>) -> u32 {
        let kept_from = self.ranges.first().map_or(numbers.end, |gap| gap.start);
        let taken = kept_from.min(numbers.end).saturating_sub(numbers.start).min(self.given_up);
        self.given_up -= taken;
        taken
    }
}

impl Ledger {
    /// An account that begins with event number `from`.
    #[must_use]
    pub fn owed_from(from: u32) -> Self {
        Self { from, next: from, ..Self::default() }
    }

    /// Whether no event has come yet.
    fn is_untouched(&self) -> bool {
        self.last == 0 && self.next == self.from
    }

    /// Books event `number`. When it was published, every event before number `answered` had been
    /// answered, so that none of them may come after it.
    pub fn arrive(&mut self, number: u32, answered: u32) -> Arrived {
        if number < self.from {
            return self.arrive_early(number);
        }
        let late = number < self.last;
        let arrived = if number >= self.next {
            let sure =
                if self.unsure { self.sure_from.clamp(self.next, number) } else { self.next };
            self.add_gap(Gap { start: self.next, end: sure, away: false, unsure: true });
            self.open_gap(sure, number, self.returning);
            self.next = number + 1;
            self.returning = false;
            Arrived::New
        } else {
            match self.fill(number) {
                Some(true) => Arrived::Replayed,
                Some(false) => Arrived::New,
                None => Arrived::Again,
            }
        };
        match arrived {
            Arrived::Again => self.duplicated += 1,
            Arrived::New | Arrived::Replayed if number < self.settled => self.reordered += 1,
            Arrived::New | Arrived::Replayed if late => self.overtaken += 1,
            Arrived::New | Arrived::Replayed | Arrived::Early => {}
        }
        // What was published after the answer to the first event went out after it.
        self.unsure &= answered <= self.from;
        self.last = self.last.max(number + 1);
        self.settled = self.settled.max(answered.min(number));
        arrived
    }

    /// An event from before the account: the server had it in flight, or sends its history. The
    /// account begins with it if it is the first, so that a gap after it shows.
    fn arrive_early(&mut self, number: u32) -> Arrived {
        if !self.is_untouched() {
            // It was on its way when the account began, and others overtook it.
            let gap = Gap { start: number + 1, end: self.from, away: false, unsure: true };
            if gap.start < gap.end {
                self.gaps.get_or_insert_with(Box::default).ranges.insert(0, gap);
            }
            self.from = number;
            self.overtaken += 1;
            return Arrived::New;
        }
        // Others may have overtaken it, and gone out before the subscriber was there.
        (self.unsure, self.sure_from) = (true, self.from);
        self.from = number;
        self.next = number + 1;
        self.last = number + 1;
        Arrived::New
    }

    fn open_gap(&mut self, start: u32, end: u32, away: bool) {
        self.add_gap(Gap { start, end, away, unsure: false });
    }

    fn add_gap(&mut self, gap: Gap) {
        if gap.start < gap.end {
            let gaps = self.gaps.get_or_insert_with(Box::default);
            gaps.ranges.push(gap);
            gaps.bound();
        }
    }

    /// The stream is new, and the order of events that were first seen just now is not known: what
    /// is missing before the next one may be from before, unless others (`seen`) had it by then.
    pub fn doubt(&mut self, seen: u32) {
        if self.next >= seen {
            (self.unsure, self.sure_from) = (true, u32::MAX);
        }
    }

    /// The connection is over: what may still have come on it is not owed.
    pub fn leave(&mut self) {
        self.end_gaps(|gap| gap.unsure = true);
    }

    /// For gaps with numbers that may still have come on this connection.
    fn end_gaps(&mut self, end: impl Fn(&mut Gap)) {
        let settled = self.settled;
        let gaps = self.gaps.iter_mut().flat_map(|gaps| &mut gaps.ranges);
        gaps.filter(|gap| gap.end > settled).for_each(end);
    }

    /// Takes a number out of the gaps: whether it was of the time away; `None` if it was in none.
    fn fill(&mut self, number: u32) -> Option<bool> {
        let gaps = self.gaps.as_mut()?;
        let at = gaps.ranges.partition_point(|gap| gap.end <= number);
        let gap = *gaps.ranges.get(at).filter(|gap| gap.start <= number)?;
        gaps.take(at..at + 1, number..number + 1);
        Some(gap.away)
    }

    /// The connection is back; every event before number `owed` was published while it was away.
    pub fn come_back(&mut self, owed: u32) {
        self.end_gaps(|gap| gap.away = true);
        (self.last, self.settled) = (0, 0);
        if self.is_untouched() {
            self.from = self.from.max(owed);
            self.next = self.from;
            return;
        }
        self.open_gap(self.next, owed, true);
        self.next = self.next.max(owed);
    }

    /// As [`Ledger::come_back`], where nobody knows what was published meanwhile: events before number
    /// `seen` came to others, and what is missing before the next new one is of the time away too.
    pub fn come_back_unsure(&mut self, seen: u32) {
        self.come_back(seen);
        self.returning = true;
    }

    /// Events with these numbers could not be published: they are not owed, unless they came all the
    /// same. Without them the events before number `until` were.
    pub fn excuse(&mut self, numbers: Range<u32>, until: u32) {
        let numbers = numbers.start.max(self.from)..numbers.end.min(self.next.max(until));
        if numbers.is_empty() {
            return;
        }
        self.open_gap(self.next, numbers.end, false);
        self.next = self.next.max(numbers.end);
        let Some(gaps) = &mut self.gaps else { return };
        let first = gaps.ranges.partition_point(|gap| gap.end <= numbers.start);
        let last = gaps.ranges.partition_point(|gap| gap.start < numbers.end);
        self.excused += gaps.take(first..last, numbers.clone()) + gaps.take_given_up(&numbers);
    }

    /// Whether a number before `until` is missing that was published. `resumes`: those of the time
    /// away count too.
    #[must_use]
    pub fn lacks(&self, until: u32, unsent: &[Range<u32>], resumes: bool) -> bool {
        if self.missing(until, resumes) == 0 || unsent.is_empty() {
            return self.missing(until, resumes) > 0;
        }
        let mut account = self.clone();
        unsent.iter().for_each(|numbers| account.excuse(numbers.clone(), until));
        account.missing(until, resumes) > 0
    }

    /// How many numbers are missing before `until`.
    fn missing(&self, until: u32, resumes: bool) -> u64 {
        let gaps = self.gaps.iter().flat_map(|gaps| &gaps.ranges);
        let owed = gaps.filter(|gap| !gap.unsure && (resumes || !gap.away));
        let gaps: u64 = owed.map(Gap::len).sum();
        gaps + u64::from(until.saturating_sub(self.next))
    }

    /// Closes the account: events before number `until` were owed. `resumes`: those of the time
    /// away too.
    #[must_use]
    pub fn close(&self, until: u32, resumes: bool) -> Balance {
        let mut account = self.clone();
        account.open_gap(account.next, until, false);
        let end = account.next.max(until);
        let gaps = account.gaps.unwrap_or_default();
        let sum = |is: fn(&&Gap) -> bool| gaps.ranges.iter().filter(is).map(Gap::len).sum();
        let here: u64 = sum(|gap| !gap.away && !gap.unsure);
        let away: u64 = sum(|gap| gap.away && !gap.unsure);
        let unsure: u64 = sum(|gap| gap.unsure);
        let given_up = u64::from(gaps.given_up);
        let excused = if resumes { 0 } else { away };
        Balance {
            expected: u64::from(end - account.from) - excused - unsure - u64::from(account.excused),
            lost: here + given_up + away - excused,
            away,
            duplicated: u64::from(account.duplicated),
            reordered: u64::from(account.reordered),
            overtaken: u64::from(account.overtaken),
            untracked: given_up,
            gaps: gaps.ranges.into_iter().filter(|gap| !gap.unsure).collect(),
        }
    }
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
