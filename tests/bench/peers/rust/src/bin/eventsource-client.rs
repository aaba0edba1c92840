//! LaunchDarkly's eventsource-client with one shared transport.

use std::sync::Arc;

use eventsource_client::{Client, ClientBuilder, SSE};
use futures::TryStreamExt;
use launchdarkly_sdk_transport::HyperTransport;
use ssecheck_bench_peers::{Arguments, Tally};

#[tokio::main]
async fn main() {
    let arguments = Arguments::read();
    let tally = Arc::new(Tally::new("eventsource-client"));
    let transport = HyperTransport::builder().build_http().expect("a transport");
    for _ in 0..arguments.connections {
        let client = ClientBuilder::for_url(&arguments.url)
            .expect("a URL")
            .build_with_transport(transport.clone());
        tokio::spawn(read(client, Arc::clone(&tally)));
    }
    tally.until_done(arguments.expected).await;
    tally.print();
}

async fn read(client: impl Client, tally: Arc<Tally>) {
    let mut events = client.stream();
    while let Ok(Some(event)) = events.try_next().await {
        if let SSE::Event(event) = event {
            tally.event(&event.data);
        }
    }
}
