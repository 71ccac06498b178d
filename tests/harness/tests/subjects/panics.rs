//! Panics, and what is still to write.

pub(crate) fn plain() {
    panic!("the pipeline is empty"); // [plain-panic]
}

pub(crate) fn index(items: &[u64]) -> u64 {
    items[items.len()] // [index-panic]
}

pub(crate) fn unwrap(items: &[u64]) -> u64 {
    *items.first().unwrap() // [unwrap-panic]
}

pub(crate) fn in_std(items: &[u64], from: usize) -> Vec<u64> {
    let mut items = items.to_vec();
    items.drain(from..1); // [drain-panic]
    items
}

pub(crate) fn by_a_callback() -> u64 {
    std::cell::LazyCell::new(|| -> u64 { "".parse().expect("nothing in the cell") }) // [callback-panic]
        .wrapping_add(1)
}

pub(crate) async fn in_a_task() {
    let task = tokio::spawn(async {
        let items: Vec<u64> = Vec::new();
        items[7] // [task-panic]
    });
    let _ = task.await;
}

pub(crate) fn in_a_thread() {
    let _ = std::thread::spawn(|| panic!("in a thread")).join(); // [thread-panic]
}

pub(crate) async fn sends_to_nobody() {
    let (tx, rx) = tokio::sync::mpsc::channel(1);
    drop(rx);
    tx.send(1).await.unwrap(); // [nobody-panic]
}

pub(crate) fn no_room() {
    let _ = tokio::sync::mpsc::channel::<u64>(0); // [room-panic]
}

pub(crate) fn blocks_on() {
    tokio::runtime::Handle::current().block_on(std::future::ready(())); // [block-on-panic]
}

pub(crate) fn receives_blocking() {
    let (_tx, mut rx) = tokio::sync::mpsc::channel::<u64>(1);
    rx.blocking_recv(); // [blocking-recv-panic]
}

pub(crate) fn blocks_in_place() {
    tokio::task::block_in_place(|| ()); // [in-place-panic]
}

pub(crate) async fn in_blocking_work() {
    let _ = tokio::task::spawn_blocking(|| panic!("in blocking work")).await; // [blocking-panic]
}

pub(crate) fn unwritten() -> u64 {
    todo!("count the items") // [todo]
}

pub(crate) async fn unwritten_task() {
    let _ = tokio::spawn(async { todo!() }).await; // [todo-task]
}

/// Survives the panic of the work on an item.
pub(crate) async fn survives(work: workbook::Work) -> Vec<bool> {
    let mut done = Vec::new();
    for item in 0..3 {
        let work = work.clone();
        done.push(tokio::spawn(async move { work.run(item).await }).await.is_ok());
    }
    done
}

/// Catches a panic of its own.
pub(crate) fn catches() {
    let _ = std::panic::catch_unwind(|| panic!("caught")); // [caught-panic]
}

/// Polls a future of the test's once more after its end.
pub(crate) async fn polls_again(mut ready: impl Future<Output = u64> + Unpin) -> u64 {
    let first = (&mut ready).await;
    first + (&mut ready).await // [again-panic]
}

/// The work panics in the caller's own future.
pub(crate) async fn in_the_callers_future(work: workbook::Work) {
    work.run(1).await;
}
