//! The endpoint that is scraped.

use crate::Metrics;
use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::serve::Listener;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, Join, ReadBuf, join};
use tokio::net::TcpListener;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

// ANCHOR: serve
/// Answers `GET /metrics` until the token is cancelled; then closes the port and all connections, and returns.
///
/// # Errors
///
/// If the listener fails for good.
///
/// # Cancel safety
///
/// Dropping the future closes the port. The connections have tasks of their own, which end when their clients or the
/// token end them: cancel the token, and the future waits for them.
pub async fn serve(listener: TcpListener, metrics: Metrics, stop: CancellationToken) -> io::Result<()> {
    let routes = Router::new().route("/metrics", get(scrape)).with_state(metrics);
    let clients = Clients { listener, stop: stop.clone() };
    axum::serve(clients, routes).with_graceful_shutdown(stop.cancelled_owned()).await
}

async fn scrape(State(metrics): State<Metrics>) -> impl IntoResponse {
    ([(CONTENT_TYPE, prometheus::TEXT_FORMAT)], metrics.render())
}
// ANCHOR_END: serve

/// Accepts clients that are heard until the token is cancelled.
struct Clients {
    listener: TcpListener,
    stop: CancellationToken,
}

impl Listener for Clients {
    type Io = Join<UntilStopped, OwnedWriteHalf>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        let (reads, writes) = stream.into_split();
        let stopped = Box::pin(self.stop.clone().cancelled_owned());
        (join(UntilStopped { reads, stopped }, writes), address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

// ANCHOR: until_stopped
/// What a client says. After the cancel it ends, as if the client had hung up: nobody waits for the rest of a request.
struct UntilStopped {
    reads: OwnedReadHalf,
    stopped: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl AsyncRead for UntilStopped {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context, buffer: &mut ReadBuf) -> Poll<io::Result<()>> {
        match self.stopped.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Ok(())),
            Poll::Pending => Pin::new(&mut self.reads).poll_read(context, buffer),
        }
    }
}
// ANCHOR_END: until_stopped
