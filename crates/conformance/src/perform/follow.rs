//! The follow step: one publication read through many connections.

use std::collections::BTreeSet;
use std::time::Duration;

use ssecheck_model::step::{CutHow, Follow};
use ssecheck_parser::owned::OwnedItem;
use tokio::time::Instant as Deadline;

use super::{Stage, StepResult};
use crate::open::{HEAD_TIME, open};
use crate::stream::{SeenItem, Stop, Stream};
use crate::text::{has_word, marker};

use super::fence::FENCE_TIME;

/// How long a chain of connections may take before the last one, before scaling.
const FOLLOW_TIME: Duration = Duration::from_secs(10);
/// After so long without a byte there is nothing more to cut, once all is published; before
/// scaling. This is never judged: the last connection tells what is missing.
const IDLE: Duration = Duration::from_millis(500);
/// Time between two looks at a publication in the background.
const LOOK: Duration = Duration::from_millis(20);
/// How often a server may end the last connection before all is in.
const LAST_TRIES: u32 = 5;
/// How many events are published while the client is away, on every other reconnect.
const AWAY: usize = 2;

/// One logical client on its way through the connections.
struct Client {
    /// The id to resume from.
    id: String,
    chain: Vec<Stream>,
    /// What marks the events of the publication.
    markers: Vec<String>,
    /// Which of them the client has, by index.
    kept: BTreeSet<usize>,
}

impl Stage<'_> {
    pub(super) async fn follow(&mut self, step: &Follow) -> StepResult {
        let deadline = Deadline::now() + self.subject.scaled(step.within, FOLLOW_TIME);
        let id = self.stream_mut(&step.from)?.last_id().unwrap_or_default().to_owned();
        let markers = self.markers(&step.publication);
        let mut client = Client { id, chain: Vec::new(), markers, kept: BTreeSet::new() };
        if !client.id.is_empty() {
            self.cut_often(step, &mut client, deadline).await;
            if client.chain.last().is_none_or(Stream::is_stream) {
                self.read_last(step, &mut client, deadline).await?;
            }
        }
        self.chains.insert(step.name.value.clone(), client.chain);
        self.end_publication(&step.publication).await
    }

    /// The marker of each event of a publication.
    fn markers(&self, publication: &str) -> Vec<String> {
        let done = self.publications.get(publication).into_iter().flatten();
        let mut data: Vec<String> = done.filter_map(|one| one.content.data.clone()).collect();
        data.extend(self.pending.get(publication).into_iter().flat_map(|all| all.data.clone()));
        data.iter().filter_map(|data| marker(&self.token, data)).collect()
    }

    /// Every connection but the last.
    async fn cut_often(&mut self, step: &Follow, client: &mut Client, deadline: Deadline) {
        for number in 0..step.cuts {
            self.stay_away(&step.publication, number, deadline).await;
            if Deadline::now() >= deadline || client.has_all() {
                return;
            }
            let mut stream = self.resumed(client).await;
            let more = self.take_some(step, client, &mut stream, number, deadline).await;
            let torn = stream.is_open();
            stream.cut = torn;
            stream.finish(step.how == CutHow::Reset).await;
            if torn {
                stream.tear(step.at);
            }
            client.keep(stream);
            if !more {
                return;
            }
        }
    }

    /// On every other reconnect, waits until something has been published that must be replayed;
    /// on the others the client is back at once, and meets the join of replay and live events.
    async fn stay_away(&mut self, publication: &str, number: u32, deadline: Deadline) {
        let Some(pending) = self.pending.get_mut(publication) else { return };
        if number % 2 == 1 {
            let goal = pending.sent() + AWAY;
            pending.until(goal, deadline).await;
        }
    }

    async fn resumed(&self, client: &Client) -> Stream {
        let budget = self.subject.scaled(None, HEAD_TIME);
        open(self.subject, self.plan_with(&client.id), budget).await
    }

    /// Takes one event of the publication, or two, or three. False when it makes no sense to go
    /// on: no answer, no stream, or nothing more to come.
    async fn take_some(
        &self,
        step: &Follow,
        client: &Client,
        stream: &mut Stream,
        number: u32,
        deadline: Deadline,
    ) -> bool {
        if !stream.is_stream() {
            return false;
        }
        let (mut shown, mut left) = (0, number % 3 + 1);
        loop {
            let is_over = self.pending.get(&step.publication.value).is_none_or(|all| all.is_over());
            let idle = Deadline::now() + IDLE.mul_f64(self.subject.time_scale);
            let (before, from) = (stream.bytes.len(), shown);
            let last = |seen: &SeenItem| {
                shown += 1;
                left -= u32::from(client.is_own(seen));
                left == 0
            };
            let stop = stream.read_until(deadline.min(idle), from, last).await;
            stream.taken = shown;
            match stop {
                Stop::Satisfied | Stop::Ended => return stream.error.is_none(),
                Stop::TimedOut if Deadline::now() >= deadline => return false,
                Stop::TimedOut if is_over && stream.bytes.len() == before => return false,
                Stop::TimedOut => {}
            }
        }
    }

    /// The last connection reads until a marker event proves that all is in. A server may end it
    /// before; then the client comes back.
    async fn read_last(
        &mut self,
        step: &Follow,
        client: &mut Client,
        deadline: Deadline,
    ) -> StepResult {
        let name = step.name.value.as_str();
        for _ in 0..LAST_TRIES {
            let mut stream = self.resumed(client).await;
            let live = stream.is_stream();
            if live {
                self.await_publication(&step.publication, &mut stream, deadline).await?;
                self.streams.insert(name.to_owned(), stream);
                let budget = self.subject.scaled(None, FENCE_TIME);
                let fenced = self.fence(name, budget).await;
                stream = self.streams.remove(name).ok_or("the last connection is gone")?;
                fenced?;
            }
            let ended = live && !stream.is_open();
            stream.finish(false).await;
            client.keep(stream);
            if !ended {
                break;
            }
        }
        Ok(())
    }

    /// Reads along until a publication in the background has ended; when time is up, it is ended.
    async fn await_publication(
        &mut self,
        name: &str,
        stream: &mut Stream,
        deadline: Deadline,
    ) -> StepResult {
        let Some(pending) = self.pending.remove(name) else { return Ok(()) };
        while !pending.is_over() {
            if Deadline::now() >= deadline {
                pending.stop();
            }
            stream.drain().await;
            tokio::time::sleep(LOOK).await;
        }
        self.publications.insert(name.to_owned(), pending.join().await?);
        Ok(())
    }

    /// Nobody reads what would still be published.
    async fn end_publication(&mut self, name: &str) -> StepResult {
        let Some(pending) = self.pending.remove(name) else { return Ok(()) };
        pending.stop();
        self.publications.insert(name.to_owned(), pending.join().await?);
        Ok(())
    }
}

impl Client {
    fn place(&self, seen: &SeenItem) -> Option<usize> {
        let OwnedItem::Event(event) = &seen.item else { return None };
        self.markers.iter().position(|marker| has_word(&event.data, marker))
    }

    /// Whether an item is an event of the publication.
    fn is_own(&self, seen: &SeenItem) -> bool {
        self.place(seen).is_some()
    }

    fn has_all(&self) -> bool {
        self.kept.len() == self.markers.len()
    }

    /// Takes over what the client has of a connection that has ended.
    fn keep(&mut self, stream: Stream) {
        if let Some(id) = stream.last_id() {
            self.id = id.to_owned();
        }
        let taken = stream.items[..stream.taken].iter().filter_map(|seen| self.place(seen));
        let taken: Vec<usize> = taken.collect();
        self.kept.extend(taken);
        self.chain.push(stream);
    }
}
