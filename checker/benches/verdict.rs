//! The checker's budgets, as ratios within one run: `cargo bench -p checker`.
//!
//! - Edit to verdict, warm, against the bare cargo command on the same edit: at most 1.15.
//! - `verify` of everything, in seconds: with all subjects judged, at most 6 minutes, and with none changed, at most 2.
//! - With `-- --cold`: the first verdict on a clean clone with a filled registry cache, at most 60 s on 2 cores, and
//!   against the build of its dependencies alone.
//!
//! An edit is a new modification time of the solution of task 3: cargo rebuilds it, and no file changes.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

const RUNS: usize = 9;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let cold = std::env::args().any(|argument| argument == "--cold");
    edit_to_verdict(&root);
    verify(&root);
    if cold {
        first_verdict(&root);
    }
}

fn edit_to_verdict(root: &Path) {
    let source = root.join("solutions/fan-out/03-ordered-fan-out/src/lib.rs");
    let ours: &[&str] = &["checker", "task", "3", "--solution", "--skip-models"];
    let bare: &[&str] = &["test", "-p", "fan-out-03-solution", "--test", "acceptance"];
    let (mut checker, mut cargo) = (Vec::new(), Vec::new());
    for run in 0..=RUNS {
        let pair = (edited(root, &source, ours), edited(root, &source, bare));
        // The first pair warms both up.
        if run > 0 {
            checker.push(pair.0);
            cargo.push(pair.1);
        }
    }
    let mut ratios: Vec<f64> = checker.iter().zip(&cargo).map(|(a, b)| a.as_secs_f64() / b.as_secs_f64()).collect();
    ratios.sort_by(f64::total_cmp);
    println!("edit to verdict, task 3, {RUNS} pairs");
    println!("  cargo checker task 3     {}", spread(&mut checker));
    println!("  cargo test -p fan-out-03 {}", spread(&mut cargo));
    println!(
        "  ratio, median            {:.2} ({:.2} to {:.2}), budget 1.15",
        ratios[RUNS / 2],
        ratios[0],
        ratios[RUNS - 1]
    );
}

fn edited(root: &Path, source: &Path, arguments: &[&str]) -> Duration {
    let file = std::fs::File::options().append(true).open(source).expect("the solution of task 3 is there");
    file.set_modified(SystemTime::now()).expect("the file system keeps times");
    run(root, arguments)
}

fn verify(root: &Path) {
    let seconds = |arguments: &[&str]| run(root, arguments).as_secs_f64();
    // Dependencies are built.
    seconds(&["checker", "verify"]);
    let fresh = seconds(&["checker", "verify", "--fresh"]);
    println!("verify of everything, fresh     {fresh:.1} s, budget 360");
    let unchanged = seconds(&["checker", "verify"]);
    println!("verify of everything, unchanged {unchanged:.1} s, budget 120");
}

fn first_verdict(root: &Path) {
    let clone = std::env::temp_dir().join(format!("workbook-bench-{}", std::process::id()));
    let status = Command::new("git").args(["clone", "--quiet"]).arg(root).arg(&clone).status();
    assert!(status.is_ok_and(|status| status.success()), "git clone of the workbook");
    let whole = run(&clone, &["checker", "task", "1"]);
    println!("first verdict, clean clone   {:.1} s, budget 60 s on 2 cores", whole.as_secs_f64());
    let _ = std::fs::remove_dir_all(&clone);
}

fn run(root: &Path, arguments: &[&str]) -> Duration {
    let began = Instant::now();
    let status = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(PathBuf::from(root))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("cargo starts");
    assert!(status.code().is_some_and(|code| code < 2), "cargo {arguments:?} ended with {status}");
    began.elapsed()
}

fn spread(times: &mut [Duration]) -> String {
    times.sort();
    let seconds = |index: usize| times[index].as_secs_f64();
    format!("{:.2} s ({:.2} to {:.2})", seconds(times.len() / 2), seconds(0), seconds(times.len() - 1))
}
