//! The report as one HTML page that needs nothing else: no network, no other file.
//!
//! Everything can be read without a script; a small one adds filters, sorting and links to open all.
//! Text of the target is sanitized as everywhere and escaped by the template.

mod charts;
mod checks;
mod load;
mod plot;
mod source;
mod timeline;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use ssecheck_model::report::Report;

use crate::parser::as_checks;
use crate::sanitize::{VALUE_LIMIT, line};

/// What a template can stand on.
const FILES: [(&str, &str); 3] = [
    ("page.html", include_str!("../templates/page.html")),
    ("checks.html", include_str!("../templates/checks.html")),
    ("load.html", include_str!("../templates/load.html")),
];

/// The page.
///
/// # Panics
///
/// Never: the templates are tested with every kind of report.
pub fn render(report: &Report) -> String {
    let report = &*as_checks(report);
    let checks =
        report.conformance.as_ref().map(|part| Value::from(Serde(checks::part(report, part))));
    let load = report.load.as_ref().map(|part| Value::from(Serde(load::part(report, part))));
    let page = context! {
        tool => line(&format!("{} {}", report.tool.name, report.tool.version), VALUE_LIMIT),
        target => line(&report.target.url, VALUE_LIMIT),
        testbed => report.target.testbed,
        started_at => line(&report.started_at, VALUE_LIMIT),
        duration => crate::counts::duration(report.duration_ms),
        interrupted => report.interrupted,
        style => Value::from_safe_string(include_str!("../templates/style.css").to_owned()),
        script => Value::from_safe_string(include_str!("../templates/script.js").to_owned()),
        checks => checks,
        load => load,
    };
    let environment = environment();
    let template = environment.get_template("page.html").expect("it is one of the files");
    template.render(page).expect("every value that it names is given") + "\n"
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
