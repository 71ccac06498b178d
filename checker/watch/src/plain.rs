//! Without a terminal: each run is reported as `cargo checker task` reports it, one below the other.

use crate::event::{Ended, Event};
use crate::files::{Files, Places};
use crate::tasks::Tasks;
use crate::{Options, child};
use std::process::ChildStdin;
use std::sync::mpsc::{self, Sender};

/// Judges at the start and at each save, until it is ended.
///
/// # Errors
///
/// The task is not listed; the checker does not start.
pub(crate) fn watch(options: &Options) -> Result<(), String> {
    let tasks = Tasks::list(options)?;
    let (sender, events) = mpsc::channel();
    let places = Places::of(options, tasks.current());
    let file = tasks.current().exercise.join("src");
    let _files = Files::watch(places, options.poll, 0, sender.clone());
    let mut run = Some(start(options, &sender)?);
    let mut again = false;
    for event in events {
        match event {
            Event::Saved(_) if run.is_some() => {
                // Ends the run, and what it started.
                run = Some(None);
                again = true;
            }
            Event::Saved(_) => run = Some(start(options, &sender)?),
            Event::Ended(..) if again => {
                again = false;
                run = Some(start(options, &sender)?);
            }
            Event::Ended(..) => {
                run = None;
                eprintln!("waiting for a save in {}; Ctrl-C ends", file.display());
            }
            _ => {}
        }
    }
    Ok(())
}

/// Starts a run, which ends when what is returned is dropped.
fn start(options: &Options, events: &Sender<Event>) -> Result<Option<ChildStdin>, String> {
    let mut command = child::command(options, &["task", &options.task]);
    match options.color {
        crate::Color::Auto => {}
        crate::Color::Always => drop(command.args(["--color", "always"])),
        crate::Color::Never => drop(command.args(["--color", "never"])),
    }
    let mut child =
        command.spawn().map_err(|error| format!("{} does not start: {error}", options.checker.display()))?;
    let lifeline = child.stdin.take();
    let events = events.clone();
    std::thread::spawn(move || {
        let _ = child.wait();
        let _ = events.send(Event::Ended(0, Ended::default()));
    });
    Ok(lifeline)
}
