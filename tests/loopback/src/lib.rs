//! A scripted HTTP/1.1 server on the loopback, and what it has seen.
//!
//! A test gives it a script, a function from [`Request`] to [`Answer`], and points a client at [`Server::url`]. The
//! server records every request and every connection: how many are open, and whether the client closed one while an
//! answer was under way, which is how a cancelled request looks from the other side.
//!
//! It speaks HTTP over a plain `TcpListener`, without a framework in between that would decide by itself when to
//! look at a socket, what to buffer and which of a closed connection's events to tell. That is also how it can answer
//! badly: late, in part, never, without an end, with bytes that are no HTTP.
//!
//! The server has a thread and a runtime of its own, so that neither a blocked client nor the judge's count of the
//! subject's tasks meets it. For the same reason it is for tests on the wall clock: a paused clock does not wait for
//! it. Port, connections, requests, bytes and times are bounded; dropping the server closes everything.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! use loopback::{Answer, Server};
//! use tokio::io::{AsyncReadExt, AsyncWriteExt};
//! use tokio::net::TcpStream;
//!
//! let server = Server::start(|request| match request.path.as_str() {
//!     "/" => Answer::status(200).body("hello"),
//!     _ => Answer::status(404),
//! });
//! let mut client = TcpStream::connect(server.address()).await?;
//! client.write_all(b"GET / HTTP/1.1\r\nconnection: close\r\n\r\n").await?;
//! let mut text = String::new();
//! client.read_to_string(&mut text).await?;
//! assert!(text.ends_with("\r\n\r\nhello"));
//! assert_eq!(server.seen().requests[0].path, "/");
//! # Ok(())
//! # }
//! ```

mod answer;
mod request;
mod seen;
mod serve;

pub use answer::Answer;
pub use request::Request;
pub use seen::{Closed, Connection, Seen};

use seen::Log;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::oneshot;

/// How long [`Server::wait_until`] waits: far more than a loopback needs, also on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// A running server. Dropping it closes all connections and ends its thread.
pub struct Server {
    address: SocketAddr,
    log: Arc<Log>,
    /// The server runs until this is dropped.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server on a port of the system's choice. `script` is asked once a request, in the order of arrival of
    /// each connection's requests.
    ///
    /// # Panics
    ///
    /// If the system gives no port or no thread.
    pub fn start(script: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Server {
        Server::run(Arc::new(script))
    }

    fn run(script: serve::Script) -> Server {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("the loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        listener.set_nonblocking(true).expect("a socket can be told not to block");
        let log = Arc::new(Log::default());
        let (stop, stopped) = oneshot::channel();
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be built");
        let run = {
            let log = log.clone();
            move || {
                runtime.block_on(async {
                    let listener = TcpListener::from_std(listener).expect("the listener does not block");
                    tokio::select! {
                        _ = stopped => {}
                        () = serve::accept(listener, script, log) => {}
                    }
                });
            }
        };
        let thread =
            std::thread::Builder::new().name("loopback".to_owned()).spawn(run).expect("a thread can be started");
        Server { address, log, stop: Some(stop), thread: Some(thread) }
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of `path`, which begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What the server has seen so far.
    pub fn seen(&self) -> Seen {
        self.log.seen()
    }

    /// Waits until what the server has seen meets `condition`, for at most [`PATIENCE`].
    ///
    /// # Errors
    ///
    /// What the server had seen when the patience was over.
    pub async fn wait_until(&self, condition: impl Fn(&Seen) -> bool) -> Result<Seen, Seen> {
        let mut changes = self.log.changes();
        let wait = async {
            loop {
                if let Some(seen) = self.log.seen_if(&condition) {
                    return seen;
                }
                // The log is ours, and with it the sender: this waits for a change.
                let _ = changes.changed().await;
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.map_err(|_| self.log.seen())
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A script that panicked has failed its own connection; the thread itself does not panic.
            let _ = thread.join();
        }
    }
}

/// A port that refuses connections as long as this lives: bound, so that nobody else gets it, but not listening.
#[derive(Debug)]
pub struct Refusing {
    address: SocketAddr,
    _socket: TcpSocket,
}

impl Refusing {
    /// Takes a port of the system's choice.
    ///
    /// # Panics
    ///
    /// If the system gives none.
    #[expect(clippy::new_without_default, reason = "it takes a port, which a default should not")]
    pub fn new() -> Refusing {
        let socket = TcpSocket::new_v4().expect("a socket can be made");
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).expect("the loopback has a free port");
        let address = socket.local_addr().expect("a bound socket has an address");
        Refusing { address, _socket: socket }
    }

    /// The URL of `path`, which begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}
