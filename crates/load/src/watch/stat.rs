//! The texts of `/proc`, read (proc(5)).

/// One line of `/proc/PID/stat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ProcessStat {
    pub(super) pid: u32,
    pub(super) state: char,
    pub(super) parent: u32,
    /// Own processor time, in ticks.
    pub(super) own: u64,
    /// Processor time of its children that ended and were waited for, in ticks.
    pub(super) children: u64,
    /// Start, in ticks since boot: tells a process from a later one of the same number.
    pub(super) started: u64,
    pub(super) rss_pages: u64,
}

impl ProcessStat {
    /// Whether it has ended and only waits to be waited for.
    pub(super) fn is_dead(&self) -> bool {
        matches!(self.state, 'Z' | 'X' | 'x')
    }

    /// Reads the line. The name stands in parentheses and may hold spaces and parentheses itself,
    /// so the fields begin after the last one.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let (pid, rest) = line.split_once(" (")?;
        let (_, rest) = rest.rsplit_once(") ")?;
        let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
        // Field 3 of proc(5) is the first one here.
        let field = |number: usize| fields.get(number - 3).copied();
        let count = |number: usize| field(number)?.parse::<u64>().ok();
        // The times of children are signed in the kernel's format.
        let signed =
            |number: usize| Some(field(number)?.parse::<i64>().ok()?.max(0).unsigned_abs());
        Some(Self {
            pid: pid.parse().ok()?,
            state: field(3)?.chars().next()?,
            parent: field(4)?.parse().ok()?,
            own: count(14)?.checked_add(count(15)?)?,
            children: signed(16)?.checked_add(signed(17)?)?,
            started: count(22)?,
            rss_pages: signed(24)?,
        })
    }
}

/// Processor time of the whole machine since boot, in ticks: the first line of `/proc/stat`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Busy {
    busy: u64,
    all: u64,
}

impl Busy {
    /// Reads the text. Time stolen by other virtual machines counts as busy, since nobody here can
    /// have it; time in guests is part of user time already.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let line = text.lines().next()?.strip_prefix("cpu ")?;
        let words = line.split_ascii_whitespace().take(8);
        let ticks: Vec<u64> = words.map(|word| word.parse().ok()).collect::<Option<_>>()?;
        let [_, _, _, idle, ..] = ticks.as_slice() else { return None };
        let waiting = ticks.get(4).copied().unwrap_or(0);
        let all: u64 = ticks.iter().sum();
        Some(Self { busy: all.saturating_sub(*idle + waiting), all })
    }

    /// Share of the machine in use since `before`, 0 to 1; 0 when no time has passed.
    pub(super) fn share_since(self, before: Self) -> f64 {
        let all = self.all.saturating_sub(before.all);
        let busy = self.busy.saturating_sub(before.busy).min(all);
        if all == 0 { 0.0 } else { busy as f64 / all as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "4242 (nginx: w (1) x) S 4200 4242 4242 0 -1 4194624 900 11 0 0 150 50 7 3 \
                        20 0 1 0 8812345 123456789 2048 18446744073709551615 1 1 0 0 0 0 0 0 0 0";

    #[test]
    fn a_name_may_hold_spaces_and_parentheses() {
        let stat = ProcessStat::parse(LINE).unwrap();
        assert_eq!((stat.pid, stat.state, stat.parent), (4_242, 'S', 4_200));
        assert_eq!((stat.own, stat.children), (200, 10));
        assert_eq!((stat.started, stat.rss_pages), (8_812_345, 2_048));
    }

    #[test]
    fn a_line_cut_short_or_odd_is_no_process() {
        for end in 0..LINE.find(" 2048 ").unwrap() {
            assert_eq!(ProcessStat::parse(&LINE[..end]), None, "cut at {end}");
        }
        assert_eq!(ProcessStat::parse(&LINE.replace("4242 (", "x (")), None);
        assert_eq!(ProcessStat::parse(&LINE.replace(" 150 ", " -1 ")), None);
    }

    #[test]
    fn idle_and_waiting_for_disks_is_not_busy_but_stolen_time_is() {
        let before = Busy::parse("cpu  100 0 100 1000 50 0 0 0 0 0\ncpu0 1 1 1 1\n").unwrap();
        let after = Busy::parse("cpu  120 0 110 1050 70 0 0 100 20 0\n").unwrap();
        assert_eq!(after.share_since(before), 130.0 / 200.0);
        assert_eq!(before.share_since(before), 0.0);
        assert_eq!(before.share_since(after), 0.0, "a counter that went back");
    }

    #[test]
    fn a_text_that_is_not_proc_stat_is_refused() {
        for text in ["", "cpu", "cpu0 1 2 3 4", "cpu  1 2 3", "cpu  1 2 3 x"] {
            assert_eq!(Busy::parse(text), None, "{text:?}");
        }
    }
}
