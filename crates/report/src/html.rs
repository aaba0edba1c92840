//! The report as one HTML page that needs nothing else: no network, no other file.
//!
//! Everything can be read without a script; a small one adds filters, sorting and links to open all.
//! Text of the target is sanitized as everywhere and escaped by the template.

mod checks;
mod source;
mod timeline;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use ssecheck_model::report::Report;

use crate::parser::as_checks;

/// What a template can stand on.
const FILES: [(&str, &str); 2] = [
    ("page.html", include_str!("../templates/page.html")),
    ("checks.html", include_str!("../templates/checks.html")),
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
    let page = context! {
        tool => format!("{} {}", report.tool.name, report.tool.version),
        target => crate::sanitize::line(&report.target.url, crate::sanitize::VALUE_LIMIT),
        testbed => report.target.testbed,
        started_at => report.started_at.as_str(),
        duration => crate::counts::duration(report.duration_ms),
        interrupted => report.interrupted,
        style => Value::from_safe_string(include_str!("../templates/style.css").to_owned()),
        script => Value::from_safe_string(include_str!("../templates/script.js").to_owned()),
        checks => checks,
    };
    let environment = environment();
    let template = environment.get_template("page.html").expect("it is one of the files");
    template.render(page).expect("every value that it names is given")
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
