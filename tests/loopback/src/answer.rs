//! What the server says, and how badly.

use std::io;
use std::time::Duration;
use tokio::io::{AsyncWrite, AsyncWriteExt};

/// An answer: a status, headers, a body, and how it goes wrong, if it does.
#[derive(Clone, Debug)]
pub struct Answer {
    /// A pause before the first byte.
    late: Duration,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Http(Http),
    Raw(Vec<u8>),
    HangUp,
    Silence,
}

#[derive(Clone, Debug)]
struct Http {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// In how many parts the body goes out, with which pause between them.
    parts: (usize, Duration),
    end: End,
}

#[derive(Clone, Copy, Debug)]
enum End {
    Whole,
    /// Half of the body, and then nothing, until the client is gone.
    Stalls,
    /// Half of the body, and then the connection is closed.
    CutShort,
    /// The body again and again, with a pause after each time.
    Endless(Duration),
}

/// What the server does with the connection after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    /// The next request may come.
    Keep,
    Close,
}

impl Answer {
    /// An answer with this status, no headers but those that HTTP needs, and an empty body.
    pub fn status(status: u16) -> Answer {
        let http = Http { status, headers: Vec::new(), body: Vec::new(), parts: (1, Duration::ZERO), end: End::Whole };
        Answer { late: Duration::ZERO, kind: Kind::Http(http) }
    }

    /// These bytes, whatever they are, and then the connection is closed.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Answer {
        Answer { late: Duration::ZERO, kind: Kind::Raw(bytes.into()) }
    }

    /// No answer: the connection is closed.
    pub fn hang_up() -> Answer {
        Answer { late: Duration::ZERO, kind: Kind::HangUp }
    }

    /// No answer: the connection stays open until the client closes it.
    pub fn silence() -> Answer {
        Answer { late: Duration::ZERO, kind: Kind::Silence }
    }

    /// The same answer, with a pause before its first byte.
    #[must_use]
    pub fn after(mut self, pause: Duration) -> Answer {
        self.late = pause;
        self
    }

    /// The same answer with a header more. `content-length`, or for an endless body `transfer-encoding`, is there
    /// already.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Answer {
        self.http(|http| http.headers.push((name.to_owned(), value.to_owned())))
    }

    /// The same answer with this body.
    #[must_use]
    pub fn body(self, body: impl Into<Vec<u8>>) -> Answer {
        self.http(|http| http.body = body.into())
    }

    /// The same answer with its body in `parts` parts of about the same size, and a pause before each of them.
    #[must_use]
    pub fn in_parts(self, parts: usize, pause: Duration) -> Answer {
        self.http(|http| http.parts = (parts.max(1), pause))
    }

    /// The same answer, but half of its body comes, and then nothing until the client closes the connection.
    #[must_use]
    pub fn stalling(self) -> Answer {
        self.http(|http| http.end = End::Stalls)
    }

    /// The same answer, but half of its body comes, and then the connection is closed.
    #[must_use]
    pub fn cut_short(self) -> Answer {
        self.http(|http| http.end = End::CutShort)
    }

    /// The same answer, but its body is repeated without an end, with a pause after each time.
    #[must_use]
    pub fn endless(self, pause: Duration) -> Answer {
        self.http(|http| http.end = End::Endless(pause))
    }

    fn http(mut self, change: impl FnOnce(&mut Http)) -> Answer {
        if let Kind::Http(http) = &mut self.kind {
            change(http);
        }
        self
    }

    /// Says it.
    pub(crate) async fn say(self, output: &mut (impl AsyncWrite + Unpin)) -> io::Result<After> {
        pause(self.late).await;
        match self.kind {
            Kind::Http(http) => http.say(output).await,
            Kind::Raw(bytes) => {
                output.write_all(&bytes).await?;
                Ok(After::Close)
            }
            Kind::HangUp => Ok(After::Close),
            Kind::Silence => std::future::pending().await,
        }
    }
}

impl Http {
    async fn say(self, output: &mut (impl AsyncWrite + Unpin)) -> io::Result<After> {
        output.write_all(self.head().as_bytes()).await?;
        match self.end {
            End::Whole => {
                let (parts, between) = self.parts;
                for part in self.body.chunks(self.body.len().div_ceil(parts).max(1)) {
                    pause(between).await;
                    output.write_all(part).await?;
                }
                Ok(After::Keep)
            }
            End::Stalls => {
                output.write_all(self.half()).await?;
                std::future::pending().await
            }
            End::CutShort => {
                output.write_all(self.half()).await?;
                Ok(After::Close)
            }
            End::Endless(between) => {
                let size = format!("{:x}\r\n", self.body.len());
                loop {
                    output.write_all(size.as_bytes()).await?;
                    output.write_all(&self.body).await?;
                    output.write_all(b"\r\n").await?;
                    // At least a pass of the scheduler: no answer keeps the server for itself.
                    tokio::task::yield_now().await;
                    pause(between).await;
                }
            }
        }
    }

    fn half(&self) -> &[u8] {
        &self.body[..self.body.len() / 2]
    }

    fn head(&self) -> String {
        // The reason phrase may be empty; clients look at the number.
        let mut head = format!("HTTP/1.1 {} \r\n", self.status);
        match self.end {
            End::Endless(_) => head += "transfer-encoding: chunked\r\n",
            // These have no body, and so no length.
            _ if matches!(self.status, 100..200 | 204 | 304) => {}
            _ => head += &format!("content-length: {}\r\n", self.body.len()),
        }
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head + "\r\n"
    }
}

async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}
