//! How far a load run is: a view where a person watches, else one plain line per interval.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use serde::{Deserialize, Serialize};
use ssecheck_load::settings::Settings;
use ssecheck_load::so_far::Sums;
use ssecheck_load::{RunEvent, SoFar};
use ssecheck_model::load::{Doubt, Interval, Trial};
use ssecheck_model::plan::CapacityOf;
use ssecheck_report::text::live::{LoadProgress as Shown, Phase, doubt, lines};
use ssecheck_report::{Style, text};

use crate::interrupt::Interrupt;
use crate::output::Human;
use crate::screen::{Live, speaks_utf8};

/// How often doubts are judged, in milliseconds.
const DOUBTS_MS: u64 = 5_000;
/// Time between two plain lines at least.
const PACE: Duration = Duration::from_millis(950);

/// What one process tells at the end of an interval.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Told {
    interval: Interval,
    doubts: Vec<Doubt>,
}

impl Told {
    /// Doubts are judged from all histograms so far: not at each of many short intervals.
    fn of(so_far: &SoFar<'_>) -> Option<Self> {
        let interval = so_far.interval()?.clone();
        let end = interval.at_ms + interval.length_ms;
        let due = interval.at_ms / DOUBTS_MS != end / DOUBTS_MS;
        let doubts = if due { so_far.doubts() } else { Vec::new() };
        Some(Self { interval, doubts })
    }

    /// From a line of a shard's output; other lines are for nobody.
    pub(crate) fn read(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }
}

/// Tells how far a run is.
pub(crate) struct LoadProgress {
    pub(crate) human: Human,
    interrupt: Option<Interrupt>,
    processes: usize,
    now: Arc<Mutex<Now>>,
    live: Option<Live>,
    /// When the last plain line was written.
    spoken: Option<Instant>,
    trials: usize,
    trial: Option<f64>,
}

/// What the view is made of.
#[derive(Default)]
struct Now {
    shown: Shown,
    sums: Sums,
    plan: Option<(Settings, Instant)>,
}

fn locked(now: &Mutex<Now>) -> MutexGuard<'_, Now> {
    now.lock().unwrap_or_else(PoisonError::into_inner)
}

impl LoadProgress {
    /// For a person.
    pub(crate) fn new(human: Human, interrupt: Interrupt, processes: usize) -> Self {
        Self { interrupt: Some(interrupt), ..Self::silent(human, processes) }
    }

    /// For the process that has started this one.
    pub(crate) fn for_parent() -> Self {
        Self::silent(Human::new(false), 1)
    }

    fn silent(human: Human, processes: usize) -> Self {
        let (now, live, spoken) = (Arc::default(), None, None);
        Self { human, interrupt: None, processes, now, live, spoken, trials: 0, trial: None }
    }

    /// Tells what happened.
    pub(crate) fn tell(&mut self, event: &RunEvent<'_>) {
        match (event, &self.interrupt) {
            (RunEvent::Interval(so_far), None) => pass_on(so_far),
            (_, None) => {}
            (RunEvent::Ready(settings), _) => self.begin((*settings).clone()),
            (RunEvent::Interval(so_far), _) => Told::of(so_far).iter().for_each(|it| self.hear(it)),
            (RunEvent::Trial(value), _) => self.trial = Some(*value),
            (RunEvent::TrialDone(trial), _) => self.trial_done(trial),
        }
    }

    /// A run begins, or a trial of a search.
    pub(crate) fn begin(&mut self, settings: Settings) {
        let trial = self.trial.map(|value| self.trial_text(value, &settings));
        let start = match settings.start_at.duration_since(SystemTime::now()) {
            Ok(ahead) => Instant::now() + ahead,
            Err(past) => Instant::now().checked_sub(past.duration()).unwrap_or_else(Instant::now),
        };
        if let (Some(trial), false) = (&trial, self.human.is_live()) {
            self.human.say(trial);
        }
        *locked(&self.now) = Now {
            shown: Shown { trial, ..Shown::default() },
            sums: Sums::of(self.processes),
            plan: Some((settings, start)),
        };
        // Without a terminal the intervals speak for themselves, but not those of trials.
        if self.human.is_live() || self.trial.is_some() {
            self.show();
        } else {
            self.human
                .say("one line per interval; its times are its own, not those of the whole run");
        }
    }

    fn trial_text(&self, value: f64, settings: &Settings) -> String {
        let of = match (settings.capacity.map(|it| it.of), settings.publishing()) {
            (Some(CapacityOf::Rate), _) => "events/s",
            _ => "subscribers",
        };
        format!("trial {}: {value} {of}", self.trials + 1)
    }

    fn show(&mut self) {
        let (now, interrupt, style) =
            (Arc::clone(&self.now), self.interrupt.clone(), self.human.style);
        let ascii = !speaks_utf8();
        let human = self.human;
        self.live.get_or_insert_with(|| {
            Live::start(human, move |width| {
                let mut now = locked(&now);
                now.tick(interrupt.as_ref().is_some_and(Interrupt::is_heard));
                lines(&now.shown, Style { width, ..style }, ascii)
            })
        });
    }

    /// A shard has told of an interval.
    pub(crate) fn hear(&mut self, told: &Told) {
        let mut now = locked(&self.now);
        let interval = now.sums.add(&told.interval);
        let fresh = now.note(&told.doubts);
        if let Some(interval) = &interval {
            now.book(interval.clone());
        }
        drop(now);
        // They stay in the log; on a screen they are part of the view.
        if !self.human.is_live() && self.trial.is_none() {
            for it in &fresh {
                self.human.write(&(doubt(it, self.human.style).join("\n") + "\n"));
            }
            interval.iter().for_each(|interval| self.speak(interval));
        }
    }

    fn speak(&mut self, interval: &Interval) {
        if self.spoken.is_none_or(|before| before.elapsed() >= PACE) {
            self.spoken = Some(Instant::now());
            let line = text::load::progress(interval, self.human.style);
            self.human.write(&format!("{line}\n"));
        }
    }

    fn trial_done(&mut self, trial: &Trial) {
        self.trials += 1;
        let word = if trial.held { "held" } else { "did not hold" };
        let shown = locked(&self.now).shown.trial.clone().filter(|_| self.human.is_live());
        let which = shown.map_or_else(String::new, |trial| format!("{trial}: "));
        self.human.say(&format!("{which}{word}: {}", trial.message));
    }
}

/// One line of JSON for the process that has started this one.
fn pass_on(so_far: &SoFar<'_>) {
    let Some(told) = Told::of(so_far) else { return };
    // A view that lacks an interval is no reason to stop.
    let _ = serde_json::to_string(&told).map(|line| crate::output::print(&format!("{line}\n")));
}

impl Now {
    fn book(&mut self, interval: Interval) {
        let (shown, sums) = (&mut self.shown, &self.sums);
        (shown.failed, shown.ended_early) = (sums.failed, sums.ended_early);
        shown.events = sums.events;
        shown.so_far = sums.briefs();
        shown.book(interval);
    }

    /// Takes doubts in, and tells those that are new.
    fn note(&mut self, doubts: &[Doubt]) -> Vec<Doubt> {
        let mut fresh = Vec::new();
        for doubt in doubts {
            match self.shown.doubts.iter_mut().find(|known| known.code == doubt.code) {
                Some(known) => *known = doubt.clone(),
                None => {
                    self.shown.doubts.push(doubt.clone());
                    fresh.push(doubt.clone());
                }
            }
        }
        fresh
    }

    /// Where the run is by the plan and the clock.
    fn tick(&mut self, stopping: bool) {
        let Some((settings, start)) = &self.plan else { return };
        let ms = |at: Duration| u64::try_from(at.as_millis()).unwrap_or(u64::MAX);
        let passed = ms(start.elapsed());
        let joined = ms(Duration::from_secs_f64(f64::from(settings.subscribers) / settings.ramp));
        let [publishing, end] = [settings.publish_from(), settings.end()].map(|at| at / 1_000_000);
        let (phase, until) = match passed {
            _ if stopping => (Phase::Stopping, passed),
            0 if *start > Instant::now() => (Phase::Waiting, ms(*start - Instant::now())),
            at if at < joined => (Phase::Connecting, joined),
            at if at < publishing => (Phase::Settling, publishing),
            at if at < end => (Phase::Measuring, end),
            _ => (Phase::Draining, end + ms(settings.drain)),
        };
        let shown = &mut self.shown;
        shown.phase = phase;
        shown.phase_left_ms = until.saturating_sub(passed);
        shown.left_ms = end.saturating_sub(passed);
        shown.wanted = settings.wanted(passed.saturating_mul(1_000_000).max(joined * 1_000_000));
    }
}
