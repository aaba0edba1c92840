//! Load plans: those that are shipped, those that flags alone make, and inputs that no file in
//! `tests/bad` can hold well.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use ssecheck_model::LoadError;
use ssecheck_model::load::Metric;
use ssecheck_model::placed::Placed;
use ssecheck_model::plan::{Arrival, Plan, Sequence, TimeUnit, Wait};
use ssecheck_model::plan_bounds::MAX_SUBSCRIBERS;
use ssecheck_model::schema;

fn load(text: &str) -> Result<Plan, LoadError> {
    Plan::load("plan.yaml", text, &|name| (name == "TOKEN").then(|| "{{secret}}".to_owned()))
}

fn good(text: &str) -> Plan {
    load(text).unwrap_or_else(|error| panic!("{error}"))
}

/// Every shipped plan, with its text.
fn shipped() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/load");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let yaml = files.filter(|file| file.extension().is_some_and(|end| end == "yaml"));
    yaml.map(|file| (file.clone(), std::fs::read_to_string(file).unwrap())).collect()
}

fn readme() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/load/README.md");
    std::fs::read_to_string(file).unwrap()
}

#[test]
fn every_shipped_plan_is_read_and_small_enough_for_a_laptop() {
    let plans = shipped();
    assert!(plans.len() >= 13, "only {} plans", plans.len());
    for (file, text) in plans {
        let plan = Plan::load(&file.display().to_string(), &text, &|_| None)
            .unwrap_or_else(|error| panic!("{error}"));
        assert!(plan.title.is_some() && !plan.thresholds.is_empty(), "{}", file.display());
        assert!(plan.subscribers.is_none_or(|n| n.value <= 1000), "{}", file.display());
        assert!(plan.duration.is_some_and(|span| span.0.as_secs() <= 20), "{}", file.display());
    }
}

#[test]
fn every_shipped_plan_follows_the_schema() {
    let all = schema::all();
    let (_, plan) = all.iter().find(|(name, _)| *name == "plan.schema.json").unwrap();
    let validator = jsonschema::validator_for(plan).unwrap();
    for (file, text) in shipped() {
        let options = serde_saphyr::options! { strict_booleans: true };
        let value: serde_json::Value = serde_saphyr::from_str_with_options(&text, options).unwrap();
        if let Err(error) = validator.validate(&value) {
            panic!("{}: {error} at {}", file.display(), error.instance_path());
        }
    }
}

#[test]
fn the_readme_names_every_key_every_metric_and_every_plan() {
    let readme = readme();
    for (_, schema) in schema::all().iter().filter(|(name, _)| *name == "plan.schema.json") {
        for key in schema["properties"].as_object().unwrap().keys() {
            assert!(readme.contains(&format!("| `{key}")), "{key}");
        }
    }
    for metric in Metric::ALL {
        let line = format!("| `{}` | {} |", metric.as_str(), metric.describe());
        assert!(readme.contains(&line), "{line}");
    }
    for (file, _) in shipped() {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        assert!(readme.contains(&format!("| `{name}` |")), "{name}");
    }
}

#[test]
fn a_plan_of_flags_alone_is_fine_and_is_checked_again() {
    let mut plan = Plan::default();
    assert_eq!(plan.check(), Ok(()));
    plan.subscribers = Some(Placed { value: MAX_SUBSCRIBERS + 1, line: 0, column: 0 });
    let mistake = plan.check().unwrap_err();
    assert_eq!(mistake.path, "subscribers");
    assert_eq!(
        mistake.to_string(),
        "subscribers: 1000001 is too large: write a number from 1 to 1000000"
    );
}

#[test]
fn the_greatest_of_everything_is_read() {
    let plan = good(
        "subscribers: 1000000\nramp: 1000000/s\nduration: 24h\ninterval: 100ms\npublish:\n  \
         rate: 1000000/s\n  arrival: { burst: 10000 }\n  publishers: 1000\n  size: { fixed: 1048576 }\n  \
         connections: 1024\n",
    );
    assert_eq!(plan.publish.unwrap().arrival, Arrival::Burst(10_000));
}

#[test]
fn every_word_of_a_plan_is_read() {
    for (word, arrival) in [("constant", Arrival::Constant), ("poisson", Arrival::Poisson)] {
        let plan = good(&format!("publish: {{ rate: 1/s, arrival: {word} }}\n"));
        assert_eq!(plan.publish.unwrap().arrival, arrival);
    }
    for (word, wait) in
        [("retry", Wait::Retry), ("jitter", Wait::Jitter), ("nothing", Wait::Nothing)]
    {
        let plan = good(&format!("storm: {{ at: 1s, how: close, wait: {word} }}\n"));
        assert_eq!(plan.storm.unwrap().wait, wait);
    }
    let units = [
        ("s", TimeUnit::S),
        ("ms", TimeUnit::Ms),
        ("us", TimeUnit::Us),
        ("ns", TimeUnit::Ns),
        ("rfc3339", TimeUnit::Rfc3339),
    ];
    for (word, unit) in units {
        let text = format!("server: {{ timestamp: {{ pointer: /t, unit: {word} }} }}\n");
        assert_eq!(good(&text).server.unwrap().timestamp.unwrap().unit, unit);
    }
    for (word, sequence) in
        [("auto", Sequence::Auto), ("none", Sequence::None), ("id", Sequence::Id)]
    {
        let plan = good(&format!("server: {{ sequence: {word} }}\n"));
        assert_eq!(plan.server.unwrap().sequence, sequence);
    }
    assert!(load("server: { sequence: { pointer: \"\" } }\n").is_ok(), "the whole data");
}

#[test]
fn a_csv_file_brings_variables_for_the_request_only() {
    let request = "request: { url: \"/e?u={{user}}&n={{subscriber}}\" }\n";
    let plan = good(&format!("variables: users.csv\n{request}"));
    assert_eq!(plan.columns().into_iter().collect::<Vec<_>>(), ["user"]);
    assert!(load(request).is_err());
    let hook = "publish: { rate: 1/s, hook: { url: \"/p/{{user}}\" } }\n";
    assert!(load(&format!("variables: users.csv\n{hook}")).is_err());
}

#[test]
fn the_environment_is_put_into_request_and_hook_and_never_read_as_a_template() {
    let plan = good(
        "request: { headers: { a: \"${TOKEN}\" }, body: \"${TOKEN}\" }\n\
         publish: { rate: 1/s, hook: { url: \"/${TOKEN}\", headers: { b: \"${TOKEN}\" } } }\n",
    );
    assert_eq!(plan.columns().len(), 0);
    let texts: Vec<String> = plan.templates().iter().map(|(text, _)| text.to_string()).collect();
    assert_eq!(texts, ["{{secret}}", "{{secret}}", "/{{secret}}", "{{secret}}"]);
}

#[test]
fn a_time_is_compared_with_the_duration_only_where_there_is_one() {
    let storm = "storm: { at: 1m }\n";
    assert!(load(storm).is_ok(), "a flag may still give the duration");
    assert!(load(&format!("duration: 2m\n{storm}")).is_ok());
    assert!(load(&format!("duration: 60s\n{storm}")).is_err());
}

#[test]
fn loss_cannot_be_judged_where_every_subscriber_has_a_stream_of_its_own() {
    let judged = |request: &str, sequence: &str| {
        load(&format!("{request}server: {{ sequence: {sequence} }}\nthresholds: [ lost == 0 ]\n"))
    };
    let post = "request: { method: POST }\n";
    assert!(judged("", "auto").is_ok());
    assert!(judged(post, "auto").is_err());
    assert!(judged(post, "id").is_ok());
    assert!(judged("", "none").is_err());
}

#[test]
fn a_byte_order_mark_moves_no_column_in_a_plan() {
    let error = load("\u{feff}subscriber: 5\n").unwrap_err();
    assert_eq!((error.line, error.column), (1, 1));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_shipped_plan_with_a_piece_put_in_never_panics(
        plan in proptest::sample::select(shipped()),
        at in any::<prop::sample::Index>(),
        piece in "[ \\n:{}\\[\\]\"'%/0-9a-z~*&!-]{1,6}",
    ) {
        let mut text = plan.1;
        let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
        text.insert_str(*at.get(&places), &piece);
        if let Err(error) = load(&text) {
            prop_assert!(!error.to_string().is_empty());
            prop_assert!(error.column <= error.text.chars().count() as u64 + 1, "{error:?}");
        }
    }
}
