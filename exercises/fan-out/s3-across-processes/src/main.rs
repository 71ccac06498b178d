//! The program: `fan-out-s3 produce BROKERS TOPIC COUNT` and `fan-out-s3 consume BROKERS TOPIC GROUP SESSION_MS`.
//!
//! An item's payload is `ID WORK_US SENT_US`: its number, how long its work takes, and when it was sent, in
//! microseconds since 1970. The consumer writes a line when an item begins and one when it is done, so that whoever
//! reads its output knows both: `begin PARTITION OFFSET ID`, `done PARTITION OFFSET ID LATENCY_US`. Ctrl-C and SIGTERM
//! end it in good order.

use fan_out_s3::{Item, Settings, consume, produce};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["produce", brokers, topic, count] => {
            let items = (0..count.parse()?).map(|id: u64| format!("{id} 0 {}", now()).into_bytes());
            println!("{} sent", produce(brokers, topic, items).await?);
        }
        ["consume", brokers, topic, group, session] => {
            let settings = Settings {
                brokers: brokers.to_owned(),
                topic: topic.to_owned(),
                group: group.to_owned(),
                session_timeout: Duration::from_millis(session.parse()?),
            };
            let consumed = consume(settings, work, on_signal()?).await?;
            eprintln!("{} done", consumed.items);
        }
        _ => return Err("usage: produce BROKERS TOPIC COUNT | consume BROKERS TOPIC GROUP SESSION_MS".into()),
    }
    Ok(())
}

/// The work of an item: it waits for as long as the item says.
fn work(item: Item) -> impl Future<Output = ()> + Send {
    let text = String::from_utf8_lossy(&item.payload).into_owned();
    let numbers: Vec<u64> = text.split(' ').filter_map(|number| number.parse().ok()).collect();
    let [id, takes, sent] = numbers[..] else { panic!("no item of ours: {text:?}") };
    println!("begin {} {} {id}", item.partition, item.offset);
    async move {
        if takes > 0 {
            tokio::time::sleep(Duration::from_micros(takes)).await;
        }
        println!("done {} {} {id} {}", item.partition, item.offset, now().saturating_sub(sent));
    }
}

/// Cancelled by Ctrl-C and by SIGTERM.
fn on_signal() -> std::io::Result<CancellationToken> {
    let (mut interrupted, mut told) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let stop = CancellationToken::new();
    let guard = stop.clone().drop_guard();
    tokio::spawn(async move {
        let _guard = guard;
        tokio::select! { _ = interrupted.recv() => {} _ = told.recv() => {} }
    });
    Ok(stop)
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as u64)
}
