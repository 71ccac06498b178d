//! Caught by: scraped_over_http (fail), the_endpoint_stops_with_its_token (fail)
//!
//! "A scrape takes no time, so one after the other will do": the first client says nothing, and all others wait.

use crate::Metrics;
use std::io;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

pub async fn serve(listener: TcpListener, metrics: Metrics, stop: CancellationToken) -> io::Result<()> {
    let serving = async {
        loop {
            let (client, _) = listener.accept().await?;
            answer(client, &metrics).await?;
        }
    };
    stop.run_until_cancelled(serving).await.unwrap_or(Ok(()))
}

async fn answer(client: TcpStream, metrics: &Metrics) -> io::Result<()> {
    let mut client = BufReader::new(client);
    let mut request = String::new();
    client.read_line(&mut request).await?;
    let mut line = String::new();
    while client.read_line(&mut line).await? > 2 {
        line.clear();
    }
    let (status, body) = match request.split(' ').nth(1) {
        Some("/metrics") => ("200 OK", metrics.render()),
        _ => ("404 Not Found", String::new()),
    };
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4\r\nConnection: close\r\n\r\n");
    client.write_all(head.as_bytes()).await?;
    client.write_all(body.as_bytes()).await?;
    client.shutdown().await
}
