//! Pages on the checks, in Markdown, and the table of what is covered.
//!
//! Everything here is our own text, from the shipped cases; nothing comes from a server.

use ssecheck_model::case::{Case, Check};
use ssecheck_model::requirement::Requirement;
use ssecheck_model::verdict::Level;

/// A fault of the testbed that turns a check red.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenRed {
    /// Id of the fault, for `ssecheck serve --fault`.
    pub fault: String,
    /// The reason code that the check gives on it.
    pub reason: String,
    /// What the fault does, in a few words.
    pub summary: String,
}

/// What each family of checks is about.
const FAMILIES: [(&str, &str); 9] = [
    (
        "http",
        "How the answer to a request for a stream looks: status, fields, delimiting, methods.",
    ),
    ("framing", "How events are written and when they come: encoding, lines, fields, flushing."),
    ("reconnect", "Clients that come, go and come back: closing, aborts, siblings, slow readers."),
    ("last-event-id", "Ids, and what a client gets that resumes with one."),
    ("retry", "The `retry` field, and a client that obeys it."),
    ("liveness", "Streams that last: heartbeats, time-outs, restarts."),
    (
        "proxy",
        "The same stream through the proxy that stands before it (`via` in the target file).",
    ),
    ("access", "Who gets a stream: credentials, origins, tokens, limits."),
    ("cors", "Pages of other origins: the CORS protocol on streams, errors and preflights."),
];

/// One check as a section: what, why, source, the faults on which it was seen red, and how to mend
/// a server. Ends with a line feed.
pub fn check(case: &Case, check: &Check, seen_red: &[SeenRed]) -> String {
    let mut out = format!("## {}\n\n{}\n", check.id.value, check.requirement);
    if let Some(why) = &check.why {
        out.push_str(&format!("\n**Why.** {why}\n"));
    }
    out.push_str(&format!("\n- level: {} ({})\n", check.level.as_str(), meaning(check.level)));
    let catalogue = match check.requirements.as_slice() {
        [] => String::new(),
        ids => format!("; catalogue {}", ids.join(", ")),
    };
    out.push_str(&format!("- source: {}{catalogue}\n", check.source));
    out.push_str(&format!("- case: `{}`{}\n", case.id.value, needs(case, check)));
    if !seen_red.is_empty() {
        let one = |seen: &SeenRed| format!("`{}` (`{}`)", seen.fault, seen.reason);
        let all: Vec<String> = seen_red.iter().map(one).collect();
        out.push_str(&format!("- seen red on the faults {}\n", all.join(", ")));
    }
    out + &mending(check)
}

fn meaning(level: Level) -> &'static str {
    match level {
        Level::Must => "a violation fails",
        Level::Profile => "a violation fails once the capability is declared",
        Level::Should => "a violation warns, and fails with --strict",
        Level::Practice => "advice: a violation warns",
        Level::Survey => "an observation, never red",
    }
}

fn needs(case: &Case, check: &Check) -> String {
    let word = |need: &ssecheck_model::case::Need| {
        let capability = need.capability().map(|capability| capability.as_str());
        let word = need.key().or(capability).map(str::to_owned);
        word.unwrap_or_else(|| format!("{need:?}").to_lowercase())
    };
    let all: Vec<String> = case.requires.iter().chain(&check.requires).map(word).collect();
    match all.is_empty() {
        true => String::new(),
        false => format!("; needs {}", all.join(", ")),
    }
}

fn mending(check: &Check) -> String {
    let mut out = String::new();
    if let Some(fix) = &check.fix {
        out.push_str(&format!("\n**To mend it.** {fix}\n"));
    }
    if !check.fix_in.is_empty() {
        out.push('\n');
    }
    for (server, fix) in &check.fix_in {
        out.push_str(&format!("- {server}: {fix}\n"));
    }
    out
}

/// The page of one family; `seen_red` gives the faults of a check. Ends with a line feed.
pub fn family(name: &str, cases: &[&Case], seen_red: &dyn Fn(&str) -> Vec<SeenRed>) -> String {
    let about = FAMILIES.iter().find(|(family, _)| *family == name).map_or("", |(_, about)| about);
    let mut out = format!(
        "# {name}\n\n{about}\n\nMade from the cases in `scenarios/{name}` by `ssecheck cases docs`; \
         `ssecheck cases show ID` prints\none section with its YAML.\n"
    );
    for case in cases {
        for one in &case.checks {
            out.push('\n');
            out.push_str(&check(case, one, &seen_red(&one.id.value)));
        }
    }
    out
}

/// The first page: the families, how many checks each has, and the table of requirements.
pub fn index(cases: &[&Case], coverage: &str) -> String {
    let mut out = String::from(
        "# The checks\n\nMade by `ssecheck cases docs`. Every check has a stable id, a level and a \
         source, and was seen red on\nat least one fault of the testbed (`ssecheck selftest`).\n\n\
         | family | checks | |\n| --- | ---: | --- |\n",
    );
    for (family, about) in FAMILIES {
        let of_family = cases.iter().filter(|case| case.family() == family);
        let checks: usize = of_family.map(|case| case.checks.len()).sum();
        if checks > 0 {
            out.push_str(&format!("| [{family}]({family}.md) | {checks} | {about} |\n"));
        }
    }
    format!("{out}\n## Which requirement is judged by which check\n\n{coverage}")
}

/// The table of requirements: the checks that judge each, or why none can. Ends with a line feed.
pub fn coverage(requirements: &[Requirement], cases: &[&Case]) -> String {
    let mut out = String::from("| requirement | | source | checks |\n| --- | --- | --- | --- |\n");
    for requirement in requirements {
        let Requirement { id, title, source, .. } = requirement;
        out.push_str(&format!("| {id} | {title} | {source} | {} |\n", judged(requirement, cases)));
    }
    out
}

/// The checks that name a requirement, with links to their pages, and what they cannot see.
fn judged(requirement: &Requirement, cases: &[&Case]) -> String {
    let checks = cases.iter().flat_map(|case| &case.checks);
    let mut cell: Vec<String> =
        checks.filter(|check| check.requirements.contains(&requirement.id)).map(link).collect();
    if let Some(unseen) = &requirement.unseen {
        cell.push(format!("not seen from outside: {unseen}"));
    }
    if let Some(hook) = &requirement.hook {
        cell.push(format!("would make it visible: {hook}"));
    }
    cell.join("<br>")
}

fn link(check: &Check) -> String {
    let id = &check.id.value;
    let (family, name) = id.split_once('/').unwrap_or((id, ""));
    format!("[{id}]({family}.md#{family}{name})")
}
