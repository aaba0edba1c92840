//! Reaching a server, or not.

use std::time::Duration;

use ssecheck_transport::{Dialer, Kind, Limits, Phase, Url};
use tokio::net::TcpListener;

use crate::server::{answer, limits};

/// An address where nobody listens.
async fn closed_port() -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

#[tokio::test]
async fn a_refused_connection_is_told() {
    let url = Url::parse(&format!("http://{}/", closed_port().await)).unwrap();
    let error = Dialer::default().dial(&url, &limits()).await.unwrap_err();
    assert_eq!((error.phase, &error.kind), (Phase::Connect, &Kind::Refused));
    assert_eq!(error.to_string(), "connect: connection refused");
}

#[tokio::test]
async fn each_address_is_tried() {
    let url = answer("").await;
    let good = (url.ip().unwrap(), url.port()).into();
    let bad = closed_port().await;
    let connection = Dialer::default().dial_to(&url, &[bad, good], &limits()).await.unwrap();
    let dialed = connection.dialed();
    assert_eq!((dialed.peer, &dialed.failed[..]), (good, &[(bad, Kind::Refused)][..]));
    assert!(dialed.started <= dialed.connected && dialed.secured.is_none());
}

#[tokio::test]
async fn no_address_is_an_error_of_phase_dns() {
    let url = answer("").await;
    let error = Dialer::default().dial_to(&url, &[], &limits()).await.unwrap_err();
    assert_eq!(error.phase, Phase::Dns);
    // A label of 64 bytes fails in the resolver itself (RFC 1035 2.3.4), without a question to the
    // network.
    let url = Url::parse(&format!("http://{}/", "x".repeat(64))).unwrap();
    let error = Dialer::default().dial(&url, &limits()).await.unwrap_err();
    assert!(matches!(
        (error.phase, error.kind),
        (Phase::Dns, Kind::NoAddress { .. } | Kind::TimedOut(_))
    ));
}

#[tokio::test]
async fn names_are_resolved() {
    let url = answer("").await;
    let named = Url::parse(&format!("http://localhost:{}/", url.port())).unwrap();
    let connection = Dialer::default().dial(&named, &limits()).await.unwrap();
    assert_eq!(connection.dialed().peer.port(), url.port());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_connect_that_nobody_answers_times_out() {
    // A full accept queue on Linux drops further SYNs.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    let brief = Limits { connect: Duration::from_millis(200), ..limits() };
    let mut held = Vec::new();
    let error = loop {
        match Dialer::default().dial(&url, &brief).await {
            Ok(connection) => held.push(connection),
            Err(error) => break error,
        }
        assert!(held.len() < 10, "the queue never filled");
    };
    assert_eq!(error.to_string(), "connect: timed out after 200 ms");
}

#[tokio::test]
async fn limits_too_long_for_the_clock_are_no_panic() {
    let url = answer("HTTP/1.1 204 x\r\n\r\n").await;
    let mut connection = Dialer::default().dial(&url, &Limits::all(Duration::MAX)).await.unwrap();
    connection.send(&ssecheck_transport::Request::get(&url)).await.unwrap();
    assert_eq!(connection.head().await.unwrap().status, 204);
}
