//! Percentile curves: of one run, or of all runs of a side as a median with the room that they take.

use hdrhistogram::Histogram;
use ssecheck_model::load::{Load, Metric};

use super::load::axis_time;
use super::plot::{Canvas, Plot, Scale};
use crate::load::latency;
use crate::samples;

/// Points of a curve.
const POINTS: usize = 64;

/// One line with its runs.
pub(super) struct Curve {
    name: String,
    runs: Vec<Histogram<u64>>,
}

impl Curve {
    /// A time of one run; `None` without samples.
    pub(super) fn of_run(load: &Load, metric: Metric) -> Option<Self> {
        Self::of_side(metric.as_str(), &[load], metric)
    }

    /// A time of several runs; `None` when none of them has samples.
    pub(super) fn of_side(name: &str, runs: &[&Load], metric: Metric) -> Option<Self> {
        let runs: Vec<Histogram<u64>> = runs.iter().filter_map(|load| read(load, metric)).collect();
        (!runs.is_empty()).then(|| Self { name: name.to_owned(), runs })
    }

    fn samples(&self) -> u64 {
        self.runs.iter().map(Histogram::len).max().unwrap_or(0)
    }

    /// How far it goes: to the share that one sample of the shortest run is.
    fn end(&self) -> f64 {
        let least = self.runs.iter().map(Histogram::len).min().unwrap_or(0);
        (least.max(1) as f64).log10()
    }

    /// Place, and the values of all runs there, in order.
    fn points(&self) -> Vec<(f64, Vec<f64>)> {
        let end = self.end();
        let point = |n: usize| {
            let place = end * n as f64 / POINTS as f64;
            let share = 1.0 - 10f64.powf(-place);
            let value = |it: &Histogram<u64>| it.value_at_quantile(share).max(1) as f64;
            let mut values: Vec<f64> = self.runs.iter().map(value).collect();
            values.sort_by(f64::total_cmp);
            (place, values)
        };
        (0..=POINTS).map(point).collect()
    }
}

fn read(load: &Load, metric: Metric) -> Option<Histogram<u64>> {
    let it = latency::of(load, metric)?;
    samples::read(metric.as_str(), &it.histogram, it.count).ok()
}

/// All curves on one plot, up to the share that one sample is of all.
pub(super) fn plot_curves(title: &str, about: &str, curves: &[Curve]) -> Option<Plot> {
    let most = curves.iter().map(Curve::samples).max()?;
    let runs = curves.iter().flat_map(|curve| &curve.runs);
    let y = Scale::powers(runs.flat_map(|it| [it.min().max(1) as f64, it.max() as f64]));
    // The axis is the number of nines: 0 for the least, 2 for 99 %.
    let nines = (most.max(10) as f64).log10();
    let x = Scale::Linear { from: 0.0, to: nines };
    let mut canvas = Canvas::new(title, about, (x, percentile_name), (y, axis_time))
        .x_ticks(percentile_ticks(nines))
        .axes("percentile, each tick ten times rarer", "time, logarithmic");
    for curve in curves {
        let points = curve.points();
        if curve.runs.len() > 1 {
            let ends =
                |(x, values): &(f64, Vec<f64>)| Some((*x, *values.first()?, *values.last()?));
            canvas.band(points.iter().filter_map(ends));
        }
        // The upper of two in the middle: the worse one.
        let middle = |(x, values): &(f64, Vec<f64>)| (*x, values.get(values.len() / 2).copied());
        canvas.line(&curve.name, points.iter().map(middle));
    }
    canvas.finish()
}

/// A place on the axis of percentiles in words.
fn percentile_name(nines: f64) -> String {
    let percent = 100.0 * (1.0 - 10f64.powf(-nines));
    let digits = (nines + 1e-9).floor() as usize;
    let text = format!("{percent:.digits$}");
    let text = if digits > 0 { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text} %")
}

fn percentile_ticks(nines: f64) -> Vec<(f64, String)> {
    let whole = (0..=8).map(|n| (f64::from(n), percentile_name(f64::from(n))));
    // On a long axis it would lie on top of its neighbour.
    let half = (nines < 4.5).then(|| (0.5f64.recip().log10(), "50 %".to_owned()));
    let ticks = whole.chain(half);
    ticks.filter(|(at, _)| *at <= nines + 1e-9).collect()
}
