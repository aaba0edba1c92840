//! A comparison for a person at a terminal: verdict and what takes weight from it, what is not
//! alike, then the figures.

use ssecheck_model::comparison::*;
use ssecheck_model::verdict::Outcome;

use crate::compare::{Headline, amount, figures_in_short, quiet_facts, spread, told_facts};
use crate::counts::checks;
use crate::load::facts::words;
use crate::load::units::share;
use crate::style::Style;
use crate::wrap::hang;

/// Width of the names of figures: that of `fanout_from_actual.p99.9`.
const NAME: usize = 25;
/// Width of `DOUBT`, `note`, `apart`, gap included.
const WORD: usize = 7;
/// Most differences, runs and checks of a kind shown.
const MOST: usize = 12;

/// The whole comparison.
pub fn render(it: &Comparison, style: Style) -> String {
    let mut lines = verdict(it, style);
    lines.extend(it.warnings.iter().flat_map(|warning| told(warning, style)));
    lines.push(String::new());
    lines.extend(side("A", &it.a, style));
    lines.extend(side("B", &it.b, style));
    lines.extend(differences(&it.differences, style));
    lines.extend(facts(it, style));
    lines.extend(figures(it, style));
    lines.extend(check_changes(it, style));
    super::finish(&lines)
}

fn verdict(it: &Comparison, style: Style) -> Vec<String> {
    let text = format!("{}: {}", it.verdict.word(), words(&it.sentence));
    let lines = hang("", &text, 0, style.width);
    lines.iter().map(|line| style.outcome(it.verdict.outcome(), line)).collect()
}

fn worded(word: &str, outcome: Outcome, text: &str, style: Style) -> Vec<String> {
    let mut lines = hang(word, text, WORD, style.width);
    if let Some(first) = lines.first_mut() {
        *first = style.outcome(outcome, word) + &first[word.len()..];
    }
    lines
}

fn told(warning: &Warning, style: Style) -> Vec<String> {
    let text = format!("{}: {}", words(&warning.code), words(&warning.message));
    match warning.invalidates {
        true => worded("DOUBT", Outcome::Fail, &text, style),
        false => worded("note", Outcome::Warn, &text, style),
    }
}

fn side(name: &str, runs: &[Run], style: Style) -> Vec<String> {
    let run = |run: &Run| format!("{} ({})", words(&run.name), words(&run.verdict));
    let mut named: Vec<String> = runs.iter().take(MOST).map(run).collect();
    named.extend(more(runs.len()).map(|more| format!("{more} more")));
    let text = named.join(", ");
    let mut lines = hang(name, &text, 3, style.width);
    if let Some(first) = lines.first_mut() {
        *first = style.bold(name) + &first[name.len()..];
    }
    lines
}

fn more(all: usize) -> Option<usize> {
    all.checked_sub(MOST).filter(|more| *more > 0)
}

fn differences(all: &[Difference], style: Style) -> Vec<String> {
    let mut lines = Vec::new();
    if !all.is_empty() {
        lines.extend([String::new(), style.bold("not the same")]);
    }
    for it in all.iter().take(MOST) {
        let values = |values: &[String]| {
            values.iter().take(3).map(|value| words(value)).collect::<Vec<_>>().join(" | ")
        };
        let text = format!("{}: {} -> {}", words(&it.what), values(&it.a), values(&it.b));
        let (word, outcome) = match it.apart {
            true => ("apart", Outcome::Fail),
            false => ("note", Outcome::Warn),
        };
        lines.extend(worded(word, outcome, &text, style));
    }
    lines.extend(more(all.len()).map(|more| format!("{more} more in the JSON")));
    lines
}

fn head(title: &str, style: Style) -> [String; 2] {
    let line = format!("{title:NAME$}{:>10}{:>10}{:>10}  {}", "A", "B", "change", "finding");
    [String::new(), style.bold(&line)]
}

fn facts(it: &Comparison, style: Style) -> Vec<String> {
    let told = told_facts(it);
    let quiet = quiet_facts(it);
    let mut lines = Vec::new();
    if !told.is_empty() {
        lines.extend(head("counted (worst run)", style));
        lines.extend(told.iter().flat_map(|figure| row(figure, Headline::Most, style)));
    }
    if !quiet.is_empty() {
        lines.push(String::new());
        let text = format!("none on either side: {}", words(&quiet.join(", ")));
        lines.extend(hang("", &text, 0, style.width));
    }
    lines
}

fn figures(it: &Comparison, style: Style) -> Vec<String> {
    let shown = figures_in_short(it);
    let mut lines = Vec::new();
    if !shown.is_empty() {
        lines.extend(head("noisy (median)", style));
        lines.extend(shown.iter().flat_map(|figure| row(figure, Headline::Median, style)));
    }
    let hidden = it.figures.len() - shown.len();
    lines.extend(
        (hidden > 0).then(|| {
            style.dim(&format!("{hidden} more, which are not judged, in --json and --html"))
        }),
    );
    lines
}

/// The figure on one line; the intervals and the reason below, where it is judged.
fn row(it: &Figure, headline: Headline, style: Style) -> Vec<String> {
    let value = |side: &Option<Sample>| {
        side.as_ref().map_or_else(|| "-".to_owned(), |side| amount(it.unit, headline.of(side)))
    };
    let change = headline.change(it);
    let name = words(&it.name);
    let numbers = format!("{:>10}{:>10}{change:>10}", value(&it.a), value(&it.b));
    let finding = style.outcome(it.finding.outcome(), it.finding.word());
    let mut lines = match name.chars().count() < NAME {
        true => vec![format!("{name:NAME$}{numbers}  {finding}")],
        false => {
            let mut lines = hang("", &name, 0, style.width);
            lines.push(format!("{:NAME$}{numbers}  {finding}", ""));
            lines
        }
    };
    if it.finding != Finding::Shown {
        let intervals = intervals(it).filter(|_| headline == Headline::Median);
        let text = [intervals, Some(words(&it.why))].into_iter().flatten().collect::<Vec<_>>();
        let below = hang("", &text.join("; "), 2, style.width);
        lines.extend(below.iter().map(|line| style.dim(line)));
    }
    lines
}

/// `A 1.10 ms to 1.31 ms (75 %), B ..., difference +1.9 ms to +2.2 ms (90 %)`.
fn intervals(it: &Figure) -> Option<String> {
    let change = it.change.as_ref().filter(|change| change.confidence > 0.0)?;
    let (a, b) = (spread(it, it.a.as_ref()?), spread(it, it.b.as_ref()?));
    let [low, high] = [change.low, change.high].map(|value| crate::compare::signed(it.unit, value));
    let sure = share(change.confidence);
    Some(format!("A {a}, B {b}, difference {low} to {high} ({sure})"))
}

fn check_changes(it: &Comparison, style: Style) -> Vec<String> {
    if it.kind == Compared::Load {
        return Vec::new();
    }
    let mut lines = vec![String::new()];
    for kind in crate::compare::kinds(&it.checks) {
        let changes: Vec<&CheckChange> = it.checks.iter().filter(|it| it.kind == kind).collect();
        lines.push(style.outcome(kind.outcome(), &format!("{} ({})", kind.word(), changes.len())));
        lines.extend(changes.iter().take(4 * MOST).flat_map(|it| check(it, style)));
        let hidden = changes.len().saturating_sub(4 * MOST);
        lines.extend((hidden > 0).then(|| format!("  {hidden} more in the JSON")));
    }
    lines.push(format!("{} as before", checks(it.checks_unchanged)));
    lines
}

fn check(it: &CheckChange, style: Style) -> Vec<String> {
    let text = format!("{}: {}", words(&it.id), crate::compare::course(it));
    let mut lines = hang("", &text, 2, style.width);
    if !it.message.is_empty() {
        lines.extend(hang("", &words(&it.message), 6, style.width).iter().map(|it| style.dim(it)));
    }
    lines
}
