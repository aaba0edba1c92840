//! Inputs that no file in `tests/bad` can hold well: line ends, sizes, broken and random bytes.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use ssecheck_model::LoadError;
use ssecheck_model::case::Case;
use ssecheck_model::step::{HttpVersion, Step};
use ssecheck_model::target::Target;

const CASE: &str = "id: demo/case
title: A demonstration
steps:
  - connect: { as: main }
checks:
  - id: demo/check
    level: must
    source: HTML 9.2.5
    requirement: The stream is fine.
    expect: { open: { of: main } }
";

fn mistake(text: &str) -> LoadError {
    Case::load("case.yaml", text).unwrap_err()
}

fn target(text: &str) -> Result<Target, LoadError> {
    Target::load("target.yaml", text, &|name| (name == "TOKEN").then(|| "secret".to_owned()))
}

#[test]
fn a_byte_order_mark_is_no_mistake_and_moves_no_column() {
    assert!(Case::load("case.yaml", &format!("\u{feff}{CASE}")).is_ok());
    let error = mistake(&format!("\u{feff}idd: x\n{CASE}"));
    assert_eq!((error.line, error.column, error.text.as_str()), (1, 1, "idd: x"));
    assert!(target("\u{feff}url: http://127.0.0.1/\n").is_ok());
}

#[test]
fn every_line_end_of_yaml_is_read_and_counted() {
    for end in ["\r\n", "\r"] {
        let case = Case::load("case.yaml", &CASE.replace('\n', end)).unwrap();
        assert_eq!(case.place(7, 5).text, "    level: must", "{end:?}");
        let error = mistake(&CASE.replace("must", "shuold").replace('\n', end));
        assert_eq!((error.line, error.column), (7, 12), "{end:?}");
        assert_eq!(error.text, "    level: shuold", "{end:?}");
    }
}

#[test]
fn words_that_look_like_truths_and_numbers_stay_text() {
    for word in ["y", "n", "on", "no", "yes", "off", "1.10", "007", "0x10", "1e3", "2026-01-02"] {
        let text = CASE.replace("A demonstration", word);
        assert_eq!(Case::load("case.yaml", &text).unwrap().title, word);
        let with_data = CASE.replace(
            "  - connect: { as: main }\n",
            &format!("  - connect: {{ as: main }}\n  - publish: {{ as: p, data: {word} }}\n"),
        );
        let case = Case::load("case.yaml", &with_data).unwrap();
        let Step::Publish(publish) = &case.steps[1].value else { panic!("no publish step") };
        assert_eq!(publish.data.as_ref().unwrap().to_string(), word);
    }
}

#[test]
fn an_http_version_needs_no_quotes() {
    let text = CASE.replace("{ as: main }", "{ as: main, version: 1.0 }");
    let case = Case::load("case.yaml", &text).unwrap();
    let Step::Connect(connect) = &case.steps[0].value else { panic!("no connect step") };
    assert_eq!(connect.version, HttpVersion::Http10);
}

#[test]
fn an_alias_stands_for_the_value_of_its_anchor() {
    let text = CASE.replace("A demonstration", "&t A demonstration").replace("HTML 9.2.5", "*t");
    let case = Case::load("case.yaml", &text).unwrap();
    assert_eq!(case.checks[0].source, "A demonstration");
}

#[test]
fn only_null_header_fields_may_be_without_value() {
    let text = CASE.replace("as: main }", "as: main, headers: { accept: } }");
    let case = Case::load("case.yaml", &text).unwrap();
    let Step::Connect(connect) = &case.steps[0].value else { panic!("no connect step") };
    assert_eq!(connect.headers.get("accept"), Some(&None));
}

#[test]
fn the_environment_is_put_into_texts_and_never_read_as_a_template() {
    let target = Target::load(
        "target.yaml",
        "url: http://127.0.0.1/${A}${A}\ncors: { allowed_origin: \"${A}\" }\n",
        &|_| Some("{{x}}".to_owned()),
    );
    let target = target.unwrap();
    let url: Result<String, ()> = target.url.render(|name| panic!("{name} is read as a variable"));
    assert_eq!(url.unwrap(), "http://127.0.0.1/{{x}}{{x}}");
    assert_eq!(target.cors.unwrap().allowed_origin.unwrap(), "{{x}}");
}

#[test]
fn a_hook_without_body_is_fine() {
    assert!(target("url: http://127.0.0.1/\npublish: { url: /publish }\n").is_ok());
}

#[test]
fn a_file_over_one_mebibyte_is_refused_unread() {
    let text = format!("{CASE}#{}", "x".repeat(1024 * 1024));
    assert_eq!(mistake(&text).problem.message, "the file is larger than 1 MiB");
}

#[test]
fn nesting_without_end_is_refused() {
    for text in ["[".repeat(20_000), "{a: ".repeat(20_000), "- ".repeat(20_000)] {
        assert!(!mistake(&text).to_string().is_empty());
        assert!(!mistake(&format!("id: demo/case\ntitle: {text}")).to_string().is_empty());
    }
}

#[test]
fn aliases_that_grow_without_end_are_refused() {
    let mut text = "id: &x0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let alias = format!("*x{}", level - 1);
        let list = vec![alias; 9].join(", ");
        text.push_str(&format!("k{level}: &x{level} [{list}]\n"));
    }
    assert_eq!(mistake(&text).line, 1);
    let list = vec!["publish"; 2_000].join(", ");
    let needs = format!("requires: &all [{list}]\n");
    let check = CASE.split_once("checks:\n").unwrap().1;
    let checks = check.replace("    level", "    requires: *all\n    level").repeat(20);
    let text = format!("{needs}{}{checks}", CASE.strip_suffix(check).unwrap());
    assert_eq!(mistake(&text).problem.message, "the aliases in this file expand to too much");
}

#[test]
fn a_full_mebibyte_of_anything_is_refused() {
    let pieces = [
        "\n", "\r", "{{", "- x\n", "'", "\"\n", "\t", "é", "[x],", "? ", "x: ", "&a ", "---\n",
        "#\n",
    ];
    for piece in pieces {
        let filler = piece.repeat((1024 * 1024 - 1000) / piece.len());
        for start in ["", "id: demo/case\ntitle: \"", "id: demo/case\nrequires:\n"] {
            assert!(!mistake(&format!("{start}{filler}")).to_string().is_empty());
        }
        let text = CASE.replace("{ as: main }", "{ as: main, url: \"{{no}}\" }");
        assert!(!mistake(&format!("{text}#{}", filler.replace(['\n', '\r'], "#"))).text.is_empty());
    }
}

/// Every shipped case, with its text.
pub(crate) fn shipped() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let families = std::fs::read_dir(root).unwrap().map(|family| family.unwrap().path());
    let files = families
        .filter(|family| family.is_dir() && !family.ends_with("load"))
        .flat_map(|family| std::fs::read_dir(family).unwrap().map(|file| file.unwrap().path()));
    let yaml = files.filter(|file| file.extension().is_some_and(|end| end == "yaml"));
    yaml.map(|file| (file.clone(), std::fs::read_to_string(file).unwrap())).collect()
}

#[test]
fn a_case_cut_anywhere_is_read_or_refused_with_a_place() {
    let (_, text) = shipped().into_iter().min_by_key(|(_, text)| text.len()).unwrap();
    for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
        if let Err(error) = Case::load("cut.yaml", &text[..end]) {
            let lines = text[..end].lines().count() as u64 + 1;
            assert!(error.line <= lines, "{error}");
            assert!(error.to_string().contains("cut.yaml"), "{error}");
        }
    }
}

/// Pieces of YAML that meet badly.
fn soup() -> impl Strategy<Value = String> {
    let pieces = [
        "id: demo/case\n",
        "title: ",
        "steps:\n",
        "  - connect: ",
        "{ as: main }",
        "checks:",
        "\n",
        "  ",
        "- ",
        ": ",
        "{",
        "}",
        "[",
        "]",
        ",",
        "\"",
        "'",
        "|",
        ">-",
        "&a ",
        "*a",
        "<<: ",
        "!tag ",
        "# é",
        "\t",
        "\r",
        "😀",
        "{{token}}",
        "{{",
        "${X}",
        "---\n",
        "...",
        "%YAML",
        "? ",
        "null",
        "~",
        "1.5",
        "\\",
        "\u{7}",
        "\u{2028}",
    ];
    proptest::collection::vec(proptest::sample::select(pieces.to_vec()), 0..24)
        .prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_text_is_refused_without_panic(text in "\\PC{0,80}") {
        prop_assert!(!mistake(&text).to_string().is_empty());
        prop_assert!(!target(&text).unwrap_err().to_string().is_empty());
    }

    #[test]
    fn pieces_of_yaml_are_read_or_refused_with_a_column_in_the_line(text in soup()) {
        for error in [Case::load("x", &text).err(), target(&text).err()].into_iter().flatten() {
            prop_assert!(!error.to_string().is_empty());
            prop_assert!(error.column <= error.text.chars().count() as u64 + 1, "{error:?}");
        }
    }

    #[test]
    fn a_shipped_case_with_a_piece_put_in_never_panics(
        case in proptest::sample::select(shipped()), at in any::<prop::sample::Index>(), piece in soup()
    ) {
        let mut text = case.1;
        let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
        text.insert_str(*at.get(&places), &piece);
        if let Err(error) = Case::load("x", &text) {
            prop_assert!(!error.to_string().is_empty());
        }
    }
}
