//! How editors save, and what is no save.

use super::{Files, Places};
use crate::event::Event;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

struct Watching {
    folder: tempfile::TempDir,
    events: Receiver<Event>,
    _files: Files,
}

impl Watching {
    fn new(poll: bool) -> Watching {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (file, text) in
            [("Cargo.toml", ""), ("exercise/Cargo.toml", ""), ("exercise/src/lib.rs", "1"), ("tests/acceptance.rs", "")]
        {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        let (sender, events) = mpsc::channel();
        let path = |name: &str| folder.path().join(name);
        let places = Places { exercise: path("exercise"), tests: path("tests"), workspace: path("Cargo.toml") };
        let files = Files::watch(places, poll, 7, sender);
        Watching { folder, events, _files: files }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Does it, and is told of a change.
    #[track_caller]
    fn sees(&self, what: &str, change: impl FnOnce(&Path)) {
        change(self.folder.path());
        match self.events.recv_timeout(Duration::from_secs(20)) {
            Ok(Event::Saved(7)) => {}
            other => panic!("{what}: {other:?}"),
        }
    }
}

fn write(path: PathBuf, text: &str) {
    fs::write(path, text).expect("a file is written");
}

fn every_way_to_save(watching: &Watching) {
    let lib = |root: &Path| root.join("exercise/src/lib.rs");
    watching.sees("written in place", |root| write(lib(root), "22"));
    watching.sees("renamed over", |root| {
        write(root.join("exercise/src/.lib.rs.tmp"), "333");
        fs::rename(root.join("exercise/src/.lib.rs.tmp"), lib(root)).expect("renamed");
    });
    watching.sees("moved aside to a backup, and written anew", |root| {
        fs::rename(lib(root), root.join("exercise/src/lib.rs~")).expect("renamed");
        write(lib(root), "4444");
    });
    watching.sees("the manifest", |root| write(root.join("exercise/Cargo.toml"), "[package]"));
    watching.sees("a further module, in a folder of its own", |root| {
        fs::create_dir(root.join("exercise/src/inner")).expect("a folder");
        write(root.join("exercise/src/inner/mod.rs"), "");
    });
    watching.sees("the tests", |root| write(root.join("tests/acceptance.rs"), "new"));
    watching.sees("a file that goes", |root| fs::remove_file(lib(root)).expect("removed"));
    watching.sees("and comes back", |root| write(lib(root), "1"));
    watching.sees("the whole folder goes", |root| fs::remove_dir_all(root.join("exercise")).expect("removed"));
    watching.sees("and comes back", |root| {
        fs::create_dir_all(root.join("exercise/src")).expect("a folder");
        write(lib(root), "1");
    });
    while watching.events.recv_timeout(Duration::from_millis(300)).is_ok() {}
    watching.sees("and is watched", |root| write(lib(root), "55555"));
}

#[test]
fn every_way_to_save_is_seen() {
    every_way_to_save(&Watching::new(false));
}

#[test]
fn every_way_to_save_is_seen_by_polling() {
    every_way_to_save(&Watching::new(true));
}

#[test]
fn what_editors_leave_beside_a_file_is_no_save() {
    let watching = Watching::new(false);
    for name in ["4913", ".lib.rs.swp", "lib.rs~", "#lib.rs#", ".#lib.rs", "lib.rs.orig", "notes.txt"] {
        write(watching.path("exercise/src").join(name), "");
    }
    // Reading is none either.
    let _ = fs::read(watching.path("exercise/src/lib.rs"));
    watching.sees("a save", |root| write(root.join("exercise/src/lib.rs"), "22"));
    assert!(watching.events.recv_timeout(Duration::from_millis(300)).is_err(), "one save is told once");
}
