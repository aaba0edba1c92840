//! Metric families: type, unit and help, then the samples.

use std::collections::BTreeMap;

use crate::load::facts::words;

/// Units that OpenMetrics wants declared when a name ends in them.
const UNITS: [&str; 3] = ["seconds", "bytes", "ratio"];

/// Families written so far. All names begin with `ssecheck_`.
#[derive(Default)]
pub(super) struct Exposition {
    text: String,
}

impl Exposition {
    /// The text with its end mark.
    pub(super) fn finish(self) -> String {
        self.text + "# EOF\n"
    }

    /// Labels alone.
    pub(super) fn info(&mut self, name: &str, help: &str, labels: &[(&str, &str)]) {
        self.family(name, "info", help);
        let pairs: Vec<String> = labels.iter().map(|(name, value)| pair(name, value)).collect();
        self.sample(&format!("{name}_info"), &pairs.join(","), 1.0);
    }

    /// One value that may fall.
    pub(super) fn gauge(&mut self, name: &str, help: &str, value: f64) {
        self.family(name, "gauge", help);
        self.sample(name, "", value);
    }

    /// One count of the run.
    pub(super) fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.family(name, "counter", help);
        self.whole(&format!("{name}_total"), "", value);
    }

    /// Counts with the label `cause`. Causes that look the same when they are harmless are one.
    pub(super) fn counter_by_cause(&mut self, name: &str, help: &str, by: &BTreeMap<String, u64>) {
        let mut harmless: BTreeMap<String, u64> = BTreeMap::new();
        for (cause, count) in by {
            let sum = harmless.entry(pair("cause", cause)).or_default();
            *sum = sum.saturating_add(*count);
        }
        self.family(name, "counter", help);
        for (label, count) in harmless {
            self.whole(&format!("{name}_total"), &label, count);
        }
    }

    /// Values with one label; of equal labels, `join` makes one value.
    pub(super) fn labelled_gauge<'a>(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        values: impl Iterator<Item = (&'a str, f64)>,
        join: impl Fn(f64, f64) -> f64,
    ) {
        let mut harmless: BTreeMap<String, f64> = BTreeMap::new();
        for (text, value) in values {
            let known = harmless.entry(pair(label, text)).or_insert(value);
            *known = join(*known, value);
        }
        self.family(name, "gauge", help);
        for (label, value) in harmless {
            self.sample(name, &label, value);
        }
    }

    /// A distribution: quantiles, count and sum.
    pub(super) fn summary(
        &mut self,
        name: &str,
        help: &str,
        quantiles: &[(&str, f64)],
        count: u64,
        sum: f64,
    ) {
        self.family(name, "summary", help);
        for (quantile, value) in quantiles {
            self.sample(name, &pair("quantile", quantile), *value);
        }
        self.whole(&format!("{name}_count"), "", count);
        self.sample(&format!("{name}_sum"), "", sum);
    }

    fn family(&mut self, name: &str, kind: &str, help: &str) {
        self.text.push_str(&format!("# TYPE ssecheck_{name} {kind}\n"));
        let unit = UNITS.into_iter().find(|unit| name.ends_with(&format!("_{unit}")));
        if let Some(unit) = unit {
            self.text.push_str(&format!("# UNIT ssecheck_{name} {unit}\n"));
        }
        self.text.push_str(&format!("# HELP ssecheck_{name} {help}\n"));
    }

    fn sample(&mut self, name: &str, labels: &str, value: f64) {
        self.line(name, labels, &value.to_string());
    }

    /// Counts keep every digit, which a float would not.
    fn whole(&mut self, name: &str, labels: &str, value: u64) {
        self.line(name, labels, &value.to_string());
    }

    fn line(&mut self, name: &str, labels: &str, value: &str) {
        let labels = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
        self.text.push_str(&format!("ssecheck_{name}{labels} {value}\n"));
    }
}

/// A label. What is no plain text becomes visible first, then the three signs are escaped that
/// could end the value.
fn pair(name: &str, value: &str) -> String {
    let value = words(value).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("{name}=\"{value}\"")
}
