//! Checks of a plan's numbers and times: each alone, against its bounds.

use std::time::Duration;

use crate::amount::Share;
use crate::placed::Placed;
use crate::plan::{Arrival, Plan, Publish, Size};
use crate::plan_bounds::{
    MAX_BURST, MAX_CHOICES, MAX_PUBLISH_CONNECTIONS, MAX_PUBLISHERS, MAX_RECEIVE_BUFFER,
    MAX_REPEATS, MAX_SIZE, MAX_STEPS, MAX_SUBSCRIBERS, MAX_THRESHOLDS, MAX_TOPICS, MIN_INTERVAL,
    MIN_SIZE,
};
use crate::plan_check::{Checked, refuse};
use crate::span::Span;

/// Finds the first number or time out of its bounds.
pub(crate) fn check(plan: &Plan) -> Checked {
    between("subscribers", plan.subscribers, 1, MAX_SUBSCRIBERS)?;
    times(plan)?;
    if plan.thresholds.len() > MAX_THRESHOLDS {
        let message = format!("there are more than {MAX_THRESHOLDS}");
        refuse("thresholds", message, "drop some")?;
    }
    plan.publish.as_ref().map_or(Ok(()), publish)?;
    shapes(plan)
}

fn times(plan: &Plan) -> Checked {
    not_zero("duration", plan.duration.map(|span| span.value))?;
    let Some(interval) = plan.interval else { return Ok(()) };
    if interval.0 < MIN_INTERVAL {
        let cure = format!("write {} or more", Span(MIN_INTERVAL));
        refuse("interval", format!("`{}` is too short", interval.value), cure)?;
    }
    Ok(())
}

fn publish(publish: &Publish) -> Checked {
    between("publish.publishers", publish.publishers, 1, MAX_PUBLISHERS)?;
    between("publish.topics", publish.topics, 1, MAX_TOPICS)?;
    between("publish.connections", publish.connections, 1, MAX_PUBLISH_CONNECTIONS)?;
    if let Arrival::Burst(events) = publish.arrival {
        number("publish.arrival.burst", events, 1, MAX_BURST)?;
    }
    publish.size.as_ref().map_or(Ok(()), |size| sizes(size))
}

fn sizes(size: &Size) -> Checked {
    let bytes = |path: &str, bytes| number(path, bytes, MIN_SIZE, MAX_SIZE);
    match size {
        Size::Fixed(size) => bytes("publish.size.fixed", *size),
        Size::Uniform(range) => {
            bytes("publish.size.uniform.min", range.min)?;
            bytes("publish.size.uniform.max", range.max)?;
            not_below("publish.size.uniform", range.max, "min", range.min)
        }
        Size::Exponential(tail) => {
            bytes("publish.size.exponential.mean", tail.mean)?;
            bytes("publish.size.exponential.max", tail.max)?;
            not_below("publish.size.exponential", tail.max, "mean", tail.mean)
        }
        Size::Choices(choices) => {
            if !(1..=MAX_CHOICES).contains(&choices.len()) {
                let cure = format!("write 1 to {MAX_CHOICES} entries `{{ bytes: …, weight: … }}`");
                let message = format!("{} sizes to choose from", choices.len());
                refuse("publish.size.choices", message, cure)?;
            }
            for (index, choice) in choices.iter().enumerate() {
                bytes(&format!("publish.size.choices.{index}.bytes"), choice.bytes)?;
            }
            if choices.iter().all(|choice| choice.weight == 0) {
                let cure = "give one of them a weight above 0";
                refuse("publish.size.choices", "all weights are 0", cure)?;
            }
            Ok(())
        }
    }
}

fn shapes(plan: &Plan) -> Checked {
    if let Some(steps) = plan.steps {
        between("steps.add", Some(steps.add), 1, MAX_SUBSCRIBERS)?;
        between("steps.times", Some(steps.times), 1, MAX_STEPS)?;
        not_zero("steps.every", Some(steps.every.value))?;
    }
    if let Some(spike) = plan.spike {
        between("spike.add", Some(spike.add), 1, MAX_SUBSCRIBERS)?;
        not_zero("spike.for", Some(spike.stay))?;
    }
    some_share("churn", plan.churn)?;
    if let Some(slow) = plan.slow {
        some_share("slow.share", Some(slow.share))?;
        not_zero("slow.for", Some(slow.pause.value))?;
        between("slow.receive_buffer", slow.receive_buffer, 1, MAX_RECEIVE_BUFFER)?;
    }
    let Some(search) = plan.capacity else { return Ok(()) };
    between("capacity.from", Some(search.from), 1, MAX_SUBSCRIBERS)?;
    between("capacity.to", Some(search.to), 1, MAX_SUBSCRIBERS)?;
    between("capacity.repeats", search.repeats, 1, MAX_REPEATS)?;
    some_share("capacity.precision", search.precision)
}

fn between(path: &str, value: Option<Placed<u32>>, least: u32, most: u32) -> Checked {
    value.map_or(Ok(()), |value| number(path, value.value, least, most))
}

fn number(path: &str, value: u32, least: u32, most: u32) -> Checked {
    let word = match value {
        _ if value < least => "small",
        _ if value > most => "large",
        _ => return Ok(()),
    };
    let cure = format!("write a number from {least} to {most}");
    refuse(path, format!("{value} is too {word}"), cure)
}

fn not_below(path: &str, max: u32, other: &str, value: u32) -> Checked {
    if value <= max {
        return Ok(());
    }
    let message = format!("{max} is less than `{other}` ({value})");
    refuse(&format!("{path}.max"), message, format!("write {value} or more"))
}

fn not_zero(path: &str, span: Option<Span>) -> Checked {
    match span {
        Some(Span(Duration::ZERO)) => {
            refuse(path, "this is no time at all", "write a longer one, like 1s")
        }
        _ => Ok(()),
    }
}

fn some_share(path: &str, share: Option<Placed<Share>>) -> Checked {
    match share {
        Some(share) if share.0 <= 0.0 => {
            refuse(path, format!("`{}` is nothing", share.value), "write more than 0%")
        }
        _ => Ok(()),
    }
}
