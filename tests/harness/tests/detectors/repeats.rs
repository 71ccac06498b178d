//! The same verdict every time, also on a machine that is busy with something else.

use crate::{judge, names};
use std::collections::BTreeMap;
use verdict::Order;

/// The verdict without the figures of the wall clock: kind, place and what was seen.
fn essence(test: &str) -> String {
    let verdict = judge(test, &Order::default()).verdict;
    let right = test.contains("::right::");
    if right != verdict.passed() {
        return format!("UNEXPECTED {verdict}");
    }
    let at = verdict.at.map(|at| at.to_string()).unwrap_or_default();
    // An endless loop is somewhere in its loop, and how long a thread was held is not asked.
    format!("{} {at}", verdict.kind)
}

#[test]
#[ignore = "minutes: WORKBOOK_REPEATS=300 cargo test -p harness --test detectors -- --ignored --nocapture"]
fn verdicts_do_not_change() {
    let repeats: u32 = std::env::var("WORKBOOK_REPEATS").ok().and_then(|count| count.parse().ok()).unwrap_or(10);
    let only = std::env::var("WORKBOOK_ONLY").unwrap_or_default();
    let subject = |name: &String| (name.contains("::wrong::") || name.contains("::right::")) && name.contains(&only);
    let mut changed = false;
    for name in names().into_iter().filter(subject) {
        let began = std::time::Instant::now();
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        for _ in 0..repeats {
            *seen.entry(essence(&name)).or_default() += 1;
        }
        let mean = began.elapsed() / repeats;
        println!("{name}: {repeats} × {mean:.0?}, {seen:?}");
        changed |= seen.len() > 1 || seen.keys().any(|essence| essence.starts_with("UNEXPECTED"));
    }
    assert!(!changed, "a verdict changed or is wrong, see above");
}
