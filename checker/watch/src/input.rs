//! Keys, read by a thread of their own, which pauses while the terminal belongs to somebody else.

use crate::event::{self, Event};
use ratatui::crossterm;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Within this time the thread sees that it shall pause.
const GLANCE: Duration = Duration::from_millis(50);

/// The keyboard.
#[derive(Clone, Debug, Default)]
pub(crate) struct Input(Arc<(Mutex<State>, Condvar)>);

#[derive(Debug, Default)]
struct State {
    pause: bool,
    pausing: bool,
}

impl Input {
    /// Begins to read, and tells each key and each change of size.
    pub(crate) fn read(events: Sender<Event>) -> Input {
        let input = Input::default();
        let own = input.clone();
        event::for_ever("keyboard", events, move |events| while own.turn(events).is_ok_and(|goes_on| goes_on) {});
        input
    }

    /// `false` when nobody listens any more.
    fn turn(&self, events: &Sender<Event>) -> std::io::Result<bool> {
        self.pause_if_asked();
        match crossterm::event::poll(GLANCE) {
            Ok(true) => Ok(events.send(Event::Terminal(crossterm::event::read()?)).is_ok()),
            Ok(false) => Ok(true),
            // By a signal, such as the one that resumes a stopped process.
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => Ok(true),
            Err(error) => Err(error),
        }
    }

    fn pause_if_asked(&self) {
        let (state, changed) = &*self.0;
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.pause {
            state.pausing = true;
            changed.notify_all();
            state = changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.pausing = false;
    }

    /// Leaves the terminal's input to others: when this returns, nothing is read any more.
    pub(crate) fn pause(&self) {
        let (state, changed) = &*self.0;
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        state.pause = true;
        // Bounded, as the thread may be gone.
        let (_state, _) = changed
            .wait_timeout_while(state, 10 * GLANCE, |state| !state.pausing)
            .unwrap_or_else(PoisonError::into_inner);
    }

    /// Reads on.
    pub(crate) fn go_on(&self) {
        let (state, changed) = &*self.0;
        state.lock().unwrap_or_else(PoisonError::into_inner).pause = false;
        changed.notify_all();
    }
}
