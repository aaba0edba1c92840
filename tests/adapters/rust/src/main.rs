//! Adapters of sse-adapter/1: `sse-adapters NAME` speaks for that crate on stdin and stdout.

mod client;
mod codec;
mod feed;
mod protocol;
mod push;
mod streams;

use std::process::ExitCode;

use protocol::Adapter;

const ALL: &[Adapter] = &[
    streams::EVENTSOURCE_STREAM,
    streams::EVENTSOURCE_STREAM2,
    streams::SSE_STREAM,
    streams::SSEER,
    client::EVENTSOURCE_CLIENT,
    codec::SSE_CODEC,
    push::SSE_CORE,
    push::SSE_PARSE,
];

fn main() -> ExitCode {
    let name = std::env::args().nth(1).unwrap_or_default();
    let Some(adapter) = ALL.iter().find(|adapter| adapter.name == name) else {
        eprintln!("sse-adapters: no parser {name:?}");
        return ExitCode::from(2);
    };
    match protocol::serve(adapter) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sse-adapters: {error}");
            ExitCode::FAILURE
        }
    }
}
