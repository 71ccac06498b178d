//! What the server has seen.

use crate::Request;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// The most requests that are recorded and answered.
const MOST_REQUESTS: usize = 20_000;
/// The most bytes of requests that are recorded.
const MOST_BYTES: usize = 64 << 20;
/// The most connections that are accepted, all in all.
const MOST_CONNECTIONS: usize = 20_000;
/// The most connections that are open at a time.
const MOST_OPEN: usize = 1024;

/// Everything that a server has seen up to some moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The requests, in the order in which they were complete.
    pub requests: Vec<Request>,
    /// The connections, in the order in which they were accepted.
    pub connections: Vec<Connection>,
    /// Connections that were closed at once, because a bound of the server was reached.
    pub refused: usize,
}

/// A connection, from the server's side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connection {
    /// How many requests came by it.
    pub requests: usize,
    /// Whether a request of it has been read and its answer is not yet complete.
    pub answering: bool,
    /// How it ended; `None` while it is open.
    pub closed: Option<Closed>,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// The client closed it while no answer was under way.
    Idle,
    /// The client closed it while an answer was under way: it gave the request up.
    Aborted,
    /// The server closed it: by the script, because the client asked for it, or at a bound of the server.
    ByServer,
    /// What came in was no HTTP/1, or the connection broke in the middle of a request.
    Broken,
}

impl Seen {
    /// How many connections are open.
    pub fn open(&self) -> usize {
        self.connections.iter().filter(|connection| connection.closed.is_none()).count()
    }

    /// How many answers are under way.
    pub fn answering(&self) -> usize {
        self.connections.iter().filter(|connection| connection.answering).count()
    }

    /// How many requests the client gave up: it closed the connection before the answer was complete.
    pub fn aborted(&self) -> usize {
        self.connections.iter().filter(|connection| connection.closed == Some(Closed::Aborted)).count()
    }
}

/// The record that the server's tasks write and the test reads.
#[derive(Default)]
pub(crate) struct Log {
    seen: Mutex<Record>,
    changed: watch::Sender<()>,
}

#[derive(Default)]
struct Record {
    seen: Seen,
    open: usize,
    bytes: usize,
}

impl Log {
    pub(crate) fn seen(&self) -> Seen {
        self.record().seen.clone()
    }

    /// A copy, if what has been seen meets the condition.
    pub(crate) fn seen_if(&self, condition: impl Fn(&Seen) -> bool) -> Option<Seen> {
        let record = self.record();
        condition(&record.seen).then(|| record.seen.clone())
    }

    /// Tells every change from now on.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// A new connection's index; `None` if there are too many.
    pub(crate) fn accepted(&self) -> Option<usize> {
        self.change(|record| {
            if record.open >= MOST_OPEN || record.seen.connections.len() >= MOST_CONNECTIONS {
                record.seen.refused += 1;
                return None;
            }
            record.open += 1;
            record.seen.connections.push(Connection::default());
            Some(record.seen.connections.len() - 1)
        })
    }

    /// Records a request, whose answer begins now; `false` if there are too many.
    pub(crate) fn asked(&self, request: &Request) -> bool {
        self.change(|record| {
            record.bytes += request.size();
            if record.seen.requests.len() >= MOST_REQUESTS || record.bytes > MOST_BYTES {
                return false;
            }
            record.seen.requests.push(request.clone());
            let connection = &mut record.seen.connections[request.connection];
            connection.requests += 1;
            connection.answering = true;
            true
        })
    }

    pub(crate) fn answered(&self, connection: usize) {
        self.change(|record| record.seen.connections[connection].answering = false);
    }

    pub(crate) fn closed(&self, connection: usize, how: Closed) {
        self.change(|record| {
            record.open -= 1;
            let connection = &mut record.seen.connections[connection];
            connection.answering = false;
            connection.closed = Some(how);
        });
    }

    fn change<T>(&self, change: impl FnOnce(&mut Record) -> T) -> T {
        let result = change(&mut self.record());
        self.changed.send_replace(());
        result
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
