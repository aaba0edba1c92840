//! One measured time as the percentile distribution of HdrHistogram (`.hgrm`), which its plotters
//! read.
//!
//! The text is that of `outputPercentileDistribution(out, 5, 1000.0)` of the Java library (version
//! 2.2): five steps in each half of the way to 100 %, values in milliseconds. A last line, which
//! readers skip like the others with a number sign, names the time.

use hdrhistogram::Histogram;
use ssecheck_model::load::Metric;
use ssecheck_model::report::Report;

use crate::load::latency;
use crate::samples::{NothingToWrite, load, read};

/// Steps in each half of the way that is left to 100 %.
const STEPS: f64 = 5.0;

/// The measured time that a file without a choice shows: the fan-out, else the one that replaces it.
pub fn default_metric(report: &Report) -> Option<Metric> {
    latency::main(report.load.as_ref()?)
}

/// The distribution of `metric` in milliseconds.
///
/// # Errors
///
/// [`NothingToWrite::NoLoad`], [`NothingToWrite::NoSamples`] when `metric` has none, and
/// [`NothingToWrite::BrokenHistogram`].
pub fn distribution(report: &Report, metric: Metric) -> Result<String, NothingToWrite> {
    let times = latency::of(load(report)?, metric).ok_or(NothingToWrite::NoSamples)?;
    let histogram = read(metric.as_str(), &times.histogram, times.count)?;
    let name = format!("#[Measured time: {}]\n", metric.as_str());
    Ok(table(&histogram) + &footer(&histogram) + &name)
}

fn table(histogram: &Histogram<u64>) -> String {
    let mut out = format!(
        "{:>12} {:>14} {:>10} {:>14}\n\n",
        "Value", "Percentile", "TotalCount", "1/(1-Percentile)"
    );
    let total = histogram.len();
    let mut level = 0.0;
    let mut sum = 0_u64;
    for value in histogram.iter_recorded() {
        sum = sum.saturating_add(value.count_at_value());
        let reached = 100.0 * sum as f64 / total as f64;
        while level < 100.0 && reached >= level {
            out.push_str(&row(value.value_iterated_to(), level, sum));
            level += 100.0 / steps(level);
            // The last value is shown once below 100 % and then at 100 %.
            if sum == total {
                break;
            }
        }
    }
    out + &last_row(histogram.max(), total)
}

/// In how many steps of the present size 0 to 100 % would be divided: twice as many in each half.
fn steps(level: f64) -> f64 {
    let halvings = ((100.0 / (100.0 - level)).ln() / 2f64.ln()).floor() + 1.0;
    STEPS * 2f64.powf(halvings)
}

fn row(us: u64, level: f64, sum: u64) -> String {
    let share = level / 100.0;
    let inverse = half_up(1.0 / (1.0 - share), 2);
    format!("{:12.3} {} {sum:10} {inverse:>14}\n", ms(us as f64), half_up(share, 12))
}

/// `value`, not below 0, with that many digits after the point. Java rounds the shortest decimals that
/// name the number, and a half up; Rust would round the binary number, and a half to even.
fn half_up(value: f64, digits: usize) -> String {
    let text = value.to_string();
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let up = decimals.as_bytes().get(digits).is_some_and(|digit| *digit >= b'5');
    let kept = format!("{whole}{decimals:0<digits$.digits$}");
    let number = kept.parse::<u128>().map_or(0, |number| number + u128::from(up));
    let padded = format!("{number:0>width$}", width = digits + 1);
    let (whole, decimals) = padded.split_at(padded.len() - digits);
    format!("{whole}.{decimals}")
}

fn last_row(us: u64, total: u64) -> String {
    format!("{:12.3} {:.12} {total:10}\n", ms(us as f64), 1.0)
}

fn footer(histogram: &Histogram<u64>) -> String {
    format!(
        "#[Mean    = {:12.3}, StdDeviation   = {:12.3}]\n\
         #[Max     = {:12.3}, Total count    = {:12}]\n\
         #[Buckets = {:12}, SubBuckets     = {:12}]\n",
        ms(histogram.mean()),
        ms(histogram.stdev()),
        ms(histogram.max() as f64),
        histogram.len(),
        histogram.buckets(),
        sub_buckets(histogram.sigfig())
    )
}

/// Rounded to whole microseconds first, so that a half goes up as it does in Java.
fn ms(us: f64) -> f64 {
    us.round() / 1e3
}

/// How finely each power of two is divided to keep that many digits.
fn sub_buckets(digits: u8) -> u64 {
    (2 * 10u64.pow(u32::from(digits))).next_power_of_two()
}

#[cfg(test)]
mod tests {
    use super::half_up;

    #[test]
    fn halves_go_up_as_in_java() {
        assert_eq!(half_up(0.999_780_273_437_5, 12), "0.999780273438");
        assert_eq!(half_up(0.999_999_999_999_5, 12), "1.000000000000");
        assert_eq!(half_up(0.000_000_000_000_4, 12), "0.000000000000");
        assert_eq!(half_up(0.1, 12), "0.100000000000");
        assert_eq!(half_up(455.116, 2), "455.12");
        assert_eq!(half_up(1.125, 2), "1.13");
        assert_eq!(half_up(1.0, 2), "1.00");
    }
}
