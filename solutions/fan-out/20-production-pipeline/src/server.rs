//! The endpoint that is scraped.

use crate::Metrics;
use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use std::io;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

// ANCHOR: serve
/// Answers `GET /metrics` until the token is cancelled; then closes the port and returns when the connections are
/// closed.
///
/// # Errors
///
/// If the listener fails for good.
///
/// # Cancel safety
///
/// Dropping the future closes the port. The connections have tasks of their own, which end some time later: cancel the
/// token, and the future waits for them.
pub async fn serve(listener: TcpListener, metrics: Metrics, stop: CancellationToken) -> io::Result<()> {
    let routes = Router::new().route("/metrics", get(scrape)).with_state(metrics);
    axum::serve(listener, routes).with_graceful_shutdown(stop.cancelled_owned()).await
}

async fn scrape(State(metrics): State<Metrics>) -> impl IntoResponse {
    ([(CONTENT_TYPE, prometheus::TEXT_FORMAT)], metrics.render())
}
// ANCHOR_END: serve
