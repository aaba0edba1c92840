//! The report as one HTML page that needs nothing else: no network, no other file.
//!
//! Everything can be read without a script; a small one adds filters, sorting and links to open all.
//! Text of the target is sanitized as everywhere and escaped by the template.

mod charts;
mod checks;
mod load;
mod matrix;
mod plot;
mod source;
mod timeline;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use ssecheck_model::report::Report;

use crate::load::verdict::LoadVerdict;
use crate::matrix::{Subject, viewed};
use crate::parser::as_checks;
use crate::sanitize::{VALUE_LIMIT, line};

/// What a template can stand on.
const FILES: [(&str, &str); 5] = [
    ("page.html", include_str!("../templates/page.html")),
    ("checks.html", include_str!("../templates/checks.html")),
    ("check.html", include_str!("../templates/check.html")),
    ("matrix.html", include_str!("../templates/matrix.html")),
    ("load.html", include_str!("../templates/load.html")),
];

/// What every page carries, each file with what one kind of part needs.
const STYLE: [&str; 4] = [
    include_str!("../templates/page.css"),
    include_str!("../templates/checks.css"),
    include_str!("../templates/load.css"),
    include_str!("../templates/matrix.css"),
];
const SCRIPT: [&str; 2] =
    [include_str!("../templates/checks.js"), include_str!("../templates/plots.js")];

/// The page of one report.
///
/// # Panics
///
/// Never: the templates are tested with every kind of report.
pub fn render(report: &Report) -> String {
    let report = &*as_checks(report);
    let checks =
        report.conformance.as_ref().map(|part| Value::from(Serde(checks::part(report, part))));
    let load = report.load.as_ref().map(|part| Value::from(Serde(load::part(report, part))));
    let conformance = report.conformance.as_ref().map(|part| part.verdict.as_str());
    let word = conformance.map(str::to_owned).or_else(|| load_word(report)).unwrap_or_default();
    page(context! {
        tool => tool(report),
        title => format!("{word}: {}", line(&report.target.url, VALUE_LIMIT)),
        heading => line(&report.target.url, VALUE_LIMIT),
        testbed => report.target.testbed,
        started_at => line(&report.started_at, VALUE_LIMIT),
        when => when(&report.started_at),
        duration => crate::counts::duration(report.duration_ms),
        interrupted => report.interrupted,
        checks => checks,
        load => load,
        matrix => (),
    })
}

/// The page of several reports side by side.
///
/// # Panics
///
/// Never, as [`render`].
pub fn matrix(subjects: &[Subject]) -> String {
    let viewed = viewed(subjects);
    page(context! {
        tool => subjects.first().map(|subject| tool(&subject.report)).unwrap_or_default(),
        title => "Matrix",
        heading => format!("{} reports side by side", subjects.len()),
        testbed => false,
        started_at => "",
        when => "",
        duration => "",
        interrupted => false,
        checks => (),
        load => (),
        matrix => Value::from(Serde(matrix::part(&viewed))),
    })
}

fn tool(report: &Report) -> String {
    line(&format!("{} {}", report.tool.name, report.tool.version), VALUE_LIMIT)
}

/// A moment as people read it: to the second, and with its zone named.
fn when(moment: &str) -> String {
    let seconds = moment.get(..19).filter(|_| moment.ends_with('Z') && moment.is_ascii());
    let people = seconds.map(|seconds| seconds.replace('T', " ") + " UTC");
    line(people.as_deref().unwrap_or(moment), VALUE_LIMIT)
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
    let all = context! { ..values, ..ours };
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
