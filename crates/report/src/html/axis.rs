//! An axis of time that leaves out long stretches in which nothing happened, and says so.

/// Width of the drawing, in its own units.
const WIDTH: f64 = 720.0;
/// Room for the names of the lanes.
const LEFT: f64 = 96.0;
/// Room behind the last moment.
const RIGHT: f64 = 28.0;
/// Width of a stretch that is left out.
const BREAK: f64 = 76.0;
/// Most stretches that are left out.
const BREAKS: usize = 3;
/// A stretch is left out if it is longer than this part of what is left.
const PART: f64 = 0.4;
/// And longer than this, in milliseconds.
const SHORTEST: f64 = 20.0;

/// A stretch of time and where it is drawn.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    from: f64,
    to: f64,
    left: f64,
    right: f64,
    skipped: bool,
}

/// Where each time is drawn.
#[derive(Debug)]
pub(super) struct Axis {
    stretches: Vec<Stretch>,
}

impl Axis {
    /// An axis from 0 to the last of `times`, in milliseconds.
    pub(super) fn new(times: impl Iterator<Item = f64>) -> Self {
        let mut times: Vec<f64> = times.map(bounded).chain([0.0]).collect();
        times.sort_by(f64::total_cmp);
        times.dedup();
        let skipped = skipped(&times);
        let last = times.last().copied().unwrap_or_default().max(0.1);
        let drawn = (last - skipped.iter().map(|(from, to)| to - from).sum::<f64>()).max(1e-6);
        let scale = (WIDTH - LEFT - RIGHT - BREAK * skipped.len() as f64) / drawn;
        let mut stretches = Vec::new();
        let (mut at, mut x) = (0.0, LEFT);
        for (from, to) in skipped.into_iter().chain([(last, last)]) {
            let middle = x + (from - at) * scale;
            stretches.push(Stretch { from: at, to: from, left: x, right: middle, skipped: false });
            x = middle + BREAK;
            stretches.push(Stretch { from, to, left: middle, right: x, skipped: true });
            at = to;
        }
        stretches.pop();
        Self { stretches }
    }

    pub(super) fn width(&self) -> f64 {
        WIDTH
    }

    pub(super) fn left(&self) -> f64 {
        LEFT
    }

    /// Where `ms` is drawn.
    pub(super) fn x(&self, ms: f64) -> f64 {
        let ms = bounded(ms);
        let stretch = self.stretches.iter().find(|it| ms <= it.to).or(self.stretches.last());
        let inside = |it: &Stretch| {
            let part = (ms - it.from) / (it.to - it.from).max(1e-9);
            it.left + part.clamp(0.0, 1.0) * (it.right - it.left)
        };
        let x = stretch.map_or(LEFT, inside);
        (x * 10.0).round() / 10.0
    }

    /// The stretches that are left out, from and to.
    pub(super) fn breaks(&self) -> Vec<(f64, f64)> {
        let skipped = self.stretches.iter().filter(|it| it.skipped);
        skipped.map(|it| (it.left.round(), it.right.round())).collect()
    }

    /// Place, label and anchor of each tick: round times on an axis without a break, else the ends of
    /// what is drawn.
    pub(super) fn ticks(&self) -> Vec<(f64, String, &'static str)> {
        let last = self.stretches.last().map_or(0.0, |it| it.to);
        if self.stretches.len() == 1 {
            let rounds = rounds(last).into_iter();
            return rounds.map(|ms| (self.x(ms), label(ms, last), "middle")).collect();
        }
        let mut ticks = vec![(LEFT, label(0.0, self.stretches[0].to), "middle")];
        for stretch in self.stretches.iter().filter(|it| it.skipped) {
            ticks.push((stretch.left, label(stretch.from, stretch.from), "end"));
            ticks.push((stretch.right, label(stretch.to, stretch.to), "start"));
        }
        if let Some(end) = self.stretches.last() {
            ticks.push((end.right, label(end.to, end.to), "end"));
        }
        // What stands too near to its neighbour is not told.
        ticks.retain({
            let mut free = f64::MIN;
            move |(x, text, anchor)| {
                let width = text.chars().count() as f64 * 6.5;
                let start = match *anchor {
                    "end" => x - width,
                    "start" => *x,
                    _ => x - width / 2.0,
                };
                let fits = start >= free && start + width <= WIDTH;
                free = if fits { start + width + 4.0 } else { free };
                fits
            }
        });
        ticks
    }
}

/// A number of milliseconds that can be drawn: up to about eleven days.
fn bounded(ms: f64) -> f64 {
    if ms.is_finite() { ms.clamp(0.0, 1e9) } else { 0.0 }
}

/// The stretches between neighbours that are left out, in order.
fn skipped(times: &[f64]) -> Vec<(f64, f64)> {
    let mut gaps: Vec<(f64, f64)> = times.windows(2).map(|pair| (pair[0], pair[1])).collect();
    gaps.sort_by(|a, b| (b.1 - b.0).total_cmp(&(a.1 - a.0)));
    let mut rest = times.last().copied().unwrap_or_default();
    let mut skipped = Vec::new();
    for (from, to) in gaps.into_iter().take(BREAKS) {
        if to - from < SHORTEST || to - from < rest * PART || times.len() < 3 {
            break;
        }
        rest -= to - from;
        skipped.push((from, to));
    }
    skipped.sort_by(|a, b| a.0.total_cmp(&b.0));
    skipped
}

/// At most six round places, 0 first.
fn rounds(last: f64) -> Vec<f64> {
    let raw = (last / 5.0).max(0.1);
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|step| *step >= raw);
    let step = step.unwrap_or(raw);
    (0..=5).map(|n| f64::from(n) * step).take_while(|at| *at <= last).collect()
}

fn label(at: f64, last: f64) -> String {
    match last >= 1000.0 {
        true => format!("{} s", (at / 10.0).round() / 100.0),
        false if last >= 20.0 => format!("{} ms", at.round()),
        false => format!("{} ms", (at * 10.0).round() / 10.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(times: &[f64]) -> Axis {
        Axis::new(times.iter().copied())
    }

    #[test]
    fn an_even_axis_has_round_ticks_and_no_break() {
        let axis = axis(&[10.0, 25.0, 50.0, 75.0, 100.0]);
        assert!(axis.breaks().is_empty());
        let labels: Vec<String> = axis.ticks().into_iter().map(|(_, label, _)| label).collect();
        assert_eq!(labels, ["0 ms", "20 ms", "40 ms", "60 ms", "80 ms", "100 ms"]);
        assert_eq!((axis.x(0.0), axis.x(100.0)), (LEFT, WIDTH - RIGHT));
    }

    #[test]
    fn a_long_wait_is_left_out_and_its_ends_are_told() {
        let axis = axis(&[1.0, 5.0, 9.0, 4000.0, 4004.0]);
        assert_eq!(axis.breaks().len(), 1);
        let labels: Vec<String> = axis.ticks().into_iter().map(|(_, label, _)| label).collect();
        assert_eq!(labels, ["0 ms", "9 ms", "4 s", "4 s"]);
        assert!(axis.x(9.0) - axis.x(1.0) > 200.0);
    }

    #[test]
    fn order_is_kept() {
        let times = [0.0, 1.0, 2.0, 900.0, 901.0, 90_000.0, 90_004.0, 91_000.0];
        let axis = axis(&times);
        let drawn: Vec<f64> = times.iter().map(|at| axis.x(*at)).collect();
        assert!(drawn.windows(2).all(|pair| pair[0] < pair[1]), "{drawn:?}");
        assert!(drawn.iter().all(|x| (LEFT..=WIDTH).contains(x)), "{drawn:?}");
    }
}
