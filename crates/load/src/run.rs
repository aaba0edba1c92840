//! A run from beginning to end: threads, intervals, and the report's load part.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::thread::JoinHandle;

use ssecheck_model::load::{Doubt, Interval, Load, Need, Trial};
use tokio::sync::{mpsc, watch};

use crate::clock::Clock;
use crate::conduct::{self, Legacy, Lines, News, Order};
use crate::ledger_of_run::Ledgers;
use crate::needs::{self, Demand, Machine};
use crate::publisher;
use crate::settings::{Settings, SetupError};
use crate::watch::{Watch, WatchError};
use crate::worker::Shared;
use crate::{facts, population};

/// What a run tells while it lasts.
#[derive(Debug)]
pub enum RunEvent<'a> {
    /// The plan was checked; connecting begins next. In a capacity search, once for each trial.
    Ready(&'a Settings),
    /// An interval is over.
    Interval(SoFar<'a>),
    /// A trial of the capacity search begins, with this many subscribers or events per second.
    Trial(f64),
    /// A trial is over.
    TrialDone(&'a Trial),
}

/// What is known at the end of an interval. What it costs to know is paid by who asks.
#[derive(Clone, Copy)]
pub struct SoFar<'a>(&'a Ledgers);

impl SoFar<'_> {
    /// The interval that has just ended.
    #[must_use]
    pub fn interval(&self) -> Option<&Interval> {
        self.0.load().series.last()
    }

    /// The doubts that can be told before the end. They are not final: figures go on changing.
    #[must_use]
    pub fn doubts(&self) -> Vec<Doubt> {
        self.0.doubts_so_far()
    }
}

impl std::fmt::Debug for SoFar<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SoFar").field(&self.interval()).finish()
    }
}

/// Why a run could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// It could not be made ready.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The server's process cannot be watched.
    #[error(transparent)]
    Watch(#[from] WatchError),
    /// The machine cannot do it.
    #[error("this machine cannot do that: {0}")]
    Short(String),
    /// The system refused a thread.
    #[error("cannot start: {0}")]
    System(#[from] std::io::Error),
    /// A thread ended by a panic.
    #[error("a thread of the generator broke")]
    Broken,
}

/// A run that is over.
#[derive(Debug)]
pub struct Finished {
    /// What it found, judged.
    pub load: Load,
    /// Whether the caller stopped it.
    pub interrupted: bool,
    /// The thresholds that it was stopped for, if it was.
    pub aborted: Option<String>,
}

/// What a run needs of this machine, with `processes` shards on it.
///
/// # Errors
/// When the target's name has no address.
pub async fn needs(settings: &Settings, processes: u32) -> Result<Vec<Need>, SetupError> {
    let addresses = settings.resolve().await?;
    let whole = settings.peak();
    let per_process = match (processes, settings.capacity) {
        (1, None) => population::range(settings).1,
        _ => whole.div_ceil(processes),
    };
    let publishing = settings.publishing();
    let demand = Demand {
        connections: u64::from(per_process),
        publish_connections: publishing.map_or(0, |p| p.connections as u64),
        peer: addresses.first().copied(),
        sources: sources(
            settings,
            addresses.first().map(|peer| needs::sources(*peer, u64::from(whole))),
        ),
        tls: settings.request.base.is_https(),
        processes,
        reconnects_per_second: settings.churn * f64::from(per_process),
        seconds: settings.duration.as_secs_f64(),
    };
    Ok(needs::check(&demand, &Machine::read()))
}

fn sources(settings: &Settings, spread: Option<Vec<IpAddr>>) -> Vec<IpAddr> {
    match settings.sources.is_empty() {
        true => spread.unwrap_or_default(),
        false => settings.sources.clone(),
    }
}

/// Carries out one run; `stop` ends it early and keeps what was measured.
///
/// # Errors
/// When it cannot begin.
pub async fn run(
    settings: Settings,
    needs: Vec<Need>,
    stop: impl Future<Output = ()>,
    mut tell: impl FnMut(&RunEvent<'_>),
) -> Result<Finished, RunError> {
    if let Some(short) = needs.iter().find(|need| need.short) {
        return Err(RunError::Short(short.message.clone()));
    }
    let settings = Arc::new(settings);
    let watch = Watch::new(settings.server_pid)?;
    let shared = shared(&settings).await?;
    probe(&shared).await?;
    let mut ledgers = Ledgers::new(&shared, watch, facts::plan(&settings, needs));
    tell(&RunEvent::Ready(&shared.settings));
    let mut threads = Threads::start(&shared)?;
    let outcome = threads.follow(&mut ledgers, stop, &mut tell).await;
    let (legacy, published) = threads.join()?;
    let mut load = ledgers.close(&legacy, published);
    load.aborted.clone_from(&outcome.aborted);
    Ok(Finished { load, interrupted: outcome.interrupted, aborted: outcome.aborted })
}

/// One connection, so that a target that nobody can reach is told at once.
async fn probe(shared: &Shared) -> Result<(), SetupError> {
    let settings = &shared.settings;
    let url = &settings.request.base;
    let connection = settings.dialer.dial_to(url, &shared.addresses, &settings.limits).await;
    let connection = connection.map_err(|error| SetupError::Unreachable {
        url: url.to_string(),
        reason: error.to_string(),
    })?;
    // It leaves nothing in TIME_WAIT.
    let _ = connection.wire().reset_on_drop();
    Ok(())
}

async fn shared(settings: &Arc<Settings>) -> Result<Shared, SetupError> {
    let addresses = settings.resolve().await?;
    let spread = addresses.first().map(|peer| needs::sources(*peer, u64::from(settings.peak())));
    let publishers = settings.publishing().map_or(0, |p| p.publishers);
    let machine = crate::environment::environment().machine;
    Ok(Shared {
        clock: Clock::starting_at(settings.start_at),
        addresses: addresses.into(),
        sources: sources(settings, spread).into(),
        machine: machine.bytes().fold(0_u16, |hash, b| hash.wrapping_mul(31) ^ u16::from(b)),
        sent: (0..publishers).map(|_| AtomicU32::new(0)).collect(),
        unsent: Arc::default(),
        settings: Arc::clone(settings),
    })
}

/// The threads of a run and the lines to them.
struct Threads {
    news: mpsc::UnboundedReceiver<News>,
    order: watch::Sender<Order>,
    worker: JoinHandle<std::io::Result<Legacy>>,
    publisher: Option<JoinHandle<std::io::Result<publisher::Legacy>>>,
}

/// How the watching ended.
#[derive(Debug, Default)]
struct Outcome {
    interrupted: bool,
    aborted: Option<String>,
}

impl Threads {
    fn start(shared: &Shared) -> Result<Self, RunError> {
        let (news_sender, news) = mpsc::unbounded_channel();
        let (order, orders) = watch::channel(Order::Run);
        let (done, published) = watch::channel(false);
        let lines = Lines { news: news_sender, order: orders, published };
        let worker = conduct::spawn(shared.clone(), lines.clone())?;
        let publishing = shared.settings.publishing().cloned();
        let publisher = match publishing {
            Some(publishing) => Some(publisher::spawn(shared.clone(), publishing, lines, done)?),
            None => None,
        };
        Ok(Self { news, order, worker, publisher })
    }

    /// Books the news until all threads are done.
    async fn follow(
        &mut self,
        ledgers: &mut Ledgers,
        stop: impl Future<Output = ()>,
        tell: &mut impl FnMut(&RunEvent<'_>),
    ) -> Outcome {
        let mut stop = std::pin::pin!(stop);
        let mut outcome = Outcome::default();
        loop {
            let news = tokio::select! {
                () = &mut stop, if !outcome.interrupted => {
                    outcome.interrupted = true;
                    self.order.send_replace(Order::Stop);
                    continue;
                }
                news = self.news.recv() => news,
            };
            let Some(news) = news else { return outcome };
            if matches!(news, News::Deserted) {
                // Nothing that is published from now on is owed to anybody.
                self.order.send_replace(Order::Stop);
                continue;
            }
            if !ledgers.book(news) {
                continue;
            }
            tell(&RunEvent::Interval(SoFar(ledgers)));
            if outcome.aborted.is_none()
                && let Some(crossed) = ledgers.crossed_for_too_long()
            {
                outcome.aborted = Some(crossed);
                self.order.send_replace(Order::Stop);
            }
        }
    }

    fn join(self) -> Result<(Legacy, Option<publisher::Legacy>), RunError> {
        let legacy = self.worker.join().map_err(|_| RunError::Broken)??;
        let published = match self.publisher {
            Some(publisher) => Some(publisher.join().map_err(|_| RunError::Broken)??),
            None => None,
        };
        Ok((legacy, published))
    }
}

/// A sentence when the target is neither on this machine nor in a private network.
pub async fn foreign_note(settings: &Settings) -> Option<String> {
    let addresses = settings.resolve().await.ok()?;
    addresses.first().copied().and_then(needs::foreign_note)
}
