//! Caught by: the_endpoint_stops_with_its_token (fail)
//!
//! "Graceful shutdown closes what is idle": a client that has sent half of its request is not idle, and may never send
//! the rest.

use crate::Metrics;
use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use std::io;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub async fn serve(listener: TcpListener, metrics: Metrics, stop: CancellationToken) -> io::Result<()> {
    let routes = Router::new().route("/metrics", get(scrape)).with_state(metrics);
    axum::serve(listener, routes).with_graceful_shutdown(stop.cancelled_owned()).await
}

async fn scrape(State(metrics): State<Metrics>) -> impl IntoResponse {
    ([(CONTENT_TYPE, prometheus::TEXT_FORMAT)], metrics.render())
}
