//! `Check` finds what is wrong, names it rightly, shows it in a minimal stream, and finds nothing
//! else.

use ssecheck_parsertest::protocol::RetryCap;
use ssecheck_parsertest::{Check, CheckReport, Seen};

use crate::heard::Heard;
use crate::mutants::{self, Bug};
use crate::naive;

fn check() -> Check {
    Check::new().retries(RetryCap::List).last_event_id()
}

fn report(bug: Bug) -> CheckReport {
    check().streams(24).report(|chunks| {
        let chunks: Vec<Vec<u8>> = chunks.iter().map(|chunk| chunk.to_vec()).collect();
        seen(naive::read(bug, &chunks, ""))
    })
}

fn seen(heard: Heard) -> Result<Vec<Seen>, String> {
    if heard.failed {
        return Err("failed".to_owned());
    }
    let events = heard.events.into_iter().map(|(_, event)| Seen::Event {
        event_type: Some(event.event),
        data: event.data,
        id: Some(event.last_event_id),
    });
    let retries = heard.retries.into_iter().map(Seen::Retry);
    Ok(events.chain(retries).chain([Seen::LastEventId(heard.last_event_id)]).collect())
}

#[test]
fn show() {
    let none = mutants::Mutant { bug: Bug::None, class: "-", known: None };
    for m in std::iter::once(&none).chain(mutants::ALL) {
        let start = std::time::Instant::now();
        let report = report(m.bug);
        println!(
            "== {:?} {} {} executions {:?}",
            m.bug,
            m.class,
            report.executions,
            start.elapsed()
        );
        for f in &report.findings {
            let c: Vec<String> = f.chunks.iter().map(|c| c.escape_ascii().to_string()).collect();
            println!(
                "   {:24} {:60} {} => {}   [{}]",
                f.class,
                c.join(" | "),
                f.expected,
                f.actual,
                f.source
            );
        }
        if m.class != "-" && report.find(m.class).is_none() {
            println!("   MISSED");
        }
    }
}
