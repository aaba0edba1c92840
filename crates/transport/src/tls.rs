//! TLS settings of the client.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::Url;

/// Why a [`crate::Dialer`] cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The extra roots are no PEM text.
    #[error("extra root certificates: {0}")]
    Pem(String),
    /// The PEM text has no certificate in it.
    #[error("extra root certificates: no certificate in the PEM text")]
    NoCertificate,
    /// A certificate cannot be a root.
    #[error("extra root certificate {index}: {message}")]
    Root {
        /// Which certificate of the text, from 0.
        index: usize,
        /// What is wrong with it.
        message: String,
    },
}

/// The certificates in a PEM text, each proved to be usable as a root.
pub(crate) fn read_roots(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, SetupError> {
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|error| SetupError::Pem(error.to_string()))?;
    if certificates.is_empty() {
        return Err(SetupError::NoCertificate);
    }
    let mut store = RootCertStore::empty();
    for (index, certificate) in certificates.iter().enumerate() {
        store
            .add(certificate.clone())
            .map_err(|error| SetupError::Root { index, message: error.to_string() })?;
    }
    Ok(certificates)
}

/// The client settings: the system's roots and `extra` ones, or no verification at all.
pub(crate) fn client_config(
    extra: &[CertificateDer<'static>],
    insecure: bool,
    http2: bool,
) -> Result<Arc<ClientConfig>, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?;
    let mut config = if insecure {
        let verifier = Arc::new(AcceptAny(provider));
        builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()
    } else {
        builder.with_root_certificates(root_store(extra)).with_no_client_auth()
    };
    let protocol: &[u8] = if http2 { b"h2" } else { b"http/1.1" };
    config.alpn_protocols = vec![protocol.to_vec()];
    Ok(Arc::new(config))
}

/// A system without roots is no error here: the handshake then fails with "unknown issuer", unless
/// an extra root fits.
fn root_store(extra: &[CertificateDer<'static>]) -> RootCertStore {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    store.add_parsable_certificates(extra.iter().cloned());
    store
}

/// The name that the certificate must have.
pub(crate) fn server_name(url: &Url) -> Result<ServerName<'static>, String> {
    match url.ip() {
        Some(ip) => Ok(ServerName::IpAddress(ip.into())),
        None => ServerName::try_from(url.host().to_owned()).map_err(|error| error.to_string()),
    }
}

/// Accepts any certificate, but still checks that the server holds its key.
#[derive(Debug)]
struct AcceptAny(Arc<CryptoProvider>);

impl ServerCertVerifier for AcceptAny {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_that_are_none_are_refused() {
        assert_eq!(read_roots(b"no pem"), Err(SetupError::NoCertificate));
        let open = b"-----BEGIN CERTIFICATE-----\nAAAA\n";
        assert!(matches!(read_roots(open), Err(SetupError::Pem(_))));
        let junk = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(matches!(read_roots(junk), Err(SetupError::Root { index: 0, .. })));
    }
}
