//! `checker trace` as a person meets it: pictures of wrong solutions that show the moment, and what it says where there
//! is none.

mod support;

use std::path::Path;
use support::{Ran, checker, flowing, repository};

/// A picture in the terminal and in a file; the file's text.
#[track_caller]
fn traced(folder: &Path, arguments: &[&str], code: i32) -> (Ran, String) {
    let file = folder.join("lanes.svg");
    let path = file.display().to_string();
    let ran = checker(&repository(), &[&["trace"], arguments, &["--svg", &path]].concat());
    ran.exits(code);
    let wide = ran.out().lines().find(|line| line.chars().count() > 80 && !line.contains(&path)).map(str::to_owned);
    assert_eq!(wide, None, "wider than 80 columns\n{ran}");
    assert!(!ran.out().contains('\u{1b}'), "colour in a pipe\n{ran}");
    let svg = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("no picture: {error}\n{ran}"));
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"), "no whole picture: {svg}");
    (ran, svg)
}

#[test]
fn a_broken_bound_is_shown_at_its_moment() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (ran, svg) = traced(folder.path(), &["2", "--variant", "wrong/task-per-number"], 1);
    ran.says("▼ 1000 in flight, bound 8").says("1000 > 8").says("more lanes").says("others, with --test: ");
    assert!(svg.contains(">1000 in flight, bound 8</text>") && svg.contains("(dashed: the bound, 8)"), "{svg}");
}

#[test]
fn a_deadlock_is_shown_with_the_task_that_waits() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (ran, svg) = traced(folder.path(), &["2", "--variant", "wrong/kept-sender"], 1);
    ran.says("▼ all parked for ever").says("a task").says("┄ Receiver::recv at src/lib.rs:");
    assert!(svg.contains(">all parked for ever</text>") && svg.contains(">Receiver::recv at src/lib.rs:"), "{svg}");
}

#[test]
fn a_leak_is_shown_with_what_each_task_waits_for() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (ran, svg) = traced(folder.path(), &["4", "--variant", "wrong/send-not-raced"], 1);
    ran.says("▼ cancel").says("▼ 7 left behind").says("task 8 ┄ Sender::send at src/lib.rs:");
    assert_eq!(svg.matches(">Sender::send at src/lib.rs:").count(), 7, "{svg}");
}

#[test]
fn the_reference_is_shown_with_its_reorder_buffer_and_always_alike() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (ran, svg) = traced(folder.path(), &["3", "--solution"], 0);
    ran.says("fan-out/3 Ordered fan-out, the reference solution").says("unread").says("the run ends at 250 ms");
    for _ in 0..2 {
        let again = traced(folder.path(), &["3", "--solution", "--test", "random_times_cost_little"], 0);
        assert_eq!(again.1, svg);
    }
    let ran = checker(&repository(), &["--color", "always", "trace", "3", "--solution", "--test", "results_stream"]);
    ran.exits(0);
    assert!(ran.out().contains("\u{1b}[36m"), "no colour\n{ran}");
}

#[test]
fn where_there_is_no_picture_the_criteria_that_have_one_are_named() {
    let complains = |arguments: &[&str], texts: &[&str]| {
        let ran = checker(&repository(), &[&["trace"], arguments].concat());
        ran.exits(2);
        for text in texts {
            assert!(flowing(&ran.err()).contains(text), "expected on standard error: {text}\n{ran}");
        }
    };
    let of = |test| ["3", "--solution", "--test", test];
    complains(&of("nonsense"), &["no criterion of fan-out/3 has \"nonsense\" in its name", "help: one of "]);
    complains(&of("input"), &["several criteria of fan-out/3 have \"input\" in their names"]);
    complains(
        &of("the_buffer_gives"),
        &["the_buffer_gives_each_number_in_its_turn watches no work", "random_times_cost_little"],
    );
    complains(&["99"], &["no task is called `99`"]);
    complains(&["3", "--svg", "no/such/folder/lanes.svg"], &["help: "]);
}

#[test]
fn what_is_not_begun_is_said() {
    checker(&repository(), &["trace", "2"]).exits(1).says("unstarted").says("there is no picture");
}
