//! Checks of a plan that its types cannot make: where they are told, and in which order.

use std::fmt;

use crate::LoadError;
use crate::mistake::cure;
use crate::outline::Segment;
use crate::plan::Plan;
use crate::source::{from_column, line_of, token};
use crate::template::Template;
use crate::yaml_error::Problem;
use crate::{plan_events, plan_numbers, plan_shapes};

/// A mistake in a plan that may have come from a file, from flags or from both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanMistake {
    /// The keys that lead to it, with a point between them and list entries counted from 0:
    /// `publish.size.choices.0.bytes`.
    pub path: String,
    /// What is wrong, and the cure.
    pub problem: Problem,
}

/// Nothing, or the first mistake.
pub(crate) type Checked = Result<(), PlanMistake>;

/// Refuses `path` for a reason, with a cure.
pub(crate) fn refuse(path: &str, message: impl Into<String>, cure: impl Into<String>) -> Checked {
    Err(PlanMistake { path: path.to_owned(), problem: Problem::new(message, cure) })
}

impl fmt::Display for PlanMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.problem.message)?;
        if self.problem.cure.is_empty() { Ok(()) } else { write!(f, ": {}", self.problem.cure) }
    }
}

impl std::error::Error for PlanMistake {}

/// Finds the first mistake of a plan, wherever it comes from.
pub(crate) fn check(plan: &Plan) -> Checked {
    plan_numbers::check(plan)?;
    plan_events::check(plan)?;
    plan_shapes::check(plan)
}

/// Finds the first mistake of a plan that was read from `text`.
pub(crate) fn validate(plan: &Plan, file: &str, text: &str) -> Result<(), LoadError> {
    check(plan).map_err(|mistake| placed(mistake, file, text))?;
    variables(plan).map_err(|(template, name, problem)| {
        LoadError::in_template(file, text, template, &name, problem)
    })
}

/// The first unknown variable of a template.
fn variables(plan: &Plan) -> Result<(), (&Template, String, Problem)> {
    let columns = plan.variables.is_some();
    let request = plan.request_templates();
    for (template, allowed) in plan.templates() {
        let of_request = request.iter().any(|other| std::ptr::eq(*other, template));
        if of_request && columns {
            continue;
        }
        if let Some(name) = template.variables().find(|name| !allowed.contains(name)) {
            let mut cure = cure(name, allowed);
            if of_request && !cure.ends_with('?') {
                cure.push_str("; others are columns of a CSV file, named under `variables`");
            }
            let problem = Problem::new(format!("unknown variable `{name}`"), cure);
            return Err((template, name.to_owned(), problem));
        }
    }
    Ok(())
}

/// Points at the value at the end of the path, or at its key when the value has keys itself.
fn placed(mistake: PlanMistake, file: &str, text: &str) -> LoadError {
    let PlanMistake { path, problem } = mistake;
    let key = path.split('.').rfind(|part| part.parse::<usize>().is_err()).unwrap_or_default();
    let problem = Problem { message: format!("`{key}`: {}", problem.message), ..problem };
    let (line, column) = place(&path, text).unwrap_or((1, 1));
    let length = token(from_column(line_of(text, line), column)).chars().count();
    LoadError::at(file, text, line, column, problem.with_length(length))
}

fn place(path: &str, text: &str) -> Option<(u64, u64)> {
    let outline = crate::yaml::outline(text)?;
    let segment = |part: &str| match part.parse() {
        Ok(index) => Segment::Item(index),
        Err(_) => Segment::Key(part.to_owned()),
    };
    let path: Vec<Segment> = path.split('.').map(segment).collect();
    match outline.follow(&path) {
        Some(value) if value.is_scalar() => Some((value.line, value.column)),
        _ => outline.owner(&path),
    }
}
