//! What this thread allocates, counted by the allocator.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

thread_local! {
    // Of each thread alone, so that counting disturbs no measurement: one atomic for all would be a shared line.
    static COUNTED: Cell<Counted> = const { Cell::new(Counted { allocations: 0, bytes: 0 }) };
}

/// Allocations, and the bytes asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) allocations: usize,
    pub(crate) bytes: usize,
}

fn count(bytes: usize) {
    // A thread that is ending has no counter any more; nobody asks for its count either.
    let _ = COUNTED.try_with(|counted| {
        let Counted { allocations, bytes: before } = counted.get();
        counted.set(Counted { allocations: allocations + 1, bytes: before + bytes });
    });
}

#[expect(unsafe_code, reason = "an allocator is unsafe by signature; every call is passed on to the system's")]
// SAFETY: the layout and the pointer are the caller's, unchanged; the counters touch no allocated memory.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size.saturating_sub(layout.size()));
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// What this thread allocates during `work`. What grows counts once more, with the bytes that are new.
pub(crate) fn during<T>(work: impl FnOnce() -> T) -> (T, Counted) {
    let before = COUNTED.get();
    let done = work();
    let after = COUNTED.get();
    (done, Counted { allocations: after.allocations - before.allocations, bytes: after.bytes - before.bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allocations_of_this_thread_are_counted() {
        let (kept, counted) = during(|| vec![0u8; 100]);
        assert_eq!(counted, Counted { allocations: 1, bytes: 100 });
        drop(kept);
        assert_eq!(during(|| ()).1, Counted { allocations: 0, bytes: 0 });
    }
}
