//! From plan file and flags to one plan.

use std::path::{Path, PathBuf};

use ssecheck_load::plans;
use ssecheck_load::table::Table;
use ssecheck_model::placed::Placed;
use ssecheck_model::plan::{
    Arrival, Plan, Publish, Sequence, ServerEvents, Size, TimeStamp, TimeUnit,
};
use ssecheck_model::suggest::nearest;

use crate::args::LoadArgs;
use crate::output::Stop;
use crate::settings::{environment, read};

/// A plan and the lines of its CSV file.
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    pub(crate) variables: Option<Table>,
}

/// Reads the plan and lets the flags change it. Nothing is started or connected for it. `publishes`: the target has a publish hook.
pub(crate) fn plan(args: &LoadArgs, publishes: bool) -> Result<Planned, Stop> {
    let (mut plan, file) = match &args.plan {
        Some(path) => plan_file(path)?,
        None => (Plan::default(), PathBuf::new()),
    };
    change(&mut plan, args, publishes)?;
    plan.check().map_err(|mistake| Stop::usage(format!("the plan with its flags: {mistake}")))?;
    check_shards(&plan, args)?;
    check_abort(&plan)?;
    let variables = variables(&plan, &file)?;
    Ok(Planned { plan, variables })
}

/// A file, or a shipped plan by its name.
fn plan_file(path: &Path) -> Result<(Plan, PathBuf), Stop> {
    let shipped = path.to_str().and_then(plans::find);
    let (name, text) = match shipped {
        Some(plan) if !path.exists() => (plan.file.to_owned(), plan.text.to_owned()),
        None if !path.exists() => return Err(no_plan(path)),
        _ => (path.display().to_string(), read(path)?),
    };
    let plan = Plan::load(&name, &text, &environment).map_err(Stop::usage)?;
    Ok((plan, path.to_owned()))
}

/// Neither a file nor a shipped plan.
fn no_plan(path: &Path) -> Stop {
    let names = || plans::ALL.iter().map(|plan| plan.name);
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let cure = match nearest(stem, names()) {
        Some(near) => format!("did you mean the shipped plan `{near}`?"),
        None => format!("shipped plans: {}", names().collect::<Vec<_>>().join(", ")),
    };
    let path = path.display();
    Stop::usage(format!("cannot read {path}: there is no such file and no such plan; {cure}"))
}

/// What cannot be cut in shards.
fn check_shards(plan: &Plan, args: &LoadArgs) -> Result<(), Stop> {
    let what = match (&plan.capacity, plan.abort_after) {
        _ if args.shard.is_none() && args.processes.is_none_or(|count| count == 1) => return Ok(()),
        (Some(_), _) => "`capacity` searches",
        (None, Some(_)) => "`abort_after` watches thresholds",
        (None, None) => return Ok(()),
    };
    let message = format!("{what} in one process only: leave out --processes and --shard");
    Err(Stop::usage(message))
}

fn check_abort(plan: &Plan) -> Result<(), Stop> {
    match (plan.abort_after, plan.thresholds.as_slice()) {
        (Some(_), []) => Err(Stop::usage(
            "--abort-after has nothing to watch: add a --threshold, as 'fanout.p99 < 200ms'",
        )),
        _ => Ok(()),
    }
}

fn change(plan: &mut Plan, args: &LoadArgs, publishes: bool) -> Result<(), Stop> {
    if let Some(connections) = args.connections {
        plan.subscribers = Some(typed(connections));
    }
    plan.ramp = args.ramp.map(typed).or(plan.ramp);
    plan.duration = args.duration.map(typed).or(plan.duration);
    plan.interval = args.interval.map(typed).or(plan.interval);
    plan.seed = args.seed.or(plan.seed);
    plan.abort_after = args.abort_after.or(plan.abort_after);
    plan.thresholds.extend(args.thresholds.iter().cloned().map(typed));
    change_publish(plan, args, publishes)?;
    change_server(plan, args)
}

fn change_publish(plan: &mut Plan, args: &LoadArgs, publishes: bool) -> Result<(), Stop> {
    let asked = args.rate.is_some() || args.size.is_some() || args.publishers.is_some();
    if !asked {
        return Ok(());
    }
    if !publishes && plan.publish.as_ref().is_none_or(|publish| publish.hook.is_none()) {
        let message = "--rate, --size and --publishers need a publish hook: add --publish URL, or \
            `publish:` in the target file";
        return Err(Stop::usage(message));
    }
    let rate = args.rate.map(typed);
    let publish = plan.publish.get_or_insert_with(|| Publish {
        rate: rate.unwrap_or(typed(ssecheck_model::amount::Rate(ssecheck_load::settings::RATE))),
        arrival: Arrival::Constant,
        publishers: None,
        topics: None,
        size: None,
        event: None,
        hook: None,
        connections: None,
    });
    publish.rate = rate.unwrap_or(publish.rate);
    if let Some(size) = args.size {
        publish.size = Some(typed(Size::Fixed(size)));
    }
    publish.publishers = args.publishers.map(typed).or(publish.publishers);
    Ok(())
}

fn change_server(plan: &mut Plan, args: &LoadArgs) -> Result<(), Stop> {
    if args.sequence.is_none() && args.timestamp.is_none() {
        return Ok(());
    }
    let server = plan.server.get_or_insert_with(ServerEvents::default);
    match args.sequence.as_deref() {
        None => {}
        Some("id") => server.sequence = Sequence::Id,
        Some("none") => server.sequence = Sequence::None,
        Some(pointer) => server.sequence = Sequence::Pointer(typed(pointer.to_owned())),
    }
    if let Some(text) = &args.timestamp {
        server.timestamp = Some(timestamp(text)?);
    }
    Ok(())
}

fn timestamp(text: &str) -> Result<TimeStamp, Stop> {
    let (pointer, unit) = text.rsplit_once(':').unwrap_or((text, "ms"));
    let unit = match unit {
        "s" => TimeUnit::S,
        "ms" => TimeUnit::Ms,
        "us" => TimeUnit::Us,
        "ns" => TimeUnit::Ns,
        "rfc3339" => TimeUnit::Rfc3339,
        _ => {
            let message = format!("--timestamp: `{unit}` is no unit: s, ms, us, ns or rfc3339");
            return Err(Stop::usage(message));
        }
    };
    Ok(TimeStamp { pointer: typed(pointer.to_owned()), unit })
}

fn variables(plan: &Plan, plan_file: &Path) -> Result<Option<Table>, Stop> {
    let Some(name) = &plan.variables else { return Ok(None) };
    let path = plan_file.parent().unwrap_or(Path::new("")).join(&name.value);
    let table = Table::read(&read(&path)?);
    let table = table.map_err(|error| Stop::usage(format!("{}: {error}", path.display())))?;
    let has: Vec<&str> = table.columns().collect();
    match plan.columns().into_iter().find(|column| !has.contains(column)) {
        None => Ok(Some(table)),
        Some(missing) => Err(Stop::usage(format!(
            "{} has no column `{missing}`, which the plan uses: it has {}",
            path.display(),
            has.join(", ")
        ))),
    }
}

/// A value that was typed, and so has no place in a file.
fn typed<T>(value: T) -> Placed<T> {
    Placed { value, line: 0, column: 0 }
}
