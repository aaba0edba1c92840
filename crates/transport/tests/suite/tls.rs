//! TLS: whom we trust, and that the reader sees the same.

use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use ssecheck_transport::{DialOptions, Dialer, End, Kind, Limits, Phase, Request, Url};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::server::{answer_open, codes, limits, read_all};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";

/// A CA of our own: its certificate in PEM, and server settings with a certificate of its for
/// `name`.
fn authority(name: &str) -> (String, Arc<ServerConfig>) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_key = KeyPair::generate().unwrap();
    let ca = params.self_signed(&ca_key).unwrap();
    let issuer = Issuer::new(params, ca_key);
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = leaf.signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
    (ca.pem(), Arc::new(config))
}

/// Answers over TLS with `bytes`; with `farewell` ends by `close_notify`, else by FIN alone.
async fn serve_tls(config: Arc<ServerConfig>, bytes: &'static [u8], farewell: bool) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = TlsAcceptor::from(Arc::clone(&config));
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await.unwrap();
            stream.write_all(bytes).await.unwrap();
            stream.flush().await.unwrap();
            if farewell {
                stream.shutdown().await.unwrap();
            }
        }
    });
    Url::parse(&format!("https://localhost:{port}/")).unwrap()
}

fn dialer(cacert: Option<&str>, insecure: bool) -> Dialer {
    let cacert = cacert.map(|pem| pem.as_bytes().to_vec());
    Dialer::new(DialOptions { cacert, insecure, ..DialOptions::default() }).unwrap()
}

async fn body(dialer: &Dialer, url: &Url) -> (Vec<u8>, End, Vec<&'static str>) {
    #[cfg(target_os = "linux")]
    crate::times::kernel_stamps().await;
    let mut connection = dialer.dial(url, &limits()).await.unwrap();
    assert_eq!(connection.dialed().tls_version.as_deref(), Some("TLSv1_3"));
    connection.send(&Request::get(url)).await.unwrap();
    let head = connection.head().await.unwrap();
    assert_eq!(head.status, 200);
    #[cfg(target_os = "linux")]
    assert!(head.complete.kernel_at.expect("a kernel time") <= head.complete.at);
    let (body, end) = read_all(&mut connection).await.unwrap();
    let oddities = codes(&connection.facts().unwrap().oddities);
    assert!(connection.record().received.bytes().starts_with(b"HTTP/1.1 200"));
    (body, end, oddities)
}

#[tokio::test]
async fn a_server_of_the_extra_authority_is_trusted() {
    let (pem, config) = authority("localhost");
    let url = serve_tls(config, ANSWER, true).await;
    let (body, end, oddities) = body(&dialer(Some(&pem), false), &url).await;
    assert_eq!((&body[..], end), (&b"abc"[..], End::LastChunk { trailers: vec![] }));
    assert!(oddities.is_empty());
}

#[tokio::test]
async fn an_unknown_authority_is_refused_with_a_clear_error() {
    let (_, config) = authority("localhost");
    let url = serve_tls(config, ANSWER, true).await;
    let error = dialer(None, false).dial(&url, &limits()).await.unwrap_err();
    assert_eq!(error.phase, Phase::Tls);
    assert!(
        matches!(&error.kind, Kind::Certificate(text) if text.contains("UnknownIssuer")),
        "{error}"
    );
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let (pem, config) = authority("other.example");
    let url = serve_tls(config, ANSWER, true).await;
    let error = dialer(Some(&pem), false).dial(&url, &limits()).await.unwrap_err();
    assert!(matches!(error.kind, Kind::Certificate(_)), "{error}");
}

#[tokio::test]
async fn insecure_accepts_any_certificate() {
    let (_, config) = authority("other.example");
    let url = serve_tls(config, ANSWER, true).await;
    assert_eq!(body(&dialer(None, true), &url).await.0, b"abc");
}

#[tokio::test]
async fn fin_without_farewell_is_an_end_and_an_oddity() {
    let (_, config) = authority("localhost");
    let url = serve_tls(config, b"HTTP/1.1 200 OK\r\n\r\nabc", false).await;
    let (body, end, oddities) = body(&dialer(None, true), &url).await;
    assert_eq!((&body[..], end, oddities), (&b"abc"[..], End::Closed, vec!["no-close-notify"]));
}

#[tokio::test]
async fn a_port_that_speaks_no_tls_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        crate::server::wait_closed(&mut stream).await;
    });
    let url = Url::parse(&format!("https://127.0.0.1:{port}/")).unwrap();
    let error = dialer(None, true).dial(&url, &limits()).await.unwrap_err();
    assert_eq!(error.phase, Phase::Tls);
    assert!(error.to_string().ends_with("(does the port speak TLS at all?)"), "{error}");
}

#[tokio::test]
async fn a_silent_handshake_times_out_in_phase_tls() {
    let plain = answer_open("").await;
    let url = Url::parse(&format!("https://127.0.0.1:{}/", plain.port())).unwrap();
    let brief = Limits { tls: Duration::from_millis(150), ..limits() };
    let error = dialer(None, true).dial(&url, &brief).await.unwrap_err();
    assert_eq!(error.to_string(), "tls: timed out after 150 ms");
}
