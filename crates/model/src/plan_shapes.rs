//! Checks of a plan's shapes: whether they fit into the measured time, and beside each other.

use crate::plan::{CapacityOf, CapacitySearch, Plan};
use crate::plan_bounds::MAX_SUBSCRIBERS;
use crate::plan_check::{Checked, refuse};
use crate::span::Span;

/// Finds the first shape that does not fit.
pub(crate) fn check(plan: &Plan) -> Checked {
    peak(plan)?;
    inside(plan)?;
    plan.capacity.map_or(Ok(()), |search| capacity(plan, &search.value))
}

fn peak(plan: &Plan) -> Checked {
    let start = plan.subscribers.map_or(0, |n| u64::from(n.value));
    let steps = plan.steps.map_or(0, |s| u64::from(s.add.value) * u64::from(s.times.value));
    let spike = plan.spike.map_or(0, |spike| u64::from(spike.add.value));
    let peak = start + steps + spike;
    if peak <= u64::from(MAX_SUBSCRIBERS) {
        return Ok(());
    }
    let key = if steps > spike { "steps" } else { "spike" };
    let message = format!("this makes {peak} subscribers at a time");
    refuse(key, message, format!("write fewer: {MAX_SUBSCRIBERS} is the most"))
}

/// What is due after the end would not happen, without a word.
fn inside(plan: &Plan) -> Checked {
    let Some(duration) = plan.duration.map(|duration| duration.value) else { return Ok(()) };
    plan.storm.map_or(Ok(()), |storm| begins("storm.at", storm.at.value, duration))?;
    if let Some(spike) = plan.spike {
        begins("spike.at", spike.at.value, duration)?;
        ends("spike.for", spike.at.value, spike.stay, duration)?;
    }
    if let Some(slow) = plan.slow {
        begins("slow.at", slow.at.value, duration)?;
        ends("slow.for", slow.at.value, slow.pause.value, duration)?;
    }
    plan.steps.map_or(Ok(()), |steps| {
        let last = Span(steps.every.0 * steps.times.value);
        if last < duration {
            return Ok(());
        }
        let message = format!("the last step is due at {last}, and the duration is {duration}");
        refuse("steps.times", message, "write fewer steps, or a longer `duration`")
    })
}

fn begins(path: &str, at: Span, duration: Span) -> Checked {
    if at < duration {
        return Ok(());
    }
    let message = format!("{at} is not before the end: the duration is {duration}");
    refuse(path, message, "write an earlier time, or a longer `duration`")
}

fn ends(path: &str, at: Span, length: Span, duration: Span) -> Checked {
    let end = Span(at.0 + length.0);
    if end <= duration {
        return Ok(());
    }
    let message = format!("this ends at {end}, and the duration is {duration}");
    refuse(path, message, format!("write {} or less, or a longer `duration`", rest(at, duration)))
}

fn rest(at: Span, duration: Span) -> Span {
    Span(duration.0.saturating_sub(at.0))
}

fn capacity(plan: &Plan, search: &CapacitySearch) -> Checked {
    let (from, to) = (search.from.value, search.to.value);
    if from >= to {
        let message = format!("{to} is not above `from` ({from})");
        refuse("capacity.to", message, format!("write more than {from}"))?;
    }
    let shapes = [
        ("steps", plan.steps.is_some()),
        ("spike", plan.spike.is_some()),
        ("storm", plan.storm.is_some()),
        ("slow", plan.slow.is_some()),
    ];
    if let Some((shape, _)) = shapes.into_iter().find(|(_, is_there)| *is_there) {
        let cure = "a search changes the number itself: put the shape into a plan of its own";
        refuse(shape, "it cannot stand beside `capacity`", cure)?;
    }
    if search.of == CapacityOf::Rate && plan.publish.is_none() {
        let cure = "add `publish: { rate: … }`, or search for `subscribers`";
        refuse("capacity.of", "only the hook's events have a rate that can be changed", cure)?;
    }
    if plan.thresholds.is_empty() {
        let cure = "add `thresholds: [ … ]`: the search looks for the most that keeps them";
        refuse("capacity", "without a threshold nothing tells good from bad", cure)?;
    }
    Ok(())
}
