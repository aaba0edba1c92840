//! reqwest-eventsource with one shared client.

use std::sync::Arc;

use futures::StreamExt;
use reqwest_eventsource::{Event, EventSource};
use ssecheck_bench_peers::{Arguments, Tally};

#[tokio::main]
async fn main() {
    let arguments = Arguments::read();
    let tally = Arc::new(Tally::new("reqwest-eventsource"));
    let client = reqwest::Client::new();
    for _ in 0..arguments.connections {
        let source =
            EventSource::new(client.get(&arguments.url)).expect("a request that can be cloned");
        tokio::spawn(read(source, Arc::clone(&tally)));
    }
    tally.until_done(arguments.expected).await;
    tally.print();
}

async fn read(mut source: EventSource, tally: Arc<Tally>) {
    while let Some(event) = source.next().await {
        if let Ok(Event::Message(message)) = event {
            tally.event(&message.data);
        }
    }
}
