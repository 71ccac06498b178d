//! Which tasks of a runtime are alive, and where they were spawned.

use crate::GRACE;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::runtime::{Builder, Runtime};
use tokio::task::Id;

/// The living tasks of one runtime, by id: ids tell them apart where a count cannot.
///
/// The hooks run on the runtime's thread, inside `spawn` and at the end of a task; the lock is held for a look at the
/// map, and no code of a caller runs under it.
#[derive(Clone, Debug)]
pub(crate) struct Registry {
    living: Arc<Mutex<BTreeMap<Id, &'static Location<'static>>>>,
}

impl Registry {
    pub(crate) fn new() -> Registry {
        Registry { living: Arc::default() }
    }

    // ANCHOR: hooks
    /// A runtime that tells this registry of its tasks.
    pub(crate) fn runtime(&self) -> Runtime {
        let (spawned, ended) = (self.clone(), self.clone());
        Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .on_task_spawn(move |task| {
                spawned.living().insert(task.id(), task.spawned_at());
            })
            .on_task_terminate(move |task| {
                ended.living().remove(&task.id());
            })
            .build()
            .expect("a runtime of one thread needs nothing that could be refused")
    }
    // ANCHOR_END: hooks

    /// From now on, only tasks that are spawned later count.
    pub(crate) fn forget_the_living(&self) {
        self.living().clear();
    }

    // ANCHOR: report
    /// The living tasks by the line of their spawn; nothing if there are none.
    pub(crate) fn report(&self) -> Option<String> {
        let mut sites: BTreeMap<&Location<'_>, usize> = BTreeMap::new();
        for site in self.living().values() {
            *sites.entry(site).or_default() += 1;
        }
        let count: usize = sites.values().sum();
        if count == 0 {
            return None;
        }
        let mut report = format!("{count} leaked, alive {} s after the test:", GRACE.as_secs());
        for (site, count) in sites {
            // Writing to a `String` does not fail.
            let _ = write!(report, "\n  {count} × spawned at {site}");
        }
        Some(report)
    }
    // ANCHOR_END: report

    fn living(&self) -> MutexGuard<'_, BTreeMap<Id, &'static Location<'static>>> {
        self.living.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
