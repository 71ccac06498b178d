//! What the learner's tests are run against: two right buffers, and faults that can be put into the first.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, Waker};
use workbook::reorder::{Entry, ReorderBuffer, Waiting};
use workbook::sync::{Mutex, MutexGuard};

/// What is wrong with a buffer, each with the sentence of the contract that it breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Order: each number once. The hundredth is not put in.
    DropsTheLast,
    /// Order: each number once. The fiftieth comes out again.
    GivesOneTwice,
    /// Order: in sequence. What is in comes out, lowest first, whether it is next or not.
    GivesTheLowest,
    /// Order: its own value. What comes out has the value that went in last.
    MixesValues,
    /// Bound: one number more is held.
    HoldsOneMore,
    /// Bound: the last place is never given.
    HoldsOneFewer,
    /// Bound: places are counted, so that 0 finds none when ten others have them.
    KeepsNoPlaceForTheNext,
    /// End: what is in at the close is dropped.
    ForgetsAtTheClose,
    /// End: `None` does not come.
    NeverEnds,
    /// Empty: the number that came out last is still counted.
    KeepsWhatIsOut,
    /// A taker's look and the store of its waker are two critical sections.
    TakerLooksThenStores,
    /// An inserter's look for room and the store of its waker are two critical sections.
    InserterLooksThenStores,
    /// A taker looks for the number in one critical section and for the close in the next.
    TakerLooksThenEnds,
}

/// A buffer behind one lock, which keeps the wakers of those that wait.
#[derive(Debug)]
pub(crate) struct Locked {
    bound: u64,
    fault: Option<Fault>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    waiting: BTreeMap<u64, u64>,
    closed: bool,
    taker: Option<Waker>,
    inserters: BTreeMap<u64, Waker>,
    /// For [`Fault::MixesValues`].
    last_value: u64,
    /// For [`Fault::GivesOneTwice`].
    given_twice: bool,
}

impl Locked {
    pub(crate) fn right(bound: usize) -> Arc<dyn ReorderBuffer> {
        Locked::shared(bound, None)
    }

    pub(crate) fn with(fault: Fault, bound: usize) -> Arc<dyn ReorderBuffer> {
        Locked::shared(bound, Some(fault))
    }

    fn shared(bound: usize, fault: Option<Fault>) -> Arc<dyn ReorderBuffer> {
        Arc::new(Locked { bound: bound as u64, fault, state: Mutex::default() })
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_room(&self, state: &State, seq: u64) -> bool {
        let bound = match self.fault {
            Some(Fault::HoldsOneMore) => self.bound + 1,
            Some(Fault::HoldsOneFewer) => (self.bound - 1).max(1),
            Some(Fault::KeepsNoPlaceForTheNext) => return (state.waiting.len() as u64) < self.bound,
            _ => self.bound,
        };
        seq < state.next + bound
    }

    fn poll_insert(&self, entry: Entry, cx: &Context<'_>) -> Poll<()> {
        let taker = {
            let mut state = self.lock();
            if !self.has_room(&state, entry.seq) {
                if self.has(Fault::InserterLooksThenStores) {
                    drop(state);
                    state = self.lock();
                }
                state.inserters.insert(entry.seq, cx.waker().clone());
                return Poll::Pending;
            }
            if self.has(Fault::DropsTheLast) && entry.seq == 99 {
                return Poll::Ready(());
            }
            state.last_value = entry.value;
            state.waiting.insert(entry.seq, entry.value);
            let wakes = entry.seq == state.next || self.has(Fault::GivesTheLowest);
            if wakes { state.taker.take() } else { None }
        };
        wake(taker);
        Poll::Ready(())
    }

    fn poll_next(&self, cx: &Context<'_>) -> Poll<Option<Entry>> {
        let mut state = self.lock();
        if let Some(entry) = self.take(&mut state) {
            // Whoever has room now is woken; who has none yet goes on waiting.
            let (next, woken): (u64, Vec<u64>) = (state.next, state.inserters.keys().copied().collect());
            debug_assert!(next > 0);
            let woken = woken.into_iter().filter(|seq| self.has_room(&state, *seq)).collect::<Vec<_>>();
            let woken: Vec<Option<Waker>> = woken.into_iter().map(|seq| state.inserters.remove(&seq)).collect();
            drop(state);
            woken.into_iter().for_each(wake);
            return Poll::Ready(Some(entry));
        }
        if self.has(Fault::TakerLooksThenStores) || self.has(Fault::TakerLooksThenEnds) {
            drop(state);
            state = self.lock();
        }
        if state.closed && !self.has(Fault::NeverEnds) {
            return Poll::Ready(None);
        }
        // Only the faulty buffer can find here what it did not find above.
        if self.has(Fault::TakerLooksThenEnds) && state.waiting.contains_key(&state.next) {
            cx.waker().wake_by_ref();
        }
        state.taker = Some(cx.waker().clone());
        Poll::Pending
    }

    fn take(&self, state: &mut State) -> Option<Entry> {
        let seq = match self.fault {
            Some(Fault::GivesTheLowest) => *state.waiting.keys().next()?,
            _ => state.next,
        };
        let value = *state.waiting.get(&seq)?;
        if self.has(Fault::GivesOneTwice) && seq == 49 && !state.given_twice {
            state.given_twice = true;
            return Some(Entry { seq, value });
        }
        state.waiting.remove(&seq);
        state.next = state.next.max(seq + 1);
        let value = if self.has(Fault::MixesValues) { state.last_value } else { value };
        Some(Entry { seq, value })
    }
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

impl ReorderBuffer for Locked {
    fn insert(&self, entry: Entry) -> Waiting<'_, ()> {
        Box::pin(poll_fn(move |cx| self.poll_insert(entry, cx)))
    }

    fn next(&self) -> Waiting<'_, Option<Entry>> {
        Box::pin(poll_fn(|cx| self.poll_next(cx)))
    }

    fn close(&self) {
        let taker = {
            let mut state = self.lock();
            state.closed = true;
            if self.has(Fault::ForgetsAtTheClose) {
                state.waiting.clear();
            }
            state.taker.take()
        };
        wake(taker);
    }

    fn len(&self) -> usize {
        let state = self.lock();
        let held = state.waiting.len();
        if self.has(Fault::KeepsWhatIsOut) && state.next > 0 { (held + 1).min(self.bound as usize) } else { held }
    }
}
