//! Caught by: the_metrics_are_scraped_over_http (fail)
//!
//! "A server belongs into a task": the token ends the wait for it, and not the server.

use crate::Metrics;
use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use std::future::IntoFuture;
use std::io;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub async fn serve(listener: TcpListener, metrics: Metrics, stop: CancellationToken) -> io::Result<()> {
    let routes = Router::new().route("/metrics", get(scrape)).with_state(metrics);
    tokio::spawn(axum::serve(listener, routes).into_future());
    stop.cancelled().await;
    Ok(())
}

async fn scrape(State(metrics): State<Metrics>) -> impl IntoResponse {
    ([(CONTENT_TYPE, prometheus::TEXT_FORMAT)], metrics.render())
}
