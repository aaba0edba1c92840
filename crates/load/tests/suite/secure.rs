//! Streams and hooks over TLS.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::drive::Drive;
use crate::hub::{Framing, Hub, Script};

/// A CA of our own: its certificate in PEM, and server settings with a certificate of its.
fn authority() -> (String, Arc<ServerConfig>) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_key = KeyPair::generate().unwrap();
    let ca = params.self_signed(&ca_key).unwrap();
    let issuer = Issuer::new(params, ca_key);
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
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

#[tokio::test]
async fn streams_and_hook_over_tls_count_exactly() {
    for framing in [Framing::Chunked, Framing::Close] {
        let (pem, config) = authority();
        let hub = Hub::start(Script { tls: Some(config), framing, ..Script::default() });
        let plan = "subscribers: 6\nduration: 1s\npublish: {rate: 40/s}\n";
        let mut drive = Drive::new(&hub, plan);
        drive.cacert = Some(pem);
        let load = drive.run().await;
        assert_eq!((load.events.expected, load.events.lost), (240, 0));
        assert_eq!((load.events.events, load.events.bytes), (240, hub.tally().bytes));
        assert_eq!(load.latency_us["connect_tls"].count, 6);
        assert!(load.latency_us["connect_tls"].min > 0);
        let publishing = load.publishing.as_ref().unwrap();
        assert_eq!((publishing.acknowledged, publishing.failed), (40, 0));
        // 6 streams, and few connections of the hook: they are used again.
        let accepted = hub.state.accepted.load(std::sync::atomic::Ordering::SeqCst);
        assert!(accepted <= 6 + 8, "{accepted}");
    }
}

#[tokio::test]
async fn churn_over_tls_loses_nothing() {
    let (pem, config) = authority();
    let hub = Hub::start(Script { tls: Some(config), ..Script::default() });
    let plan = "subscribers: 10\nduration: 1s\nchurn: 50%\npublish: {rate: 50/s}\n";
    let mut drive = Drive::new(&hub, plan);
    drive.cacert = Some(pem);
    let load = drive.run().await;
    assert!(load.connections.opened > 10);
    assert_eq!((load.events.lost, load.connections.failed), (0, 0));
}
