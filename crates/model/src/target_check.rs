//! Checks of a target file that its types cannot make.

use std::time::Duration;

use crate::LoadError;
use crate::mistake::cure;
use crate::target::{Hook, Number, Target};
use crate::template::{Template, expanded};
use crate::yaml_error::Problem;

/// Finds the first mistake that the types cannot show.
pub(crate) fn validate(target: &Target, file: &str, text: &str) -> Result<(), LoadError> {
    let at_key = |keys: &[&str], problem: Problem| {
        let place = crate::yaml::outline(text).and_then(|outline| outline.key(keys));
        let (line, column) = place.unwrap_or((1, 1));
        let length = keys.last().map_or(1, |key| key.chars().count());
        LoadError::at(file, text, line, column, problem.with_length(length))
    };
    let mistake = key_mistake(target);
    mistake.map_or(Ok(()), |(keys, problem)| Err(at_key(keys, problem)))?;
    for (template, allowed) in target.templates() {
        if let Some(name) = template.variables().find(|name| !allowed.contains(name)) {
            let cure = match allowed {
                [] => "nothing is replaced here but `${NAME}`, from the environment".to_owned(),
                _ => cure(name, allowed),
            };
            let problem = Problem::new(format!("unknown variable `{name}`"), cure);
            return Err(LoadError::in_template(file, text, template, name, problem));
        }
    }
    Ok(())
}

/// A mistake, with the keys that lead to it.
type KeyMistake = (&'static [&'static str], Problem);

fn key_mistake(target: &Target) -> Option<KeyMistake> {
    let publish = target.publish.as_ref().and_then(|hook| hook_mistake(PUBLISH, hook));
    let restart = || target.restart.as_ref().and_then(|hook| hook_mistake(RESTART, hook));
    publish
        .or_else(restart)
        .or_else(|| pointer_mistake(target))
        .or_else(|| limit_mistake(target))
        .or_else(|| expiry_mistake(target))
        .or_else(|| start_mistake(target))
}

/// The keys of a hook: its own and that of its command.
type HookKeys = (&'static [&'static str], &'static [&'static str]);
const PUBLISH: HookKeys = (&["publish"], &["publish", "command"]);
const RESTART: HookKeys = (&["restart"], &["restart", "command"]);
/// The most streams that a `limit` may name: a check opens one more.
const MAX_LIMIT: u32 = 1000;

fn limit_mistake(target: &Target) -> Option<KeyMistake> {
    let limit = target.limit.as_ref()?.streams;
    let problem = || Problem::new(format!("`{limit}` is no limit to try"), "write 1 to 1000");
    (!(1..=MAX_LIMIT).contains(&limit)).then(|| (["limit", "streams"].as_slice(), problem()))
}

/// The longest validity of credentials that a check waits for.
const MAX_EXPIRY: Duration = Duration::from_secs(60);

fn expiry_mistake(target: &Target) -> Option<KeyMistake> {
    let after = target.expiring.as_ref()?.after;
    let problem = || {
        let cure = "let the server issue credentials for a test that expire within 60s";
        Problem::new(format!("`{after}` is too long to wait for"), cure)
    };
    (after.0 > MAX_EXPIRY).then(|| (["expiring", "after"].as_slice(), problem()))
}

fn hook_mistake((own, program): HookKeys, hook: &Hook) -> Option<KeyMistake> {
    match (&hook.url, &hook.command) {
        (Some(_), Some(_)) => {
            let cure = "keep `url` for a request, or `command` for a program";
            Some((program, Problem::new("a hook has either a url or a command", cure)))
        }
        (None, None) => {
            let cure = "add `url: …` for a request, or `command: [ … ]` for a program";
            Some((own, Problem::new("this hook does nothing", cure)))
        }
        (None, Some(command)) if command.is_empty() => {
            Some((program, Problem::new("the command is empty", COMMAND_CURE)))
        }
        _ => None,
    }
}

const COMMAND_CURE: &str = "write the program and its arguments: `[program, argument]`";

fn pointer_mistake(target: &Target) -> Option<KeyMistake> {
    let runs = target.job.as_ref().map(|job| &job.runs);
    let numbers: [(&[&str], Option<&Number>); 4] = [
        (&["stats", "pointer"], target.stats.as_ref()),
        (&["work", "pointer"], target.work.as_ref()),
        (&["memory", "pointer"], target.memory.as_ref()),
        (&["job", "runs", "pointer"], runs),
    ];
    numbers.into_iter().find_map(|(keys, number)| bad_pointer(keys, &number?.pointer))
}

fn bad_pointer(keys: &'static [&'static str], pointer: &str) -> Option<KeyMistake> {
    let problem = || {
        let cure = format!("it begins with a slash: `/{pointer}`");
        Problem::new(format!("`{pointer}` is not a JSON Pointer"), cure)
    };
    let good = pointer.is_empty() || pointer.starts_with('/');
    (!good).then(|| (keys, problem()))
}

fn start_mistake(target: &Target) -> Option<KeyMistake> {
    let empty = target.start.as_ref()?.command.is_empty();
    empty.then(|| {
        let problem = Problem::new("the command is empty", COMMAND_CURE);
        (["start", "command"].as_slice(), problem)
    })
}

/// Replaces `${NAME}` in templates, of a target file or a plan.
pub(crate) fn expand_templates(
    templates: Vec<&mut Template>,
    file: &str,
    text: &str,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<(), LoadError> {
    for template in templates {
        if let Err(error) = template.expand_environment(environment) {
            let problem = Problem::new(error.to_string(), error.cure());
            let (start, offending) = ((template.line, template.column), error.offending());
            return Err(LoadError::at_needle(file, text, start, &offending, problem));
        }
    }
    Ok(())
}

/// Replaces `${NAME}` in the origins, which are no templates.
pub(crate) fn expand_origins(
    target: &mut Target,
    file: &str,
    text: &str,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<(), LoadError> {
    let Some(cors) = &mut target.cors else { return Ok(()) };
    let origins =
        [("allowed_origin", &mut cors.allowed_origin), ("denied_origin", &mut cors.denied_origin)];
    for (key, origin) in origins {
        let Some(origin) = origin else { continue };
        *origin = expanded(origin, environment).map_err(|error| {
            let start = crate::yaml::outline(text).and_then(|o| o.key(&["cors", key]));
            let problem = Problem::new(error.to_string(), error.cure());
            LoadError::at_needle(file, text, start.unwrap_or((1, 1)), &error.offending(), problem)
        })?;
    }
    Ok(())
}
