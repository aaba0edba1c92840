//! `eventsource-client`, over a transport of our own. `Eof` and `UnexpectedEof` are how it says that the
//! stream has ended. It makes timers when it is told to wait, so it runs inside a tokio runtime.

use eventsource_client::{Client as _, ClientBuilder, Error, ReconnectOptions, SSE};
use http::{Request, Response};
use launchdarkly_sdk_transport::{ByteStream, HttpTransport, ResponseFuture, TransportError};
use serde_json::json;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::feed::{Feed, Next, drive};
use crate::protocol::{Adapter, Case, More, Seen, millis};

pub const EVENTSOURCE_CLIENT: Adapter = Adapter {
    name: "eventsource-client",
    version: "0.18.0",
    caps: || {
        json!({
            "id": "last", "retry": "event", "comments": "raw", "chunks": "exact",
            "empty_chunks": true, "dataless": "hidden", "window": 64,
        })
    },
    read,
};

/// Answers each request with the feed.
#[derive(Clone)]
struct Transport(Feed);

struct Body(Feed);

impl futures_core::Stream for Body {
    type Item = Result<bytes::Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = Pin::new(&mut self.0).poll_next(context);
        next.map(|chunk| chunk.map(|chunk| chunk.map_err(|never| match never {})))
    }
}

impl HttpTransport for Transport {
    fn request(&self, _: Request<Option<bytes::Bytes>>) -> ResponseFuture {
        let body: ByteStream = Box::pin(Body(self.0.clone()));
        Box::pin(std::future::ready(Ok(Response::new(body))))
    }
}

fn read(case: &Case, seen: &mut Seen) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.expect("a runtime of one thread");
    let _entered = runtime.enter();
    let parser = |feed| {
        let once = ReconnectOptions::reconnect(false).build();
        let client =
            ClientBuilder::for_url("http://127.0.0.1/").expect("a plain URL").reconnect(once);
        client.build_with_transport(Transport(feed)).stream()
    };
    drive(Feed::new(case), parser, seen, each, |_, _| ());
}

fn each(seen: &mut Seen, item: Result<SSE, Error>) -> Next {
    match item {
        Ok(SSE::Connected(_)) => (),
        Ok(SSE::Comment(text)) => seen.comment(&text),
        Ok(SSE::Event(event)) => {
            let retry = event.retry.map(|time| millis(time.into()));
            let more = More { retry, dataless: false };
            seen.event(Some(&event.event_type), Some(&event.data), event.id.as_deref(), more);
        }
        Err(Error::Eof | Error::UnexpectedEof) => return Next::Stop,
        Err(error) => {
            seen.fail("parse", &error.to_string());
            return Next::Stop;
        }
    }
    Next::More
}
