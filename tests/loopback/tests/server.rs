//! The server by a client that is nothing but a socket: what it says, and what it has seen.

use loopback::{Answer, Closed, Refusing, Server};
use std::io::ErrorKind;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PAUSE: Duration = Duration::from_millis(5);

async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.address()).await.expect("the server listens")
}

async fn say(client: &mut TcpStream, text: &str) {
    client.write_all(text.as_bytes()).await.expect("the server reads");
}

/// Reads until `end` has come, or to the end of the connection.
async fn read_until(client: &mut TcpStream, end: &str) -> String {
    let mut text = Vec::new();
    while !text.ends_with(end.as_bytes()) || end.is_empty() {
        if client.read_buf(&mut text).await.expect("the connection holds") == 0 {
            break;
        }
    }
    String::from_utf8(text).expect("the answers are text")
}

#[tokio::test]
async fn one_connection_carries_many_requests() {
    let server = Server::start(|request| Answer::status(200).header("x-path", &request.path).body("done"));
    let mut client = connect(&server).await;
    for path in ["/a", "/b?c=d"] {
        say(&mut client, &format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")).await;
        let text = read_until(&mut client, "done").await;
        assert_eq!(text, format!("HTTP/1.1 200 \r\ncontent-length: 4\r\nx-path: {path}\r\n\r\ndone"));
    }
    drop(client);
    let seen = server.wait_until(|seen| seen.open() == 0).await.expect("the close is seen");
    let paths: Vec<&str> = seen.requests.iter().map(|request| request.path.as_str()).collect();
    assert_eq!(paths, ["/a", "/b?c=d"]);
    assert_eq!((seen.connections.len(), seen.connections[0].requests), (1, 2));
    assert_eq!(seen.connections[0].closed, Some(Closed::Idle));
}

#[tokio::test]
async fn bodies_are_read_by_their_length_and_by_their_chunks() {
    let server = Server::start(|_| Answer::status(204));
    let mut client = connect(&server).await;
    say(&mut client, "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhel").await;
    say(&mut client, "lo").await;
    read_until(&mut client, "\r\n\r\n").await;
    say(&mut client, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n").await;
    read_until(&mut client, "\r\n\r\n").await;
    let bodies: Vec<Vec<u8>> = server.seen().requests.into_iter().map(|request| request.body).collect();
    assert_eq!(bodies, [b"hello", b"hello"]);
}

#[tokio::test]
async fn a_client_that_gives_up_is_seen() {
    let script = |request: &loopback::Request| match request.path.as_str() {
        "/silence" => Answer::silence(),
        "/late" => Answer::status(200).after(Duration::from_secs(30)),
        "/stalling" => Answer::status(200).body("half of this").stalling(),
        "/slow" => Answer::status(200).body("abc").in_parts(3, Duration::from_secs(30)),
        _ => Answer::status(200).body(vec![b'x'; 1 << 16]).endless(Duration::ZERO),
    };
    let server = Server::start(script);
    let mut clients = Vec::new();
    for path in ["/silence", "/late", "/stalling", "/slow", "/endless"] {
        let mut client = connect(&server).await;
        say(&mut client, &format!("GET {path} HTTP/1.1\r\n\r\n")).await;
        clients.push(client);
    }
    let seen = server.wait_until(|seen| seen.answering() == 5).await.expect("five answers are under way");
    assert_eq!((seen.open(), seen.aborted()), (5, 0));
    drop(clients);
    let seen = server.wait_until(|seen| seen.open() == 0).await.expect("the closes are seen");
    assert_eq!((seen.answering(), seen.aborted()), (0, 5));
}

#[tokio::test]
async fn answers_can_be_cut_short_or_no_http_or_nothing() {
    let script = |request: &loopback::Request| match request.path.as_str() {
        "/cut" => Answer::status(200).body("half of this").cut_short(),
        "/raw" => Answer::raw("SMTP ready\r\n").after(PAUSE),
        _ => Answer::hang_up(),
    };
    let server = Server::start(script);
    for (path, expected) in
        [("/cut", "HTTP/1.1 200 \r\ncontent-length: 12\r\n\r\nhalf o"), ("/raw", "SMTP ready\r\n"), ("/hang-up", "")]
    {
        let mut client = connect(&server).await;
        say(&mut client, &format!("GET {path} HTTP/1.1\r\n\r\n")).await;
        assert_eq!(read_until(&mut client, "").await, expected, "{path}");
    }
    let seen = server.wait_until(|seen| seen.open() == 0).await.expect("the server closes");
    assert!(seen.connections.iter().all(|connection| connection.closed == Some(Closed::ByServer)), "{seen:?}");
}

#[tokio::test]
async fn an_endless_body_comes_in_chunks() {
    let server = Server::start(|_| Answer::status(200).body("again").endless(PAUSE));
    let mut client = connect(&server).await;
    say(&mut client, "GET / HTTP/1.1\r\n\r\n").await;
    let text = read_until(&mut client, "again\r\n5\r\nagain\r\n").await;
    assert!(text.starts_with("HTTP/1.1 200 \r\ntransfer-encoding: chunked\r\n\r\n5\r\nagain\r\n"), "{text:?}");
}

#[tokio::test]
async fn what_is_no_http_ends_its_connection_alone() {
    let server = Server::start(|request| {
        assert_ne!(request.path, "/panic", "a script may fail");
        Answer::status(200).body("done")
    });
    for text in ["no http at all\r\n\r\n", "GET / HTTP/1.1\r\ncontent-length: many\r\n\r\n"] {
        let mut client = connect(&server).await;
        say(&mut client, text).await;
        assert_eq!(read_until(&mut client, "").await, "");
    }
    let mut client = connect(&server).await;
    say(&mut client, "GET /panic HTTP/1.1\r\n\r\n").await;
    assert_eq!(read_until(&mut client, "").await, "");
    let mut client = connect(&server).await;
    say(&mut client, "GET / HTTP/1.1\r\n\r\n").await;
    assert!(read_until(&mut client, "done").await.ends_with("done"));
    let closed: Vec<Option<Closed>> = server.seen().connections.iter().map(|connection| connection.closed).collect();
    assert_eq!(closed, [Some(Closed::Broken), Some(Closed::Broken), Some(Closed::ByServer), None]);
}

#[tokio::test]
async fn a_dropped_server_closes_everything() {
    let server = Server::start(|_| Answer::silence());
    let address = server.address();
    let mut client = connect(&server).await;
    say(&mut client, "GET / HTTP/1.1\r\n\r\n").await;
    server.wait_until(|seen| seen.answering() == 1).await.expect("the request is seen");
    drop(server);
    assert_eq!(read_until(&mut client, "").await, "");
    let error = TcpStream::connect(address).await.expect_err("nobody listens");
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn a_refusing_port_refuses() {
    let nobody = Refusing::new();
    let url = nobody.url("/");
    let address = url.trim_start_matches("http://").trim_end_matches('/');
    let error = TcpStream::connect(address).await.expect_err("nobody listens");
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
}
