//! A plot as numbers for the template: scales, ticks, lines and cells.

use serde::Serialize;

/// Size of a plot and the room around it, in its own units.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 262.0;
const LEFT: f64 = 62.0;
const RIGHT: f64 = 12.0;
/// The name of the vertical axis stands above its highest label.
const TOP: f64 = 26.0;
const BOTTOM: f64 = 40.0;
/// Room that half a label takes.
const EDGE: f64 = 24.0;
/// Most rows of the table behind a plot.
const MOST_ROWS: usize = 24;
/// Most points of a line and most columns of a heat map, whatever the length of the run.
pub(super) const MOST_POINTS: usize = 180;

/// How values become places.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scale {
    Linear {
        from: f64,
        to: f64,
    },
    /// Of whole things: half a subscriber is no tick.
    Counts {
        to: f64,
    },
    Log {
        from: f64,
        to: f64,
    },
}

impl Scale {
    /// From 0 to a little above the largest value.
    pub(super) fn from_zero(most: f64) -> Self {
        Self::Linear { from: 0.0, to: if most > 0.0 { most * 1.05 } else { 1.0 } }
    }

    /// As [`Scale::from_zero`], for things that are counted.
    pub(super) fn counts(most: f64) -> Self {
        Self::Counts { to: (most * 1.05).max(1.0) }
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
            Self::Counts { to } => value / to,
            Self::Log { from, to } => (value.max(from) / from).log10() / (to / from).log10(),
        };
        share.clamp(0.0, 1.0)
    }

    /// Round values on the scale, at most seven.
    pub(super) fn ticks(self) -> Vec<f64> {
        match self {
            Self::Linear { from, to } => linear_ticks(from, to),
            Self::Counts { to } => {
                linear_ticks(0.0, to).into_iter().filter(|at| at.fract() == 0.0).collect()
            }
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
    /// What the axes are, with what a reader has to know of their scale.
    x_name: &'static str,
    y_name: &'static str,
    x_ticks: Vec<Tick>,
    y_ticks: Vec<Tick>,
    bands: Vec<Band>,
    lines: Vec<Line>,
    cells: Vec<Cells>,
    /// What the strongest heat stands for.
    hottest: String,
    table: Table,
}

/// Some of the values in words, for those who cannot see the plot.
#[derive(Debug, Clone, Default, Serialize)]
struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// The room between the least and the most of several runs.
#[derive(Debug, Clone, Serialize)]
struct Band {
    style: usize,
    d: String,
}

#[derive(Debug, Clone, Serialize)]
struct Tick {
    at: f64,
    label: String,
    /// Where the label stands: one at the edge would be cut.
    anchor: &'static str,
}

/// A line with its name for the legend; `style` numbers colour and dashes.
#[derive(Debug, Clone, Serialize)]
struct Line {
    name: String,
    style: usize,
    d: String,
    /// Points without a neighbour, which a line would not show.
    dots: String,
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
    x: (Scale, Label),
    y: (Scale, Label),
    plot: Plot,
    /// What the table is made of: the lines as numbers.
    values: Vec<Vec<(f64, Option<f64>)>>,
}

impl Canvas {
    /// An empty plot with its axes.
    pub(super) fn new(title: &str, about: &str, x: (Scale, Label), y: (Scale, Label)) -> Self {
        let plot = Plot {
            title: title.to_owned(),
            about: about.to_owned(),
            width: WIDTH,
            height: HEIGHT,
            left: LEFT,
            right: WIDTH - RIGHT,
            top: TOP,
            bottom: HEIGHT - BOTTOM,
            x_name: "",
            y_name: "",
            x_ticks: Vec::new(),
            y_ticks: Vec::new(),
            bands: Vec::new(),
            lines: Vec::new(),
            cells: Vec::new(),
            hottest: String::new(),
            table: Table::default(),
        };
        let mut canvas = Self { x, y, plot, values: Vec::new() };
        let tick = |at: f64, label: String| Tick { at: round(at), label, anchor: "end" };
        canvas.plot.y_ticks =
            y.0.ticks().into_iter().map(|v| tick(canvas.down(v), (y.1)(v))).collect();
        canvas.x_ticks(x.0.ticks().into_iter().map(|v| (v, (x.1)(v))).collect::<Vec<_>>())
    }

    /// What the axes are.
    pub(super) fn axes(mut self, x: &'static str, y: &'static str) -> Self {
        (self.plot.x_name, self.plot.y_name) = (x, y);
        self
    }

    /// Other ticks on the axis of x.
    pub(super) fn x_ticks(mut self, ticks: impl IntoIterator<Item = (f64, String)>) -> Self {
        let tick = |(value, label)| {
            let at = round(self.across(value));
            let anchor = match at {
                at if at > self.plot.right - EDGE => "end",
                at if at < self.plot.left + 1.0 => "start",
                _ => "middle",
            };
            Tick { at, label, anchor }
        };
        self.plot.x_ticks = ticks.into_iter().map(tick).collect();
        self
    }

    /// Adds a line; a gap where there is no value. Lines without any value are left out.
    pub(super) fn line(
        &mut self,
        name: &str,
        points: impl IntoIterator<Item = (f64, Option<f64>)>,
    ) {
        let points: Vec<(f64, Option<f64>)> = points.into_iter().collect();
        let (mut d, mut dots) = (String::new(), String::new());
        for run in points.split(|(_, y)| y.is_none()) {
            let places = run.iter().filter_map(|(x, y)| Some((self.across(*x), self.down((*y)?))));
            let places: Vec<String> =
                places.map(|(x, y)| format!("{} {}", round(x), round(y))).collect();
            match places.as_slice() {
                [] => {}
                [one] => dots.push_str(&format!("M{one}h.1")),
                several => d.push_str(&format!("M{}", several.join("L"))),
            }
        }
        let style = self.plot.lines.len();
        if !(d.is_empty() && dots.is_empty()) {
            self.plot.lines.push(Line { name: name.to_owned(), style, d, dots });
            self.values.push(points);
        }
    }

    /// Adds the room between two values at each place, in the colour of the next line.
    pub(super) fn band(&mut self, points: impl IntoIterator<Item = (f64, f64, f64)>) {
        let points: Vec<(f64, f64, f64)> = points.into_iter().collect();
        let place = |x: f64, y: f64| format!("{} {}", round(self.across(x)), round(self.down(y)));
        let lower = points.iter().map(|(x, low, _)| place(*x, *low));
        let upper = points.iter().rev().map(|(x, _, high)| place(*x, *high));
        let d = lower.chain(upper).collect::<Vec<_>>().join("L");
        let style = self.plot.lines.len();
        self.plot.bands.push(Band { style, d: format!("M{d}z") });
    }

    /// What the strongest heat of the cells stands for.
    pub(super) fn hottest(&mut self, words: String) {
        self.plot.hottest = words;
    }

    /// What the cells are in words: the names of the columns, and the rows.
    pub(super) fn tell(&mut self, head: [&str; 3], rows: impl Iterator<Item = [String; 3]>) {
        let head = head.map(str::to_owned).to_vec();
        self.plot.table = Table { head, rows: rows.map(Vec::from).collect() };
    }

    /// At most [`MOST_ROWS`] places of all lines, in words.
    fn table(&self) -> Table {
        let longest = self.values.iter().max_by_key(|line| line.len());
        let Some(longest) = longest else { return Table::default() };
        let step = longest.len().div_ceil(MOST_ROWS).max(1);
        let last = longest.len().saturating_sub(1);
        let row = |(n, (x, _)): (usize, &(f64, Option<f64>))| {
            let cell = |line: &Vec<(f64, Option<f64>)>| {
                let found = line.get(n).and_then(|(_, y)| *y);
                found.map_or_else(|| "-".to_owned(), self.y.1)
            };
            let cells = self.values.iter().map(cell);
            std::iter::once((self.x.1)(*x)).chain(cells).collect()
        };
        let shown = longest.iter().enumerate().filter(|(n, _)| n % step == 0 || *n == last);
        let names = self.plot.lines.iter().map(|line| line.name.clone());
        let head = std::iter::once(self.plot.x_name.to_owned()).chain(names).collect();
        Table { head, rows: shown.map(row).collect() }
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
    pub(super) fn finish(mut self) -> Option<Plot> {
        if !self.values.is_empty() {
            self.plot.table = self.table();
        }
        let empty = self.plot.lines.is_empty() && self.plot.cells.is_empty();
        (!empty).then_some(self.plot)
    }

    fn across(&self, value: f64) -> f64 {
        self.plot.left + self.x.0.share(value) * (self.plot.right - self.plot.left)
    }

    fn down(&self, value: f64) -> f64 {
        self.plot.bottom - self.y.0.share(value) * (self.plot.bottom - self.plot.top)
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
    fn counts_have_whole_ticks() {
        assert_eq!(Scale::counts(0.0).ticks(), [0.0, 1.0]);
        assert_eq!(Scale::counts(3.0).ticks(), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(Scale::counts(10_000.0).ticks(), [0.0, 5_000.0, 10_000.0]);
    }

    #[test]
    fn labels_at_the_edges_stay_inside() {
        let axis = (Scale::Linear { from: 0.0, to: 4.0 }, (|v| format!("{v}")) as Label);
        let mut canvas = Canvas::new("t", "a", axis, axis);
        canvas.line("one", [(0.0, Some(1.0))]);
        let plot = canvas.finish().expect("a dot");
        let anchors: Vec<&str> = plot.x_ticks.iter().map(|tick| tick.anchor).collect();
        assert_eq!(anchors, ["start", "middle", "middle", "middle", "end"]);
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
        assert_eq!(plot.lines[0].d.matches('M').count(), 1);
        assert_eq!(plot.lines[0].d.matches('L').count(), 1);
        assert_eq!(plot.lines[0].dots.matches('M').count(), 1, "a point alone is a dot");
        assert_eq!(plot.table.rows.len(), 4);
        assert_eq!(plot.table.rows[1], ["1", "-"]);
    }
}
