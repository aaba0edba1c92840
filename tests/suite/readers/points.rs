//! What a report says, taken from its JSON alone: the measure of what a reader sees in another format.

use serde_json::Value;

/// What became of one point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Pass,
    Warn,
    Fail,
    /// Could not be judged: an error in every format.
    Broken,
    /// Violated, as is known.
    Known,
    Skipped,
}

/// One verdict.
#[derive(Debug, Clone)]
pub(super) struct Point {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// The stable code, where something is not as it should be.
    pub(super) reason: String,
    pub(super) message: String,
    pub(super) case: String,
    pub(super) case_ms: u64,
    /// File and line.
    pub(super) place: Option<(String, u64)>,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

pub(super) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn point(name: &str, kind: Kind, reason: &str, message: &str) -> Point {
    let [name, reason, message] = [name, reason, message].map(str::to_owned);
    Point { name, kind, reason, message, case: String::new(), case_ms: 0, place: None }
}

fn place(value: &Value) -> Option<(String, u64)> {
    Some((value["file"].as_str()?.to_owned(), value["line"].as_u64()?))
}

/// All points, in the order of the report; entries of a baseline file that do not hold come last.
pub(super) fn of(report: &Value) -> Vec<Point> {
    let mut points: Vec<Point> = list(&report["conformance"]["checks"]).map(check).collect();
    points.extend(list(&report["parser"]["classes"]).map(class));
    for part in ["conformance", "parser"] {
        points.extend(list(&report[part]["baseline"]["problems"]).map(problem));
    }
    if !report["load"].is_null() {
        points.extend(load(&report["load"]));
    }
    if !report["selftest"].is_null() {
        points.extend(selftest(&report["selftest"]));
    }
    points
}

fn check(check: &Value) -> Point {
    let kind = match check["outcome"].as_str() {
        Some("pass") => Kind::Pass,
        Some("warn") => Kind::Warn,
        Some("fail") => Kind::Fail,
        Some("known") => Kind::Known,
        Some("not-applicable") => Kind::Skipped,
        _ => Kind::Broken,
    };
    let [name, reason, message] = ["id", "reason", "message"].map(|key| text(&check[key]));
    Point {
        case: text(&check["case"]),
        case_ms: check["case_ms"].as_u64().unwrap_or_default(),
        place: place(&check["evidence"]["place"]),
        ..point(&name, kind, &reason, &message)
    }
}

fn class(class: &Value) -> Point {
    let verdict = text(&class["verdict"]);
    let kind = match (verdict.as_str(), class["red"].as_bool(), class["note"].is_null()) {
        ("not-run" | "unobservable", ..) => Kind::Skipped,
        ("pass", ..) => Kind::Pass,
        (_, Some(true), _) => Kind::Fail,
        (_, _, true) => Kind::Warn,
        (_, _, false) => Kind::Known,
    };
    point(&text(&class["class"]), kind, &verdict, "")
}

fn problem(problem: &Value) -> Point {
    let [name, reason, message] = ["check", "kind", "message"].map(|key| text(&problem[key]));
    let place = place(&problem["place"]);
    Point { place, ..point(&name, Kind::Fail, &reason, &message) }
}

fn load(load: &Value) -> Vec<Point> {
    let doubt = list(&load["doubts"]).find(|doubt| doubt["invalidates"] == true);
    let trust = "the measurement can be trusted";
    let trust = match doubt {
        None => point(trust, Kind::Pass, "", ""),
        Some(it) => point(trust, Kind::Fail, &text(&it["code"]), &text(&it["message"])),
    };
    let threshold = |it: &Value| {
        let kind = if it["held"] == true { Kind::Pass } else { Kind::Fail };
        point(&text(&it["threshold"]), kind, "crossed", &text(&it["actual"]))
    };
    std::iter::once(trust).chain(list(&load["thresholds"]).map(threshold)).collect()
}

fn selftest(matrix: &Value) -> Vec<Point> {
    let right = |cell: &Value| !cell["expected"].is_null() && cell["expected"] == cell["reason"];
    let of = |id: &Value| -> Vec<&Value> {
        list(&matrix["cells"]).filter(|cell| cell["switch"] == *id).collect()
    };
    let row = |name: String, id: &Value, fault: bool| {
        let wrong = of(id).into_iter().find(|cell| !right(cell));
        let reason = match wrong {
            Some(cell) if cell["expected"].is_null() => "false-red",
            Some(_) => "not-killed",
            None if fault && of(id).is_empty() => "not-killed",
            None => return point(&name, Kind::Pass, "", ""),
        };
        point(&name, Kind::Fail, reason, "")
    };
    let mut points: Vec<Point> = list(&matrix["switches"])
        .map(|switch| {
            let fault = switch["fault"] == true;
            let family = if fault { "fault" } else { "variation" };
            row(format!("{family}/{}", text(&switch["id"])), &switch["id"], fault)
        })
        .collect();
    points.push(row("reference/green".to_owned(), &Value::from("reference"), false));
    let sums = [
        ("killed", matrix["killed"] == matrix["faults"]),
        ("seen-red", matrix["seen_red"] == matrix["checks"]),
        ("no-false-red", matrix["false_red"] == 0),
    ];
    points.extend(sums.map(|(name, good)| {
        let kind = if good { Kind::Pass } else { Kind::Fail };
        point(&format!("matrix/{name}"), kind, "not-all", "")
    }));
    points
}

/// Whether the report proves less than its points suggest.
pub(super) fn is_cut_short(report: &Value) -> bool {
    let aborted = ["conformance", "parser"].map(|part| !report[part]["aborted"].is_null());
    report["interrupted"] == true || aborted.contains(&true)
}

/// How many points are of one of `kinds`.
pub(super) fn count(points: &[Point], kinds: &[Kind]) -> usize {
    points.iter().filter(|point| kinds.contains(&point.kind)).count()
}
