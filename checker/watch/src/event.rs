//! All that the program waits for.

use crate::board::Record;
use ratatui::crossterm;
use std::sync::mpsc::Sender;

/// Something happened.
#[derive(Debug)]
pub(crate) enum Event {
    /// A key, or another size.
    Terminal(crossterm::event::Event),
    /// A file of the task is not what it was; the number tells an earlier task's files from this one's.
    Saved(u64),
    /// A run of this number has something to say.
    Record(u64, Box<Record>),
    /// A child of this number is gone, with all that it started.
    Ended(u64, Ended),
    /// This process was sent a signal.
    Signal(i32),
    /// A thread of this name ended, which none should.
    Died(&'static str),
}

/// How a child ended.
#[derive(Debug, Default)]
pub(crate) struct Ended {
    /// What it printed, if that was no record, and what it complained of.
    pub(crate) printed: String,
    pub(crate) complained: String,
}

/// Starts a thread that lives as long as the program. Its end is told.
pub(crate) fn for_ever(name: &'static str, events: Sender<Event>, run: impl FnOnce(&Sender<Event>) + Send + 'static) {
    struct Tell(&'static str, Sender<Event>);
    impl Drop for Tell {
        fn drop(&mut self) {
            let _ = self.1.send(Event::Died(self.0));
        }
    }
    std::thread::spawn(move || {
        let tell = Tell(name, events);
        run(&tell.1);
    });
}
