//! The report as one HTML page that needs nothing else: no network, no other file.
//!
//! Everything can be read without a script; a small one adds filters, sorting and links to open all.
//! Text of the target is sanitized as everywhere and escaped by the template.

mod axis;
mod charts;
mod checks;
mod compare;
mod curves;
mod detail;
mod finding;
mod load;
mod matrix;
mod plot;
mod selftest;
mod source;
mod timeline;

use std::borrow::Cow;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use ssecheck_model::comparison::Comparison;
use ssecheck_model::report::{Report, Tool as ComparisonTool};

use self::detail::{Detail, fitted};
use crate::load::verdict::LoadVerdict;
use crate::matrix::{Subject, reports, viewed};
use crate::parser::as_checks;
use crate::sanitize::{VALUE_LIMIT, line};

/// What a template can stand on.
const FILES: [(&str, &str); 9] = [
    ("told.html", include_str!("../templates/told.html")),
    ("page.html", include_str!("../templates/page.html")),
    ("checks.html", include_str!("../templates/checks.html")),
    ("check.html", include_str!("../templates/check.html")),
    ("matrix.html", include_str!("../templates/matrix.html")),
    ("selftest.html", include_str!("../templates/selftest.html")),
    ("plot.html", include_str!("../templates/plot.html")),
    ("compare.html", include_str!("../templates/compare.html")),
    ("load.html", include_str!("../templates/load.html")),
];

/// What every page carries, each file with what one kind of part needs.
const STYLE: [&str; 5] = [
    include_str!("../templates/page.css"),
    include_str!("../templates/checks.css"),
    include_str!("../templates/load.css"),
    include_str!("../templates/compare.css"),
    include_str!("../templates/matrix.css"),
];
const SCRIPT: [&str; 3] = [
    include_str!("../templates/checks.js"),
    include_str!("../templates/matrix.js"),
    include_str!("../templates/plots.js"),
];

/// Most bytes of the page of one report; of more than 150 checks with evidence it may take more.
const REPORT_BYTES: usize = 500_000;
/// Most bytes of a matrix; a matrix of very many reports may take more.
const MATRIX_BYTES: usize = 1_000_000;

/// The page of one report. Evidence is cut where it would become too large, and the page says so.
///
/// # Panics
///
/// Never: the templates are tested with every kind of report.
pub fn render(report: &Report) -> String {
    // The kill matrix has a page of its own; as checks it is for the machine formats.
    let report = match report.selftest {
        Some(_) => Cow::Borrowed(report),
        None => as_checks(report),
    };
    fitted(REPORT_BYTES, |detail| of_report(&report, detail))
}

fn of_report(report: &Report, detail: &Detail) -> String {
    let conformance = report.conformance.as_ref();
    let checks = conformance.map(|part| Value::from(Serde(checks::part(report, part, detail))));
    let load = report.load.as_ref().map(|part| Value::from(Serde(load::part(report, part))));
    let selftest = report.selftest.as_ref();
    let word = conformance.map(|part| part.verdict.as_str().to_owned());
    let word = word.or_else(|| load_word(report)).or(selftest.map(|_| "kill matrix".to_owned()));
    let selftest = selftest.map(|part| Value::from(Serde(selftest::part(part))));
    let word = word.unwrap_or_else(|| "nothing was run".to_owned());
    let heading = match &selftest {
        Some(_) => "The kill matrix of ssecheck".to_owned(),
        None => line(&report.target.url, VALUE_LIMIT),
    };
    page(context! {
        tool => tool(report),
        title => format!("{word}: {}", line(&report.target.url, VALUE_LIMIT)),
        heading => heading,
        testbed => report.target.testbed && selftest.is_none(),
        started_at => to_the_second(&report.started_at),
        duration => duration(report),
        interrupted => report.interrupted,
        checks => checks,
        load => load,
        selftest => selftest,
    })
}

/// The page of several reports side by side.
///
/// # Panics
///
/// Never, as [`render`].
pub fn matrix(subjects: &[Subject]) -> String {
    let viewed = viewed(subjects);
    fitted(MATRIX_BYTES, |detail| {
        page(context! {
            tool => subjects.first().map(|subject| tool(&subject.report)).unwrap_or_default(),
            title => "Matrix",
            heading => format!("{} side by side", reports(subjects.len())),
            matrix => Value::from(Serde(matrix::part(&viewed, detail))),
        })
    })
}

/// How long the run took; nothing, if the report does not say.
fn duration(report: &Report) -> String {
    match report.duration_ms {
        0 => String::new(),
        ms => crate::counts::duration(ms),
    }
}

/// A time without its fraction of a second.
fn to_the_second(time: &str) -> String {
    let fraction = time.find('.').filter(|_| time.ends_with('Z'));
    let time = fraction.map_or(time.to_owned(), |at| format!("{}Z", &time[..at]));
    line(&time, VALUE_LIMIT)
}

/// The page of a comparison; the curves are those of the runs that were compared.
///
/// # Panics
///
/// Never, as [`render`].
pub fn comparison(comparison: &Comparison, a: &[Subject], b: &[Subject]) -> String {
    let ComparisonTool { name, version } = &comparison.tool;
    page(context! {
        tool => line(&format!("{name} {version}"), VALUE_LIMIT),
        title => format!("{}: comparison", comparison.verdict.word()),
        heading => compare::heading(comparison),
        comparison => Value::from(Serde(compare::part(comparison, a, b))),
    })
}

fn tool(report: &Report) -> String {
    line(&format!("{} {}", report.tool.name, report.tool.version), VALUE_LIMIT)
}

fn load_word(report: &Report) -> Option<String> {
    let load = report.load.as_ref()?;
    Some(LoadVerdict::of(load, report.interrupted).word().to_owned())
}

fn page(values: Value) -> String {
    let environment = environment();
    let template = environment.get_template("page.html").expect("it is one of the files");
    let ours = context! {
        style => Value::from_safe_string(STYLE.concat()),
        script => Value::from_safe_string(SCRIPT.concat()),
    };
    // A part that a page does not have.
    let none = context! {
        testbed => false, started_at => "", duration => "", interrupted => false,
        checks => (), load => (), matrix => (), selftest => (), comparison => (),
    };
    let all = context! { ..values, ..ours, ..none };
    template.render(all).expect("every value that it names is given") + "\n"
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("the delimiters are the usual ones"));
    for (name, text) in FILES {
        environment.add_template(name, text).expect("the templates are tested");
    }
    environment
}
