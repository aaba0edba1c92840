use super::*;
use crate::judge::Violation;
use crate::testing::{case, subject};
use ssecheck_model::target::Capability;

#[test]
fn level_declaration_and_strictness_make_the_outcome() {
    use Outcome::{Fail, Pass, Warn};
    // Outcomes for: seen, declared, seen and strict, declared and strict.
    let table = [
        (Level::Must, [Fail, Fail, Fail, Fail]),
        (Level::Profile, [Warn, Fail, Warn, Fail]),
        (Level::Should, [Warn, Warn, Fail, Fail]),
        (Level::Practice, [Warn, Warn, Warn, Warn]),
        (Level::Survey, [Pass, Pass, Pass, Pass]),
    ];
    for (level, wanted) in table {
        let of = |declared, strict| violated(level, declared, strict);
        let got = [of(false, false), of(true, false), of(false, true), of(true, true)];
        assert_eq!(got, wanted, "{level:?}");
    }
}

#[test]
fn each_judgement_has_its_outcome_and_reason() {
    let case = case("{ answered: { of: main } }");
    let of = |judgement: Judgement| {
        let evidence = Evidence::default();
        let result = result(&case, &case.checks[0], judgement, evidence, (true, false));
        (result.outcome, result.reason)
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(of(Judgement::Pass), (Outcome::Pass, None));
    let why = || "why".to_owned();
    assert_eq!(of(Judgement::NothingSeen(why())), (Outcome::NotApplicable, some("nothing-seen")));
    assert_eq!(of(Judgement::Untestable(why())), (Outcome::Untestable, some("not-brought-about")));
    assert_eq!(of(Judgement::Broken(why())), (Outcome::Error, some("broken")));
    assert_eq!(of(Violation::new("no-answer", "m").into()), (Outcome::Fail, some("no-answer")));
}

/// The gate of a check that needs `need`, by name.
fn gated(target: &str, seen: &[Capability], need: &str) -> &'static str {
    let mut subject = subject(&format!("url: http://127.0.0.1:1/\n{target}"));
    seen.iter().for_each(|capability| subject.note_seen(*capability));
    let plain = case("{ answered: { of: main } }");
    let text = plain.text.replace("title: a case", &format!("title: a case\nrequires: [{need}]"));
    let case = Case::load("case.yaml", &text).unwrap();
    match gate(&subject, &case, &case.checks[0]) {
        Gate::Open { declared: true } => "declared",
        Gate::Open { declared: false } => "seen",
        Gate::NotApplicable(_) => "not-applicable",
        Gate::Untestable(_) => "untestable",
    }
}

const HOOK: &str = "publish: { url: /p, body: '{{data}}' }\n";
const ECHO: &str = "echo: { url: '/e?{{data}}' }\n";

#[test]
fn what_is_declared_binds_and_what_is_only_seen_does_not() {
    assert_eq!(gated("", &[], "ids"), "not-applicable");
    assert_eq!(gated("", &[Capability::Ids], "ids"), "seen");
    assert_eq!(gated("provides: [ids]", &[], "ids"), "declared");
    assert_eq!(gated("provides: [ids]", &[Capability::Ids], "ids"), "declared");
}

#[test]
fn a_declared_capability_without_its_hook_is_untestable() {
    for (capability, hook) in
        [("publish", HOOK), ("stats", "stats: { url: /s }\n"), ("stop", "stop: { url: /f }\n")]
    {
        let declared = format!("provides: [{capability}]");
        assert_eq!(gated(&declared, &[], capability), "untestable", "{capability}");
        assert_eq!(gated("", &[], capability), "not-applicable", "{capability}");
        assert_eq!(gated(hook, &[], capability), "declared", "a hook declares {capability}");
    }
}

#[test]
fn a_stimulus_is_either_hook() {
    assert_eq!(gated(HOOK, &[], "stimulus"), "declared");
    assert_eq!(gated(ECHO, &[], "stimulus"), "declared");
    assert_eq!(gated(ECHO, &[], "publish"), "not-applicable");
    assert_eq!(gated("", &[], "stimulus"), "not-applicable");
    assert_eq!(gated("provides: [publish]", &[], "stimulus"), "untestable");
}

#[test]
fn preflights_bind_only_where_cors_is_declared() {
    assert_eq!(gated("", &[Capability::Cors], "cors"), "seen");
    assert_eq!(gated("", &[Capability::Cors], "cors-declared"), "not-applicable");
    assert_eq!(gated("cors: {}", &[], "cors-declared"), "declared");
    let denied = "cors: { denied_origin: 'https://evil.example' }";
    assert_eq!(gated(denied, &[], "denied-origin"), "declared");
    assert_eq!(gated("cors: {}", &[], "denied-origin"), "not-applicable");
}

#[test]
fn credentials_are_needed_where_they_are_left_out() {
    assert_eq!(gated("headers: { AUTHORIZATION: x }", &[], "authorization"), "declared");
    assert_eq!(gated("headers: { x-other: x }", &[], "authorization"), "not-applicable");
}

#[test]
fn what_was_not_carried_out_points_at_its_check_when_it_is_red() {
    let case = case("{ answered: { of: main } }");
    let of = |outcome| not_carried_out(&case, &case.checks[0], outcome, "reason", "why");
    let red = of(Outcome::Untestable);
    let place = red.evidence.place.unwrap();
    assert_eq!((place.file.as_str(), place.text.trim()), ("case.yaml", "- id: test/check"));
    assert!(of(Outcome::NotApplicable).evidence.is_empty());
}

#[test]
fn a_heartbeat_is_awaited_only_as_long_as_a_run_may_take() {
    assert_eq!(gated("heartbeat: 15s", &[], "heartbeat"), "declared");
    assert_eq!(gated("heartbeat: 30s", &[], "heartbeat"), "not-applicable");
    assert_eq!(gated("provides: [heartbeat]", &[], "heartbeat"), "untestable");
    assert_eq!(gated("", &[], "heartbeat"), "not-applicable");
    let mut patient = subject("url: http://127.0.0.1:1/\nheartbeat: 30s");
    patient.soak = Some(std::time::Duration::from_secs(60));
    assert_eq!(too_long(&patient, Need::Heartbeat), None);
}

#[test]
fn only_a_stream_that_no_hook_feeds_may_end_by_itself() {
    assert_eq!(gated(HOOK, &[], "unfed"), "not-applicable");
    assert_eq!(gated(ECHO, &[], "unfed"), "declared");
}
