//! Comparisons: what is called a regression, and what is not.

use ssecheck_model::comparison::*;
use ssecheck_model::load::ThresholdResult;
use ssecheck_model::report::{Report, Tool};
use ssecheck_model::verdict::Outcome;
use ssecheck_report::compare::{NotComparable, Settings, compare};
use ssecheck_report::matrix::Subject;
use ssecheck_report::sanitize::is_harmful;
use ssecheck_report::{Style, html, json, markdown, text};

use crate::loads::{self, latency, load};
use crate::parsers;
use crate::reports::{HOSTILE, aborted, checks, everything, filled_with, green};

fn tool() -> Tool {
    Tool { name: "ssecheck".to_owned(), version: "0.1.0".to_owned() }
}

/// A run whose fan-out has this median and p99, in microseconds; the start makes it a run of its own.
fn run(minute: u32, fanout: u64) -> Report {
    let mut report = loads::good();
    report.started_at = format!("2026-11-21T02:{minute:02}:00Z");
    let load = load(&mut report);
    load.events.sequence = "publish".to_owned();
    load.publishing = Some(ssecheck_model::load::Publishing::default());
    load.latency_us.insert("fanout".to_owned(), latency(&[fanout; 100]));
    load.latency_us.insert("connect".to_owned(), latency(&[900; 100]));
    report
}

fn side(name: &str, reports: impl IntoIterator<Item = Report>) -> Vec<Subject> {
    let subject = |(n, report)| Subject { name: format!("{name}{}", n + 1), report };
    reports.into_iter().enumerate().map(subject).collect()
}

fn between(a: Vec<Report>, b: Vec<Report>, settings: Settings) -> Comparison {
    compare(&side("a", a), &side("b", b), tool(), settings).expect("they are alike")
}

fn plainly(a: Vec<Report>, b: Vec<Report>) -> Comparison {
    between(a, b, Settings::default())
}

fn figure<'a>(it: &'a Comparison, name: &str) -> &'a Figure {
    let mut all = it.facts.iter().chain(&it.figures);
    all.find(|figure| figure.name == name).unwrap_or_else(|| panic!("{name}: {it:?}"))
}

fn codes(it: &Comparison) -> Vec<&str> {
    it.warnings.iter().map(|warning| warning.code.as_str()).collect()
}

/// Three runs in turns: A in even minutes, B in odd ones.
fn three(a: [u64; 3], b: [u64; 3]) -> (Vec<Report>, Vec<Report>) {
    let runs = |from: u32, values: [u64; 3]| -> Vec<Report> {
        (from..).step_by(2).zip(values).map(|(minute, fanout)| run(minute, fanout)).collect()
    };
    (runs(0, a), runs(1, b))
}

#[test]
fn one_pair_is_never_called_a_regression_of_something_noisy() {
    let it = plainly(vec![run(0, 1_000)], vec![run(1, 50_000)]);
    assert_eq!(it.verdict, ComparisonVerdict::NoiseUnknown);
    assert_eq!(figure(&it, "fanout.p99").finding, Finding::NoiseUnknown);
    assert_eq!((it.exit_code(true), it.tolerance), (0, None));
    assert_eq!(codes(&it), ["few-runs"]);
}

#[test]
fn one_pair_is_judged_by_the_tolerance_that_the_user_gives() {
    let settings = Settings { tolerance: Some(0.25), ..Settings::default() };
    let of = |fanout| between(vec![run(0, 10_000)], vec![run(1, fanout)], settings);
    assert_eq!(of(12_400).verdict, ComparisonVerdict::NoDifference);
    assert_eq!(of(13_000).verdict, ComparisonVerdict::Regression);
    assert_eq!(of(7_000).verdict, ComparisonVerdict::Better);
    assert_eq!((of(13_000).exit_code(true), of(13_000).exit_code(false)), (1, 0));
    assert!(of(13_000).warnings[0].message.contains("your word"), "{:?}", of(13_000).warnings);
}

#[test]
fn two_runs_each_are_judged_by_the_nearest_pair() {
    let settings = Settings { tolerance: Some(0.25), ..Settings::default() };
    let of = |b: [u64; 2]| {
        let a = vec![run(0, 10_000), run(2, 12_000)];
        between(a, vec![run(1, b[0]), run(3, b[1])], settings)
    };
    assert_eq!(figure(&of([13_000, 30_000]), "fanout.p50").finding, Finding::NoDifference);
    assert_eq!(figure(&of([16_000, 30_000]), "fanout.p50").finding, Finding::Worse);
}

#[test]
fn three_runs_each_tell_a_difference_from_noise() {
    let (a, b) = three([1_000, 1_400, 1_200], [3_000, 3_600, 3_300]);
    let it = plainly(a, b);
    assert_eq!((it.verdict, it.exit_code(true)), (ComparisonVerdict::Regression, 1));
    let fanout = figure(&it, "fanout.p99");
    assert_eq!(fanout.finding, Finding::Worse);
    let change = fanout.change.as_ref().expect("both have it");
    assert!((change.p_higher - 0.05).abs() < 1e-9 && (change.confidence - 0.9).abs() < 1e-9);
    assert!(change.low > 1_500.0 && change.high < 2_700.0, "{change:?}");
    assert_eq!(figure(&it, "connect.p99").finding, Finding::NoDifference);
    assert_eq!(codes(&it), ["many-figures"]);
    let (a, b) = three([3_000, 3_600, 3_300], [1_000, 1_400, 1_200]);
    assert_eq!(plainly(a, b).verdict, ComparisonVerdict::Better);
}

#[test]
fn what_overlaps_is_noise_however_far_the_medians_are_apart() {
    let (a, b) = three([1_000, 9_000, 1_200], [8_000, 8_600, 9_500]);
    let it = plainly(a, b);
    assert_eq!(figure(&it, "fanout.p99").finding, Finding::NoDifference);
    assert_eq!(it.verdict, ComparisonVerdict::NoDifference);
}

#[test]
fn what_is_sure_but_small_does_not_count() {
    let (a, b) = three([10_000, 10_010, 10_020], [10_300, 10_310, 10_320]);
    let it = plainly(a, b);
    assert_eq!(figure(&it, "fanout.p99").finding, Finding::NoDifference);
    assert!(figure(&it, "fanout.p99").why.contains("not sure"));
    // Less than the generator's own accuracy, though it is 40 %.
    let (a, b) = three([100, 101, 102], [150, 151, 152]);
    assert_eq!(figure(&plainly(a, b), "fanout.p99").finding, Finding::NoDifference);
}

#[test]
fn what_was_lost_was_lost_whatever_the_noise() {
    let lossy = |mut report: Report, lost| {
        load(&mut report).events.lost = lost;
        report
    };
    let it = plainly(vec![run(0, 1_000)], vec![lossy(run(1, 1_000), 1)]);
    assert_eq!(it.verdict, ComparisonVerdict::Regression);
    assert_eq!(figure(&it, "lost").finding, Finding::Worse);
    let (a, mut b) = three([1_000; 3], [1_000; 3]);
    b[2] = lossy(b[2].clone(), 1);
    assert_eq!(figure(&plainly(a.clone(), b.clone()), "lost").finding, Finding::Worse);
    assert_eq!(figure(&plainly(b.clone(), a), "lost").finding, Finding::Better);
    // What both sides have is noisy, too.
    let (mut a, _) = three([1_000; 3], [1_000; 3]);
    a[0] = lossy(a[0].clone(), 2);
    assert_eq!(figure(&plainly(a, b), "lost").finding, Finding::NoDifference);
}

#[test]
fn a_threshold_that_is_crossed_now_is_a_regression() {
    let threshold = |mut report: Report, held| {
        let (threshold, actual) = ("fanout.p99 < 5ms".to_owned(), "x".to_owned());
        load(&mut report).thresholds = vec![ThresholdResult { threshold, actual, held }];
        report
    };
    let it = plainly(vec![threshold(run(0, 1), true)], vec![threshold(run(1, 1), false)]);
    assert_eq!(figure(&it, "threshold: fanout.p99 < 5ms").finding, Finding::Worse);
    assert_eq!(it.exit_code(true), 1);
    let only = plainly(vec![run(0, 1)], vec![threshold(run(1, 1), false)]);
    let found = figure(&only, "threshold: fanout.p99 < 5ms");
    assert_eq!((found.finding, found.why.as_str()), (Finding::NotComparable, "only B has it"));
}

#[test]
fn loss_that_was_not_claimed_is_not_compared() {
    let mut silent = run(1, 1_000);
    load(&mut silent).events.sequence = "none".to_owned();
    let it = plainly(vec![run(0, 1_000)], vec![silent]);
    assert_eq!(figure(&it, "lost").finding, Finding::NotComparable);
}

#[test]
fn runs_that_are_not_alike_prove_nothing_unless_the_user_insists() {
    let planned = |mut report: Report, text: &str| {
        load(&mut report).plan.text = text.to_owned();
        report
    };
    let a = vec![planned(run(0, 1_000), "subscribers: 10\nrate: 10/s\nseed: 1\n")];
    let b = vec![planned(run(1, 9_000), "subscribers: 10\nrate: 20/s\nseed: 2\n")];
    let it = plainly(a.clone(), b.clone());
    assert_eq!((it.verdict, it.exit_code(true)), (ComparisonVerdict::NotTrusted, 3));
    assert_eq!(it.exit_code(false), 3);
    assert_eq!(figure(&it, "fanout.p99").finding, Finding::NotComparable);
    let told: Vec<(&str, bool)> =
        it.differences.iter().map(|it| (it.what.as_str(), it.apart)).collect();
    assert_eq!(told, [("plan: rate", true), ("plan: seed", false)]);
    let settings =
        Settings { allow_differences: true, tolerance: Some(0.1), ..Settings::default() };
    let it = between(a, b, settings);
    assert_eq!(it.verdict, ComparisonVerdict::Regression);
    assert!(codes(&it).contains(&"not-alike"));
}

#[test]
fn the_same_plan_at_another_url_is_alike() {
    let at = |mut report: Report, url: &str| {
        report.target.url = url.to_owned();
        load(&mut report).plan.text =
            format!("rate: 1/s\nrequest: {{ method: GET, url: {url} }}\n");
        report
    };
    let it =
        plainly(vec![at(run(0, 1), "http://a.test/e")], vec![at(run(1, 1), "http://b.test/e")]);
    let told: Vec<(&str, bool)> =
        it.differences.iter().map(|it| (it.what.as_str(), it.apart)).collect();
    assert_eq!(told, [("url", false)]);
}

#[test]
fn runs_that_are_not_to_be_trusted_are_told_first_and_prove_nothing() {
    let doubtful = |mut report: Report| {
        load(&mut report).doubts = load(&mut loads::rich()).doubts.clone();
        report
    };
    let (a, b) = three([1_000, 1_100, 1_200], [9_000, 9_100, 9_200]);
    let doubts = b.into_iter().map(doubtful).collect::<Vec<_>>();
    let it = plainly(a.clone(), doubts.clone());
    assert_eq!((it.verdict, it.exit_code(false)), (ComparisonVerdict::NotTrusted, 3));
    assert_eq!(codes(&it)[..3], ["untrusted-run"; 3]);
    assert_eq!(it.b[0].doubts, ["slip"]);
    let settings = Settings { allow_doubts: true, ..Settings::default() };
    assert_eq!(between(a, doubts, settings).verdict, ComparisonVerdict::Regression);
    let mut cut = run(1, 1_000);
    cut.interrupted = true;
    assert_eq!(plainly(vec![run(0, 1_000)], vec![cut]).verdict, ComparisonVerdict::NotTrusted);
}

#[test]
fn runs_in_blocks_or_at_the_same_time_are_told() {
    let blocks = |from: u32| (from..from + 3).map(|minute| run(minute, 1_000)).collect::<Vec<_>>();
    let it = plainly(blocks(0), blocks(10));
    assert!(codes(&it).contains(&"not-interleaved"), "{:?}", it.warnings);
    let on = |mut report: Report, machine: &str| {
        load(&mut report).shards = load(&mut loads::rich()).shards[..1].to_vec();
        machine.clone_into(&mut load(&mut report).shards[0].environment.machine);
        report
    };
    let mut second = on(run(0, 1_000), "m");
    second.started_at = "2026-11-21T02:00:05Z".to_owned();
    let it = plainly(vec![on(run(0, 1_000), "m")], vec![second.clone()]);
    assert!(codes(&it).contains(&"at-the-same-time"), "{:?}", it.warnings);
    let it = plainly(vec![on(run(0, 1_000), "other")], vec![second]);
    assert!(!codes(&it).contains(&"at-the-same-time"), "{:?}", it.warnings);
}

#[test]
fn what_cannot_be_compared_is_an_error() {
    let refused = |a: Vec<Report>, b: Vec<Report>| {
        compare(&side("a", a), &side("b", b), tool(), Settings::default()).expect_err("refused")
    };
    let twice = refused(vec![run(0, 1)], vec![run(0, 1)]);
    assert_eq!(twice, NotComparable::Twice { names: ["a1".to_owned(), "b1".to_owned()] });
    assert!(matches!(refused(vec![run(0, 1)], vec![green()]), NotComparable::Mixed { .. }));
    let parser = parsers::deviating();
    assert!(matches!(refused(vec![parser], vec![green()]), NotComparable::Mixed { .. }));
    let several = refused(vec![green(), everything()], vec![aborted(green())]);
    assert_eq!(several, NotComparable::SeveralOfChecks);
    assert_eq!(refused(Vec::new(), vec![green()]), NotComparable::Empty);
    let mut nothing = green();
    nothing.conformance = None;
    assert!(matches!(refused(vec![nothing], vec![green()]), NotComparable::Nothing { .. }));
    let many = (0..21).map(|n| run(0, 1_000 + n)).collect();
    assert_eq!(refused(many, vec![run(1, 1)]), NotComparable::TooMany { runs: 21 });
}

fn kinds(it: &Comparison) -> Vec<(&str, ChangeKind)> {
    it.checks.iter().map(|it| (it.id.as_str(), it.kind)).collect()
}

#[test]
fn checks_that_turn_red_are_regressions_and_those_not_looked_at_are_told() {
    let mut after = green();
    let all = checks(&mut after).len();
    let ids: Vec<String> = checks(&mut after).iter().map(|it| it.id.clone()).collect();
    checks(&mut after)[0].outcome = Outcome::Fail;
    if let Some(second) = checks(&mut after).get_mut(1) {
        second.outcome = Outcome::NotApplicable;
    }
    let it = plainly(vec![green()], vec![after.clone()]);
    let mut expected = vec![(ids[0].as_str(), ChangeKind::NewlyRed)];
    expected.extend(ids.get(1).map(|id| (id.as_str(), ChangeKind::NotCheckedAnyMore)));
    assert_eq!(kinds(&it), expected);
    assert_eq!((it.verdict, it.exit_code(true)), (ComparisonVerdict::Regression, 1));
    assert_eq!(it.checks_unchanged + it.checks.len(), all);
    let back = plainly(vec![after], vec![green()]);
    assert_eq!(back.verdict, ComparisonVerdict::Better);
    assert_eq!(back.exit_code(true), 0);
}

#[test]
fn red_that_is_not_looked_at_any_more_is_no_better() {
    let mut before = everything();
    checks(&mut before).retain(|it| it.outcome == Outcome::Fail || it.outcome == Outcome::Pass);
    let mut after = before.clone();
    let red = checks(&mut after).iter_mut().filter(|it| it.outcome == Outcome::Fail);
    red.for_each(|it| it.outcome = Outcome::NotApplicable);
    let it = plainly(vec![before], vec![after]);
    assert!(
        it.checks.iter().all(|it| it.kind == ChangeKind::NotCheckedAnyMore),
        "{:?}",
        kinds(&it)
    );
    assert!(!it.checks.is_empty());
    assert_eq!(it.verdict, ComparisonVerdict::NoDifference);
}

#[test]
fn a_broken_run_of_checks_proves_nothing() {
    let it = plainly(vec![green()], vec![aborted(green())]);
    assert_eq!((it.verdict, it.exit_code(false)), (ComparisonVerdict::NotTrusted, 3));
}

fn rich() -> (Vec<Subject>, Vec<Subject>) {
    let (mut a, mut b) = three([1_000, 1_400, 1_200], [3_000, 3_600, 3_300]);
    load(&mut b[1]).events.lost = 3;
    load(&mut a[0]).plan.text = "rate: 10/s\nseed: 1\n".to_owned();
    load(&mut a[1]).plan.text = "rate: 10/s\nseed: 2\n".to_owned();
    for run in a.iter_mut().skip(2).chain(&mut b) {
        load(run).plan.text = "rate: 10/s\nseed: 1\n".to_owned();
    }
    (side("before", a), side("after", b))
}

#[test]
fn a_comparison_in_every_format() {
    let (a, b) = rich();
    let it = compare(&a, &b, tool(), Settings::default()).expect("they are alike");
    let plain = text::comparison::render(&it, Style::PLAIN);
    assert!(plain.lines().all(|line| line.chars().count() <= 80), "{plain}");
    insta::assert_snapshot!("comparison_text", plain);
    insta::assert_snapshot!("comparison_markdown", markdown::comparison::render(&it));
    insta::assert_snapshot!("comparison_json", json::comparison(&it));
    let page = html::comparison(&it, &a, &b);
    let (_, body) = page.split_once("</style>").expect("a style");
    let (body, _) = body.split_once("<script>").expect("a script");
    insta::assert_snapshot!("comparison_html", body);
    assert!(page.len() < 300_000, "{}", page.len());
}

#[test]
fn a_comparison_of_checks_in_every_format() {
    let mut after = everything();
    checks(&mut after).iter_mut().for_each(|it| {
        it.outcome = if it.outcome == Outcome::Pass { Outcome::Fail } else { it.outcome };
    });
    let (a, b) = (side("before", [everything()]), side("after", [after]));
    let it = compare(&a, &b, tool(), Settings::default()).expect("they are alike");
    insta::assert_snapshot!("checks_text", text::comparison::render(&it, Style::PLAIN));
    insta::assert_snapshot!("checks_markdown", markdown::comparison::render(&it));
}

#[test]
fn hostile_text_changes_nothing() {
    let named = |report: Report, n: u32| Subject { name: format!("{HOSTILE}{n}"), report };
    let mut other = loads::hostile();
    load(&mut other).plan.text = "x: y\n".to_owned();
    let hostile = filled_with(HOSTILE);
    let mut turned = hostile.clone();
    checks(&mut turned).iter_mut().for_each(|it| it.outcome = Outcome::Fail);
    for (a, b) in [(loads::hostile(), other), (hostile, turned)] {
        let (a, b) = ([named(a, 1)], [named(b, 2)]);
        let it = compare(&a, &b, tool(), Settings::default()).expect("of one kind");
        let page = html::comparison(&it, &a, &b);
        let (text, mark) =
            (text::comparison::render(&it, Style::PLAIN), markdown::comparison::render(&it));
        for out in [&page, &text, &mark, &json::comparison(&it)] {
            assert_eq!(out.chars().find(|c| *c != '\n' && is_harmful(*c)), None);
        }
        assert_eq!(page.matches("<script>").count(), 1);
        assert!(!mark.contains("<script"), "{mark}");
    }
}
