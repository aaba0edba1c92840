//! Checks that every name in a case is defined before it is used, and every id is well formed.

use std::collections::BTreeSet;

use crate::LoadError;
use crate::case::{Case, MAX_VAR_BYTES};
use crate::expect::Expect;
use crate::placed::Placed;
use crate::step::{Connect, Fields, Name, Publish, Read, Request, Step};
use crate::suggest::nearest;
use crate::template::Template;
use crate::yaml_error::Problem;

/// What `{{name.…}}` can say of a connection or answer.
pub(crate) const ATTRIBUTES: [&str; 4] = ["first_id", "last_id", "retry", "status"];
/// Variables that every case has.
const BUILT_IN: [&str; 3] = ["token", "target.allowed_origin", "target.denied_origin"];

/// Finds the first mistake that the types cannot show.
pub(crate) fn validate(case: &Case) -> Result<(), LoadError> {
    let at = |line, column, problem| LoadError::at(&case.file, &case.text, line, column, problem);
    id_problem(&case.id).map_or(Ok(()), |p| Err(at(case.id.line, case.id.column, p)))?;
    let mut known = BTreeSet::new();
    for step in &case.steps {
        for name in uses(step) {
            known_name(&known, name).map_err(|p| at(name.line, name.column, p))?;
        }
        for template in templates(step) {
            variables(case, &known, template, matches!(step.value, Step::Publish(_)))
                .map_err(|p| at(template.line, template.column, p))?;
        }
        if let Some(name) = defines(step)
            && !known.insert(name.value.clone())
        {
            return Err(at(name.line, name.column, twice(name)));
        }
    }
    for check in &case.checks {
        id_problem(&check.id).map_or(Ok(()), |p| Err(at(check.id.line, check.id.column, p)))?;
        for name in names(&check.expect.value) {
            known_name(&known, name).map_err(|p| at(name.line, name.column, p))?;
        }
    }
    limits(case).map_or(Ok(()), |p| Err(at(case.id.line, case.id.column, p)))
}

fn id_problem(id: &Placed<String>) -> Option<Problem> {
    let word = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    let good = id.split_once('/').is_some_and(|(family, name)| word(family) && word(name));
    let problem = || {
        Problem::new(
            format!("`{}` is not an id", id.value),
            "write family/name in lower-case letters, digits and `-`",
        )
        .with_length(id.value.chars().count())
    };
    (!good).then(problem)
}

fn limits(case: &Case) -> Option<Problem> {
    if case.steps.is_empty() || case.checks.is_empty() {
        return Some(Problem::new("the case has no step or no check", "add one, or drop the case"));
    }
    let long = case.vars.iter().find(|(_, var)| var.len() > MAX_VAR_BYTES);
    long.map(|(name, _)| Problem::new(format!("the variable `{name}` is over 4 MiB"), ""))
}

fn twice(name: &Name) -> Problem {
    Problem::new(format!("the name `{}` is taken", name.value), "choose another")
        .with_length(name.value.chars().count())
}

fn known_name(known: &BTreeSet<String>, name: &Name) -> Result<(), Problem> {
    if known.contains(&name.value) {
        return Ok(());
    }
    let cure = match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "a step before must name it with `as`".to_owned(),
    };
    Err(Problem::new(format!("nothing is named `{}`", name.value), cure)
        .with_length(name.value.chars().count()))
}

fn variables(
    case: &Case,
    known: &BTreeSet<String>,
    template: &Template,
    counts: bool,
) -> Result<(), Problem> {
    for name in template.variables() {
        let attribute = name.rsplit_once('.').is_some_and(|(owner, attribute)| {
            known.contains(owner) && ATTRIBUTES.contains(&attribute)
        });
        let built_in = BUILT_IN.contains(&name) || (counts && name == "n");
        if !(attribute || built_in || case.vars.contains_key(name)) {
            return Err(unknown_variable(case, known, name));
        }
    }
    Ok(())
}

fn unknown_variable(case: &Case, known: &BTreeSet<String>, name: &str) -> Problem {
    let attributes =
        known.iter().flat_map(|owner| ATTRIBUTES.map(|attribute| format!("{owner}.{attribute}")));
    let mut all: Vec<String> = attributes.collect();
    all.extend(BUILT_IN.map(str::to_owned));
    all.extend(case.vars.keys().cloned());
    let cure = match nearest(name, all.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known here: {}", all.join(", ")),
    };
    Problem::new(format!("unknown variable `{name}`"), cure)
}

/// The name that a step gives.
fn defines(step: &Step) -> Option<&Name> {
    match step {
        Step::Connect(step) => Some(&step.name),
        Step::Publish(step) => Some(&step.name),
        Step::Stall(step) => Some(&step.name),
        Step::Reconnect(step) => Some(&step.name),
        Step::Preflight(step) => Some(&step.name),
        Step::Request(step) => Some(&step.name),
        Step::Wait(step) => Some(&step.name),
        Step::Liveness(step) => Some(&step.name),
        Step::Read(_) | Step::Quiet(_) | Step::Cut(_) | Step::Abort(_) => None,
    }
}

/// The names that a step relies on.
fn uses(step: &Step) -> Vec<&Name> {
    match step {
        Step::Read(Read { from, publication, .. }) => {
            std::iter::once(from).chain(publication).collect()
        }
        Step::Quiet(step) => vec![&step.from],
        Step::Cut(step) => vec![&step.connection],
        Step::Reconnect(step) => vec![&step.from],
        Step::Wait(step) => step.subscribers.iter().collect(),
        _ => Vec::new(),
    }
}

/// The templates in a step.
fn templates(step: &Step) -> Vec<&Template> {
    match step {
        Step::Connect(Connect { url, method, headers, last_event_id, origin, body, .. }) => {
            [url, method, last_event_id, origin, body]
                .into_iter()
                .flatten()
                .chain(values(headers))
                .collect()
        }
        Step::Publish(Publish { data, event, id, .. }) => {
            [data, event, id].into_iter().flatten().collect()
        }
        Step::Reconnect(step) => step.origin.iter().collect(),
        Step::Preflight(step) => vec![&step.origin],
        Step::Request(Request { method, headers, origin, .. }) => {
            [method, origin].into_iter().flatten().chain(values(headers)).collect()
        }
        _ => Vec::new(),
    }
}

fn values(fields: &Fields) -> impl Iterator<Item = &Template> {
    fields.values().flatten()
}

/// The names that an expectation relies on.
fn names(expect: &Expect) -> Vec<&Name> {
    match expect {
        Expect::Status(e) => std::iter::once(&e.of).chain(&e.same_as).collect(),
        Expect::Header(e) => vec![&e.of],
        Expect::Wire(e) => vec![&e.of],
        Expect::Lints(e) => vec![&e.of],
        Expect::Events(e) => vec![&e.of],
        Expect::Cors(e) => vec![&e.of],
        Expect::Delivered(e) => vec![&e.publication, &e.on],
        Expect::NoInjection(e) => vec![&e.publication, &e.on],
        Expect::Receipt(e) => vec![&e.publication, &e.on],
        Expect::Prompt(e) => vec![&e.publication, &e.on],
        Expect::Resumption(e) => [&e.from, &e.to].into_iter().chain(&e.reference).collect(),
        Expect::SameEvents(e) => e.of.iter().collect(),
        Expect::Ids(e) => e.of.iter().collect(),
        Expect::Answered(e)
        | Expect::ContentType(e)
        | Expect::Charset(e)
        | Expect::Redirects(e)
        | Expect::Retry(e)
        | Expect::Quiet(e)
        | Expect::Open(e)
        | Expect::Waited(e)
        | Expect::Alive(e) => vec![&e.of],
    }
}
