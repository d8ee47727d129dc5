//! TLS for the line to a database, by the library and the trust that the gateways are met with. There is one strength:
//! the certificate is checked, and the name in it.

use std::future::Future;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};
use tokio_rustls::TlsConnector;

use super::trouble::Trouble;

/// More than this is no file of certificates, bytes.
const LIMIT: u64 = 1024 * 1024;

/// Shakes hands for one connection.
pub(super) struct Tls {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl Tls {
    /// For `host`, trusting the certificates in `root`, else those of the system.
    pub(super) fn new(host: &str, root: Option<&Path>) -> Result<Self, Trouble> {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(host.to_owned()).map_err(|_| {
            Trouble::refused("its host is no name that a certificate can have", "check the address")
        })?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let unusable = |_| Trouble::refused("TLS cannot be set up on this machine", "run `casefile doctor`");
        let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(unusable)?;
        let config = match root {
            Some(file) => config.with_root_certificates(trusted(file)?).with_no_client_auth(),
            None => config
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(Verifier::new(provider).map_err(unusable)?))
                .with_no_client_auth(),
        };
        Ok(Self { config: Arc::new(config), name })
    }
}

fn trusted(file: &Path) -> Result<RootCertStore, Trouble> {
    let unusable = || {
        Trouble::refused(
            "the file that sslrootcert names cannot be read, or holds no certificate",
            "give the certificate of your team's authority as PEM",
        )
    };
    let text = super::super::super::file::read_text(file, LIMIT).ok().flatten().ok_or_else(unusable)?;
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(text.as_bytes()) {
        store.add(certificate.map_err(|_| unusable())?).map_err(|_| unusable())?;
    }
    if store.is_empty() { Err(unusable()) } else { Ok(store) }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> TlsConnect<S> for Tls {
    type Stream = Encrypted<S>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Encrypted<S>>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        let Self { config, name } = self;
        Box::pin(async move { Ok(Encrypted(TlsConnector::from(config).connect(name, stream).await?)) })
    }
}

/// A stream under TLS.
pub(super) struct Encrypted<S>(tokio_rustls::client::TlsStream<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Encrypted<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Encrypted<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for Encrypted<S> {
    /// The certificate was checked; nothing more binds the password to it.
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}
