//! The formats that no test of their own shows for a kind of report.

use ssecheck_model::report::Report;
use ssecheck_report::{github, hlog, json, junit, sarif, tap};

use crate::{loads, parsers};

/// A kill matrix with a wrong cell.
fn matrix() -> Report {
    json::read(include_str!("fixtures/matrix.json")).expect("the fixture is a report")
}

#[test]
fn json_of_a_load_run() {
    insta::assert_snapshot!(json::render(&loads::rich()));
}

#[test]
fn json_of_a_parser() {
    insta::assert_snapshot!(json::render(&parsers::deviating()));
}

#[test]
fn json_of_the_kill_matrix() {
    insta::assert_snapshot!(json::render(&matrix()));
}

#[test]
fn junit_of_the_kill_matrix() {
    insta::assert_snapshot!(junit::render(&matrix()));
}

#[test]
fn tap_of_a_parser() {
    insta::assert_snapshot!(tap::render(&parsers::deviating()));
}

#[test]
fn tap_of_the_kill_matrix() {
    insta::assert_snapshot!(tap::render(&matrix()));
}

#[test]
fn sarif_of_a_load_run() {
    insta::assert_snapshot!(sarif::render(&loads::rich()));
}

#[test]
fn sarif_of_a_parser() {
    insta::assert_snapshot!(sarif::render(&parsers::deviating()));
}

#[test]
fn sarif_of_the_kill_matrix() {
    insta::assert_snapshot!(sarif::render(&matrix()));
}

#[test]
fn annotations_of_the_kill_matrix() {
    insta::assert_snapshot!(github::render(&matrix()));
}

#[test]
fn the_log_of_every_interval() {
    insta::assert_snapshot!(hlog::log(&loads::rich()).expect("it has intervals"));
}
