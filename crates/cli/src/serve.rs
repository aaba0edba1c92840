//! `ssecheck serve`.

use ssecheck_model::exit;
use ssecheck_testbed::{Config, Kind, Switch, Switches, Testbed, all};

use crate::args::ServeArgs;
use crate::interrupt::Interrupt;
use crate::output::{Done, Stop, print};
use crate::run::runtime;

/// Serves the testbed until Ctrl-C or SIGTERM.
pub(crate) fn serve(args: &ServeArgs) -> Done {
    if args.list_faults {
        print(&list())?;
        return Ok(exit::OK);
    }
    let switches = Switches::parse(&args.faults).map_err(Stop::usage)?;
    let config =
        Config { listen: args.listen, switches, token: args.token.clone(), ..Config::default() };
    let runtime = runtime()?;
    runtime.block_on(async {
        let interrupt = Interrupt::listen()?;
        let testbed = Testbed::start(config)
            .map_err(|error| Stop::setup(format!("cannot listen on {}: {error}", args.listen)))?;
        print(&format!("{}\n", testbed.url()))?;
        interrupt.heard().await;
        testbed.shutdown().await;
        Ok(exit::OK)
    })
}

fn list() -> String {
    let part = |kind: Kind, title: &str| {
        let lines: Vec<String> =
            all().iter().filter(|switch| switch.kind == kind).map(line).collect();
        format!("{title} ({}):\n{}", lines.len(), lines.concat())
    };
    let faults = part(Kind::Fault, "Faults");
    let variations = part(Kind::Variation, "Legal variations, which must stay green");
    format!("{faults}\n{variations}")
}

fn line(switch: &Switch) -> String {
    let defect = switch.defect.unwrap_or("-");
    let checks: Vec<&str> = switch.check.iter().map(|(check, _)| *check).collect();
    let turns = match checks.as_slice() {
        [] => String::new(),
        checks => format!("{:30}turns red: {}\n", "", checks.join(", ")),
    };
    format!("  {:22} {defect:4} {}\n{turns}", switch.id, switch.summary)
}
