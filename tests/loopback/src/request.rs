//! What a client says, read from its bytes.

use std::io;
use tokio::io::{AsyncRead, AsyncReadExt};

/// The most bytes of a request's head.
const LONGEST_HEAD: usize = 64 << 10;
/// The most bytes of a request's body.
const LONGEST_BODY: usize = 1 << 20;
/// The most bytes that are taken ahead while an answer is under way.
const AHEAD: usize = 64 << 10;

/// A request as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The connection that it came by: an index into [`Seen::connections`](crate::Seen::connections).
    pub connection: usize,
    /// Such as `GET`.
    pub method: String,
    /// The path, with the query.
    pub path: String,
    /// The headers, in their order, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, without the framing of its chunks.
    pub body: Vec<u8>,
}

impl Request {
    /// The value of the first header of this name, which is given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// How many bytes the record of this request holds.
    pub(crate) fn size(&self) -> usize {
        let headers: usize = self.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
        self.path.len() + headers + self.body.len()
    }
}

/// Bytes from a client, some of them taken ahead.
pub(crate) struct Input<R> {
    reader: R,
    ahead: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Input<R> {
    pub(crate) fn new(reader: R) -> Input<R> {
        Input { reader, ahead: Vec::new() }
    }

    /// The next request; `None` if the client closes the connection instead.
    ///
    /// # Errors
    ///
    /// A broken connection, a request that is too long, or bytes that are no HTTP.
    pub(crate) async fn request(&mut self, connection: usize) -> io::Result<Option<Request>> {
        let head = loop {
            if let Some(end) = find(&self.ahead, b"\r\n\r\n") {
                break String::from_utf8_lossy(&self.take(end + 4)).into_owned();
            }
            if self.ahead.len() > LONGEST_HEAD {
                return Err(no_http("the head is too long"));
            }
            if !self.more().await? {
                return if self.ahead.is_empty() { Ok(None) } else { Err(no_http("the head is cut short")) };
            }
        };
        let mut lines = head.split("\r\n");
        let mut first = lines.next().unwrap_or_default().split(' ');
        let (Some(method), Some(path), Some("HTTP/1.1" | "HTTP/1.0")) = (first.next(), first.next(), first.next())
        else {
            return Err(no_http("the first line is none of HTTP/1's"));
        };
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let (method, path) = (method.to_owned(), path.to_owned());
        let mut request = Request { connection, method, path, headers, body: Vec::new() };
        let chunked = request.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked"));
        request.body = if chunked { self.chunks().await? } else { self.exactly(length(&request)?).await? };
        Ok(Some(request))
    }

    /// Ready when the client has closed the connection, or has broken it.
    pub(crate) async fn closed(&mut self) {
        while self.ahead.len() < AHEAD {
            if !self.more().await.unwrap_or(false) {
                return;
            }
        }
        // Who sends so much without waiting for an answer is seen to be gone when the answer cannot be written.
        std::future::pending().await
    }

    async fn chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.line().await?;
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16).map_err(|_| no_http("a chunk without its size"))?;
            if size == 0 {
                // Trailers, up to the empty line.
                while !self.line().await?.is_empty() {}
                return Ok(body);
            }
            if body.len().saturating_add(size) > LONGEST_BODY {
                return Err(no_http("the body is too long"));
            }
            body.extend(self.exactly(size).await?);
            self.line().await?;
        }
    }

    async fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = find(&self.ahead, b"\r\n") {
                let line = self.take(end + 2);
                return Ok(String::from_utf8_lossy(&line[..end]).into_owned());
            }
            if self.ahead.len() > LONGEST_HEAD || !self.more().await? {
                return Err(no_http("a line without an end"));
            }
        }
    }

    async fn exactly(&mut self, length: usize) -> io::Result<Vec<u8>> {
        if length > LONGEST_BODY {
            return Err(no_http("the body is too long"));
        }
        while self.ahead.len() < length {
            if !self.more().await? {
                return Err(no_http("the body is cut short"));
            }
        }
        Ok(self.take(length))
    }

    fn take(&mut self, length: usize) -> Vec<u8> {
        let rest = self.ahead.split_off(length);
        std::mem::replace(&mut self.ahead, rest)
    }

    /// Takes what has come in; `false` at the end.
    async fn more(&mut self) -> io::Result<bool> {
        Ok(self.reader.read_buf(&mut self.ahead).await? > 0)
    }
}

fn length(request: &Request) -> io::Result<usize> {
    request
        .header("content-length")
        .map_or(Ok(0), |text| text.parse().map_err(|_| no_http("a length that is no number")))
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

fn no_http(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
