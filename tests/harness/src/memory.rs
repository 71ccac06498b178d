//! Memory, counted by the allocator: exact bytes, the same on every machine.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn grew(bytes: usize) {
    let live = LIVE.fetch_add(bytes, Relaxed) + bytes;
    // A load first: the peak moves seldom, and a store each time would make threads fight for its cache line.
    if live > PEAK.load(Relaxed) {
        PEAK.fetch_max(live, Relaxed);
    }
}

#[expect(unsafe_code, reason = "an allocator is unsafe by signature; every call is passed on to the system's")]
// SAFETY: the layout and the pointer are the caller's, unchanged; the counters touch no allocated memory.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        grew(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        // Growing may hold both blocks for a moment, but the system moves pages rather than copies them.
        LIVE.fetch_sub(layout.size(), Relaxed);
        grew(size);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// Bytes that are allocated now.
pub fn live() -> usize {
    LIVE.load(Relaxed)
}

/// Allocations so far.
pub fn allocations() -> usize {
    ALLOCATIONS.load(Relaxed)
}

/// Starts a measurement: [`Peak::bytes`] is the most that was allocated since, beyond what was live here.
pub fn measure() -> Peak {
    let base = live();
    PEAK.store(base, Relaxed);
    Peak { base }
}

/// A measurement under way. One at a time: a new one takes the peak over.
#[derive(Debug)]
pub struct Peak {
    base: usize,
}

impl Peak {
    /// The most bytes allocated at one moment since the measurement began, beyond those live at its start.
    pub fn bytes(&self) -> usize {
        PEAK.load(Relaxed).saturating_sub(self.base)
    }
}
