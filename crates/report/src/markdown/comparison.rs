//! A comparison as GitHub-flavoured Markdown.

use ssecheck_model::comparison::*;
use ssecheck_model::verdict::Outcome;

use super::escape::inline;
use super::sign;
use crate::compare::{Headline, amount, course, figures_in_short, kinds, quiet_facts};
use crate::compare::{spread, told_facts};
use crate::counts::checks;
use crate::sanitize::{VALUE_LIMIT, line};

/// Most rows of a table: GitHub rejects a summary above 1 MiB as a whole.
const MOST_ROWS: usize = 200;

/// The whole comparison: verdict, what takes weight from it, what is not alike, and the figures.
pub fn render(it: &Comparison) -> String {
    let mark = sign(it.verdict.outcome());
    let mut out = format!("## {mark} ssecheck compare: {}\n\n", it.verdict.word());
    out.push_str(&format!("{}.\n\n", plain(&it.sentence)));
    for warning in &it.warnings {
        let (code, message) = (plain(&warning.code), plain(&warning.message));
        let word = if warning.invalidates { "**doubt**" } else { "note" };
        out.push_str(&format!("- {word} {code}: {message}\n"));
    }
    for (name, runs) in [("A", &it.a), ("B", &it.b)] {
        let run = |run: &Run| format!("{} ({})", plain(&run.name), plain(&run.verdict));
        let runs: Vec<String> = runs.iter().map(run).collect();
        out.push_str(&format!("- {name}: {}\n", runs.join(", ")));
    }
    out.push('\n');
    out.push_str(&differences(&it.differences));
    out.push_str(&figures("Counted exactly (worst run)", Headline::Most, &told_facts(it)));
    let quiet = quiet_facts(it);
    if !quiet.is_empty() {
        out.push_str(&format!("None on either side: {}.\n\n", plain(&quiet.join(", "))));
    }
    out.push_str(&figures("Noisy (median)", Headline::Median, &figures_in_short(it)));
    out.push_str(&changes(it));
    out
}

fn plain(text: &str) -> String {
    inline(&line(text, VALUE_LIMIT))
}

fn differences(all: &[Difference]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut out = "| not the same | A | B | comparable |\n| --- | --- | --- | --- |\n".to_owned();
    for it in all.iter().take(MOST_ROWS) {
        let [a, b] = [&it.a, &it.b].map(|values| plain(&values.join(" | ")));
        let comparable = if it.apart { "**no**" } else { "yes" };
        out.push_str(&format!("| {} | {a} | {b} | {comparable} |\n", plain(&it.what)));
    }
    out + "\n"
}

fn figures(title: &str, headline: Headline, all: &[&Figure]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut out = format!("| {title} | A | B | change | finding | why |\n");
    out.push_str("| --- | ---: | ---: | ---: | --- | --- |\n");
    all.iter().take(MOST_ROWS).for_each(|it| out.push_str(&row(it, headline)));
    out + "\n"
}

fn row(it: &Figure, headline: Headline) -> String {
    let side = |side: &Option<Sample>| match side {
        None => "absent".to_owned(),
        Some(sample) if sample.confidence > 0.0 && headline == Headline::Median => {
            format!("{}; {}", amount(it.unit, sample.median), spread(it, sample))
        }
        Some(sample) => amount(it.unit, headline.of(sample)),
    };
    let change = headline.change(it);
    let finding = match it.finding {
        Finding::Worse | Finding::Better => format!("**{}**", it.finding.word()),
        other => other.word().to_owned(),
    };
    let (name, a, b) = (plain(&it.name), side(&it.a), side(&it.b));
    format!("| {name} | {a} | {b} | {change} | {finding} | {} |\n", plain(&it.why))
}

fn changes(it: &Comparison) -> String {
    if it.kind == Compared::Load {
        return String::new();
    }
    let mut out = String::new();
    for kind in kinds(&it.checks) {
        let of_kind: Vec<&CheckChange> = it.checks.iter().filter(|it| it.kind == kind).collect();
        let mark = if kind.outcome() == Outcome::Fail { sign(Outcome::Fail) } else { "" };
        out.push_str(&format!("### {mark} {} ({})\n\n", kind.word(), of_kind.len()));
        for it in of_kind.iter().take(MOST_ROWS) {
            let (id, message) = (plain(&it.id), plain(&it.message));
            out.push_str(&format!("- {id}: {}. {message}\n", plain(&course(it))));
        }
        out.push('\n');
    }
    out + &format!("{} as before.\n", checks(it.checks_unchanged))
}
