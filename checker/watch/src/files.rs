//! Sees that a file of the task was saved, however an editor does that.
//!
//! What counts is how the files are now, not what the system told: an event only says that it is time to look. So a
//! file that is renamed over, written in two steps, removed, or put back with its whole folder is seen, backup and
//! swap files are not, and an event that never came is made up for by looking every few seconds anyway.

use crate::Options;
use crate::event::Event;
use crate::tasks::Task;
use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeMap;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// After an event, this long without another is the end of a save.
const SETTLED: Duration = Duration::from_millis(25);
/// But a save that goes on is looked at after this long.
const LONG: Duration = Duration::from_millis(200);
/// Between a file's removal and its return, as some editors save.
const GONE: Duration = Duration::from_millis(150);
/// How often to look where the system tells.
const SOMETIMES: Duration = Duration::from_secs(2);
/// How often to look where it does not.
const OFTEN: Duration = Duration::from_millis(500);

/// The files that a verdict depends on.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// The learner's crate: its manifest, and the Rust files below `src`.
    pub(crate) exercise: PathBuf,
    /// What judges it: the files of this folder alone.
    pub(crate) tests: PathBuf,
    /// The workbook's manifest.
    pub(crate) workspace: PathBuf,
}

impl Places {
    pub(crate) fn of(options: &Options, task: &Task) -> Places {
        let inside = |path: &Path| options.root.join(path);
        Places {
            exercise: inside(&task.exercise),
            tests: inside(&task.tests),
            workspace: options.root.join("Cargo.toml"),
        }
    }
}

/// Watches until it is dropped.
#[derive(Debug)]
pub(crate) struct Files {
    number: u64,
    thread: Sender<News>,
}

enum News {
    Event,
    Stop,
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = self.thread.send(News::Stop);
    }
}

impl Files {
    /// Begins to watch: each change after this call is told, with the number.
    pub(crate) fn watch(places: Places, poll: bool, number: u64, events: Sender<Event>) -> Files {
        let (told, news) = mpsc::channel();
        let files = Files { number, thread: told.clone() };
        let seen = Seen::of(&places);
        let system = if poll { None } else { system(told) };
        std::thread::spawn(move || look(&places, system, &news, seen, || events.send(Event::Saved(number)).is_ok()));
        files
    }

    /// What its events are told with.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }
}

/// The system's own notifications; without them there is polling.
fn system(told: Sender<News>) -> Option<RecommendedWatcher> {
    let hear = move |event: notify::Result<notify::Event>| {
        let closed = EventKind::Access(AccessKind::Close(AccessMode::Write));
        // The compiler reads these files all the time.
        if event.is_ok_and(|event| !event.kind.is_access() || event.kind == closed) {
            let _ = told.send(News::Event);
        }
    };
    notify::recommended_watcher(hear).ok()
}

/// Looks, at each event and now and then, until told to stop.
fn look(
    places: &Places,
    mut system: Option<RecommendedWatcher>,
    news: &Receiver<News>,
    mut seen: Seen,
    mut saved: impl FnMut() -> bool,
) {
    let mut watched = Watched::default();
    loop {
        if let Some(system) = &mut system {
            watched.renew(places, system);
        }
        let pause = if system.is_some() { SOMETIMES } else { OFTEN };
        match news.recv_timeout(pause) {
            Ok(News::Event) => {
                if !settle(news) {
                    return;
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Ok(News::Stop) | Err(RecvTimeoutError::Disconnected) => return,
        }
        let mut now = Seen::of(places);
        if now.lacks_some_of(&seen) {
            std::thread::park_timeout(GONE);
            now = Seen::of(places);
        }
        if now != seen {
            seen = now;
            if !saved() {
                return;
            }
        }
    }
}

/// Waits for the end of a save; `false` if it is time to stop.
fn settle(news: &Receiver<News>) -> bool {
    let began = Instant::now();
    while began.elapsed() < LONG {
        match news.recv_timeout(SETTLED) {
            Ok(News::Event) => {}
            Ok(News::Stop) => return false,
            Err(_) => break,
        }
    }
    true
}

/// The folders that the system watches. One that was removed and made again is another one.
#[derive(Default)]
struct Watched(BTreeMap<PathBuf, u64>);

impl Watched {
    fn renew(&mut self, places: &Places, system: &mut RecommendedWatcher) {
        let folders = [(&places.exercise, RecursiveMode::Recursive), (&places.tests, RecursiveMode::NonRecursive)];
        for (folder, mode) in folders {
            let now = std::fs::metadata(folder).map(|metadata| metadata.ino()).ok();
            if self.0.get(folder).copied() == now {
                continue;
            }
            if self.0.remove(folder).is_some() {
                let _ = system.unwatch(folder);
            }
            // Where it cannot be watched, looking now and then is what is left.
            if let Some(now) = now
                && system.watch(folder, mode).is_ok()
            {
                self.0.insert(folder.clone(), now);
            }
        }
    }
}

/// How the files are: by path, when each was changed, its length and its place on the disk.
#[derive(Debug, Default, PartialEq)]
struct Seen(BTreeMap<PathBuf, (i64, i64, u64, u64)>);

impl Seen {
    fn of(places: &Places) -> Seen {
        let mut seen = Seen::default();
        for file in [places.workspace.clone(), places.exercise.join("Cargo.toml"), places.tests.join("task.toml")] {
            if let Ok(metadata) = std::fs::metadata(&file) {
                seen.add(file, &metadata);
            }
        }
        seen.sources(&places.exercise.join("src"), true);
        seen.sources(&places.tests, false);
        seen
    }

    fn add(&mut self, file: PathBuf, of: &Metadata) {
        self.0.insert(file, (of.mtime(), of.mtime_nsec(), of.len(), of.ino()));
    }

    /// The Rust files of a folder, and of those below it.
    fn sources(&mut self, folder: &Path, below: bool) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            // Emacs' locks are `.#lib.rs`, its drafts `#lib.rs#`.
            if name.as_encoded_bytes().starts_with(b".") || name.as_encoded_bytes().starts_with(b"#") {
                continue;
            }
            let Ok(metadata) = std::fs::metadata(&path) else { continue };
            // A link into itself is no folder of sources.
            if metadata.is_dir() && below && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                self.sources(&path, true);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                self.add(path, &metadata);
            }
        }
    }

    fn lacks_some_of(&self, before: &Seen) -> bool {
        before.0.keys().any(|file| !self.0.contains_key(file))
    }
}

#[cfg(test)]
mod tests;
