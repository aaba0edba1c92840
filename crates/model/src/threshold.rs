//! Thresholds: `fanout.p99 < 200ms`, `lost == 0`, `connect.failed_ratio < 0.1%`.
//!
//! A subject, a comparison and a value; `scenarios/load/README.md` lists the subjects.

use std::fmt;
use std::str::FromStr;

use crate::amount::{Share, plain_number};
use crate::load::Metric;
use crate::span::MAX_SPAN;

/// A condition on a load run.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// As it was written.
    pub text: String,
    /// What is looked at.
    pub subject: Subject,
    /// How it is compared.
    pub comparison: Comparison,
    /// With what: microseconds for times, a share from 0 to 1 for ratios, else a count.
    pub value: f64,
}

/// What a threshold looks at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Subject {
    /// A figure of a measured time.
    Time(Metric, Figure),
    /// A count.
    Count(Counter),
}

/// A figure of a distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Figure {
    /// Least.
    Min,
    /// Mean.
    Mean,
    /// Most.
    Max,
    /// Number of samples.
    Count,
    /// A percentile, 0 to 100: `p99`, `p99.9` (or `p999`).
    Percentile(f64),
}

/// A count, or the share of one count in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    /// `expected`: deliveries owed.
    Expected,
    /// `received`.
    Received,
    /// `lost`.
    Lost,
    /// `lost_ratio`: of the expected.
    LostRatio,
    /// `duplicated`.
    Duplicated,
    /// `reordered`.
    Reordered,
    /// `replayed`.
    Replayed,
    /// `connect.opened`.
    Opened,
    /// `connect.failed`.
    ConnectFailed,
    /// `connect.failed_ratio`: of the attempts.
    ConnectFailedRatio,
    /// `ended_early`: streams that the server ended.
    EndedEarly,
    /// `publish.failed`.
    PublishFailed,
    /// `publish.failed_ratio`: of those sent.
    PublishFailedRatio,
}

/// How a threshold compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `==`
    Equal,
    /// `>=`
    GreaterOrEqual,
    /// `>`
    Greater,
}

impl Comparison {
    /// Whether `actual` stands so to `value`.
    pub fn holds(self, actual: f64, value: f64) -> bool {
        match self {
            Self::Less => actual < value,
            Self::LessOrEqual => actual <= value,
            Self::Equal => actual == value,
            Self::GreaterOrEqual => actual >= value,
            Self::Greater => actual > value,
        }
    }
}

/// Why a text is no threshold. What stands before the colon quotes the offending part as it was
/// written, so that a message can point at it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThresholdError {
    /// No comparison in it.
    #[error("`{0}` compares nothing: write `<`, `<=`, `==`, `>=` or `>`, as in `lost == 0`")]
    Form(String),
    /// The left side is no figure; with how to mend it.
    #[error("`{0}` is not a figure: {1}")]
    Subject(String, String),
    /// The right side does not fit the left one.
    #[error("`{compared}` does not fit `{subject}`: write {wanted}")]
    Value {
        /// The left side.
        subject: String,
        /// The comparison and the right side.
        compared: String,
        /// What the right side should be.
        wanted: &'static str,
    },
}

const COUNTERS: [(&str, Counter); 13] = [
    ("expected", Counter::Expected),
    ("received", Counter::Received),
    ("lost", Counter::Lost),
    ("lost_ratio", Counter::LostRatio),
    ("duplicated", Counter::Duplicated),
    ("reordered", Counter::Reordered),
    ("replayed", Counter::Replayed),
    ("connect.opened", Counter::Opened),
    ("connect.failed", Counter::ConnectFailed),
    ("connect.failed_ratio", Counter::ConnectFailedRatio),
    ("ended_early", Counter::EndedEarly),
    ("publish.failed", Counter::PublishFailed),
    ("publish.failed_ratio", Counter::PublishFailedRatio),
];

// The longer ones first: `<` is a part of `<=`.
const COMPARISONS: [(&str, Comparison); 5] = [
    ("<=", Comparison::LessOrEqual),
    (">=", Comparison::GreaterOrEqual),
    ("==", Comparison::Equal),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
];

impl FromStr for Threshold {
    type Err = ThresholdError;

    fn from_str(text: &str) -> Result<Self, ThresholdError> {
        let (left, comparison, right) =
            split(text).ok_or_else(|| ThresholdError::Form(text.to_owned()))?;
        let sign = comparison.as_str();
        let subject = subject(left)?;
        let value = value(subject, right).map_err(|wanted| ThresholdError::Value {
            subject: left.to_owned(),
            compared: text.trim()[left.len()..].trim().to_owned(),
            wanted,
        })?;
        Ok(Self { text: format!("{left} {sign} {right}"), subject, comparison, value })
    }
}

fn split(text: &str) -> Option<(&str, Comparison, &str)> {
    let at = text.find(['<', '>', '=', '!'])?;
    let (left, rest) = text.split_at(at);
    let (sign, comparison) = COMPARISONS.into_iter().find(|(sign, _)| rest.starts_with(sign))?;
    Some((left.trim(), comparison, rest[sign.len()..].trim()))
}

fn subject(name: &str) -> Result<Subject, ThresholdError> {
    if let Some((_, counter)) = COUNTERS.into_iter().find(|(known, _)| *known == name) {
        return Ok(Subject::Count(counter));
    }
    let parts = name.split_once('.').and_then(|(metric, figure)| {
        Some(Subject::Time(Metric::parse(metric)?, parse_figure(figure)?))
    });
    parts.ok_or_else(|| ThresholdError::Subject(name.to_owned(), subject_cure(name)))
}

fn subject_cure(name: &str) -> String {
    let (metric, _) = name.split_once('.').unwrap_or((name, ""));
    match (nearest_subject(name), Metric::parse(metric)) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, Some(_)) => {
            format!("write `{metric}.p99`, or another of p0 to p100, min, mean, max, count")
        }
        (None, None) => {
            let counters = COUNTERS.map(|(name, _)| name).join(", ");
            let metrics = Metric::ALL.map(Metric::as_str).join(", ");
            format!("there are {counters}, and `.p99` and the like of {metrics}")
        }
    }
}

fn nearest_subject(name: &str) -> Option<String> {
    let counters = COUNTERS.into_iter().map(|(known, _)| known.to_owned());
    let figures = ["p50", "p90", "p99", "max", "mean", "min", "count"];
    let times = Metric::ALL
        .into_iter()
        .flat_map(|metric| figures.map(|figure| format!("{}.{figure}", metric.as_str())));
    let all: Vec<String> = counters.chain(times).collect();
    crate::suggest::nearest(name, all.iter().map(String::as_str)).map(str::to_owned)
}

/// `p999` is 99.9, as in the report; `p99.9` says the same.
fn parse_figure(name: &str) -> Option<Figure> {
    match name {
        "min" => Some(Figure::Min),
        "mean" => Some(Figure::Mean),
        "max" => Some(Figure::Max),
        "count" => Some(Figure::Count),
        "p999" => Some(Figure::Percentile(99.9)),
        "p9999" => Some(Figure::Percentile(99.99)),
        _ => {
            let percentile = plain_number(name.strip_prefix('p')?)?;
            (percentile <= 100.0).then_some(Figure::Percentile(percentile))
        }
    }
}

fn value(subject: Subject, text: &str) -> Result<f64, &'static str> {
    match subject {
        Subject::Time(_, Figure::Count) => count(text),
        Subject::Time(..) => {
            microseconds(text).ok_or("a time up to a day, like 200ms, 1.5s or 500us")
        }
        Subject::Count(counter) if counter.is_ratio() => {
            let share = text.parse::<Share>();
            share.map(|share| share.0).map_err(|_| "a share, like 0.1%")
        }
        Subject::Count(_) => count(text),
    }
}

/// The greatest count: beyond it not every whole number is an `f64`.
const MAX_COUNT: f64 = 9_007_199_254_740_992.0;

fn count(text: &str) -> Result<f64, &'static str> {
    let whole = plain_number(text).filter(|n| !text.contains('.') && *n <= MAX_COUNT);
    whole.ok_or("a whole number")
}

/// Up to a day, the longest run.
fn microseconds(text: &str) -> Option<f64> {
    let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
    let unit = match &text[digits..] {
        "us" => 1.0,
        "ms" => 1e3,
        "s" => 1e6,
        "m" => 6e7,
        _ => return None,
    };
    let time = plain_number(&text[..digits])? * unit;
    (time <= MAX_SPAN.as_secs_f64() * 1e6).then_some(time)
}

impl Comparison {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        COMPARISONS.into_iter().find(|(_, known)| *known == self).map_or("", |(sign, _)| sign)
    }
}

impl Counter {
    /// Whether it is a share from 0 to 1.
    pub fn is_ratio(self) -> bool {
        matches!(self, Self::LostRatio | Self::ConnectFailedRatio | Self::PublishFailedRatio)
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<'de> serde::Deserialize<'de> for Threshold {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Threshold {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Threshold".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[a-z_.0-9]+ *(<=|>=|==|<|>) *[0-9]+(\\.[0-9]+)?(us|ms|s|m|%)?$",
            "description": "What must hold, as `fanout.p99 < 200ms`, `lost == 0` or `connect.failed_ratio < 0.1%`.",
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> Threshold {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn mistake(text: &str) -> String {
        text.parse::<Threshold>().unwrap_err().to_string()
    }

    #[test]
    fn every_metric_has_every_figure() {
        let figures = [
            ("min", Figure::Min),
            ("mean", Figure::Mean),
            ("max", Figure::Max),
            ("count", Figure::Count),
            ("p0", Figure::Percentile(0.0)),
            ("p50", Figure::Percentile(50.0)),
            ("p99.9", Figure::Percentile(99.9)),
            ("p999", Figure::Percentile(99.9)),
            ("p9999", Figure::Percentile(99.99)),
            ("p100", Figure::Percentile(100.0)),
        ];
        for metric in Metric::ALL {
            for (name, figure) in figures {
                let value = if figure == Figure::Count { "5" } else { "5us" };
                let threshold = parsed(&format!("{}.{name} < {value}", metric.as_str()));
                assert_eq!(
                    (threshold.subject, threshold.value),
                    (Subject::Time(metric, figure), 5.0)
                );
            }
        }
    }

    #[test]
    fn every_counter_is_compared_with_a_count_or_a_share() {
        for (name, counter) in COUNTERS {
            assert_eq!(counter.is_ratio(), name.ends_with("_ratio"), "{name}");
            let (fits, value, wrong) =
                if counter.is_ratio() { ("50%", 0.5, "50") } else { ("50", 50.0, "50%") };
            let threshold = parsed(&format!("{name} <= {fits}"));
            assert_eq!((threshold.subject, threshold.value), (Subject::Count(counter), value));
            let refused = mistake(&format!("{name} <= {wrong}"));
            assert!(
                refused.starts_with(&format!("`<= {wrong}` does not fit `{name}`")),
                "{refused}"
            );
        }
    }

    #[test]
    fn every_comparison_holds_where_it_should() {
        for (sign, below, equal, above) in [
            ("<", true, false, false),
            ("<=", true, true, false),
            ("==", false, true, false),
            (">=", false, true, true),
            (">", false, false, true),
        ] {
            let threshold = parsed(&format!("lost {sign} 2"));
            let holds = [1.0, 2.0, 3.0].map(|n| threshold.comparison.holds(n, threshold.value));
            assert_eq!(holds, [below, equal, above], "{sign}");
            assert_eq!(threshold.comparison.as_str(), sign);
        }
    }

    #[test]
    fn nothing_holds_for_what_is_no_number() {
        for (_, comparison) in COMPARISONS {
            assert!(!comparison.holds(f64::NAN, 1.0), "{comparison:?}");
        }
    }

    #[test]
    fn times_are_microseconds_whatever_their_unit() {
        for (text, expected) in
            [("500us", 500.0), ("200ms", 2e5), ("1.5s", 1.5e6), ("2m", 1.2e8), ("0ms", 0.0)]
        {
            assert_eq!(parsed(&format!("fanout.p99 < {text}")).value, expected, "{text}");
        }
    }

    #[test]
    fn spaces_do_not_matter_and_the_text_is_written_in_one_way() {
        for text in ["lost==0", " lost  ==  0 ", "lost ==0"] {
            assert_eq!(parsed(text).to_string(), "lost == 0");
        }
    }

    #[test]
    fn a_text_without_comparison_says_so() {
        for text in ["", "lost", "lost = 0", "lost != 0", "lost => 0", "fanout.p99 200ms"] {
            assert!(mistake(text).contains("compares nothing"), "{text}: {}", mistake(text));
        }
    }

    #[test]
    fn a_mistyped_figure_is_told_with_the_nearest() {
        for (name, near) in [
            ("fanuot.p99", "fanout.p99"),
            ("fanout.99", "fanout.p99"),
            ("Lost", "lost"),
            ("connect_failed", "connect.failed"),
            ("reorderd", "reordered"),
        ] {
            let found = mistake(&format!("{name} < 1"));
            assert_eq!(found, format!("`{name}` is not a figure: did you mean `{near}`?"));
        }
        assert!(mistake("fanout < 1s").contains("write `fanout.p99`"));
        assert!(mistake("fanout.p101 < 1s").starts_with("`fanout.p101` is not a figure: "));
        assert!(mistake("throughput > 5").contains("there are expected, received, lost"));
        assert!(mistake("< 5").starts_with("`` is not a figure"));
    }

    #[test]
    fn a_value_of_another_kind_is_told_with_the_right_form() {
        for (text, compared, wanted) in [
            ("fanout.p99 < 99", "< 99", "a time"),
            ("fanout.p99 <  5 ms", "<  5 ms", "a time"),
            ("fanout.p99 < .5s", "< .5s", "a time"),
            ("fanout.p99 < -5ms", "< -5ms", "a time"),
            ("fanout.p99 < 25h", "< 25h", "a time"),
            ("fanout.p99 < 1441m", "< 1441m", "a time"),
            ("fanout.p99 <", "<", "a time"),
            ("fanout.count > 5ms", "> 5ms", "a whole number"),
            ("lost == +1", "== +1", "a whole number"),
            ("lost == 1.0", "== 1.0", "a whole number"),
            ("lost === 0", "=== 0", "a whole number"),
            ("lost == 99999999999999999999", "== 99999999999999999999", "a whole number"),
            ("lost_ratio < 0.1", "< 0.1", "a share"),
            ("lost_ratio < 101%", "< 101%", "a share"),
        ] {
            let found = mistake(text);
            assert!(found.starts_with(&format!("`{compared}` does not fit `")), "{text}: {found}");
            assert!(found.contains(&format!(": write {wanted}")), "{text}: {found}");
        }
    }

    proptest! {
        #[test]
        fn a_threshold_written_and_read_again_is_the_same(
            subject in proptest::sample::select(vec!["fanout.p99", "gap.mean", "spread.p99.99"]),
            sign in proptest::sample::select(COMPARISONS.map(|(sign, _)| sign).to_vec()),
            number in 0.0_f64..1e6, unit in "us|ms|s",
        ) {
            if let Ok(threshold) = format!("{subject}{sign}{number}{unit}").parse::<Threshold>() {
                prop_assert_eq!(parsed(&threshold.to_string()), threshold);
            }
        }

        #[test]
        fn any_text_is_read_or_refused_without_panic(text in "[a-z.]{0,8}[ <>=!]{0,4}\\PC{0,8}") {
            match text.parse::<Threshold>() {
                Ok(threshold) => prop_assert!(threshold.value.is_finite()),
                Err(error) => prop_assert!(!error.to_string().is_empty()),
            }
        }
    }
}
