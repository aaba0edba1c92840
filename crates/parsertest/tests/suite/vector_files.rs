//! The files of vectors: their form, what they cover, and how a mistake in one is told.

use std::collections::BTreeSet;

use ssecheck_model::schema;
use ssecheck_model::vector::{Vector, VectorFile};
use ssecheck_parsertest::class;
use ssecheck_parsertest::vectors::{load, shipped_files};

use crate::golden;
use crate::heard::shipped;

/// Parser cases of the catalogue that no vector can show, and why.
const CASES_WITHOUT: &[(&str, &str)] = &[
    ("P44", "the charset parameter belongs to the Content-Type header field, which no parser sees"),
    ("P46", "an endless stream has no vector; which limit a parser has is its own choice"),
];

/// Known bugs of the catalogue that no vector can show, and why.
const BUGS_WITHOUT: &[(&str, &str)] = &[
    ("K16", "a missing limit shows in endless streams only"),
    ("K17", "which buffers a limit counts shows only where the limit is known"),
    ("K18", "quadratic time is measured with growing streams, class time.linear"),
    ("K21", "the Content-Type header field is not the parser's"),
    ("K22", "reconnecting after 204 is not the parser's"),
];

#[test]
fn every_class_but_time_has_three_vectors_or_more() {
    let vectors = shipped();
    for class in class::ALL {
        let own = vectors.iter().filter(|vector| vector.class == class.code).count();
        if class.code == "time.linear" {
            assert_eq!(own, 0, "it is measured with growing streams");
        } else {
            assert!(own >= 3, "{} has {own}", class.code);
        }
    }
}

#[test]
fn every_case_and_every_known_bug_has_a_vector_or_a_reason() {
    let vectors = shipped();
    let named: BTreeSet<&str> =
        vectors.iter().flat_map(|vector| &vector.catalogue).map(String::as_str).collect();
    let cases = (1..=52).map(|n| format!("P{n:02}"));
    let bugs = (1..=22).map(|n| format!("K{n}"));
    for id in cases.chain(bugs) {
        let excused = CASES_WITHOUT.iter().chain(BUGS_WITHOUT).any(|(known, _)| *known == id);
        assert!(named.contains(id.as_str()) != excused, "{id}");
    }
}

#[test]
fn a_vector_has_the_source_of_its_class_and_a_sentence() {
    for vector in shipped() {
        let class = class::find(&vector.class).unwrap();
        assert_eq!(vector.source, class.source, "{}", vector.id);
        assert!(vector.title.ends_with('.'), "{}", vector.id);
    }
}

#[test]
fn no_two_vectors_are_the_same_stream_in_the_same_cuts() {
    let vectors = shipped();
    let mut seen = BTreeSet::new();
    for vector in &vectors {
        assert!(seen.insert((&vector.chunks, &vector.seed)), "{}", vector.id);
    }
}

#[test]
fn the_files_follow_the_schema() {
    let all = schema::all();
    let (_, schema) = all.iter().find(|(name, _)| *name == "vectors.schema.json").unwrap();
    let validator = jsonschema::validator_for(schema).unwrap();
    for (file, text) in shipped_files() {
        let value = serde_json::from_str(text).unwrap();
        let errors: Vec<String> = validator.iter_errors(&value).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{file}: {errors:?}");
    }
    assert!(!validator.is_valid(&serde_json::json!({"schema": "x", "group": "x"})));
}

#[test]
fn the_files_are_written_in_one_way() {
    for (file, text) in shipped_files() {
        golden::compare(file, &written(&load(file, text).unwrap()));
    }
}

#[test]
fn every_file_of_the_folder_is_in_the_binary() {
    let folder = std::fs::read_dir(golden::path("scenarios/parser")).unwrap();
    let there = folder.map(|file| file.unwrap().file_name().into_string().unwrap());
    let there = there.filter(|name| name != "README.md");
    let there: BTreeSet<String> = there.map(|name| format!("scenarios/parser/{name}")).collect();
    let shipped: BTreeSet<String> =
        shipped_files().iter().map(|(file, _)| (*file).to_owned()).collect();
    assert_eq!(there, shipped);
}

/// A file with one vector in three lines: what it is, its chunks, what is expected.
fn written(file: &VectorFile) -> String {
    let vectors: Vec<String> = file.vectors.iter().map(row).collect();
    format!(
        "{{\n  \"schema\": {:?},\n  \"group\": {:?},\n  \"vectors\": [\n{}\n  ]\n}}\n",
        file.schema,
        file.group,
        vectors.join(",\n")
    )
}

fn row(vector: &Vector) -> String {
    let mut json = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut json, Spaced);
    serde::Serialize::serialize(vector, &mut serializer).expect("a vector is JSON");
    let json = String::from_utf8(json).expect("JSON is text");
    let mut row = format!("    {json}");
    for key in ["\"chunks\": [", "\"expect\": {", "\"or\": ["] {
        row = row.replacen(&format!(", {key}"), &format!(",\n     {key}"), 1);
    }
    row.chars().map(ascii).collect()
}

/// Other letters as JSON escapes, so that no editor and no tool takes one for a line end.
fn ascii(c: char) -> String {
    if c.is_ascii() {
        return c.to_string();
    }
    c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

/// JSON in one line with spaces after commas and colons.
struct Spaced;

impl serde_json::ser::Formatter for Spaced {
    fn begin_array_value<W: ?Sized + std::io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> std::io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + std::io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> std::io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + std::io::Write>(
        &mut self,
        writer: &mut W,
    ) -> std::io::Result<()> {
        writer.write_all(b": ")
    }
}

const GOOD: &str = r#"{"schema": "ssecheck.vectors/1", "group": "mine", "vectors": [
{"id": "mine/one", "class": "eol.cr", "title": "One.", "source": "HTML 9.2.5",
 "chunks": ["data: a\r\r:\n"], "expect": {"events": [{"data": "a"}], "comments": [""]}}
]}"#;

#[test]
fn a_file_of_others_is_read() {
    let file = load("somewhere/mine.json", GOOD).unwrap();
    assert_eq!(file.vectors[0].expect.events[0].event, "message");
}

#[test]
fn a_mistake_is_told_with_its_place() {
    let second = format!(",\n{}\n]}}", GOOD.lines().skip(1).take(2).collect::<Vec<_>>().join("\n"));
    let twice = GOOD.replace("\n]}", &second);
    let told = |text: &str| load("mine.json", text).unwrap_err().to_string();
    let one = |from: &str, to: &str| told(&GOOD.replacen(from, to, 1));
    assert_eq!(
        one("eol.cr", "eol.nix"),
        "mine.json:2: vector `mine/one`: there is no class `eol.nix`"
    );
    assert_eq!(told(&twice), "mine.json:4: vector `mine/one`: another has this id");
    assert_eq!(
        one("mine/one", "yours/one"),
        "mine.json:2: vector `yours/one`: its id must begin with `mine/`"
    );
    assert!(one("data: a", "data: \\u2028").ends_with(
        "vector `mine/one`: chunk 1 has a character above U+00FF; each stands for one byte"
    ));
    assert!(one("eol.cr", "id.persist").contains("it needs the tag `browser`"));
    assert!(one("\"chunks\"", "\"tags\": [\"ambiguous\"], \"chunks\"").contains("come together"));
    assert!(one("[\"data: a\\r\\r:\\n\"]", "[]").ends_with("it has no chunks"));
    assert_eq!(
        one("\"mine\"", "\"other\""),
        "mine.json: `group` is `other`; it must be the name of the file, `mine`"
    );
    assert!(one("vectors/1", "vectors/2").contains("this reads `ssecheck.vectors/1`"));
    assert!(one("\"title\"", "\"titel\"").starts_with("mine.json:2:"), "unknown keys are refused");
    assert!(told("{}").starts_with("mine.json:1:2: missing field"));
}
