//! Runs a plan against a hub.

use std::future::pending;
use std::time::{Duration, SystemTime};

use ssecheck_load::settings::{Options, Settings, ShardId};
use ssecheck_load::table::Table;
use ssecheck_load::{Finished, RunEvent};
use ssecheck_model::load::Load;
use ssecheck_model::plan::Plan;
use ssecheck_model::target::Target;
use ssecheck_transport::{DialOptions, Limits};

use crate::hub::Hub;

/// A plan and a target as YAML, and what goes with them.
pub(crate) struct Drive {
    pub(crate) plan: String,
    pub(crate) target: String,
    pub(crate) limits: Limits,
    pub(crate) cacert: Option<String>,
    pub(crate) variables: Option<Table>,
}

/// Everything that a run of a test needs beside what it is about.
const BRIEF: &str = "settle: 300ms\ndrain: 2s\ninterval: 100ms\nramp: 2000/s\n";

impl Drive {
    /// Against a hub, with its publish hook.
    pub(crate) fn new(hub: &Hub, plan: &str) -> Self {
        let publish = "publish: {url: /publish, body: '{{data}}'}\nprovides: [publish]";
        Self::at(&hub.url(), publish, plan)
    }

    /// Against a hub whose own events are watched.
    pub(crate) fn watching(hub: &Hub, plan: &str) -> Self {
        Self::at(&hub.url(), "", plan)
    }

    pub(crate) fn at(url: &str, target: &str, plan: &str) -> Self {
        let missing = BRIEF.lines().filter(|line| {
            let key = line.split(':').next().unwrap();
            !plan.lines().any(|line| line.starts_with(&format!("{key}:")))
        });
        let plan = missing.map(|line| format!("{line}\n")).collect::<String>() + plan;
        Self {
            plan,
            target: format!("url: {url}\n{target}\n"),
            limits: Limits::default(),
            cacert: None,
            variables: None,
        }
    }

    /// Adds lines to the target file.
    pub(crate) fn target(mut self, lines: &str) -> Self {
        self.target.push_str(lines);
        self
    }

    pub(crate) fn settings(self) -> Settings {
        let plan = Plan::load("plan.yaml", &self.plan, &|_| None);
        let plan = plan.unwrap_or_else(|error| panic!("{error}\n{}", self.plan));
        let target = Target::load("target.yaml", &self.target, &|_| None);
        let target = target.unwrap_or_else(|error| panic!("{error}\n{}", self.target));
        let options = Options {
            shard: ShardId::WHOLE,
            start_at: SystemTime::now(),
            sources: Vec::new(),
            dial: DialOptions {
                cacert: self.cacert.map(String::into_bytes),
                max_recorded: 0,
                ..DialOptions::default()
            },
            limits: self.limits,
            server_pid: None,
            variables: self.variables,
        };
        Settings::new(&plan, &target, options).unwrap()
    }

    pub(crate) async fn run(self) -> Load {
        let finished = self.run_until(pending()).await;
        assert!(!finished.interrupted && finished.aborted.is_none());
        finished.load
    }

    pub(crate) async fn run_until(self, stop: impl Future<Output = ()>) -> Finished {
        let settings = self.settings();
        let run = ssecheck_load::run(settings, Vec::new(), stop, |_: &RunEvent<'_>| {});
        let finished = tokio::time::timeout(Duration::from_secs(60), run).await;
        let finished = finished.expect("the run ends").unwrap();
        check(&finished.load);
        finished
    }
}

/// What holds for every run.
fn check(load: &Load) {
    let events = &load.events;
    assert_eq!(events.expected, events.received + events.lost, "{events:?}");
    let connections = &load.connections;
    assert_eq!(connections.failed, connections.failed_by.values().sum::<u64>());
    assert_eq!(connections.ended_early, connections.ended_by.values().sum::<u64>());
    let in_series: u64 = load.series.iter().map(|interval| interval.events).sum();
    assert_eq!(in_series, events.events, "the series adds up");
    if let Some(publishing) = &load.publishing {
        assert_eq!(publishing.failed, publishing.failed_by.values().sum::<u64>());
        assert!(publishing.acknowledged + publishing.failed <= publishing.scheduled);
        let in_series: u64 = load.series.iter().map(|interval| interval.published).sum();
        assert_eq!(in_series, publishing.sent, "the series adds up");
    }
}
