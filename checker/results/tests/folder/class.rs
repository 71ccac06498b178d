//! A small class, hostile names and output among it.

use results::{
    Ability, Asked, Criterion, Graded, Header, Journal, Options, Outcome, Points, SCHEMA, Summary, Task, Visibility,
};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use verdict::{Kind, Site, Verdict};

/// A learner whom every format has to withstand.
pub(crate) const HOSTILE: &str =
    "=HYPERLINK(\"https://example.org\")</script><b>\u{202e}gpj`@all|::error::\u{1b}[31m\u{1}";
/// Output that every format has to withstand.
pub(crate) const OUTPUT: &str = "</pre></script><script>alert(1)</script>\n::error file=x::forged\n##[error]forged\n\
    \u{1b}[2J\u{1b}]0;title\u{7}ok\u{0}\u{b}\u{fffe}\u{202e}gnp\r\n````\n</details>\n]]>&amp;\n";

fn asked(test: &str, sentence: &str, points: f64, visibility: Visibility) -> Asked {
    let points = Points::new(points).expect("points");
    Asked { test: test.into(), sentence: sentence.into(), points, visibility, model: false }
}

/// Two tasks.
pub(crate) fn header() -> Header {
    use Visibility::{AfterDueDate, Hidden, Visible};
    let pipeline = vec![
        asked("every_number_doubled_in_order", "The output is `2, 4, … 2000`, in this order.", 1.0, Visible),
        asked(
            "dropping_the_output_stops_the_front",
            "When the output is dropped, no further number is taken and within 2 ms no task is left.",
            2.0,
            Visible,
        ),
        asked("a_failing_writer_ends_it", "When the writer fails, its error is returned.", 0.5, AfterDueDate),
        asked("as_a_program", "As a program it prints `2, 4, … 200`; it says nothing of <others>.", 1.0, Hidden),
    ];
    let mut pool = vec![
        asked("no_more_than_eight_at_once", "No more than 8 jobs run at once.", 1.0, Visible),
        asked("no_wake_is_lost", "No wake-up is lost, in any interleaving.", 1.0, Visible),
    ];
    pool[1].model = true;
    let task = |id: &str, title: &str, folder: &str, criteria| Task {
        id: id.into(),
        title: title.into(),
        folder: format!("exercises/{folder}"),
        criteria,
    };
    Header {
        schema: SCHEMA,
        workbook: "0.1.0".into(),
        toolchain: "rustc 1.95.0 (59807616e 2026-04-14), x86_64-unknown-linux-gnu".into(),
        checker: "c0ffee".repeat(10),
        tests: BTreeMap::from([("fan-out/1".into(), "1".repeat(64)), ("worker-pools/2".into(), "2".repeat(64))]),
        seed: 7,
        limits: BTreeMap::from([("memory".into(), "512 MiB".into()), ("wall".into(), "30 s".into())]),
        sandbox: vec![Ability { name: "landlock".into(), state: "ABI 6".into() }],
        weak_sandbox: true,
        tasks: vec![
            task("fan-out/1", "Serial pipeline", "fan-out/01-serial-pipeline", pipeline),
            task("worker-pools/2", "Bounded pool", "worker-pools/02-bounded-pool", pool),
        ],
    }
}

/// A grade in which each criterion holds.
pub(crate) fn right(learner: &str, task: &str) -> Graded {
    let header = header();
    let criteria = &header.task(task).expect("a task").criteria;
    let pass = |asked: &Asked| Criterion { test: asked.test.clone(), verdict: Verdict::pass(), output: String::new() };
    Graded {
        learner: learner.into(),
        task: task.into(),
        submission: format!("{:0>64x}", learner.len() * 16 + task.len()),
        outcome: Outcome::Graded,
        notes: Vec::new(),
        criteria: criteria.iter().map(pass).collect(),
        compiler: String::new(),
        lanes: None,
        took_ms: 812,
    }
}

/// A grade in which these criteria, by their place, end otherwise.
pub(crate) fn wrong(learner: &str, task: &str, verdicts: &[(usize, Verdict)]) -> Graded {
    let mut graded = right(learner, task);
    for (place, verdict) in verdicts {
        graded.criteria[*place].verdict = verdict.clone();
    }
    graded
}

fn stuck() -> Verdict {
    let mut verdict = Verdict::new(
        Kind::Stuck,
        "the test waits in mpsc::Receiver::recv (acceptance.rs:34), all 2 tasks are parked, and no timer is set: \
         nothing can move",
    );
    for line in [20, 33, 41, 52, 63, 74, 85] {
        verdict =
            verdict.with(format!("task spawned at src/lib.rs:18, parked in mpsc::Sender::send at src/lib.rs:{line}"));
    }
    verdict
        .at(Some(Site { file: "src/lib.rs".into(), line: 20 }))
        .usually("a sender that nobody drops: the receiver waits for it for ever")
}

/// The class, in no order.
pub(crate) fn class() -> Vec<Graded> {
    let lost = Verdict::new(Kind::Fail, "1 of 1000 items lost, the first is 12: \u{1b}[31m100%\u{1b}[0m,\nsee `x`")
        .usually("a number dropped on the way, or a stage that ends before its input does");
    let leak = Verdict::new(Kind::Leak, "1 task is left")
        .with("task spawned at src/stage.rs:7, parked in mpsc::Sender::send at src/stage.rs:9")
        .at(Some(Site { file: "src/stage.rs".into(), line: 7 }));
    let elsewhere =
        Verdict::new(Kind::Crash, "panicked: \"::error::\"").at(Some(Site { file: "acceptance.rs".into(), line: 12 }));
    let mut interleaving = Verdict::new(Kind::Stuck, "in this interleaving every thread that is left waits, for ever");
    for step in 0..12 {
        interleaving = interleaving.with(format!("{:<16} takes the lock, src/pool.rs:{}", "worker", 70 + step));
    }
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"swim-lanes\" viewBox=\"0 0 560 40\" role=\"img\" \
               aria-label=\"lanes\"><title>lanes</title>\n<style class=\"standalone\">svg{color:red}</style>\n\
               <rect x=\"40\" y=\"8\" width=\"200\" height=\"16\" fill=\"#3b74b0\"/><text x=\"4\" y=\"20\" \
               fill=\"currentColor\">work</text></svg>\n";

    let mut partly = wrong("ben", "fan-out/1", &[(0, lost.clone()), (1, leak), (3, elsewhere)]);
    partly.notes.push("build.rs is not taken: <b>only</b> the files under src/ are".into());
    partly.compiler = "\u{1b}[33mwarning\u{1b}[0m: unused variable: `numbers`\n --> src/lib.rs:7:9\n".into();
    partly.criteria[0].output = "sent 2\nsent 4\n".into();
    partly.lanes = Some(svg.into());
    let mut same = wrong("Chloé Dupont", "fan-out/1", &[(0, stuck()), (1, stuck()), (2, stuck())]);
    same.criteria.reverse();
    let steps = wrong("Chloé Dupont", "worker-pools/2", &[(1, interleaving)]);
    let mut hostile =
        wrong(HOSTILE, "fan-out/1", &[(0, Verdict::new(Kind::Fail, OUTPUT).with(OUTPUT).usually(OUTPUT))]);
    hostile.criteria[0].output = OUTPUT.into();
    hostile.criteria[1].output = OUTPUT.into();
    hostile.compiler = OUTPUT.into();
    hostile.notes.push(OUTPUT.into());
    hostile.lanes = Some(format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{OUTPUT}</svg>"));
    let mut refused = right(HOSTILE, "worker-pools/2");
    refused.criteria.clear();
    refused.outcome = Outcome::Refused(format!("the archive leaves its folder: ../../{OUTPUT}"));
    let mut infra = right("dora", "fan-out/1");
    infra.criteria.clear();
    infra.outcome = Outcome::Infra("the disk is full".into());
    let one = wrong("emil", "worker-pools/2", &[(0, Verdict::new(Kind::Infra, "the meter ended"))]);
    let unstarted = Verdict::new(Kind::Unstarted, "`todo!()` at src/lib.rs:7").usually("nothing is written yet");
    let unbegun = wrong("emil", "fan-out/1", &[0, 1, 2, 3].map(|place| (place, unstarted.clone())));
    vec![
        hostile,
        right("anna", "worker-pools/2"),
        partly,
        one,
        right("anna", "fan-out/1"),
        steps,
        unbegun,
        refused,
        infra,
        same,
    ]
}

/// Grades in the given order.
pub(crate) fn grade(out: &Path, class: &[Graded], options: &Options) -> Summary {
    let mut journal = Journal::create(out, &header()).expect("a new journal");
    for graded in class {
        journal.append(graded).expect("a record");
    }
    journal.finish(options).expect("all files")
}

/// All files of a folder, by their path, but for those that may differ: locks, timings, and what was torn.
pub(crate) fn files(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![out.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(out).expect("within").to_str().expect("text").to_owned();
            if path.is_dir() {
                folders.push(path);
            } else if !["results.lock", "results.torn", "timings.jsonl"].contains(&name.as_str()) {
                found.insert(name, fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

/// The same files with the same bytes.
pub(crate) fn assert_same(left: &Path, right: &Path) {
    let (left, right) = (files(left), files(right));
    assert_eq!(left.keys().collect::<Vec<_>>(), right.keys().collect::<Vec<_>>());
    for (name, bytes) in &left {
        assert!(*bytes == right[name], "{name} differs");
    }
}
