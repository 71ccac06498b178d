//! Connections, from their first byte to their last.

use crate::answer::After;
use crate::request::Input;
use crate::seen::Log;
use crate::{Answer, Closed, Request};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// No connection lasts longer: a client that forgets one does not keep a test's machine busy.
const LONGEST_CONNECTION: Duration = Duration::from_secs(60);

/// A script, which is shared by all connections.
pub(crate) type Script = Arc<dyn Fn(&Request) -> Answer + Send + Sync>;

/// Accepts for ever. The connections are its own: dropping this future closes them all.
pub(crate) async fn accept(listener: TcpListener, script: Script, log: Arc<Log>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    if let Some(connection) = log.accepted() {
                        connections.spawn(serve(stream, connection, script.clone(), log.clone()));
                    }
                }
                // Out of descriptors, or the client was gone at once: the next may do better.
                Err(_) => tokio::time::sleep(Duration::from_millis(1)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, connection: usize, script: Script, log: Arc<Log>) {
    // What is written is meant to be seen at once.
    let _ = stream.set_nodelay(true);
    // Also if the script panics: then the client meets a closed connection.
    let mut ending = Ending { connection, log: &log, how: Closed::ByServer };
    let conversation = converse(stream, connection, &script, &log);
    ending.how = tokio::time::timeout(LONGEST_CONNECTION, conversation).await.unwrap_or(Closed::ByServer);
}

async fn converse(mut stream: TcpStream, connection: usize, script: &Script, log: &Log) -> Closed {
    let (reader, mut writer) = stream.split();
    let mut input = Input::new(reader);
    loop {
        let request = match input.request(connection).await {
            Ok(Some(request)) => request,
            // A client that ends with unread bytes of an answer resets the connection instead of closing it.
            Ok(None) => return Closed::Idle,
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return Closed::Idle,
            Err(_) => return Closed::Broken,
        };
        if !log.asked(&request) {
            return Closed::ByServer;
        }
        let answer = script(&request);
        let said = tokio::select! {
            biased;
            said = answer.say(&mut writer) => said,
            () = input.closed() => return Closed::Aborted,
        };
        let Ok(after) = said else { return Closed::Aborted };
        log.answered(connection);
        if after == After::Close
            || request.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
        {
            return Closed::ByServer;
        }
    }
}

/// Records the end of a connection, however it comes.
struct Ending<'a> {
    connection: usize,
    log: &'a Log,
    how: Closed,
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.log.closed(self.connection, self.how);
    }
}
