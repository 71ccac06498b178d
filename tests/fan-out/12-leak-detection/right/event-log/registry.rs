//! The hooks, and the log that they write.

use std::panic::Location;
use std::sync::mpsc::{Receiver, channel};
use tokio::runtime::{Builder, Runtime};
use tokio::task::Id;

pub(crate) enum Event {
    Spawned(Id, String),
    Ended(Id),
}

fn short(location: &Location<'_>) -> String {
    let file = location.file();
    format!("{}:{}", file.rsplit_once('/').map_or(file, |(_, file)| file), location.line())
}

pub(crate) fn log() -> (Runtime, Receiver<Event>) {
    let (sender, events) = channel();
    let ends = sender.clone();
    let runtime = Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        // When the log has been read, nobody minds.
        .on_task_spawn(move |task| drop(sender.send(Event::Spawned(task.id(), short(task.spawned_at())))))
        .on_task_terminate(move |task| drop(ends.send(Event::Ended(task.id()))))
        .build();
    (runtime.expect("a runtime"), events)
}
