//! Many tenants on one stage: what one of them may cost another, which is nothing, and what they may cost together.

use harness::{check, criterion, memory, ms, pass, quiescent, watched};
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use task::{Client, Item, Outcome, bulkhead};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::time::{Instant, timeout};
use workbook::Work;

/// How many items of one tenant are worked on at a time.
const WORKERS: usize = 4;

/// How many tenants have a pool at a time.
const POOLS: usize = 64;

/// What a tenant's pool holds, at least and at most: 100 that wait; 4 at work and one on the way.
const HOLDS: (u64, u64) = (100, 100 + 4 + 1);

/// What may be taken and not read of one tenant: 8 in the output, what a pool holds, 7 on the way.
const FITS: u64 = 8 + HOLDS.1 + 7;

/// How long a pool is kept, at least and at most.
const KEPT: (u64, u64) = (10_000, 11_000);

/// The tenants' side: a client each, whose calls, openings and drops are noted.
#[derive(Clone)]
struct Tenants {
    works: Arc<dyn Fn(&str) -> Work + Send + Sync>,
    book: Arc<Mutex<Book>>,
}

#[derive(Default)]
struct Book {
    works: BTreeMap<String, Work>,
    opened: Vec<String>,
    dropped: Vec<(String, Instant)>,
    open: usize,
    most_open: usize,
}

struct Connection {
    tenant: String,
    work: Work,
    tenants: Tenants,
}

impl Tenants {
    fn new(works: impl Fn(&str) -> Work + Send + Sync + 'static) -> Tenants {
        Tenants { works: Arc::new(works), book: Arc::default() }
    }

    /// Tenants whose items all take so many milliseconds.
    fn taking(takes: u64) -> Tenants {
        Tenants::new(move |_| Work::taking(ms(takes)))
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The stage under judgement.
    fn serve(&self, input: Receiver<Item>) -> Receiver<Outcome> {
        let tenants = self.clone();
        bulkhead(input, move |tenant| {
            let mut book = tenants.book();
            book.opened.push(tenant.to_owned());
            book.open += 1;
            book.most_open = book.most_open.max(book.open);
            let work = book.works.entry(tenant.to_owned()).or_insert_with(|| (tenants.works)(tenant)).clone();
            Connection { tenant: tenant.to_owned(), work, tenants: tenants.clone() }
        })
    }

    /// A tenant's work, the same for all its clients.
    fn work(&self, tenant: &str) -> Work {
        let work = self.book().works.get(tenant).cloned();
        work.unwrap_or_else(|| Work::taking(ms(0)))
    }

    /// Tenant, and how many clients were opened for it.
    fn openings(&self) -> Vec<(String, usize)> {
        let mut count = BTreeMap::new();
        for tenant in &self.book().opened {
            *count.entry(tenant.clone()).or_default() += 1;
        }
        count.into_iter().collect()
    }

    fn four_at_a_time(&self) {
        let works: Vec<Work> = self.book().works.values().cloned().collect();
        for work in &works {
            check::in_flight_at_most(work, WORKERS).usually(
                "a task for each item, more than one pool for a tenant at a time, or a pool that was evicted while it had items",
            );
        }
    }
}

impl Client for Connection {
    #[track_caller]
    fn call(&self, payload: u64) -> impl Future<Output = ()> + Send {
        self.work.run(payload)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut book = self.tenants.book();
        book.open -= 1;
        book.dropped.push((self.tenant.clone(), Instant::now()));
    }
}

/// `count` items of a tenant, with payloads from 0.
fn items(tenant: &str, count: u64) -> impl Iterator<Item = Item> {
    (0..count).map(move |payload| Item { tenant: tenant.to_owned(), payload })
}

/// An input that holds all these items and is open as long as the sender lives. No task feeds it.
fn open_input(items: impl IntoIterator<Item = Item>) -> (Sender<Item>, Receiver<Item>) {
    let (sender, input) = mpsc::channel(1000);
    for item in items {
        sender.try_send(item).expect("the input has room for a thousand");
    }
    (sender, input)
}

/// An input that ends after these items.
fn input(items: impl IntoIterator<Item = Item>) -> Receiver<Item> {
    open_input(items).1
}

/// An outcome as it was read.
#[derive(Clone, Debug)]
struct Seen {
    done: bool,
    tenant: String,
    payload: u64,
    at: Instant,
}

impl Seen {
    fn new(outcome: Outcome) -> Seen {
        let (done, item) = match outcome {
            Outcome::Done(item) => (true, item),
            Outcome::Full(item) => (false, item),
        };
        Seen { done, tenant: item.tenant, payload: item.payload, at: Instant::now() }
    }
}

/// Reads until the output ends.
async fn read_all(mut output: Receiver<Outcome>) -> Vec<Seen> {
    let mut seen = Vec::new();
    while let Some(outcome) = output.recv().await {
        seen.push(Seen::new(outcome));
    }
    seen
}

/// Reads for so long, or until the output ends.
async fn read_for(output: &mut Receiver<Outcome>, milliseconds: u64) -> Vec<Seen> {
    let end = Instant::now() + ms(milliseconds);
    let mut seen = Vec::new();
    while let Ok(Some(outcome)) = timeout(end - Instant::now(), output.recv()).await {
        seen.push(Seen::new(outcome));
    }
    tokio::time::sleep_until(end).await;
    seen
}

/// The payloads of a tenant's items that are done.
fn done(seen: &[Seen], tenant: &str) -> Vec<u64> {
    seen.iter().filter(|seen| seen.done && seen.tenant == tenant).map(|seen| seen.payload).collect()
}

/// The payloads of a tenant's items that were refused.
fn full(seen: &[Seen], tenant: &str) -> Vec<u64> {
    seen.iter().filter(|seen| !seen.done && seen.tenant == tenant).map(|seen| seen.payload).collect()
}

/// When the last of a tenant's items was done, in milliseconds since `start`.
fn last_done(seen: &[Seen], tenant: &str, start: Instant) -> u64 {
    let last = seen.iter().filter(|seen| seen.done && seen.tenant == tenant).map(|seen| seen.at).max();
    last.map_or(0, |at| at.duration_since(start).as_millis() as u64)
}

/// Every one of a tenant's `count` items is done, once.
fn all_done(seen: &[Seen], tenant: &str, count: u64, cause: &str) {
    let refused = full(seen, tenant).len();
    check::that(refused == 0, format!("{refused} of {count} items of tenant {tenant} came back as Full")).usually(
        "something else than 100 waiting items makes a pool full: a smaller queue, a pool that has ended, or room for fewer tenants",
    );
    check::same_items(&done(seen, tenant), &(0..count).collect::<Vec<_>>()).usually(cause);
}

/// No task and no client is left.
async fn nothing_left(tenants: &Tenants, cause: &str) {
    quiescent().await;
    check::all_tasks_gone().await.usually(cause);
    check::equal("clients that are still open", tenants.book().open, 0)
        .usually("pools in a static, or in something that outlives the stage");
}

const LOST: &str = "an item that is dropped when its pool is full or gone, a pool that was evicted while it had items, or a stage \
                    that ends with its input while items are at work";

/// Of ten tenants with 60 items each, every item comes back once as `Done`. The output ends 75 ms after the start, with
/// the last item; then no task is left, and no client.
#[criterion]
async fn every_item_comes_back_once() {
    let tenants = Tenants::new(|_| Work::varying(|payload| ms(1 + payload % 5)));
    let names: Vec<String> = (0..10).map(|number| format!("tenant-{number}")).collect();
    let sent = (0..60).flat_map(|payload| names.iter().map(move |tenant| Item { tenant: tenant.clone(), payload }));
    let start = Instant::now();
    let seen = read_all(tenants.serve(input(sent))).await;
    for tenant in &names {
        all_done(&seen, tenant, 60, LOST);
    }
    check::equal("outcomes", seen.len(), 600).usually("an item that is answered twice");
    check::took_at_most(start, ms(75)).usually(
        "an output that stays open until every pool has been evicted, or tenants that share workers: the end of the input is \
         the end of all pools, as soon as they are empty",
    );
    nothing_left(&tenants, "a task for each pool, or one that evicts, which does not end with the stage").await;
}

/// Tenant A's items take 1 s, tenant B's 10 ms; each sends 100 at once. B's are done after 250 ms and A's after 25 s:
/// four of each are at work at a time, and never more.
#[criterion]
async fn a_slow_tenant_delays_nobody() {
    let tenants = Tenants::new(|tenant| {
        let (name, takes) = if tenant == "A" { ("tenant A", 1000) } else { ("tenant B", 10) };
        watched(Work::taking(ms(takes)).named(name))
    });
    let start = Instant::now();
    let seen = read_all(tenants.serve(input(items("A", 100).zip(items("B", 100)).flat_map(|(a, b)| [a, b])))).await;
    all_done(&seen, "A", 100, LOST);
    all_done(&seen, "B", 100, LOST);
    tenants.four_at_a_time();
    for tenant in ["A", "B"] {
        check::runs(&format!("calls for tenant {tenant}"), &tenants.work(tenant), 100)
            .usually("`Client::call` is not awaited once for each item");
    }
    check::equal("milliseconds until tenant B's last item is done", last_done(&seen, "B", start), 250)
        .usually("workers, permits or a queue that both tenants share; or fewer than 4 workers for each");
    check::equal("milliseconds until tenant A's last item is done", last_done(&seen, "A", start), 25_000)
        .usually("a pool that is narrower than 4");
}

/// A tenant sends 300 items of 10 s at once, and another 100 of 10 ms behind them. Of the 300, at least 100 and at most
/// 105 are accepted; the others come back as `Full` within 1 ms. The other tenant's are done after 250 ms.
#[criterion]
async fn a_full_tenant_is_refused_and_holds_nobody_up() {
    let tenants = Tenants::new(|tenant| Work::taking(ms(if tenant == "A" { 10_000 } else { 10 })));
    let start = Instant::now();
    let mut output = tenants.serve(input(items("A", 300).chain(items("B", 100))));
    let mut seen = read_for(&mut output, 5000).await;
    const HELD: &str = "the dispatcher waits for room in a full queue; `try_send` or `try_acquire` tell at once, and the item goes \
                        back. Or tenants share a queue or workers";
    check::equal("of tenant B's items, done after 5 s", done(&seen, "B").len(), 100).usually(HELD);
    let last = last_done(&seen, "B", start);
    check::that(last <= 250, format!("tenant B's last item was done after {last} ms, expected at most 250"))
        .usually(HELD);
    let refused: Vec<Seen> = seen.iter().filter(|seen| !seen.done).cloned().collect();
    let accepted = 300 - refused.len() as u64;
    check::at_most("of 300 items of a tenant at a standstill, not refused", accepted, HOLDS.1).usually(
        "a queue without a bound or a larger one, items that wait where nothing counts them, or a `Full` that was not \
         delivered",
    );
    check::that(
        accepted >= HOLDS.0,
        format!("of 300 items of a tenant, {accepted} were not refused, expected at least 100"),
    )
    .usually("a queue smaller than QUEUE");
    let late = refused.iter().map(|seen| seen.at.duration_since(start).as_millis()).max().unwrap_or_default();
    check::that(late <= 1, format!("an item came back as Full after {late} ms")).usually(HELD);
    seen.extend(read_all(output).await);
    let mut answered = [done(&seen, "A"), full(&seen, "A")].concat();
    answered.sort_unstable();
    check::items(&answered, &(0..300).collect::<Vec<_>>()).usually(
        "an item that is refused and done as well, or one that is neither, as in a pool that was evicted while it had \
             items",
    );
}

/// A tenant has one client: it is opened at the tenant's first item, not before, and serves all items that come up to
/// 9 s after the one before was done.
#[criterion]
async fn a_tenant_keeps_its_pool() {
    let tenants = Tenants::taking(100);
    let (sender, receiver) = open_input([]);
    let mut output = tenants.serve(receiver);
    quiescent().await;
    check::equal("clients opened before the first item", tenants.openings().len(), 0)
        .usually("pools that are made in advance");
    let mut seen = Vec::new();
    for _ in 0..5 {
        for tenant in ["A", "B", "C"] {
            for item in items(tenant, 10) {
                sender.try_send(item).expect("the input has room");
            }
        }
        seen.extend(read_for(&mut output, 9000).await);
    }
    let once: Vec<(String, usize)> = ["A", "B", "C"].map(|tenant| (tenant.to_owned(), 1)).into();
    check::equal("clients opened, for each tenant", tenants.openings(), once)
        .usually("a pool for each item or burst, one that ends as soon as it is empty, or a client for each worker");
    check::equal("items done", seen.iter().filter(|seen| seen.done).count(), 150).usually(LOST);
    tenants.four_at_a_time();
}

/// The pool of an idle tenant is gone, its client dropped, between 10 s and 11 s after its last item was done. Then
/// nothing is polled. The tenant's next item gets a new pool.
#[criterion]
async fn an_idle_pool_is_evicted() {
    let tenants = Tenants::taking(100);
    let (sender, receiver) = open_input(items("A", 1));
    let mut output = tenants.serve(receiver);
    let start = Instant::now();
    for _ in 0..2 {
        read_for(&mut output, 3333).await;
        sender.try_send(Item { tenant: "A".to_owned(), payload: 1 }).expect("the input has room");
    }
    let seen = read_for(&mut output, 20_000).await;
    let idle = last_done(&seen, "A", start);
    let dropped = tenants.book().dropped.first().map(|(_, at)| at.duration_since(start).as_millis() as u64);
    check::that(dropped.is_some(), "the client is still open 20 s after the tenant's last item was done")
        .usually("nothing evicts a pool while no item comes, or what is evicted keeps a clone of the client");
    let kept = dropped.unwrap_or_default().saturating_sub(idle);
    check::that(
        (KEPT.0..=KEPT.1).contains(&kept),
        format!("the client was dropped {kept} ms after the tenant's last item was done, expected 10000 to 11000"),
    )
    .usually("a pool that ends as soon as it is empty, an idle time that does not begin anew with each item, or one that is looked at less \
         than once a second");
    check::parked_for(ms(60_000)).await.usually("a timer that goes on although no pool is left");
    sender.try_send(Item { tenant: "A".to_owned(), payload: 2 }).expect("the input has room");
    let seen = read_for(&mut output, 1000).await;
    check::equal("payloads done after the eviction", done(&seen, "A"), vec![2])
        .usually("the entry of an evicted pool is still there, and its queue is closed");
}

/// No item is lost or refused because of an eviction: neither those of 60 tenants that come back 9.9 s to 11.1 s after
/// their last item, nor those of a tenant whose 60 items keep it busy for 15 s, nor those that come while one item
/// takes 30 s. Nor does a tenant ever get a second pool beside its first.
#[criterion]
async fn eviction_loses_no_item() {
    const CAUSE: &str = "a pool that is evicted with items in its queue or at work, or an item that is handed to a pool which has \
                         just gone";
    let tenants = Tenants::new(|tenant| match tenant {
        "busy" => Work::taking(ms(1000)),
        "long" => Work::varying(|payload| ms(if payload == 0 { 30_000 } else { 100 })),
        _ => Work::taking(ms(100)),
    });
    let names: Vec<String> = (0..60).map(|number| format!("tenant-{number}")).collect();
    let first = names.iter().flat_map(|tenant| items(tenant, 1));
    let (sender, receiver) = open_input(first.chain(items("busy", 60)).chain(items("long", 1)));
    let output = tenants.serve(receiver);
    let send_again = async move {
        // Their first items are done at 100 ms: the second ones come 9.9 s to 11.08 s after that.
        tokio::time::sleep(ms(10_000)).await;
        for tenant in names {
            sender.try_send(Item { tenant, payload: 1 }).expect("the input has room");
            tokio::time::sleep(ms(20)).await;
        }
        for payload in 1..20 {
            tokio::time::sleep(ms(700)).await;
            sender.try_send(Item { tenant: "long".to_owned(), payload }).expect("the input has room");
        }
    };
    let (seen, ()) = tokio::join!(read_all(output), send_again);
    for number in 0..60 {
        all_done(&seen, &format!("tenant-{number}"), 2, CAUSE);
    }
    all_done(&seen, "busy", 60, CAUSE);
    all_done(&seen, "long", 20, CAUSE);
    tenants.four_at_a_time();
    for tenant in ["busy", "long"] {
        let opened = tenants.book().opened.iter().filter(|opened| *opened == tenant).count();
        check::equal(&format!("clients opened for tenant {tenant}, which was never idle"), opened, 1)
            .usually("a pool counts as idle although it has an item: only that no item has come was looked at");
    }
}

/// Of 200 tenants that send an item at once, 64 get a pool, and the items of the others come back as `Full` within
/// 1 ms. When these pools have been evicted, 64 others get theirs.
#[criterion]
async fn at_most_64_pools() {
    let tenants = Tenants::taking(5000);
    let of = |numbers: std::ops::Range<u64>| {
        numbers.flat_map(|number| items(&format!("tenant-{number}"), 1).collect::<Vec<_>>())
    };
    let (sender, receiver) = open_input(of(0..200));
    let start = Instant::now();
    let mut output = tenants.serve(receiver);
    let seen = read_for(&mut output, 5000 + KEPT.1 + 100).await;
    check::at_most("clients open at a time", tenants.book().most_open as u64, POOLS as u64).usually(
        "a pool for every tenant that comes: tenants are made by whoever sends, so their number needs a bound",
    );
    let refused: Vec<&Seen> = seen.iter().filter(|seen| !seen.done).collect();
    check::equal("of 200 items of 200 tenants, refused", refused.len(), 200 - POOLS)
        .usually("room for another number of pools than 64");
    let late = refused.iter().map(|seen| seen.at.duration_since(start).as_millis()).max().unwrap_or_default();
    check::that(late <= 1, format!("an item came back as Full after {late} ms"))
        .usually("the dispatcher waits until a pool is evicted; or an item waits for it in another's place");
    for item in of(200..264) {
        sender.try_send(item).expect("the input has room");
    }
    let seen = read_for(&mut output, 6000).await;
    check::equal(
        "of 64 tenants that come after the eviction, items done",
        seen.iter().filter(|seen| seen.done).count(),
        64,
    )
    .usually(
        "idle pools that are never evicted, or that still count: nobody new is served; or tenants that share workers",
    );
}

/// A client that only counts itself.
struct Counted(Arc<AtomicUsize>);

impl Client for Counted {
    fn call(&self, _: u64) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(ms(10))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// Of 1920 tenants with names of 8 KiB, 64 come every 12 s, with an item each. All are served, and at most 4 MiB are
/// allocated at one moment.
#[criterion]
async fn tenants_that_come_and_go_leave_nothing() {
    let open = Arc::new(AtomicUsize::new(0));
    let opened = open.clone();
    let (sender, receiver) = open_input([]);
    let peak = memory::measure();
    let mut output = bulkhead(receiver, move |_| {
        opened.fetch_add(1, Relaxed);
        Counted(opened.clone())
    });
    let (mut served, mut refused) = (0, 0);
    for round in 0..30 {
        for number in 0..POOLS {
            let tenant = format!("{:08192}", round * POOLS + number);
            sender.try_send(Item { tenant, payload: 0 }).expect("the input has room");
        }
        let end = Instant::now() + ms(12_000);
        while let Ok(Some(outcome)) = timeout(end - Instant::now(), output.recv()).await {
            match outcome {
                Outcome::Done(_) => served += 1,
                Outcome::Full(_) => refused += 1,
            }
        }
        tokio::time::sleep_until(end).await;
    }
    check::peak_memory(&peak, 4 << 20)
        .usually("something is kept for every tenant that ever came: an entry in a map, a counter by name, a task");
    check::equal("of 1920 tenants, 64 at a time, served", served, 1920)
        .usually("idle pools that are never evicted, or that still count: nobody new is served");
    check::equal("items refused", refused, 0).usually("room for fewer tenants than 64");
    check::equal("clients open at the end", open.load(Relaxed), 0).usually("a pool that is never evicted");
}

/// While nobody reads the output, at most 120 of a tenant's items are taken: of 1000 that come in a burst, and of 400
/// that come one by one, each after twice the time that its work takes. When the reader goes on, every one of them comes
/// back once.
#[criterion]
async fn a_reader_that_stops_holds_back_the_input() {
    for (count, comes, apart) in [(1000, "in a burst", 0), (400, "one by one", 2)] {
        let tenants = Tenants::taking(1);
        let (sender, receiver) = open_input([]);
        let room = sender.capacity() as u64;
        let output = tenants.serve(receiver);
        for item in items("A", count) {
            sender.try_send(item).expect("the input has room");
            if apart > 0 {
                tokio::time::sleep(ms(apart)).await;
            }
        }
        pass(ms(5000)).await;
        let taken = count - (room - sender.capacity() as u64);
        check::at_most(&format!("of {count} items that come {comes} while nobody reads, taken"), taken, FITS).usually(
            "a place that is given back before the outcome is in the output, an output without a bound, or tasks that wait to \
             send an outcome and that nothing counts: nothing makes the dispatcher wait for its reader",
        );
        drop(sender);
        let seen = read_all(output).await;
        let mut answered = [done(&seen, "A"), full(&seen, "A")].concat();
        answered.sort_unstable();
        check::items(&answered, &(0..count).collect::<Vec<_>>())
            .usually("an outcome that is dropped when the output is full");
    }
}

/// The output is dropped while items are at work and wait, and the input is open: 5 ms later no work has begun, and
/// no task and no client is left. The same holds while every pool is idle, and for an output that is full.
#[criterion]
async fn dropping_the_output_stops_everything() {
    for (count, takes) in [(50, 10_000), (1, 100), (50, 1)] {
        let tenants = Tenants::taking(takes);
        let (_sender, receiver) = open_input(items("A", count).chain(items("B", count)));
        let output = tenants.serve(receiver);
        pass(ms(1000)).await;
        let begun = || ["A", "B"].map(|tenant| tenants.work(tenant).records().len());
        let before = begun();
        drop(output);
        pass(ms(5)).await;
        check::equal("items begun after the output was dropped", begun(), before)
            .usually("workers that go on with their queue: they learn it at their next send");
        nothing_left(
            &tenants,
            "a wait that the drop does not reach: a dispatcher at a quiet input, a pool at an empty queue, or work in a task that \
             is let go of and not aborted",
        )
        .await;
    }
}

/// Twelve of tenant A's 100 items panic, the first four among them. The other 88 are done, four at a time as before, so
/// within 250 ms; tenant B's 100 as well; and the pools are evicted 11 s later, also that of a tenant whose only item
/// panics.
#[criterion]
async fn a_panic_costs_its_item_alone() {
    let tenants = Tenants::new(|tenant| match tenant {
        "A" => Work::taking(ms(10)).panicking(|payload| payload < 4 || payload % 12 == 0),
        "C" => Work::taking(ms(10)).panicking(|_| true),
        _ => Work::taking(ms(10)),
    });
    let start = Instant::now();
    let (sender, receiver) = open_input(items("A", 100).chain(items("B", 100)).chain(items("C", 1)));
    let mut output = tenants.serve(receiver);
    let seen = read_for(&mut output, 250 + KEPT.1).await;
    let others: Vec<u64> = (4..100).filter(|payload| payload % 12 != 0).collect();
    check::same_items(&done(&seen, "A"), &others)
        .usually("a worker that ends with its panic and is not replaced, or a permit that is not given back: fewer are left each time");
    all_done(&seen, "B", 100, "a panic in one tenant's pool ends what both share, such as the dispatcher");
    let last = last_done(&seen, "A", start);
    check::that(last <= 250, format!("tenant A's last item was done after {last} ms, expected at most 250"))
        .usually("a pool that is narrower after a panic: a permit that only the end of a good call gives back");
    check::equal("clients that are open 11 s later", tenants.book().open, 0)
        .usually("an item that panicked still counts, so its pool is never empty; or no pool is ever evicted");
    drop(sender);
    read_all(output).await;
    nothing_left(&tenants, "a task that waits for one that has panicked").await;
}
