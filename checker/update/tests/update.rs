//! Updates of real git repositories: what a learner wrote stays byte for byte, all else is the new version.

mod pull;
mod support;

use std::fs;
use support::{LIB, MINE, NEW_STUB, Repository, STUB, World};
use update::Blame;

#[test]
fn an_untouched_copy_becomes_the_new_version() {
    let world = World::new();
    world.source.stub("fan-out/01-first", NEW_STUB);
    world.source.task("fan-out/03-third", STUB);
    fs::remove_file(world.source.path("tests/harness/src/lib.rs")).expect("it goes");
    world.source.file("tests/harness/src/judge.rs", "pub fn judge() {}\n");
    world.source.commit("Clearer, and one more");
    let updated = world.learner.update();
    assert_eq!(updated.added, ["fan-out/03-third"]);
    assert_eq!((updated.removed, updated.already), (1, false));
    assert!(updated.beside.is_empty() && updated.backup.is_none(), "{updated:?}");
    assert_eq!(world.learner.files(), world.source.files());
    assert_eq!(world.learner.status(), "");
    assert_eq!(world.learner.git(&["rev-parse", "HEAD"]), world.source.git(&["rev-parse", "HEAD"]), "no merge");
    assert!(world.learner.update().already);
    // And git goes on from there.
    world.source.file("tests/harness/src/judge.rs", "pub fn judge() { }\n");
    world.source.commit("Again");
    world.learner.git(&["pull", "--quiet"]);
    assert_eq!(world.learner.files(), world.source.files());
}

/// The stub did not change: nothing lies beside it, and it is not even spoken of.
#[test]
fn an_edit_stays_where_the_stub_is_the_same() {
    for committed in [false, true] {
        let world = World::new();
        world.learner.file(LIB, MINE);
        world.learner.file("exercises/fan-out/01-first/src/more.rs", "// also mine\n");
        if committed {
            world.learner.commit("Mine");
        }
        world.source.file("tests/fan-out/01-first/acceptance.rs", "use task::{answer};\n");
        world.source.commit("Other tests");
        let updated = world.learner.update();
        assert!(updated.beside.is_empty() && updated.written == 1, "{updated:?}");
        assert_eq!(world.learner.text(LIB), MINE);
        assert_eq!(world.learner.text("tests/fan-out/01-first/acceptance.rs"), "use task::{answer};\n");
        assert_eq!(world.learner.status().is_empty(), committed, "{}", world.learner.status());
        assert!(world.learner.exists("exercises/fan-out/01-first/src/more.rs"));
        assert!(world.learner.update().already);
    }
}

#[test]
fn an_edit_of_a_changed_stub_stays_and_the_new_stub_lies_beside() {
    for committed in [false, true] {
        let world = World::new();
        world.learner.file(LIB, MINE);
        if committed {
            world.learner.commit("Mine");
        }
        world.source.stub("fan-out/01-first", NEW_STUB);
        world.source.stub("fan-out/02-second", NEW_STUB);
        world.source.commit("Clearer");
        let updated = world.learner.update();
        let beside = format!(".workbook/new-stubs/{LIB}");
        assert_eq!(updated.beside, [(LIB.to_owned(), beside.clone())]);
        assert_eq!(world.learner.text(LIB), MINE);
        assert_eq!(world.learner.text(&beside), NEW_STUB);
        assert_eq!(world.learner.text("tests/fan-out/01-first/stub/lib.rs"), NEW_STUB);
        assert_eq!(world.learner.text("exercises/fan-out/02-second/src/lib.rs"), NEW_STUB);
        let changed = if committed { String::new() } else { format!("M {LIB}") };
        assert_eq!(world.learner.status().trim(), changed);
        assert!(world.learner.update().already);
        // The next version has it both ways, too.
        world.source.stub("fan-out/01-first", STUB);
        world.source.commit("Back");
        world.learner.update();
        assert_eq!(world.learner.text(LIB), MINE);
    }
}

#[test]
fn what_was_committed_and_edited_again_and_what_is_staged_stay() {
    let world = World::new();
    let second = "exercises/fan-out/02-second/src/lib.rs";
    world.learner.file(LIB, "// first\n");
    world.learner.commit("First");
    world.learner.file(LIB, MINE);
    world.learner.file(second, "// staged\n");
    world.learner.git(&["add", second]);
    world.learner.file(second, "// edited\n");
    world.source.stub("fan-out/01-first", NEW_STUB);
    world.source.stub("fan-out/02-second", NEW_STUB);
    world.source.commit("Clearer");
    assert_eq!(world.learner.update().beside.len(), 2);
    assert_eq!(world.learner.text(LIB), MINE);
    assert_eq!(world.learner.git(&["show", &format!("HEAD:{LIB}")]), "// first");
    assert_eq!(world.learner.git(&["show", &format!(":{second}")]), "// staged");
    assert_eq!(world.learner.text(second), "// edited\n");
    assert_eq!(world.learner.git(&["log", "--format=%an", "-1"]), "Somebody");
    assert_eq!(world.learner.git(&["log", "--format=%P", "-1"]).split(' ').count(), 2, "a merge");
}

#[test]
fn a_renamed_task_takes_the_learners_files_along() {
    let (old, new) = ("exercises/fan-out/01-first", "exercises/fan-out/01-clearer");
    for committed in [false, true] {
        for changed in [false, true] {
            let world = World::new();
            world.learner.file(LIB, MINE);
            world.learner.file(&format!("{old}/src/more.rs"), "// also mine\n");
            if committed {
                world.learner.commit("Mine");
            }
            world.learner.file(&format!("{old}/notes.txt"), "not committed\n");
            world.source.rename("fan-out/01-first", "fan-out/01-clearer");
            if changed {
                world.source.stub("fan-out/01-clearer", NEW_STUB);
            }
            world.source.commit("A clearer name");
            let updated = world.learner.update();
            assert_eq!(updated.renamed, [(old.to_owned(), new.to_owned())]);
            assert_eq!(updated.added, [""; 0]);
            assert_eq!(world.learner.text(&format!("{new}/src/lib.rs")), MINE);
            assert_eq!(world.learner.text(&format!("{new}/src/more.rs")), "// also mine\n");
            assert_eq!(world.learner.text(&format!("{new}/notes.txt")), "not committed\n");
            assert!(world.learner.exists(&format!("{new}/Cargo.toml")));
            assert!(!world.learner.exists(old), "cargo would look for a manifest there\n{}", world.learner.status());
            assert_eq!(updated.beside.len(), usize::from(changed), "{updated:?}");
            assert!(world.learner.update().already);
            assert_eq!(world.learner.text(&format!("{new}/src/lib.rs")), MINE);
        }
    }
}

#[test]
fn renumbered_tasks_are_told_apart_by_their_subject() {
    let world = World::new();
    world.learner.file(LIB, MINE);
    world.source.rename("fan-out/02-second", "fan-out/03-second");
    world.source.rename("fan-out/01-first", "fan-out/02-first");
    world.source.task("fan-out/01-new", STUB);
    world.source.commit("One before");
    let updated = world.learner.update();
    assert_eq!(updated.added, ["fan-out/01-new"]);
    assert_eq!(world.learner.text("exercises/fan-out/02-first/src/lib.rs"), MINE);
    assert_eq!(world.learner.text("exercises/fan-out/03-second/src/lib.rs"), STUB);
    assert_eq!(world.learner.text("exercises/fan-out/01-new/src/lib.rs"), STUB);
    assert!(!world.learner.exists("exercises/fan-out/01-first"));
}

#[test]
fn a_removed_task_goes_unless_the_learner_wrote_in_it() {
    for committed in [false, true] {
        let world = World::new();
        world.learner.file(LIB, MINE);
        if committed {
            world.learner.commit("Mine");
        }
        for task in ["01-first", "02-second"] {
            world.source.git(&[
                "rm",
                "-r",
                "--quiet",
                &format!("exercises/fan-out/{task}"),
                &format!("tests/fan-out/{task}"),
            ]);
        }
        world.source.task("fan-out/03-third", STUB);
        world.source.commit("Fewer");
        let updated = world.learner.update();
        assert_eq!(updated.left, ["exercises/fan-out/01-first"]);
        assert_eq!(world.learner.text(LIB), MINE);
        assert!(world.learner.exists("exercises/fan-out/01-first/Cargo.toml"), "whole, so that cargo can read it");
        assert!(!world.learner.exists("exercises/fan-out/02-second"));
        assert!(world.learner.update().already);
    }
}

#[test]
fn lines_outside_the_exercises_are_merged_or_nothing_changes() {
    for committed in [false, true] {
        let world = World::new();
        world.learner.file(LIB, MINE);
        let text = world.learner.text("Cargo.toml");
        world.learner.file("Cargo.toml", &text.replace("# One.", "# One, mine."));
        world.learner.file("Cargo.lock", "version = 4\n# mine\n");
        if committed {
            world.learner.commit("Mine");
        }
        world.source.file("Cargo.toml", &text.replace("# Three.", "# Three, theirs."));
        world.source.file("Cargo.lock", "version = 4\n# theirs\n");
        world.source.commit("Theirs");
        let updated = world.learner.update();
        let merged = world.learner.text("Cargo.toml");
        assert!(merged.contains("# One, mine.") && merged.contains("# Three, theirs."), "{merged}");
        assert_eq!(world.learner.text("Cargo.lock"), "version = 4\n# theirs\n");
        let (folder, files) = updated.backup.expect("a backup");
        assert_eq!(files, ["Cargo.lock", "Cargo.toml"]);
        assert_eq!(world.learner.text(&format!("{folder}/Cargo.lock")), "version = 4\n# mine\n");

        // The same line.
        world.source.file("Cargo.toml", &text.replace("# One.", "# One, theirs."));
        world.source.stub("fan-out/02-second", NEW_STUB);
        world.source.commit("Theirs again");
        let (before, status) = (world.learner.files(), world.learner.status());
        let error = update::update(&world.learner.root, None).expect_err("a conflict");
        assert!(error.message.contains("nothing was changed") && error.message.ends_with("\n  Cargo.toml"), "{error}");
        assert_eq!(error.blame, Blame::User);
        assert_eq!((world.learner.files(), world.learner.status()), (before, status));
        // As the remedy says.
        let remedy = error.help.split('`').nth(1).expect("a command");
        let arguments: Vec<&str> = remedy.split(' ').skip(1).collect();
        world.learner.git(&arguments);
        world.learner.update();
        assert!(world.learner.text("Cargo.toml").contains("# One, theirs."));
        assert_eq!(world.learner.text(LIB), MINE);
        assert_eq!(world.learner.text("exercises/fan-out/02-second/src/lib.rs"), NEW_STUB);
    }
}

/// A copy by `init` has one commit of its own; a folder without git will do as its source, and so will a repository.
#[test]
fn a_copy_without_common_history_follows_by_its_imports() {
    let world = World::new();
    let copy = Repository { root: world.place("copy") };
    fs::create_dir(&copy.root).expect("a folder");
    for (path, text) in world.source.files() {
        copy.file(&path.display().to_string(), std::str::from_utf8(&text).expect("text"));
    }
    copy.git(&["init", "--quiet", "--initial-branch", "main"]);
    copy.git(&["-c", "user.name=A", "-c", "user.email=a@b", "add", "--all"]);
    let message = format!("Given out\n\n{} 0.1.0", update::IMPORT);
    copy.git(&["-c", "user.name=A", "-c", "user.email=a@b", "commit", "--quiet", "--message", &message]);
    let error = update::update(&copy.root, None).expect_err("no source");
    assert!(error.help.contains("--from"), "{error}");

    copy.file(LIB, MINE);
    world.source.stub("fan-out/01-first", NEW_STUB);
    world.source.task("fan-out/03-third", STUB);
    world.source.commit("Clearer");
    let from = world.source.root.display().to_string();
    let updated = update::update(&copy.root, Some(&from)).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((updated.beside.len(), &updated.added[..]), (1, &["fan-out/03-third".to_owned()][..]));
    assert_eq!(copy.text(LIB), MINE);
    assert!(update::update(&copy.root, Some(&from)).expect("again").already);

    // A folder.
    world.source.stub("fan-out/02-second", NEW_STUB);
    fs::rename(world.source.path(".git"), world.place("git")).expect("git goes");
    let updated = update::update(&copy.root, Some(&from)).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(updated.written, 2, "{updated:?}");
    assert_eq!(copy.text("exercises/fan-out/02-second/src/lib.rs"), NEW_STUB);
    assert_eq!(copy.text(LIB), MINE);
    assert!(update::update(&copy.root, Some(&from)).expect("again").already);

    let nothing = world.place("nothing");
    fs::create_dir(&nothing).expect("a folder");
    let error = update::update(&copy.root, Some(&nothing.display().to_string())).expect_err("no workbook");
    assert!(error.message.contains("holds no workbook"), "{error}");
}

#[test]
fn what_stands_in_the_way_is_named_before_anything_changes() {
    let world = World::new();
    world.source.stub("fan-out/01-first", NEW_STUB);
    world.source.commit("Clearer");
    let refused = |text: &str| {
        let before = (world.learner.files(), world.learner.git(&["rev-parse", "HEAD"]));
        let error = update::update(&world.learner.root, None).expect_err(text);
        assert!(error.to_string().contains(text), "expected {text}: {error}");
        assert_eq!((world.learner.files(), world.learner.git(&["rev-parse", "HEAD"])), before);
    };
    let git = world.learner.path(".git");
    fs::write(git.join("MERGE_HEAD"), world.learner.git(&["rev-parse", "HEAD"])).expect("a merge");
    refused("a merge is not finished");
    fs::remove_file(git.join("MERGE_HEAD")).expect("it goes");
    fs::write(git.join("index.lock"), "").expect("a lock");
    refused("when no git runs here, remove that file");
    fs::remove_file(git.join("index.lock")).expect("it goes");
    world.learner.file(".workbook/keep", "");
    let lock = fs::File::create(world.learner.path(".workbook/update.lock")).expect("a file");
    lock.lock().expect("a lock");
    refused("another update is at work");
    drop(lock);
    world.learner.git(&["remote", "set-url", "origin", &world.place("gone").display().to_string()]);
    refused("check the address");
    fs::rename(&git, world.learner.path("was.git")).expect("git goes");
    let error = update::update(&world.learner.root, None).expect_err("no repository");
    assert!(error.message.contains("is no git repository of its own"), "{error}");
}

/// Every state that an update may be killed in: some steps done, the index and the branch still as before.
#[test]
fn an_interrupted_update_is_completed_by_the_next() {
    let done = World::new();
    let change = |world: &World| {
        world.learner.file(LIB, MINE);
        world.learner.file("exercises/fan-out/02-second/src/mine.rs", MINE);
        world.source.rename("fan-out/02-second", "fan-out/02-clearer");
        world.source.stub("fan-out/01-first", NEW_STUB);
        world.source.stub("fan-out/02-clearer", NEW_STUB);
        world.source.task("fan-out/03-third", STUB);
        world.source.commit("Much");
    };
    change(&done);
    done.learner.update();
    let wanted = done.learner.files();
    let paths: Vec<_> = wanted.keys().cloned().collect();
    for whole in (0..paths.len()).step_by(3) {
        let world = World::new();
        change(&world);
        for path in &paths[..whole] {
            let path = path.to_str().expect("text");
            // A learner's file is moved, never written.
            if path.ends_with("mine.rs") {
                world.learner.file(path, MINE);
                fs::remove_file(world.learner.path("exercises/fan-out/02-second/src/mine.rs")).expect("it was moved");
            } else {
                fs::create_dir_all(world.learner.path(path).parent().expect("a folder")).expect("a folder");
                fs::write(
                    world.learner.path(path),
                    &wanted[&done.learner.path(path).strip_prefix(&done.learner.root).expect("inside").to_owned()],
                )
                .expect("a file");
            }
        }
        world.learner.file(".workbook/update/new/left-over", "");
        world.learner.update();
        assert_eq!(world.learner.files(), wanted, "after {whole} files");
        assert!(world.learner.update().already);
    }
}
