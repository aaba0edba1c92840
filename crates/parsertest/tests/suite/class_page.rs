//! `docs/parser-classes.md`: the classes with their rules, an example from the vectors, who is known
//! to have them wrong, and how to mend a parser.

use ssecheck_model::parser::{Aspect, ClassLevel};
use ssecheck_model::vector::{Said, SaidEvent, Vector};
use ssecheck_parsertest::class::{self, Class};
use ssecheck_parsertest::printf;

use crate::golden;
use crate::heard::{ours, shipped};
use crate::known::{BUGS, SEEN};

const HEAD: &str = "\
# The classes of parser deviations

Made from the table of classes in `crates/parsertest/src/class` and the vectors in `scenarios/parser`;
a test holds it. Reports of `ssecheck parser` and baseline files name a class by its code.

- `core` binds every user agent, `browser` follows from the dispatch steps, which bind web browsers
  only (HTML 9.2.6), `advisory` is advice: red under `--strict` only.
- A class is judged through what the parser's interface shows; where it shows nothing of it, the class
  is unobservable.
- Each example is a vector. A stream in several chunks is printed with a pause between them.
- Parsers named under \"seen in\" were run on 2026-11-20; later versions may be right.
";

#[test]
fn the_page_of_classes_is_up_to_date() {
    let vectors = shipped();
    let sections: Vec<String> = class::ALL.iter().map(|class| section(class, &vectors)).collect();
    golden::compare("docs/parser-classes.md", &(HEAD.to_owned() + &sections.concat()));
}

#[test]
fn what_is_known_of_others_names_classes_and_bugs_that_there_are() {
    for (code, parsers) in SEEN {
        assert!(class::find(code).is_some() && !parsers.is_empty(), "{code}");
    }
    for class in class::ALL {
        let bugs = class.catalogue.iter().filter(|id| id.starts_with('K'));
        for bug in bugs {
            assert!(BUGS.iter().any(|(id, _)| id == bug), "{bug}");
        }
    }
}

fn section(class: &Class, vectors: &[Vector]) -> String {
    let own: Vec<&Vector> = vectors.iter().filter(|vector| vector.class == class.code).collect();
    let shows: Vec<&str> = class.shows.iter().map(|aspect| aspect.as_str()).collect();
    let mut out = format!("\n## {}\n\n{}\n\n", class.code, class.rule);
    out.push_str(&format!("- level: {} ({})\n", class.level.as_str(), meaning(class.level)));
    out.push_str(&format!(
        "- source: {}; catalogue {}\n",
        class.source,
        class.catalogue.join(", ")
    ));
    out.push_str(&format!("- shows through: {}\n", shows.join(", ")));
    out.push_str(&match own.first() {
        Some(first) => example(class, first, own.len()),
        None => "- no vectors: it is measured with streams of growing length\n".to_owned(),
    });
    for (id, bug) in BUGS.iter().filter(|(id, _)| class.catalogue.contains(id)) {
        out.push_str(&format!("- known bug {id}: {bug}\n"));
    }
    if let Some((_, parsers)) = SEEN.iter().find(|(code, _)| *code == class.code) {
        out.push_str(&format!("- seen in {}\n", parsers.join(", ")));
    }
    out + &format!("\n**To mend it.** {}\n", class.mend)
}

fn meaning(level: ClassLevel) -> &'static str {
    match level {
        ClassLevel::Core => "binds every user agent",
        ClassLevel::Browser => "binds web browsers",
        ClassLevel::Advisory => "advice",
    }
}

fn example(class: &Class, first: &Vector, count: usize) -> String {
    let group = first.id.split('/').next().unwrap_or_default();
    let all = format!("- {count} vectors in [`{group}.json`](../scenarios/parser/{group}.json)\n");
    let chunks = first.bytes().expect("each character is a byte");
    if chunks.concat().len() > 200 {
        return all + &format!("- example: the vector `{}`\n", first.id);
    }
    let after = |seed: &String| format!(" after the last event ID `{seed}`");
    let seed = first.seed.as_ref().map(after).unwrap_or_default();
    let said = match class.shows {
        [Aspect::Late] => on_time(&chunks),
        _ => readings(class, first),
    };
    format!(
        "{all}- example{seed}, which must say {said}:\n\n  ```sh\n  {}\n  ```\n",
        command(&chunks)
    )
}

fn command(chunks: &[Vec<u8>]) -> String {
    let lines: Vec<String> = chunks.iter().map(|chunk| printf(chunk)).collect();
    match lines.as_slice() {
        [line] => line.clone(),
        lines => format!("{{ {}; }}", lines.join("; sleep 1; ")),
    }
}

/// Each event with the chunk after which it is due.
fn on_time(chunks: &[Vec<u8>]) -> String {
    let due = |(chunk, event): &(usize, SaidEvent)| {
        format!("{} after part {}", one(event, false), chunk + 1)
    };
    ours(chunks, "").events.iter().map(due).collect::<Vec<_>>().join(", ")
}

fn readings(class: &Class, vector: &Vector) -> String {
    let all = std::iter::once(&vector.expect).chain(&vector.or);
    all.map(|said| in_words(class, said)).collect::<Vec<_>>().join(", or ")
}

/// What is said, as far as it matters to the class.
fn in_words(class: &Class, said: &Said) -> String {
    let shows = |aspect| class.shows.contains(&aspect);
    let with_id = shows(Aspect::Id) || shows(Aspect::FinalId);
    let mut parts: Vec<String> = said.events.iter().map(|event| one(event, with_id)).collect();
    if parts.is_empty() {
        parts.push("no event".to_owned());
    }
    if shows(Aspect::Retry) {
        let times: Vec<String> = said.retries.iter().map(time).collect();
        let none = || "no reconnection time".to_owned();
        parts.push(if times.is_empty() { none() } else { times.join(", ") });
    }
    if shows(Aspect::Comment) {
        parts.extend(said.comments.iter().map(|text| format!("the comment `{text:?}`")));
    }
    if shows(Aspect::FinalId) {
        parts.push(format!("the last event ID `{:?}` at the end", said.last_event_id));
    }
    parts.join(", ")
}

fn one(event: &SaidEvent, with_id: bool) -> String {
    let mut text = format!("`{:?}`", event.data);
    if event.event != "message" {
        text.push_str(&format!(" of type `{:?}`", event.event));
    }
    if with_id {
        text.push_str(&format!(" (id `{:?}`)", event.last_event_id));
    }
    text
}

fn time(time: &u64) -> String {
    match *time {
        crate::heard::HUGE => "a reconnection time of 2^32 ms or more, or none".to_owned(),
        time => format!("a reconnection time of {time} ms"),
    }
}
