//! `ssecheck serve`.

use ssecheck_model::exit;
use ssecheck_testbed::{Config, Kind, LoadSwitch, Switch, Switches, Testbed, all, load_switches};

use crate::args::ServeArgs;
use crate::interrupt::Interrupt;
use crate::output::{Done, Stop, listed, print};
use crate::run::runtime;

/// Serves the testbed until Ctrl-C or SIGTERM.
pub(crate) fn serve(args: &ServeArgs) -> Done {
    if args.list_faults {
        print(&list())?;
        return Ok(exit::OK);
    }
    let switches = Switches::parse(&args.faults).map_err(Stop::usage)?;
    if args.heartbeat.0.is_zero() {
        return Err(Stop::usage("--heartbeat 0ms leaves no time for anything else"));
    }
    let config = Config {
        listen: args.listen,
        switches,
        token: args.token.clone(),
        heartbeat: args.heartbeat.0,
        retry_ms: args.retry,
        ..Config::default()
    };
    // Thousands of subscribers need a descriptor each; what cannot be had shows at `accept`.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let runtime = runtime()?;
    runtime.block_on(async {
        let interrupt = Interrupt::listen_with(args.until_stdin_closes)?;
        let testbed = Testbed::start(config)
            .map_err(|error| Stop::setup(format!("cannot listen on {}: {error}", args.listen)))?;
        print(&format!("{}\n", testbed.url()))?;
        interrupt.heard().await;
        testbed.shutdown().await;
        Ok(exit::OK)
    })
}

/// Where the explanations of a list begin, in columns.
const SUMMARY: usize = 30;

fn list() -> String {
    let part = |kind: Kind, title: &str| {
        let lines: Vec<String> =
            all().iter().filter(|switch| switch.kind == kind).map(line).collect();
        listed("", &format!("{title} ({}):", lines.len())) + &lines.concat()
    };
    let faults = part(Kind::Fault, "Faults");
    let variations = part(Kind::Variation, "Legal variations, which must stay green");
    format!("{faults}\n{variations}\n{}", load_list())
}

fn load_list() -> String {
    let line = |switch: &LoadSwitch| {
        let parameter = switch.parameter.map(|form| format!("={form}")).unwrap_or_default();
        let default = switch.default.map(|text| format!(" (default {text})")).unwrap_or_default();
        let name = format!("  {}{parameter}{default}", switch.id);
        listed("", &name) + &listed(&" ".repeat(SUMMARY), switch.summary)
    };
    let lines: Vec<String> = load_switches().iter().map(line).collect();
    let title = format!("Load switches, which no check judges ({}):", lines.len());
    listed("", &title) + &lines.concat()
}

fn line(switch: &Switch) -> String {
    let defect = switch.defect.unwrap_or("-");
    let checks: Vec<&str> = switch.check.iter().map(|(check, _)| *check).collect();
    let turns = match checks.as_slice() {
        [] => String::new(),
        checks => listed(&" ".repeat(SUMMARY), &format!("turns red: {}", checks.join(", "))),
    };
    listed(&format!("  {:22} {defect:4} ", switch.id), switch.summary) + &turns
}
