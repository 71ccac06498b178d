//! The endpoint that is scraped.

use crate::Metrics;
use std::io;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Answers `GET /metrics` until the token is cancelled; then closes the port and all connections, and returns.
///
/// # Errors
///
/// If the listener fails for good.
pub async fn serve(listener: TcpListener, metrics: Metrics, stop: CancellationToken) -> io::Result<()> {
    let _ = (listener, metrics, stop);
    todo!("answer scrapes until the token is cancelled")
}
