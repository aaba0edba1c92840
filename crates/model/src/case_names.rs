//! Checks that every name in a case is defined before it is used, and every id is well formed.

use std::collections::BTreeSet;

use crate::LoadError;
use crate::case::{Case, MAX_TIMES, MAX_VAR_BYTES, Var};
use crate::expect::Expect;
use crate::mistake::cure;
use crate::placed::Placed;
use crate::source::{from_column, line_of, token};
use crate::step::{Connect, Fields, Name, Publish, Read, Request, Step};
use crate::suggest::nearest;
use crate::template::Template;
use crate::yaml_error::Problem;

/// What `{{name.…}}` can say of a connection or answer.
pub(crate) const ATTRIBUTES: [&str; 6] =
    ["first_id", "last_id", "retry", "status", "etag", "last_modified"];
/// Variables that every case has.
const BUILT_IN: [&str; 3] = ["token", "target.allowed_origin", "target.denied_origin"];
/// The variable that counts the events of a `publish` step.
const COUNTER: &str = "n";
/// What a name may hold.
const NAME_CURE: &str = "use letters, digits, `_` and `-`";

/// Finds the first mistake that the types cannot show.
pub(crate) fn validate(case: &Case) -> Result<(), LoadError> {
    id(case, &case.id)?;
    limits(case)?;
    let mut known = BTreeSet::new();
    for step in &case.steps {
        for name in uses(step) {
            known_name(case, &known, name)?;
        }
        for template in templates(step) {
            variables(case, &known, template, matches!(step.value, Step::Publish(_)))?;
        }
        if let Some(name) = defines(step) {
            new_name(case, &mut known, name)?;
        }
    }
    let mut ids = BTreeSet::new();
    for check in &case.checks {
        id(case, &check.id)?;
        if !ids.insert(check.id.as_str()) {
            return Err(at(
                case,
                &check.id,
                format!("the id `{}` is taken", check.id.value),
                "choose another",
            ));
        }
        for name in check.expect.value.names() {
            known_name(case, &known, name)?;
        }
        if let Expect::NoInjection(expect) = &check.expect.value {
            variables(case, &known, &expect.canary, false)?;
        }
    }
    Ok(())
}

/// An error at a word of the case, which the caret covers.
fn at(case: &Case, word: &Placed<String>, message: String, cure: impl Into<String>) -> LoadError {
    let length = token(from_column(line_of(&case.text, word.line), word.column)).chars().count();
    let problem = Problem::new(message, cure).with_length(length);
    LoadError::at(&case.file, &case.text, word.line, word.column, problem)
}

/// An error at a key of the case.
fn at_key(case: &Case, keys: &[&str], message: String, cure: &str) -> LoadError {
    let place = crate::yaml::outline(&case.text).and_then(|outline| outline.key(keys));
    let (line, column) = place.unwrap_or((1, 1));
    let length = keys.last().map_or(1, |key| key.chars().count());
    let problem = Problem::new(message, cure).with_length(length);
    LoadError::at(&case.file, &case.text, line, column, problem)
}

fn id(case: &Case, id: &Placed<String>) -> Result<(), LoadError> {
    let word = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    if id.split_once('/').is_some_and(|(family, name)| word(family) && word(name)) {
        return Ok(());
    }
    let cure = "write family/name in lower-case letters, digits and `-`";
    Err(at(case, id, format!("`{}` is not an id", id.value), cure))
}

fn limits(case: &Case) -> Result<(), LoadError> {
    if case.steps.is_empty() {
        return Err(at_key(case, &["steps"], "the case has no step".to_owned(), "add one"));
    }
    if case.checks.is_empty() {
        return Err(at_key(case, &["checks"], "the case has no check".to_owned(), "add one"));
    }
    case.vars.iter().try_for_each(|(name, var)| var_problem(case, name, var))
}

fn var_problem(case: &Case, name: &str, var: &Var) -> Result<(), LoadError> {
    let fail = |message, cure| Err(at_key(case, &["vars", name], message, cure));
    if !is_name(name) {
        return fail(format!("`{name}` is not a name"), NAME_CURE);
    }
    if BUILT_IN.contains(&name) || name == COUNTER {
        return fail(format!("the name `{name}` is taken"), "choose another");
    }
    if matches!(var, Var::Repeat(repeat) if repeat.times > MAX_TIMES) {
        return fail(format!("the variable `{name}` repeats too often"), "at most 1,000,000 times");
    }
    if matches!(var, Var::Noise(noise) if noise.bytes > MAX_TIMES) {
        return fail(format!("the variable `{name}` is too long"), "at most 1,000,000 bytes");
    }
    if var.len() > MAX_VAR_BYTES {
        return fail(format!("the variable `{name}` is over 4 MiB"), "repeat it less often");
    }
    Ok(())
}

fn is_name(name: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    !name.is_empty() && name.chars().all(good)
}

fn new_name(case: &Case, known: &mut BTreeSet<String>, name: &Name) -> Result<(), LoadError> {
    if !is_name(name) {
        return Err(at(case, name, format!("`{}` is not a name", name.value), NAME_CURE));
    }
    if !known.insert(name.value.clone()) {
        let message = format!("the name `{}` is taken", name.value);
        return Err(at(case, name, message, "choose another"));
    }
    Ok(())
}

fn known_name(case: &Case, known: &BTreeSet<String>, name: &Name) -> Result<(), LoadError> {
    if known.contains(&name.value) {
        return Ok(());
    }
    let cure = match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "a step before must name it with `as`".to_owned(),
    };
    Err(at(case, name, format!("nothing is named `{}`", name.value), cure))
}

fn variables(
    case: &Case,
    known: &BTreeSet<String>,
    template: &Template,
    counts: bool,
) -> Result<(), LoadError> {
    for name in template.variables() {
        let attribute = name.rsplit_once('.').is_some_and(|(owner, attribute)| {
            known.contains(owner) && ATTRIBUTES.contains(&attribute)
        });
        let built_in = BUILT_IN.contains(&name) || (counts && name == COUNTER);
        if !(attribute || built_in || case.vars.contains_key(name)) {
            let problem = unknown_variable(case, known, name);
            return Err(LoadError::in_template(&case.file, &case.text, template, name, problem));
        }
    }
    Ok(())
}

fn unknown_variable(case: &Case, known: &BTreeSet<String>, name: &str) -> Problem {
    if name == COUNTER {
        return Problem::new(
            "`{{n}}` counts the events of a `publish` step only",
            "use a variable",
        );
    }
    let attributes =
        known.iter().flat_map(|owner| ATTRIBUTES.map(|attribute| format!("{owner}.{attribute}")));
    let mut all: Vec<String> = attributes.collect();
    all.extend(BUILT_IN.map(str::to_owned));
    all.extend(case.vars.keys().cloned());
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    Problem::new(format!("unknown variable `{name}`"), cure(name, &all))
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
        Step::Follow(step) => Some(&step.name),
        Step::Early(step) => Some(&step.name),
        Step::Restart(step) => Some(&step.name),
        Step::Timed(step) => Some(&step.name),
        Step::Crowd(step) => Some(&step.name),
        Step::Read(_)
        | Step::Quiet(_)
        | Step::Idle(_)
        | Step::Soak(_)
        | Step::Cut(_)
        | Step::Abort(_)
        | Step::Join(_) => None,
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
        Step::Wait(step) => step.back_to.iter().chain(&step.since).collect(),
        Step::Join(step) => vec![&step.publication],
        Step::Follow(step) => vec![&step.publication, &step.from],
        Step::Idle(step) => step.from.iter().collect(),
        Step::Soak(step) => step.from.iter().collect(),
        _ => Vec::new(),
    }
}

/// The templates in a step.
fn templates(step: &Step) -> Vec<&Template> {
    match step {
        Step::Connect(Connect {
            url, query, method, headers, last_event_id, origin, body, ..
        }) => [url, query, method, last_event_id, origin, body]
            .into_iter()
            .flatten()
            .chain(values(headers))
            .collect(),
        Step::Publish(Publish { data, event, id, comment, .. }) => {
            [data, event, id, comment].into_iter().flatten().collect()
        }
        Step::Timed(step) => vec![&step.last_event_id, &step.against],
        Step::Abort(step) => step.last_event_id.iter().collect(),
        Step::Reconnect(step) => step.origin.iter().collect(),
        Step::Preflight(step) => vec![&step.origin],
        Step::Request(Request { url, method, headers, origin, .. }) => {
            [url, method, origin].into_iter().flatten().chain(values(headers)).collect()
        }
        _ => Vec::new(),
    }
}

fn values(fields: &Fields) -> impl Iterator<Item = &Template> {
    fields.values().flatten()
}
