//! # Per-tenant bulkhead
//!
//! Build a stage that serves many tenants, and in which none of them can take another's workers: each has a bounded
//! pool of its own, made when it is first needed and gone when it has been idle.
//!
//! - [`bulkhead`] works on each item (`client.call(item.payload).await`) with the client of its tenant, and answers
//!   each with one [`Outcome`]: `Done(item)`, or `Full(item)` if there was no room for it.
//! - A tenant's pool has a [`Client`] of its own, such as connections with that tenant's credentials, which
//!   `open(tenant)` makes. Nothing of a pool is shared between tenants.
//!
//! What must hold:
//!
//! - Results: every item comes back once, unchanged, in any order. The output ends with the last of them once the
//!   input has ended, without waiting for idle times; then no task is left, and no client.
//! - Isolation: of each tenant, [`WORKERS`] items are at work at a time, and never more. Tenant B's 100 items of 10 ms
//!   take 250 ms beside tenant A's 100 items of 1 s, which take 25 s.
//! - Full: of a tenant's items that come in one burst, at least 100 are accepted and at most 105: [`QUEUE`] that wait,
//!   4 at work, and one that a design may hold between the two. The others come back as `Full` at once, within 1 ms,
//!   and the items of other tenants behind them are not held up.
//! - One pool a tenant: `open` is called once for a tenant, at its first item, and not again as long as it has a pool.
//! - Eviction: a pool that has had no item, waiting or at work, for [`IDLE`] is gone, its client dropped: not earlier
//!   than 10 s after its last item was done, and not later than 11 s. An item of this tenant that comes later gets a
//!   new pool. When no pool is left and no item comes, nothing is polled.
//! - Eviction loses no item and answers none with `Full`, whenever it comes; a tenant whose items take longer than
//!   [`IDLE`] is not idle.
//! - Memory: at most [`POOLS`] pools exist at a time. An item of a tenant for which there is no room comes back as
//!   `Full` at once. Of a tenant without a pool nothing is kept: 1920 tenants with names of 8 KiB, 64 at a time, take
//!   at most 4 MiB.
//! - Backpressure: the stage waits for its reader and for nothing else. When nobody reads, at most 120 items of one
//!   tenant are taken: 8 in the output, 105 in its pool, and up to seven more on the way. It does not matter whether
//!   they come in a burst or one by one, so slowly that none is refused.
//! - Shutdown: when the output is dropped, 5 ms later no task and no client is left and no work has begun, though items
//!   are at work or wait, or the input is open and quiet.
//! - Errors: an item whose call panics does not come back. It costs its tenant nothing else: all others come back, four
//!   at a time as before, and the pool is evicted like any other.
//! - Clock: all of this is judged on virtual time, which threads of your own and `spawn_blocking` do not share.
//!   Tasks do the work.

use std::future::Future;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;

/// How many items of one tenant are worked on at a time.
pub const WORKERS: usize = 4;

/// How many items of one tenant wait, at most.
pub const QUEUE: usize = 100;

/// How many tenants have a pool at a time, at most.
pub const POOLS: usize = 64;

/// How long a pool without an item is kept.
pub const IDLE: Duration = Duration::from_secs(10);

/// How many outcomes wait to be read, at most.
pub const OUTPUT_CAPACITY: usize = 8;

/// Something to do for a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// For whom.
    pub tenant: String,
    /// What the client is called with.
    pub payload: u64,
}

/// What became of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The call has returned.
    Done(Item),
    /// There was no room for the item: its tenant's queue is full, or too many tenants have a pool. It was not begun.
    Full(Item),
}

/// A tenant's own way to its work. It lives as long as the tenant's pool.
pub trait Client: Send + Sync + 'static {
    /// Does the work of one item. To drop the future cancels the work.
    fn call(&self, payload: u64) -> impl Future<Output = ()> + Send;
}

/// Works on each item in the pool of its tenant and answers it with an [`Outcome`]. Ends when `input` does, and at
/// once when the output is dropped.
pub fn bulkhead<C: Client>(input: Receiver<Item>, open: impl Fn(&str) -> C + Send + 'static) -> Receiver<Outcome> {
    let _ = (input, open);
    todo!(
        "spawn a dispatcher that finds or makes the pool of each item's tenant, or answers Full, and never waits for one"
    )
}
