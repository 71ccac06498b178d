//! The pipeline with a reader that takes one result each 100 ms, and its endpoint. It is given.

use fan_out_09::{pipeline, serve};
use std::io;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use workbook::Work;

#[tokio::main]
async fn main() -> io::Result<()> {
    let (mut results, metrics) = pipeline(1..=300, Work::taking(Duration::from_millis(20)));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("for 30 s: curl http://{}/metrics", listener.local_addr()?);
    let stop = CancellationToken::new();
    let endpoint = tokio::spawn(serve(listener, metrics, stop.clone()));
    let mut ticks = tokio::time::interval(Duration::from_millis(100));
    while results.recv().await.is_some() {
        ticks.tick().await;
    }
    stop.cancel();
    endpoint.await?
}
