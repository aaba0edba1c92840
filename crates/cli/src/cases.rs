//! `ssecheck cases`.

use std::path::Path;

use ssecheck_conformance::{Suite, shipped_files};
use ssecheck_model::case::{Case, Check};
use ssecheck_model::exit;
use ssecheck_model::schema;
use ssecheck_model::suggest::nearest;

use crate::args::{CasesArgs, CasesCommand, SchemaKind};
use crate::output::{Done, Stop, print};

/// Lists, shows and exports the shipped cases, or prints a schema.
pub(crate) fn cases(args: &CasesArgs) -> Done {
    match &args.command {
        CasesCommand::List { only } => {
            let suite = Suite::shipped().and_then(|suite| suite.select(only, &[]));
            print(&listing(&suite.map_err(Stop::usage)?))?;
        }
        CasesCommand::Show { id } => print(&show(id)?)?,
        CasesCommand::Schema { kind } => print(&schema_text(*kind)?)?,
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
            text.push_str(&format!("{:36} {level:9} {}\n", check.id.value, case.title));
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
    let mut text = format!("case {}: {}\n\n", case.id.value, case.title);
    for check in case.checks.iter().filter(|check| whole || check.id.value == id) {
        text.push_str(&described(check));
    }
    text.push_str(&format!("{}\n\n{}", case.file, case.text));
    Ok(text)
}

fn described(check: &Check) -> String {
    let mut text = format!(
        "check {} ({})\n  {}\n  source: {}\n",
        check.id.value,
        check.level.as_str(),
        check.requirement,
        check.source
    );
    if !check.requirements.is_empty() {
        text.push_str(&format!("  catalogue: {}\n", check.requirements.join(", ")));
    }
    if let Some(fix) = &check.fix {
        text.push_str(&format!("  to mend it: {fix}\n"));
    }
    text.push('\n');
    text
}

fn schema_text(kind: SchemaKind) -> Result<String, Stop> {
    let name = match kind {
        SchemaKind::Case => "case.schema.json",
        SchemaKind::Plan => "plan.schema.json",
        SchemaKind::Target => "target.schema.json",
        SchemaKind::Report => "report.schema.json",
    };
    let found = schema::all().into_iter().find(|(file, _)| *file == name);
    let (_, value) = found.ok_or_else(|| Stop::usage(format!("there is no {name}")))?;
    Ok(format!("{value:#}\n"))
}

fn export(dir: &Path) -> Result<(), Stop> {
    let failed = |path: &Path, error: std::io::Error| {
        Stop::usage(format!("cannot write {}: {error}", path.display()))
    };
    for (file, text) in shipped_files() {
        let path = dir.join(file.strip_prefix("scenarios/").unwrap_or(file));
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|error| failed(parent, error))?;
        }
        let mut options = std::fs::OpenOptions::new();
        let mut out = options
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(|error| failed(&path, error))?;
        std::io::Write::write_all(&mut out, text.as_bytes())
            .map_err(|error| failed(&path, error))?;
    }
    print(&format!("{} case files written to {}\n", shipped_files().len(), dir.display()))
}
