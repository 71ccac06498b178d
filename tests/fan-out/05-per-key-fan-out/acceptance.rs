//! Order for each key, and width across the keys: what a shard shares with its neighbours, and what it must not.

use harness::{check, criterion, drain, marked, ms, pass, program, quiescent, received, run_program, watched};
use std::collections::BTreeSet;
use std::ops::Range;
use task::{Event, fan_out, shard};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::time::Instant;
use workbook::Work;

/// How many shards there are.
const SHARDS: usize = 6;

/// The work, in milliseconds, on the one slow event.
const LONG: u64 = 10_000;

/// What a shard at a standstill may take: one at work, 16 in its queue, three on the way.
const SHARD_FITS: u64 = 1 + 16 + 3;

/// What may be taken and not read: 17 in each shard, 6 in the output, three on the way.
const FITS: u64 = 6 * 17 + 6 + 3;

fn event(key: &str, value: u64) -> Event {
    Event { key: key.to_owned(), value }
}

/// An input that holds all these events and is open as long as the sender lives. No task feeds it.
fn open_input(events: Vec<Event>) -> (Sender<Event>, Receiver<Event>) {
    let (sender, input) = mpsc::channel(events.len());
    for event in events {
        sender.try_send(event).expect("the input has room for all");
    }
    (sender, input)
}

/// An input that ends after these events.
fn input(events: Vec<Event>) -> Receiver<Event> {
    open_input(events).1
}

/// How many events are no longer in the input.
fn taken(input: &Sender<Event>) -> u64 {
    input.capacity() as u64
}

/// Two keys for each shard, as the subject shards them.
fn keys() -> Vec<[String; 2]> {
    let mut found = vec![Vec::new(); SHARDS];
    for number in 0..10_000 {
        if found.iter().all(|keys| keys.len() >= 2) {
            break;
        }
        let key = format!("key-{number}");
        if let Some(keys) = found.get_mut(shard(&key)) {
            keys.push(key);
        }
    }
    let pairs: Vec<[String; 2]> = found.into_iter().filter_map(|keys| keys.first_chunk().cloned()).collect();
    check::equal("shards with at least two of 10000 keys", pairs.len(), SHARDS)
        .usually("a hash that is not reduced to 0..6, or one that leaves some shards empty");
    pairs
}

/// `count` events for each of these shards: two of the first, two of the next and so on, round after round, for the two
/// keys of a shard in turn. The value of an event is its shard's number times 1000, plus its place in the shard.
fn events(keys: &[[String; 2]], shards: Range<usize>, count: u64) -> Vec<Event> {
    let mut all = Vec::new();
    for first in (0..count).step_by(2) {
        for shard in shards.clone() {
            for place in first..count.min(first + 2) {
                all.push(event(&keys[shard][place as usize % 2], shard as u64 * 1000 + place));
            }
        }
    }
    all
}

/// The values of the events of one key, in their order.
fn of_key(events: &[Event], key: &str) -> Vec<u64> {
    events.iter().filter(|event| event.key == key).map(|event| event.value).collect()
}

/// Every event is there once, and the events of each key are in their order.
fn complete_and_in_order(seen: &[Event], sent: &[Event]) {
    let pairs = |events: &[Event]| -> Vec<(String, u64)> {
        events.iter().map(|event| (event.key.clone(), event.value)).collect()
    };
    check::same_items(&pairs(seen), &pairs(sent))
        .usually("an event that is dropped because its queue is full, or a worker that ends before its queue is empty");
    let keys: BTreeSet<&str> = sent.iter().map(|event| event.key.as_str()).collect();
    for key in keys {
        check::items(&of_key(seen, key), &of_key(sent, key)).usually(
            "events of one key go to more than one worker, and a quick one overtakes a slow one: its shard \
             is not asked for, changes, or is not the key's alone",
        );
    }
}

/// The most events of one shard that were at work at once, by the thousands of their values.
fn most_at_once_in_a_shard(work: &Work) -> u64 {
    let records = work.records();
    let at_once = |run: &workbook::Record| {
        let under_way =
            |other: &&workbook::Record| other.start <= run.start && other.end.is_none_or(|end| end > run.start);
        records.iter().filter(under_way).filter(|other| other.item / 1000 == run.item / 1000).count()
    };
    records.iter().map(at_once).max().unwrap_or_default() as u64
}

/// Of 30 keys with 40 events each, every event comes out once, in the order of its key, however long each takes. Then
/// the output ends, and no task is left.
#[criterion]
async fn every_event_once_and_in_the_order_of_its_key() {
    let sent: Vec<Event> = (0..1200).map(|value| event(&format!("user-{}", value / 4 * 7 % 30), value)).collect();
    let work = watched(Work::varying(|value| ms(value * 7919 % 5)));
    let seen = drain(fan_out(input(sent.clone()), work)).await;
    complete_and_in_order(&seen, &sent);
    quiescent().await;
    check::all_tasks_gone().await.or_fail();
}

/// A key has the same shard, from 0 to 5, whenever it is asked for; of 600 keys, each shard has at least 50.
#[criterion]
async fn a_key_keeps_its_shard() {
    let mut sizes = [0; SHARDS];
    for number in 0..600 {
        let key = format!("user-{number}");
        let (first, second) = (shard(&key), shard(&key.clone()));
        check::equal(&format!("the shard of {key}, asked a second time"), second, first)
            .usually("a hasher with random keys, such as each new `RandomState`, hashes the same key differently");
        check::that(first < SHARDS, format!("the shard of {key} is {first}, expected 0 to 5"))
            .usually("the hash is not reduced to the number of workers");
        sizes[first] += 1;
    }
    let least = sizes.iter().min().copied().unwrap_or_default();
    check::that(least >= 50, format!("600 keys are spread as {sizes:?} over the shards, expected at least 50 in each"))
        .usually("a hash of the key's length or of its first letters: it must mix all of the key");
}

/// The shard of a key survives a restart: the program prints the same shards in two runs, those that the library gives.
#[criterion(processes, clock = "real", deadline = 30)]
async fn a_key_keeps_its_shard_over_a_restart() {
    let keys: Vec<String> = (0..50).map(|number| format!("user-{number}")).collect();
    let expected: Vec<String> = keys.iter().map(|key| shard(key).to_string()).collect();
    for run in ["first", "second"] {
        let mut program = program!();
        program.args(&keys);
        let output = run_program(program).await;
        check::exit_code(&output, 0).usually("`shard` panics");
        let text = String::from_utf8_lossy(&output.stdout);
        let seen: Vec<String> = text.lines().map(str::to_owned).collect();
        check::equal("shards that the program printed", seen.len(), keys.len())
            .usually("`main` prints no line for a key");
        check::that(
            seen == expected,
            format!("some of {} keys have another shard in the {run} run of the program", keys.len()),
        )
        .usually("a hasher whose keys are drawn at random, such as a `RandomState`, even if only once a run");
    }
}

/// The shards run in parallel: 100 events of 1 ms for each of six shards take 100 ms, with six in flight. Never more
/// are, nor two of one shard, and 600 keys with one event each change nothing in that.
#[criterion]
async fn shards_run_in_parallel_and_each_in_series() {
    let keys = keys();
    let work = watched(Work::taking(ms(1)));
    let start = Instant::now();
    drain(fan_out(input(events(&keys, 0..SHARDS, 100)), work.clone())).await;
    check::in_flight_at_most(&work, SHARDS).usually("a task for each event or for each key");
    check::at_most("events of one shard at work at once", most_at_once_in_a_shard(&work), 1)
        .usually("the shard is not chosen by the key alone, or its events do not all go to one worker");
    check::in_flight_reached(&work, SHARDS)
        .usually("one worker for all shards, or a lock that is held across the work");
    check::runs("events worked on", &work, 600).usually("events that are dropped when their queue is full");
    check::took(start, ms(100), ms(1)).usually("workers that wait for each other, or keys that are spread unevenly");
    let work = Work::taking(ms(1));
    let many = (0..600).map(|value| event(&format!("user-{value}"), value)).collect();
    drain(fan_out(input(many), work.clone())).await;
    check::in_flight_at_most(&work, SHARDS).usually("a task for each key: the width must not depend on the keys");
}

/// While one event takes 10 s and 16 more wait in its shard's queue, 100 events of 1 ms for each other shard come out
/// within 100 ms. Those of the slow shard follow, in their order.
#[criterion]
async fn a_slow_event_delays_only_its_shard() {
    let keys = keys();
    let mut sent = events(&keys, 0..1, 17);
    sent.extend(events(&keys, 1..SHARDS, 100));
    let work = watched(Work::varying(|value| if value == 0 { ms(LONG) } else { ms(1) }));
    let start = Instant::now();
    let mut output = fan_out(input(sent.clone()), work);
    let mut seen = Vec::new();
    while seen.len() < 500
        && let Some(event) = received(output.recv()).await
    {
        let value = event.value;
        seen.push(event);
        if value == 0 {
            break;
        }
        check::that(value >= 1000, format!("event {value} of the slow shard came out before the slow event 0"))
            .usually("the slow shard's events do not all go to one worker");
    }
    let others = seen.iter().filter(|event| event.value >= 1000).count();
    let seen_first = format!("{others} of 500 events of the other shards came out before the slow event was done");
    check::that(others == 500, seen_first).usually(
        "the dispatcher waits although the slow shard's queue has room for 16, or other workers wait with it, or \
         a full queue loses events",
    );
    check::took(start, ms(100), ms(1)).usually("workers that wait for each other, or keys that are spread unevenly");
    seen.extend(drain(output).await);
    complete_and_in_order(&seen, &sent);
}

/// A full queue does hold back the dispatcher: of a shard whose first event takes 10 s, at most 20 events are taken.
/// The rest follows in order once that is done.
#[criterion]
async fn a_full_queue_holds_back_the_dispatcher() {
    let keys = keys();
    let sent = events(&keys, 0..1, 100);
    let (kept, source) = open_input(sent.clone());
    let output = fan_out(source, Work::varying(|value| if value == 0 { ms(LONG) } else { ms(1) }));
    pass(ms(100)).await;
    check::at_most("events taken of a shard at a standstill", taken(&kept), SHARD_FITS)
        .usually("an unbounded or larger queue, events that are dropped when it is full, or a shard of several queues");
    drop(kept);
    complete_and_in_order(&drain(output).await, &sent);
}

/// While nobody reads the output, at most 111 events are taken, and the tasks are parked: nothing is polled.
#[criterion]
async fn a_reader_that_stops_parks_every_task() {
    let (kept, source) = open_input(events(&keys(), 0..SHARDS, 200));
    let output = fan_out(source, watched(Work::taking(ms(1))));
    pass(ms(1000)).await;
    check::at_most("events taken while nobody reads", taken(&kept), FITS)
        .usually("unbounded or larger queues, a larger output, or events that are dropped when a queue is full");
    check::parked_for(ms(10_000)).await.usually(
        "a loop around `try_send` or `try_recv` with a pause; `send(…).await` and `recv().await` park the task",
    );
    marked("output dropped", || drop(output));
}

/// When the output is dropped, no task is left 5 ms later, though the input is open and holds more events of 1 ms for
/// every shard.
#[criterion]
async fn dropping_the_output_stops_every_task() {
    let (kept, source) = open_input(events(&keys(), 0..SHARDS, 200));
    let mut output = fan_out(source, watched(Work::taking(ms(1))));
    for _ in 0..5 {
        received(output.recv()).await;
    }
    marked("output dropped", || drop(output));
    pass(ms(5)).await;
    check::all_tasks_gone().await.usually(
        "a task ignores that its `send` fails; or the dispatcher has emptied the input, into unbounded queues or by \
         dropping events, and waits for more",
    );
    drop(kept);
}

/// When the work on an event panics, no later event of its key comes out, and what comes out is without a gap for
/// each key. The output ends, and no task is left.
#[criterion]
async fn a_panic_ends_its_key() {
    let keys = keys();
    let sent = events(&keys, 0..SHARDS, 100);
    let work = watched(Work::taking(ms(1)).panicking(|value| value == 2010));
    let seen = drain(fan_out(input(sent.clone()), work)).await;
    let broken = of_key(&seen, &keys[2][0]);
    let later = broken.iter().filter(|value| **value >= 2010).count();
    check::that(
        later == 0,
        format!("{later} events of a key came out after the work on one of its events had panicked"),
    )
    .usually("the shard goes on after a panic as if that event had never been there, or several workers share its key");
    for key in keys.iter().flatten() {
        let (came, all) = (of_key(&seen, key), of_key(&sent, key));
        check::items(&came, &all[..came.len().min(all.len())]).usually(
            "a gap or a change of order: events that are lost when a queue is full, or several workers for one key",
        );
    }
    pass(ms(5)).await;
    check::all_tasks_gone().await.usually("a task that waits for one that has panicked");
}
