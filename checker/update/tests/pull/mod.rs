//! What a plain `git pull` does, with the workbook's own `.gitattributes`: as the book says, and never a file lost.

use crate::support::{LIB, MINE, NEW_STUB, Repository, World};

const ATTRIBUTES: &str = include_str!("../../../../.gitattributes");

/// A source whose stub changes after it was cloned, if it does, and tests in any case.
fn world(stub_changes: bool) -> World {
    let world = World::new();
    world.source.file(".gitattributes", ATTRIBUTES);
    world.source.commit("How to merge");
    world.learner.git(&["pull", "--quiet"]);
    world.source.file("tests/fan-out/01-first/acceptance.rs", "use task::{answer};\n");
    if stub_changes {
        world.source.stub("fan-out/01-first", NEW_STUB);
    }
    world.source.commit("A new version");
    world
}

fn is_new(repository: &Repository) -> bool {
    repository.text("tests/fan-out/01-first/acceptance.rs").contains("{answer}")
}

#[test]
fn untouched_it_is_the_new_version() {
    let world = world(true);
    world.learner.git(&["pull", "--quiet"]);
    assert_eq!(world.learner.files(), world.source.files());
}

#[test]
fn edits_of_unchanged_stubs_stay() {
    for committed in [false, true] {
        let world = world(false);
        world.learner.file(LIB, MINE);
        if committed {
            world.learner.commit("Mine");
            world.learner.git(&["pull", "--quiet", "--no-rebase", "--no-edit"]);
        } else {
            world.learner.git(&["pull", "--quiet"]);
        }
        assert!(is_new(&world.learner));
        assert_eq!(world.learner.text(LIB), MINE);
    }
}

#[test]
fn with_uncommitted_edits_of_a_changed_stub_it_does_nothing() {
    let world = world(true);
    world.learner.file(LIB, MINE);
    let before = world.learner.files();
    let (pulled, said) = world.learner.try_git(&["pull"]);
    assert!(!pulled && said.contains("would be overwritten by merge"), "{said}");
    assert_eq!(world.learner.files(), before);
    world.learner.update();
    assert!(is_new(&world.learner));
    assert_eq!(world.learner.text(LIB), MINE);
}

#[test]
fn with_committed_edits_of_a_changed_stub_the_learners_file_stays_whole() {
    let world = world(true);
    world.learner.file(LIB, MINE);
    world.learner.commit("Mine");
    let (merged, said) = world.learner.try_git(&["pull", "--no-rebase", "--no-edit"]);
    assert!(!merged && said.contains(&format!("CONFLICT (content): Merge conflict in {LIB}")), "{said}");
    assert_eq!(world.learner.text(LIB), MINE, "no marks in it");
    // Either way out of it.
    let error = update::update(&world.learner.root, None).expect_err("a merge is not finished");
    assert!(error.help.contains("git merge --abort"), "{error}");
    world.learner.git(&["merge", "--abort"]);
    assert_eq!(world.learner.text(LIB), MINE);
    world.learner.update();
    assert!(is_new(&world.learner));
    assert_eq!(world.learner.text(LIB), MINE);
}

#[test]
fn a_conflict_is_settled_with_the_learners_file_as_it_is() {
    let world = world(true);
    world.learner.file(LIB, MINE);
    world.learner.commit("Mine");
    let (merged, _) = world.learner.try_git(&["pull", "--no-rebase", "--no-edit"]);
    assert!(!merged);
    world.learner.git(&["add", "--all"]);
    world.learner.git(&["commit", "--quiet", "--no-edit"]);
    assert!(is_new(&world.learner));
    assert_eq!(world.learner.text(LIB), MINE);
    assert!(world.learner.update().already);
}

/// A rebase shows the new stub while it waits; the learner's version is in the commit that it applies.
#[test]
fn a_rebase_taken_back_leaves_everything_as_it_was() {
    let world = world(true);
    world.learner.file(LIB, MINE);
    world.learner.commit("Mine");
    let before = world.learner.files();
    let (rebased, said) = world.learner.try_git(&["pull", "--rebase"]);
    assert!(!rebased && said.contains("CONFLICT"), "{said}");
    world.learner.git(&["rebase", "--abort"]);
    assert_eq!(world.learner.files(), before);
    world.learner.update();
    assert_eq!(world.learner.text(LIB), MINE);
}
