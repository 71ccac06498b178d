//! What is held in memory at once. A program of its own with one test, as it looks at the program's peak.

mod made;

use made::{Class, one};
use submissions::{Entry, submissions};

/// The most memory that this program has had, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux says");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("the peak is said");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number of KiB")
}

#[test]
fn a_class_is_never_in_memory_at_once() {
    let class = Class::new();
    let source = vec![b' '; 1 << 20];
    for number in 0..150 {
        class.put(&format!("learner-{number:03}/src/lib.rs"), &source);
    }
    // Directories of a million entries, one of which says so.
    for says in [1_000_000, 1, 9_999, 1 << 40, u64::MAX] {
        made::million(&class.path(&format!("evil-{says}.zip")), says);
    }

    let before = reset();
    let tasks = one();
    let mut bytes = 0;
    for entry in submissions(class.path("").as_path(), &tasks).expect("the class") {
        match entry.expect("the machine is well") {
            Entry::Taken(taken) => bytes += taken.files.iter().map(|file| file.bytes.len()).sum::<usize>(),
            Entry::Refused { learner, why, .. } => assert!(learner.name.starts_with("evil"), "{why}"),
        }
    }
    assert_eq!(bytes, 150 << 20);
    let grown = peak().saturating_sub(before);
    println!("150 MiB of sources and five directories of a million entries: {grown} KiB");
    assert!(grown < 24 << 10, "the peak grew by {grown} KiB");
}

/// The peak as it is from now on.
fn reset() -> u64 {
    std::fs::write("/proc/self/clear_refs", "5").expect("the peak can be reset");
    peak()
}
