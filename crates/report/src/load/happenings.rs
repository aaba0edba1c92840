//! Storms, slow readers and the search for the capacity in words.

use ssecheck_model::load::{Capacity, SlowReaders, StormResult, Trial};

use crate::load::facts::{Fact, words};
use crate::load::units::{amount, count, counted, time, time_ms};

/// Most trials of a search shown: the last ones decide.
const MOST_TRIALS: usize = 8;

/// What became of subscribers that were all cut at once.
pub(crate) fn storm(it: &StormResult) -> Fact {
    let when = |name: &str, ms: Option<u64>| match ms {
        Some(ms) => format!("{name} after {}", time_ms(ms)),
        None => format!("{name} never"),
    };
    let retry = match it.retry_ms {
        Some(ms) => format!("retry asked for {}", time_ms(ms)),
        None => "no retry asked for".to_owned(),
    };
    Fact::new(
        "storm",
        [
            format!(
                "{} cut at {}, {} back",
                counted(it.cut, "subscriber"),
                time_ms(it.at_ms),
                count(it.back)
            ),
            [when("half", it.back_50_ms), when("99 %", it.back_99_ms), when("all", it.back_100_ms)]
                .join(", "),
            format!(
                "{retry}; most opened in a second {}; {} failed",
                count(it.most_per_second),
                counted(it.failed_attempts, "attempt")
            ),
            format!(
                "of the time away: {} replayed, {} lost",
                counted(it.replayed, "event"),
                count(it.lost)
            ),
        ],
    )
}

/// What became of subscribers that stopped reading, and of the others meanwhile.
pub(crate) fn slow_readers(it: &SlowReaders) -> Fact {
    let p99 = |us: Option<u64>| us.map_or_else(|| "without samples".to_owned(), time);
    Fact::new(
        "slow readers",
        [
            format!(
                "{} did not read from {} to {}",
                counted(it.subscribers, "subscriber"),
                time_ms(it.from_ms),
                time_ms(it.until_ms)
            ),
            format!(
                "{} cut, {} lost events on an open stream, {} got everything; {} lost",
                count(it.cut),
                count(it.dropped),
                count(it.buffered),
                counted(it.lost, "event")
            ),
            format!(
                "the others: fanout p99 {} before, {} meanwhile; {} lost",
                p99(it.others_p99_before_us),
                p99(it.others_p99_during_us),
                counted(it.others_lost, "event")
            ),
        ],
    )
}

/// What the capacity search found.
pub(crate) fn capacity(it: &Capacity) -> Fact {
    let unit = match it.of.as_str() {
        "rate" => " events/s".to_owned(),
        other => format!(" {}", words(other)),
    };
    let found = match (it.good, it.bad) {
        (Some(good), Some(bad)) => {
            format!("{} held, {} did not", amount(good) + &unit, amount(bad))
        }
        (Some(good), None) => format!("{} held, the most tried", amount(good) + &unit),
        (None, Some(bad)) => format!("not even {} held", amount(bad) + &unit),
        (None, None) => "nothing was found".to_owned(),
    };
    let mut lines = vec![found];
    lines.extend((!it.confidence.is_empty()).then(|| words(&it.confidence)));
    let hidden = it.trials.len().saturating_sub(MOST_TRIALS);
    lines.extend((hidden > 0).then(|| format!("{} before these", counted(hidden as u64, "trial"))));
    lines.extend(it.trials.iter().skip(hidden).map(trial));
    Fact::new("capacity", lines)
}

fn trial(it: &Trial) -> String {
    let word = match (it.trusted, it.held) {
        (false, _) => "not trusted",
        (true, true) => "held",
        (true, false) => "crossed",
    };
    format!("{} {word}: {}", amount(it.value), words(&it.message))
}
