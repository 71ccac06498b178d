use super::*;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn put(root: &Path, text: &str) {
    fs::create_dir_all(root.join(".workbook")).expect("a folder");
    fs::write(root.join(".workbook/progress.json"), text).expect("a file");
}

fn kept(root: &Path) -> Value {
    let text = fs::read_to_string(root.join(".workbook/progress.json")).expect("a file");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn version_1_is_read_and_written_as_version_2() {
    let root = folder();
    put(root.path(), r#"{"version": 1, "passed": {"fan-out/1": "aa"}}"#);
    let progress = Progress::read(root.path());
    assert!(progress.passed_with("fan-out/1", "aa") && progress.passed("fan-out/1"));
    assert!(!progress.passed_with("fan-out/1", "bb"), "other tests");
    try_update(root.path(), |file| file.fail("fan-out/2", "in_order")).expect("kept");
    let expected = json!({"version": 2, "tasks": {
        "fan-out/1": {"passed": "aa"},
        "fan-out/2": {"failing": "in_order"},
    }});
    assert_eq!(kept(root.path()), expected);
}

#[test]
fn a_pass_ends_the_failure_and_a_failure_ends_no_pass() {
    let root = folder();
    try_update(root.path(), |file| file.fail("fan-out/1", "in_order")).expect("kept");
    assert_eq!(Progress::read(root.path()).failing("fan-out/1"), Some("in_order"));
    try_update(root.path(), |file| file.pass("fan-out/1", "aa")).expect("kept");
    assert_eq!(Progress::read(root.path()).failing("fan-out/1"), None);
    try_update(root.path(), |file| file.fail("fan-out/1", "in_order")).expect("kept");
    assert!(Progress::read(root.path()).passed("fan-out/1"));
}

#[test]
fn hints_are_seen_once_each_and_forgotten_together() {
    let root = folder();
    for hint in ["1", "in_order", "1"] {
        try_update(root.path(), |file| file.see("fan-out/1", hint)).expect("kept");
    }
    assert_eq!(Progress::read(root.path()).hints("fan-out/1"), ["1", "in_order"]);
    try_update(root.path(), |file| file.forget_hints("fan-out/1")).expect("kept");
    assert!(Progress::read(root.path()).hints("fan-out/1").is_empty());
}

#[test]
fn what_this_checker_does_not_know_is_kept() {
    let root = folder();
    put(root.path(), r#"{"version": 2, "theme": "dark", "tasks": {"fan-out/1": {"passed": "aa", "stars": 3}}}"#);
    try_update(root.path(), |file| file.see("fan-out/1", "1")).expect("kept");
    let expected = json!({"version": 2, "theme": "dark", "tasks": {
        "fan-out/1": {"passed": "aa", "hints": ["1"], "stars": 3},
    }});
    assert_eq!(kept(root.path()), expected);
}

#[test]
fn a_later_version_is_left_as_it_is() {
    let root = folder();
    let later = r#"{"version": 3, "passed": ["another meaning"]}"#;
    put(root.path(), later);
    let fault = try_update(root.path(), |file| file.pass("fan-out/1", "aa")).expect_err("not kept");
    assert!(fault.to_string().contains("version 3, this one knows 2"), "{fault}");
    assert_eq!(fs::read_to_string(root.path().join(".workbook/progress.json")).expect("a file"), later);
}

#[test]
fn what_is_no_progress_is_kept_aside_each_time() {
    let root = folder();
    for (text, aside) in [("{ passed", "progress.json.unreadable"), ("[]", "progress.json.unreadable-2")] {
        put(root.path(), text);
        try_update(root.path(), |file| file.pass("fan-out/1", "aa")).expect("kept");
        assert_eq!(fs::read_to_string(root.path().join(".workbook").join(aside)).expect("kept aside"), text);
        assert!(Progress::read(root.path()).passed("fan-out/1"));
    }
}

#[test]
fn what_dead_checkers_left_is_swept_away() {
    let root = folder();
    put(root.path(), r#"{"version": 2}"#);
    for left in ["progress.1.new", "progress.99999.new"] {
        fs::write(root.path().join(".workbook").join(left), "{").expect("a file");
    }
    try_update(root.path(), |file| file.pass("fan-out/1", "aa")).expect("kept");
    let mut names: Vec<_> = fs::read_dir(root.path().join(".workbook"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    names.sort();
    assert_eq!(names, ["progress.json", "progress.lock"]);
}

/// The folder in which this process records passes until it is killed.
const RECORD_IN: &str = "PROGRESS_RECORD_IN";

/// The name that its passes begin with.
const RECORD_AS: &str = "PROGRESS_RECORD_AS";

/// No test: what [`no_pass_is_lost_in_a_thousand_kills`] starts and kills.
#[test]
#[ignore = "a process to be killed"]
fn record_until_killed() {
    let (Some(root), Ok(name)) = (std::env::var_os(RECORD_IN), std::env::var(RECORD_AS)) else { return };
    for number in 0.. {
        let id = format!("{name}/{}", number % 8);
        let tests = number.to_string();
        try_update(Path::new(&root), |file| file.pass(&id, &tests)).expect("kept");
        println!("kept {id} {tests}");
    }
}

/// Two processes at a time record passes, and are killed with SIGKILL at random moments. What a process has said to be
/// kept is kept: no kill, and no other process, takes it away.
#[test]
fn no_pass_is_lost_in_a_thousand_kills() {
    const KILLS: u64 = 1000;
    let root = folder();
    let program = std::env::current_exe().expect("this program");
    let start = |name: &str| {
        let mut command = Command::new(&program);
        command.args(["progress::tests::record_until_killed", "--exact", "--ignored", "--nocapture"]);
        command.env(RECORD_IN, root.path()).env(RECORD_AS, name).stdout(Stdio::piped());
        command.spawn().expect("the process starts")
    };
    let (mut random, mut said) = (Random(0x5eed), 0);
    for round in 0..KILLS / 2 {
        // Of the names used again, the later passes replace the earlier.
        let names = [format!("left{}", round % 4), format!("right{}", round % 4)];
        let mut both = names.each_ref().map(|name| start(name));
        std::thread::park_timeout(Duration::from_micros(random.below(30_000)));
        for one in &mut both {
            one.kill().expect("it can be killed");
        }
        let mut last = std::collections::BTreeMap::new();
        for mut one in both {
            let lines = BufReader::new(one.stdout.take().expect("stdout is piped")).lines().map_while(Result::ok);
            for line in lines {
                if let [.., "kept", id, tests] = line.split_whitespace().collect::<Vec<_>>()[..] {
                    last.insert(id.to_owned(), tests.parse::<u64>().expect("a number"));
                    said += 1;
                }
            }
            one.wait().expect("it has ended");
        }
        let file = if root.path().join(".workbook/progress.json").exists() { kept(root.path()) } else { json!({}) };
        for (id, tests) in last {
            let found = file["tasks"][&id]["passed"].as_str().and_then(|text| text.parse::<u64>().ok());
            // It may have been killed between the record and the line that tells of it.
            assert!(found == Some(tests) || found == Some(tests + 8), "{id}: said {tests}, kept {found:?}");
        }
    }
    assert!(said > KILLS, "most lived long enough to record something: {said}");
    let left: Vec<_> = fs::read_dir(root.path().join(".workbook")).expect("a folder").flatten().collect();
    assert!(left.len() <= 3, "at most one unfinished file is left: {left:?}");
}

/// Numbers that look random, the same in each run: SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}
