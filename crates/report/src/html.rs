//! The report as one HTML page that needs nothing else: no network, no other file.
//!
//! Everything can be read without a script; a small one adds filters, sorting and links to open all.
//! Text of the target is sanitized as everywhere and escaped by the template.

mod charts;
mod checks;
mod compare;
mod curves;
mod load;
mod matrix;
mod plot;
mod source;
mod timeline;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use ssecheck_model::comparison::Comparison;
use ssecheck_model::report::{Report, Tool as ComparisonTool};

use crate::load::verdict::LoadVerdict;
use crate::matrix::{Subject, viewed};
use crate::parser::as_checks;
use crate::sanitize::{VALUE_LIMIT, line};

/// What a template can stand on.
const FILES: [(&str, &str); 7] = [
    ("page.html", include_str!("../templates/page.html")),
    ("checks.html", include_str!("../templates/checks.html")),
    ("check.html", include_str!("../templates/check.html")),
    ("matrix.html", include_str!("../templates/matrix.html")),
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
        duration => "",
        interrupted => false,
        checks => (),
        load => (),
        matrix => Value::from(Serde(matrix::part(&viewed))),
    })
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
        testbed => false,
        started_at => "",
        duration => "",
        interrupted => false,
        checks => (),
        load => (),
        matrix => (),
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
