//! The books of a worker: every receipt and event is entered here, with its time and its count.

use std::sync::{Arc, Mutex, PoisonError};

use ssecheck_model::load::Metric;
use ssecheck_model::plan::{Sequence, TimeUnit};
use ssecheck_parser::Event;
use ssecheck_transport::Stamp;

use crate::blind::Blind;
use crate::clock::{Clock, Nanos};
use crate::counters::Counters;
use crate::ledger::{Arrived, Ledger};
use crate::metrics::Metrics;
use crate::payload::Payload;
use crate::schedule::Cursor;
use crate::stream::Place;
use crate::timestamp;
use crate::tracker::{Names, Spreads};

/// A time that is known to within this, or to within this share of itself, counts as known.
pub(crate) const TIME_TOLERANCE: Nanos = 100_000;
/// See [`TIME_TOLERANCE`].
pub(crate) const TIME_TOLERANCE_SHARE: f64 = 0.02;

/// How events are told apart.
pub(crate) enum Telling {
    /// They are our own.
    Ours { run: u32, machine: u16, topics: u32 },
    /// By their ids.
    Ids(Names),
    /// By a number in their data, counted from the first one seen.
    Pointer { pointer: String, base: Option<u64>, seen: u32 },
    /// Not at all.
    Nothing,
}

/// A time stamp in the data.
pub(crate) struct StampRule {
    pub(crate) pointer: String,
    pub(crate) unit: TimeUnit,
}

/// Everything that a worker knows.
pub(crate) struct Books {
    pub(crate) clock: Clock,
    pub(crate) metrics: Metrics,
    pub(crate) counters: Counters,
    pub(crate) blind: Arc<Mutex<Blind>>,
    pub(crate) telling: Telling,
    pub(crate) stamp_rule: Option<StampRule>,
    pub(crate) stamp_least_us: Option<i64>,
    /// For each subscriber, an account for each publisher of its topic.
    pub(crate) ledgers: Vec<Box<[Ledger]>>,
    /// How many events of each publisher were due, as of those who joined last ...
    pub(crate) joined: Vec<Cursor>,
    /// ... of those who left last ...
    pub(crate) left: Vec<Cursor>,
    /// ... and of the end. Each goes forward only.
    pub(crate) ended: Vec<Cursor>,
    pub(crate) spreads: Vec<Spreads>,
    /// Streams open for each topic.
    pub(crate) audience: Vec<u32>,
    /// Number of this worker's first subscriber in the whole run.
    pub(crate) first_subscriber: u64,
    /// Whether each stream is its subscriber's own (not a GET): others' events are no measure for it.
    pub(crate) own_streams: bool,
    /// Whether nobody said that the ids tell events apart for all.
    pub(crate) ids_are_assumed: bool,
    /// An event is owed to a subscriber that had its head this long before the event was due: a
    /// server may answer before it has entered the subscriber everywhere.
    pub(crate) join_margin: Nanos,
    /// Whether kernel times are asked for.
    pub(crate) kernel_time: bool,
}

/// One read of one stream.
pub(crate) struct Receipt {
    /// When it came.
    pub(crate) at: Nanos,
    /// How long ago that was when it was read; `None` without a kernel stamp.
    lag: Option<Nanos>,
    /// When something had come before.
    heard_before: Nanos,
    /// The newest event in it.
    pub(crate) newest: Option<Delivery>,
    /// Where the newest event ends in the stream.
    pub(crate) last_end: Option<u64>,
}

/// What is known of an event before its time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Delivery {
    /// When it was to be published, and when it was sent.
    published: Option<(Nanos, Nanos)>,
    remote: bool,
    /// Sequence and number, for the spread.
    identity: Option<(u32, u32)>,
    /// The server's own time stamp, in microseconds since the Unix epoch.
    stamped_us: Option<i64>,
}

impl Books {
    /// Enters a read.
    pub(crate) fn receive(&mut self, place: &mut Place, len: usize, stamp: Stamp) -> Receipt {
        let at = self.clock.at(stamp.received());
        self.counters.wire_bytes += len as u64;
        let heard_before = place.heard;
        if place.timed {
            self.metrics.record(Metric::IdleGap, at.saturating_sub(heard_before));
        }
        let read = self.clock.at(stamp.at);
        let lag = stamp.kernel_at.map(|_| read.saturating_sub(at));
        Receipt { at, lag, heard_before, newest: None, last_end: None }
    }

    /// Enters a read of many bytes: three quarters of the window are so near to closed that the
    /// server may have had to wait.
    pub(crate) fn crowded(&mut self, waiting: usize, window: usize) {
        self.counters.most_waiting = self.counters.most_waiting.max(waiting as u64);
        self.counters.window_closed += u64::from(waiting >= window / 4 * 3);
    }

    /// Enters a comment.
    pub(crate) fn comment(&mut self, place: &mut Place, at: Nanos) {
        self.counters.comments += 1;
        if place.comment > 0 && place.timed {
            self.metrics.record(Metric::Heartbeat, at.saturating_sub(place.comment));
        }
        place.comment = at;
    }

    /// Enters an event: what it is, and whether it was owed.
    pub(crate) fn event(
        &mut self,
        place: &mut Place,
        receipt: &Receipt,
        event: &Event<'_>,
        own_id: bool,
    ) -> Delivery {
        self.counters.events += 1;
        if !place.begun {
            place.begun = true;
            self.metrics.record(Metric::FirstEvent, receipt.at.saturating_sub(place.requested));
        }
        let mut delivery = Delivery {
            published: None,
            remote: false,
            identity: None,
            stamped_us: self.stamped_us(event.data),
        };
        if matches!(self.telling, Telling::Ours { .. }) {
            self.our_event(place, event.data, &mut delivery);
        } else if let Some(number) = self.number(place.local, event, own_id) {
            if self.own_streams && matches!(self.telling, Telling::Pointer { .. }) {
                self.arrive(place.local, 0, number, number);
                return delivery;
            }
            let settled = match &mut self.telling {
                Telling::Ids(names) => names.settled(receipt.at).min(number),
                _ => number,
            };
            if receipt.at < place.ready + self.join_margin {
                let accounts = &mut self.ledgers[place.local as usize];
                accounts.iter_mut().for_each(|ledger| ledger.doubt(place.known));
            }
            let arrived = self.arrive(place.local, 0, number, settled);
            let known = arrived == Arrived::Replayed || number < place.known;
            match arrived {
                Arrived::New if !known => delivery.identity = Some((0, number)),
                // What others had before this stream began is history: it has no latency.
                Arrived::New | Arrived::Replayed | Arrived::Early => self.counters.replayed += 1,
                Arrived::Again => {}
            }
            if known {
                delivery.stamped_us = None;
            }
        }
        delivery
    }

    fn our_event(&mut self, place: &Place, data: &str, delivery: &mut Delivery) {
        let Telling::Ours { run, machine, topics, .. } = self.telling else { return };
        let topic = self.topic(place.local);
        let payload = Payload::read(data)
            .filter(|payload| payload.run == run && payload.publisher % topics == topic)
            .filter(|payload| (payload.publisher as usize) < self.spreads.len());
        let Some(payload) = payload else {
            self.counters.foreign += 1;
            return;
        };
        let account = (payload.publisher / topics) as usize;
        let intended = self.clock.from_unix_us(payload.intended_us);
        match self.arrive(place.local, account, payload.number, payload.answered) {
            // Those of the margin after a return are no replay, though they count as of the time away.
            Arrived::New | Arrived::Early | Arrived::Replayed if intended >= place.ready => {
                let sent = self.clock.from_unix_us(payload.sent_us);
                delivery.published = Some((intended, sent));
                delivery.remote = payload.machine != machine;
                delivery.identity = Some((payload.publisher, payload.number));
            }
            Arrived::Again => {}
            Arrived::New | Arrived::Early | Arrived::Replayed => self.counters.replayed += 1,
        }
    }

    /// The number of one of the server's own events, if they can be told apart.
    fn number(&mut self, local: u32, event: &Event<'_>, own_id: bool) -> Option<u32> {
        match &mut self.telling {
            Telling::Ids(names) => own_id.then(|| names.number(event.last_event_id, local)),
            Telling::Pointer { pointer, base, seen } => {
                let value = timestamp::at_pointer(event.data, pointer);
                let number = value.and_then(|value| value.as_u64()).and_then(|value| {
                    // The first one seen need not be the first one of all.
                    let base = base.get_or_insert(value.saturating_sub(1 << 20));
                    u32::try_from(value.checked_sub(*base)?).ok()
                });
                // The largest number is no event's, so that one past any can be counted.
                let number = number.filter(|number| *number < u32::MAX);
                *seen = number.map_or(*seen, |number| (*seen).max(number + 1));
                number
            }
            Telling::Ours { .. } | Telling::Nothing => None,
        }
    }

    fn stamped_us(&self, data: &str) -> Option<i64> {
        let rule = self.stamp_rule.as_ref()?;
        timestamp::read(&timestamp::at_pointer(data, &rule.pointer)?, rule.unit)
    }

    fn arrive(&mut self, local: u32, account: usize, number: u32, answered: u32) -> Arrived {
        let accounts = &mut self.ledgers[local as usize];
        if accounts.is_empty() {
            // An account of the server's own events begins with the first one that comes.
            *accounts = Box::new([Ledger::owed_from(number)]);
        }
        accounts.get_mut(account).map_or(Arrived::Early, |ledger| ledger.arrive(number, answered))
    }

    /// The topic of a subscriber.
    pub(crate) fn topic(&self, local: u32) -> u32 {
        let topics = self.audience.len() as u64;
        ((self.first_subscriber + u64::from(local)) % topics) as u32
    }

    /// The publishers of a topic.
    pub(crate) fn publishers_of(&self, topic: u32) -> impl Iterator<Item = u32> + use<> {
        (topic..self.spreads.len() as u32).step_by(self.audience.len())
    }

    /// The read is over: the newest event in it has the time of the read, if nothing of the stream
    /// came after it (`clean`).
    pub(crate) fn settle(&mut self, place: &mut Place, receipt: &Receipt, clean: bool) {
        if let Some(newest) = receipt.newest {
            self.time(place, receipt, newest, clean);
        }
    }

    /// Enters the time of an event. `exact`: it came with the last segment of the read.
    pub(crate) fn time(
        &mut self,
        place: &mut Place,
        receipt: &Receipt,
        delivery: Delivery,
        exact: bool,
    ) {
        if !place.timed {
            return;
        }
        self.lag(receipt);
        let earliest = if exact { receipt.at } else { self.earliest(receipt, &delivery) };
        if !known(earliest, receipt.at, &delivery) {
            let measured =
                delivery.published.is_some() || !matches!(self.telling, Telling::Ours { .. });
            self.counters.untimed += u64::from(measured);
            place.event = 0;
            return self.between(earliest, receipt.at, &delivery);
        }
        if place.event > 0 {
            self.metrics.record(Metric::Gap, receipt.at.saturating_sub(place.event));
        }
        place.event = receipt.at;
        self.fan_out(receipt.at, &delivery);
    }

    fn lag(&mut self, receipt: &Receipt) {
        let lag = match receipt.lag {
            Some(lag) => lag,
            None => {
                self.counters.without_kernel_stamp += u64::from(self.kernel_time);
                receipt.at.saturating_sub(self.blind_since())
            }
        };
        self.metrics.record(Metric::Lag, lag);
    }

    /// The earliest time at which an event can have come that was read with later bytes.
    fn earliest(&mut self, receipt: &Receipt, delivery: &Delivery) -> Nanos {
        let sent = delivery.published.filter(|_| !delivery.remote).map_or(0, |(_, sent)| sent);
        self.blind_since().max(receipt.heard_before).max(sent).min(receipt.at)
    }

    fn blind_since(&self) -> Nanos {
        self.blind.lock().unwrap_or_else(PoisonError::into_inner).since()
    }

    fn between(&mut self, earliest: Nanos, latest: Nanos, delivery: &Delivery) {
        // Those of another machine have another clock, and a histogram without bounds.
        if let Some((intended, _)) = delivery.published.filter(|_| !delivery.remote) {
            self.metrics.record(Metric::UntimedLow, earliest.saturating_sub(intended));
            self.metrics.record(Metric::UntimedHigh, latest.saturating_sub(intended));
        }
    }

    fn fan_out(&mut self, at: Nanos, delivery: &Delivery) {
        match delivery.published {
            Some((intended, _)) if delivery.remote => {
                self.metrics.record(Metric::FanoutRemote, at.saturating_sub(intended));
            }
            Some((intended, sent)) => {
                self.metrics.record(Metric::Fanout, at.saturating_sub(intended));
                self.metrics.record(Metric::FanoutFromActual, at.saturating_sub(sent));
            }
            None => {}
        }
        if let Some(stamped) = delivery.stamped_us {
            let taken = self.clock.unix_us(at) as i64 - stamped;
            self.stamp_least_us = Some(self.stamp_least_us.map_or(taken, |l| l.min(taken)));
            let taken = u64::try_from(taken).unwrap_or(0).saturating_mul(1000);
            self.metrics.record(Metric::FanoutFromStamp, taken);
        }
        if let Some((sequence, number)) = delivery.identity {
            let topic = sequence as usize % self.audience.len();
            let audience = self.audience[topic];
            let spreads = &mut self.spreads[sequence as usize];
            spreads.book(number, at, audience, &mut self.metrics);
        }
    }
}

/// Whether a time between two bounds is known well enough.
fn known(earliest: Nanos, latest: Nanos, delivery: &Delivery) -> bool {
    let width = latest.saturating_sub(earliest);
    let taken = delivery.published.map_or(0, |(intended, _)| latest.saturating_sub(intended));
    width <= TIME_TOLERANCE.max((taken as f64 * TIME_TOLERANCE_SHARE) as Nanos)
}

impl Telling {
    /// Whether it told nothing: no ids at all, or only such as each connection has for itself.
    pub(crate) fn is_void(&self, ids_are_assumed: bool) -> bool {
        match self {
            Self::Ids(names) => names.count() == 0 || ids_are_assumed && names.are_private(),
            Self::Nothing => true,
            Self::Ours { .. } | Self::Pointer { .. } => false,
        }
    }

    /// The word for it in the report.
    pub(crate) fn as_str(&self) -> &'static str {
        match self {
            Self::Ours { .. } => "publish",
            Self::Ids(_) => "id",
            Self::Pointer { .. } => "pointer",
            Self::Nothing => "none",
        }
    }

    /// One past the highest number that any of the server's own events had.
    pub(crate) fn seen(&self) -> u32 {
        match self {
            Self::Ids(names) => names.count(),
            Self::Pointer { seen, .. } => *seen,
            Self::Ours { .. } | Self::Nothing => 0,
        }
    }

    /// How the server's own events are told apart.
    pub(crate) fn of(sequence: &Sequence) -> Self {
        match sequence {
            Sequence::Id | Sequence::Auto => Self::Ids(Names::default()),
            Sequence::Pointer(pointer) => {
                Self::Pointer { pointer: pointer.value.clone(), base: None, seen: 0 }
            }
            Sequence::None => Self::Nothing,
        }
    }
}
