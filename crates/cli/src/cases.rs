//! `ssecheck cases`.

use std::collections::BTreeSet;
use std::path::Path;

use ssecheck_conformance::{Suite, shipped_files};
use ssecheck_model::case::Case;
use ssecheck_model::exit;
use ssecheck_model::requirement::Requirement;
use ssecheck_model::schema;
use ssecheck_model::suggest::nearest;
use ssecheck_parsertest::vectors;
use ssecheck_report::docs::{self, SeenRed};
use ssecheck_testbed::{Switch, all};

use crate::args::{CasesArgs, CasesCommand, SchemaKind};
use crate::output::{Done, Stop, listed, print, replace};

/// Lists, shows and exports the shipped cases, or prints a schema.
pub(crate) fn cases(args: &CasesArgs) -> Done {
    match &args.command {
        CasesCommand::List { only } => {
            let suite = Suite::shipped().and_then(|suite| suite.select(only, &[]));
            print(&listing(&suite.map_err(Stop::usage)?))?;
        }
        CasesCommand::Show { id } => print(&show(id)?)?,
        CasesCommand::Schema { kind } => print(&schema_text(*kind)?)?,
        CasesCommand::Docs { dir } => write_docs(dir)?,
        CasesCommand::Export { dir } => export(dir)?,
    }
    Ok(exit::OK)
}

/// One line for each check.
pub(crate) fn listing(suite: &Suite) -> String {
    let mut text = String::new();
    for case in &suite.cases {
        for check in &case.checks {
            let level = check.level.as_str();
            let label = format!("{:36} {level:9} ", check.id.value);
            text.push_str(&listed(&label, &case.title));
        }
    }
    text.push_str(&format!("{} checks in {} cases\n", suite.checks(), suite.cases.len()));
    text
}

fn show(id: &str) -> Result<String, Stop> {
    let suite = Suite::shipped().map_err(Stop::usage)?;
    let wanted =
        |case: &&Case| case.id.value == id || case.checks.iter().any(|check| check.id.value == id);
    let Some(case) = suite.cases.iter().find(wanted) else {
        let hint = nearest(id, suite.ids()).map_or_else(
            || "`ssecheck cases list` shows them all".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(Stop::usage(format!("there is no case or check `{id}`: {hint}")));
    };
    let whole = case.id.value == id;
    let checks = case.checks.iter().filter(|check| whole || check.id.value == id);
    let sections: Vec<String> =
        checks.map(|check| docs::check(case, check, &seen_red(&check.id.value))).collect();
    let text = format!("# {}: {}\n\n", case.id.value, case.title) + &sections.join("\n");
    Ok(format!("{text}\n## {}\n\n{}", case.file, case.text))
}

/// The faults of the testbed that turn a check red.
fn seen_red(id: &str) -> Vec<SeenRed> {
    let reason = |switch: &Switch| {
        let found = switch.check.iter().find(|(check, _)| *check == id);
        found.map(|(_, reason)| (*reason).to_owned())
    };
    let seen = |switch: &Switch| {
        let (fault, summary) = (switch.id.to_owned(), switch.summary.to_owned());
        Some(SeenRed { fault, reason: reason(switch)?, summary })
    };
    all().iter().filter_map(seen).collect()
}

const REQUIREMENTS: &str = include_str!("../../../docs/requirements.yaml");

/// Writes a page for each family, and the table of requirements as the first of them.
fn write_docs(dir: &Path) -> Result<(), Stop> {
    std::fs::create_dir_all(dir)
        .map_err(|error| Stop::usage(format!("cannot write {}: {error}", dir.display())))?;
    let suite = Suite::shipped().map_err(Stop::usage)?;
    let families: BTreeSet<&str> = suite.cases.iter().map(Case::family).collect();
    for family in &families {
        let cases: Vec<&Case> =
            suite.cases.iter().filter(|case| case.family() == *family).collect();
        let page = docs::family(family, &cases, &seen_red);
        replace(&dir.join(format!("{family}.md")), &page)?;
    }
    let requirements = Requirement::load("requirements.yaml", REQUIREMENTS).map_err(Stop::usage)?;
    let cases: Vec<&Case> = suite.cases.iter().collect();
    let table = docs::coverage(&requirements, &cases);
    replace(&dir.join("README.md"), &docs::index(&cases, &table))?;
    print(&format!("{} pages written to {}\n", families.len() + 1, dir.display()))
}

fn schema_text(kind: SchemaKind) -> Result<String, Stop> {
    let name = match kind {
        SchemaKind::Case => "case.schema.json",
        SchemaKind::Plan => "plan.schema.json",
        SchemaKind::Target => "target.schema.json",
        SchemaKind::Baseline => "baseline.schema.json",
        SchemaKind::Vectors => "vectors.schema.json",
        SchemaKind::Report => "report.schema.json",
        SchemaKind::Comparison => "comparison.schema.json",
    };
    let found = schema::all().into_iter().find(|(file, _)| *file == name);
    let (_, value) = found.ok_or_else(|| Stop::usage(format!("there is no {name}")))?;
    Ok(format!("{value:#}\n"))
}

fn export(dir: &Path) -> Result<(), Stop> {
    let (cases, parser) = (shipped_files(), vectors::shipped_files());
    for (file, text) in cases.iter().chain(parser) {
        let path = dir.join(file.strip_prefix("scenarios/").unwrap_or(file));
        create(&path, text)
            .map_err(|error| Stop::usage(format!("cannot write {}: {error}", path.display())))?;
    }
    let (cases, parser) = (cases.len(), parser.len());
    print(&format!("{cases} case files and {parser} vector files written to {}\n", dir.display()))
}

/// Writes a file that is not there yet, and the folders that it needs.
fn create(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    std::io::Write::write_all(&mut file, text.as_bytes())
}
