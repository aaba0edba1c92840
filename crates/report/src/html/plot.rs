//! A plot as numbers for the template: scales, ticks, lines and cells.

use serde::Serialize;

/// Size of a plot and the room around it, in its own units.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 62.0;
/// Room for half of the last label of the axis, such as `99.9999 %`.
const RIGHT: f64 = 34.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 24.0;
/// Most points of a line and most columns of a heat map, whatever the length of the run.
pub(super) const MOST_POINTS: usize = 180;

/// How values become places.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scale {
    Linear { from: f64, to: f64 },
    Log { from: f64, to: f64 },
}

impl Scale {
    /// From 0 to a little above the largest value.
    pub(super) fn from_zero(most: f64) -> Self {
        Self::Linear { from: 0.0, to: if most > 0.0 { most * 1.05 } else { 1.0 } }
    }

    /// Whole powers of ten around the values; those that are not above 0 do not count.
    pub(super) fn powers(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = values
            .filter(|value| *value > 0.0)
            .fold((f64::MAX, 1.0), |(low, high), value| (value.min(low), value.max(high)));
        let from = 10f64.powf(low.min(high).log10().floor());
        let to = 10f64.powf(high.log10().ceil());
        Self::Log { from, to: if to > from { to } else { from * 10.0 } }
    }

    /// The share of the way, from 0 to 1.
    fn share(self, value: f64) -> f64 {
        let share = match self {
            Self::Linear { from, to } => (value - from) / (to - from),
            Self::Log { from, to } => (value.max(from) / from).log10() / (to / from).log10(),
        };
        share.clamp(0.0, 1.0)
    }

    /// Round values on the scale, at most seven.
    pub(super) fn ticks(self) -> Vec<f64> {
        match self {
            Self::Linear { from, to } => linear_ticks(from, to),
            Self::Log { from, to } => {
                let decades = (to / from).log10().round().max(1.0) as i32;
                let step = (decades / 7 + 1).max(1);
                (0..=decades).step_by(step as usize).map(|n| from * 10f64.powi(n)).collect()
            }
        }
    }
}

/// Multiples of 1, 2 or 5 times a power of ten, at most six of them.
pub(super) fn linear_ticks(from: f64, to: f64) -> Vec<f64> {
    let raw = ((to - from) / 5.0).max(f64::MIN_POSITIVE);
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|step| *step >= raw);
    let step = step.unwrap_or(raw);
    let first = (from / step).ceil();
    (0..=6).map(|n| (first + f64::from(n)) * step).take_while(|at| *at <= to * 1.000_001).collect()
}

/// A plot.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Plot {
    title: String,
    about: String,
    width: f64,
    height: f64,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    x_ticks: Vec<Tick>,
    y_ticks: Vec<Tick>,
    lines: Vec<Line>,
    cells: Vec<Cells>,
}

#[derive(Debug, Clone, Serialize)]
struct Tick {
    at: f64,
    label: String,
}

/// A line with its name for the legend; `style` numbers colour and dashes.
#[derive(Debug, Clone, Serialize)]
struct Line {
    name: String,
    style: usize,
    d: String,
}

/// All rectangles of a heat map of one heat, as one path: a page with one element for each would be
/// many times as long.
#[derive(Debug, Clone, Serialize)]
struct Cells {
    heat: usize,
    d: String,
}

/// A plot that is being filled.
#[derive(Debug, Clone)]
pub(super) struct Canvas {
    x: Scale,
    y: Scale,
    plot: Plot,
}

impl Canvas {
    /// An empty plot with its axes.
    pub(super) fn new(title: &str, about: &str, x: (Scale, Label), y: (Scale, Label)) -> Self {
        let (width, height, left, right) = (WIDTH, HEIGHT, LEFT, WIDTH - RIGHT);
        let (top, bottom) = (TOP, HEIGHT - BOTTOM);
        let plot = Plot {
            title: title.to_owned(),
            about: about.to_owned(),
            width,
            height,
            left,
            right,
            top,
            bottom,
            x_ticks: Vec::new(),
            y_ticks: Vec::new(),
            lines: Vec::new(),
            cells: Vec::new(),
        };
        let mut canvas = Self { x: x.0, y: y.0, plot };
        let tick = |at: f64, label: String| Tick { at: round(at), label };
        canvas.plot.x_ticks =
            x.0.ticks().into_iter().map(|v| tick(canvas.across(v), (x.1)(v))).collect();
        canvas.plot.y_ticks =
            y.0.ticks().into_iter().map(|v| tick(canvas.down(v), (y.1)(v))).collect();
        canvas
    }

    /// Other ticks on the axis of x.
    pub(super) fn x_ticks(mut self, ticks: impl IntoIterator<Item = (f64, String)>) -> Self {
        let tick = |(value, label)| Tick { at: round(self.across(value)), label };
        self.plot.x_ticks = ticks.into_iter().map(tick).collect();
        self
    }

    /// Adds a line; a gap where there is no value. Lines without any value are left out.
    pub(super) fn line(
        &mut self,
        name: &str,
        points: impl IntoIterator<Item = (f64, Option<f64>)>,
    ) {
        let mut d = String::new();
        let mut pen_down = false;
        for (x, y) in points {
            let Some(y) = y else {
                pen_down = false;
                continue;
            };
            let (x, y) = (round(self.across(x)), round(self.down(y)));
            d.push_str(&format!("{}{x} {y}", if pen_down { "L" } else { "M" }));
            // A point alone is drawn as a dot.
            d.push_str(if pen_down { "" } else { "h.1" });
            pen_down = true;
        }
        let style = self.plot.lines.len();
        if !d.is_empty() {
            self.plot.lines.push(Line { name: name.to_owned(), style, d });
        }
    }

    /// Adds a cell from (x0, y0) to (x1, y1), with a heat from 1 to 9.
    pub(super) fn cell(&mut self, x: (f64, f64), y: (f64, f64), heat: usize) {
        let (left, right) = (self.across(x.0), self.across(x.1));
        let (bottom, top) = (self.down(y.0), self.down(y.1));
        let (w, h) = (round(right - left).max(0.5), round(bottom - top).max(0.5));
        let d = format!("M{} {}h{w}v{h}h-{w}z", round(left), round(top));
        match self.plot.cells.iter_mut().find(|cells| cells.heat == heat) {
            Some(cells) => cells.d.push_str(&d),
            None => self.plot.cells.push(Cells { heat, d }),
        }
    }

    /// The plot, if there is anything on it.
    pub(super) fn finish(self) -> Option<Plot> {
        let empty = self.plot.lines.is_empty() && self.plot.cells.is_empty();
        (!empty).then_some(self.plot)
    }

    fn across(&self, value: f64) -> f64 {
        self.plot.left + self.x.share(value) * (self.plot.right - self.plot.left)
    }

    fn down(&self, value: f64) -> f64 {
        self.plot.bottom - self.y.share(value) * (self.plot.bottom - self.plot.top)
    }
}

/// A value on an axis in words.
pub(super) type Label = fn(f64) -> String;

fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(linear_ticks(0.0, 10.5), [0.0, 5.0, 10.0]);
        assert_eq!(linear_ticks(0.0, 9.0), [0.0, 2.0, 4.0, 6.0, 8.0]);
        let powers = Scale::powers([312.0, 45_000.0].into_iter());
        assert_eq!(powers, Scale::Log { from: 100.0, to: 100_000.0 });
        assert_eq!(powers.ticks(), [100.0, 1e3, 1e4, 1e5]);
        assert!(Scale::Log { from: 1.0, to: 1e12 }.ticks().len() <= 7);
    }

    #[test]
    fn scales_of_nothing_or_one_value_have_a_length() {
        for scale in [Scale::from_zero(0.0), Scale::powers([].into_iter())] {
            assert!(scale.share(1.0).is_finite());
            assert!(!scale.ticks().is_empty());
        }
        assert_eq!(Scale::powers([10.0].into_iter()), Scale::Log { from: 10.0, to: 100.0 });
    }

    #[test]
    fn a_gap_in_the_values_is_a_gap_in_the_line() {
        let axis = (Scale::from_zero(3.0), (|v| format!("{v}")) as Label);
        let mut canvas = Canvas::new("t", "a", axis, axis);
        canvas.line("none", [(0.0, None)]);
        canvas.line("one", [(0.0, Some(1.0)), (1.0, None), (2.0, Some(1.0)), (3.0, Some(2.0))]);
        let plot = canvas.finish().expect("a line");
        assert_eq!(plot.lines.len(), 1);
        assert_eq!(plot.lines[0].d.matches('M').count(), 2);
        assert_eq!(plot.lines[0].d.matches('L').count(), 1);
    }
}
