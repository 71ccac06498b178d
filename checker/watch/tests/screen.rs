//! `checker watch` as a learner meets it: typed, saved, read from the screen.
//!
//! Without tmux these are reported as ignored, with the reason. With `WORKBOOK_DEMAND` set, as CI sets it, what is
//! missing is a failure.

#[path = "../../tests/support/copy.rs"]
#[expect(dead_code, reason = "shared with the checker's own tests, which use more of it")]
mod copy;
#[path = "../../tests/support/processes.rs"]
mod processes;
#[path = "../../tests/support/mod.rs"]
#[expect(dead_code, reason = "shared with the checker's own tests, which use more of it")]
mod support;
#[path = "screen/tmux.rs"]
mod tmux;

use copy::{Copy, TASK};
use libtest_mimic::{Arguments, Trial};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;
use tmux::Terminal;

/// A criterion that never ends, at least not before its deadline.
const ENDLESS: (&str, &str) =
    ("let (output, receiver)", "while std::hint::black_box(true) {}\n    let (output, receiver)");
/// Processes that were told to end do so within this time, also on a busy machine.
const SOON: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // They share one target folder, and a checker waits for another's lock: side by side they would only be slower.
    arguments.test_threads = Some(1);
    let missing = Command::new("tmux").arg("-V").output().is_err();
    let ignored = missing && std::env::var_os("WORKBOOK_DEMAND").is_none();
    let why = if missing { " [tmux is not installed: apt install tmux]" } else { "" };
    let screens: [(&str, fn()); 4] = [
        ("from_the_stub_to_green_through_all_that_can_be_broken", from_the_stub_to_green),
        ("a_save_during_a_run_ends_that_run", a_save_during_a_run),
        ("the_terminal_comes_back_whole_from_an_editor_a_shell_and_a_signal", the_terminal_comes_back),
        ("without_colours_there_are_none", without_colours),
    ];
    let mut trials: Vec<Trial> = screens
        .into_iter()
        .map(|(name, test)| Trial::test(format!("{name}{why}"), passes(test)).with_ignored_flag(ignored))
        .collect();
    trials.push(Trial::test("without_a_terminal_there_are_plain_reports", passes(without_a_terminal)));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn passes(test: fn()) -> impl FnOnce() -> Result<(), libtest_mimic::Failed> + Send + 'static {
    move || {
        test();
        Ok(())
    }
}

/// A workbook of one task, and a terminal in it.
fn opened(variables: &[(&str, &str)]) -> (Copy, Terminal) {
    let copy = Copy::new();
    let terminal = Terminal::open(copy.root(), variables);
    (copy, terminal)
}

/// The command that a learner types, in a script that notes how the terminal was before and is after it.
fn watch(terminal: &Terminal, arguments: &str) {
    let checker = support::program().display().to_string();
    let script = format!("stty -g >before; {checker} watch {arguments}; echo $? >code; stty -g >after\n");
    let path = |name: &str| terminal.path(name).display().to_string();
    let script = ["before", "code", "after"]
        .into_iter()
        .fold(script, |script, name| script.replace(&format!(">{name}"), &format!(">{}", path(name))));
    fs::write(terminal.path("script"), script).expect("a script");
    terminal.command(&format!("sh {}", path("script")));
}

/// It ended with this code, and left the terminal as it was, and no process.
#[track_caller]
fn left_with(terminal: &Terminal, code: &str) {
    assert_eq!(terminal.file("code").trim(), code);
    assert_eq!(terminal.file("after"), terminal.file("before"), "the terminal's settings");
    let screen = terminal.until("the shell's own screen", |screen| !screen.contains("q quit"));
    assert!(screen.contains("/script"), "the screen before is back\n{screen}");
    assert!(terminal.has_cursor(), "the cursor is back");
    let left = terminal.processes();
    let left = processes::left(&left, SOON);
    assert!(left.is_empty(), "these had not ended: {left:?}");
}

fn from_the_stub_to_green() {
    let (copy, terminal) = opened(&[]);
    let lib = copy.lib();
    watch(&terminal, "");
    let screen = terminal.shows(&[
        "0 of 11 hold",
        "unstarted  The output is 2, 4, … 2000",
        "           seen    still to write: spawn a task",
        "h hint  t trace  e edit",
    ]);
    assert!(screen.starts_with("fan-out/1 Serial pipeline"), "{screen}");

    copy.solve();
    let green = |screen: &str| screen.matches("       ok  ").count() == 11 && screen.contains("11 of 11 hold");
    terminal.until("all green", green);
    terminal.shows(&["Every criterion holds.", "d diff"]);

    let solved = copy.text(&lib);
    copy.file(&lib, &solved.replacen("mpsc::channel(PRODUCER_CAPACITY)", "mpsc::channel(64)", 1));
    terminal.shows(&[
        "    bound  The first result leaves after 1 ms",
        "usually a stage that collects its input, or an unbounded channel",
        "h hint",
    ]);

    // What does not compile is told in the compiler's words.
    copy.file(&lib, &format!("{solved}\nfn broken() -> u8 {{ missing_name }}\n"));
    terminal.shows(&["    build  ", "error[E0425]: cannot find value `missing_name`"]);

    let manifest = format!("exercises/{TASK}/Cargo.toml");
    let sound = copy.text(&manifest);
    copy.file(&manifest, &format!("{sound}\n[dependencies\n"));
    terminal.shows(&["no verdict", "error: ", "Cargo.toml:", "help: `git diff` shows what was changed"]);
    copy.file(&manifest, &sound);
    copy.file(&lib, &solved);
    terminal.shows(&["11 of 11 hold"]);

    // A file that is gone, and one that comes back as many editors write it: beside, then renamed over.
    fs::remove_file(copy.path(&lib)).expect("the library is removed");
    terminal.shows(&["0 of 11 hold", "src/lib.rs", "cannot be read"]);
    copy.file(&format!("{lib}.new~"), &solved);
    fs::rename(copy.path(&format!("{lib}.new~")), copy.path(&lib)).expect("renamed");
    terminal.shows(&["11 of 11 hold"]);

    // The whole exercise goes and comes back.
    let (exercise, aside) = (copy.path(&format!("exercises/{TASK}")), copy.path("aside"));
    fs::rename(&exercise, &aside).expect("moved away");
    terminal.shows(&["no verdict", "git restore"]);
    fs::rename(&aside, &exercise).expect("moved back");
    terminal.shows(&["11 of 11 hold"]);

    terminal.resize(40, 10);
    let narrow = |screen: &str| screen.lines().all(|line| line.chars().count() <= 40) && screen.contains("q quit");
    terminal.until("a screen of 40 × 10", narrow);
    terminal.resize(1, 1);
    terminal.resize(80, 24);
    terminal.shows(&["Every criterion holds."]);
    terminal.keys(&["?"]);
    terminal.shows(&["judge again"]);
    terminal.keys(&["l"]);
    terminal.shows(&["1 of 1 passed"]);
    terminal.keys(&["Escape"]);
    terminal.shows(&["Every criterion holds."]);
    terminal.keys(&["q"]);
    left_with(&terminal, "0");
}

fn a_save_during_a_run() {
    let (copy, terminal) = opened(&[]);
    copy.solve();
    let solved = copy.text(&copy.lib());
    copy.edit(&copy.lib(), ENDLESS.0, ENDLESS.1);
    watch(&terminal, "1");
    let judged = || {
        let screen = terminal.processes().into_iter().find(|process| process.is_called("watch"))?;
        let family = processes::below(screen.id());
        let test = |process: &processes::Process| process.runs_from(&support::target().join("judge/deps"));
        family.iter().any(test).then_some(family)
    };
    let run = processes::within(Duration::from_secs(100), "judging began", judged);

    copy.file(&copy.lib(), &solved);
    let left = processes::left(&run, SOON);
    assert!(left.is_empty(), "of the run that was ended, these had not: {left:?}");
    terminal.shows(&["11 of 11 hold"]);

    // Quitting during a run leaves nothing either.
    copy.edit(&copy.lib(), ENDLESS.0, ENDLESS.1);
    let family = processes::within(Duration::from_secs(100), "judging began", judged);
    terminal.keys(&["C-c"]);
    left_with(&terminal, "0");
    let left = processes::left(&family, SOON);
    assert!(left.is_empty(), "these had not ended: {left:?}");
}

fn the_terminal_comes_back() {
    // An editor that says so, shows what it was called with, and saves.
    let copy = Copy::new();
    copy.solve();
    let solved = copy.text(&copy.lib());
    copy.file(&copy.lib(), &copy.text(&format!("tests/{TASK}/stub/lib.rs")));
    copy.file("solved.rs", &solved);
    copy.file("editor", "#!/bin/sh\nclear; echo \"editing $1 $2\"; read line; cp solved.rs \"$2\"\n");
    let editor = copy.path("editor");
    fs::set_permissions(&editor, fs::Permissions::from_mode(0o755)).expect("a program");
    let terminal = Terminal::open(copy.root(), &[("EDITOR", "./editor --wait")]);
    watch(&terminal, "1");
    terminal.shows(&["0 of 11 hold"]);
    terminal.keys(&["e"]);
    let screen = terminal.shows(&["editing --wait ", "src/lib.rs"]);
    assert!(!screen.contains("q quit"), "the editor has the screen\n{screen}");
    assert!(terminal.has_cursor(), "and its cursor");
    terminal.keys(&["Enter"]);
    terminal.shows(&["11 of 11 hold"]);

    terminal.keys(&["C-z"]);
    terminal.shows(&["Stopped"]);
    terminal.command("clear; stty -a | grep -o ' -*icanon'");
    terminal.until("a line that is edited by the system", |screen| screen.lines().any(|line| line == " icanon"));
    terminal.command("fg");
    terminal.shows(&["11 of 11 hold"]);
    terminal.keys(&["?"]);
    terminal.shows(&["judge again"]);

    let screens = terminal.processes();
    let watch = screens.iter().find(|process| process.is_called("watch")).expect("the screen");
    kill(Pid::from_raw(watch.id() as i32), Signal::SIGTERM).expect("it can be signalled");
    left_with(&terminal, &(128 + Signal::SIGTERM as i32).to_string());
}

fn without_colours() {
    let (_copy, terminal) = opened(&[("NO_COLOR", "1")]);
    watch(&terminal, "1 --poll");
    terminal.shows(&["0 of 11 hold"]);
    let screen = terminal.coloured();
    let coloured = |code: &str| code.split(['m']).next().is_some_and(|code| code.split(';').any(is_colour));
    let codes: Vec<&str> = screen.split("\u{1b}[").skip(1).filter(|code| coloured(code)).collect();
    assert!(codes.is_empty(), "{codes:?}");
    terminal.keys(&["q"]);
    left_with(&terminal, "0");
}

/// Whether a code chooses a colour, other than the terminal's own.
fn is_colour(code: &str) -> bool {
    code.parse::<u8>().is_ok_and(|code| matches!(code, 30..=38 | 40..=48 | 90..=107))
}

fn without_a_terminal() {
    let copy = Copy::new();
    let mut watching = support::command(copy.root(), &["watch", "1"]);
    let mut watching = watching.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the checker starts");
    let mut lines = BufReader::new(watching.stdout.take().expect("its output")).lines().map_while(Result::ok);
    let mut until = |text: &str| assert!(lines.any(|line| line.contains(text)), "it ended before {text:?}");
    until("unstarted  The output is 2, 4, … 2000");
    until("0 of 11 criteria hold.");
    copy.solve();
    until("11 of 11 criteria hold.");
    copy.edit(&copy.lib(), ENDLESS.0, ENDLESS.1);
    let family = processes::within(Duration::from_secs(100), "judging began", || {
        let family = processes::below(watching.id());
        let judged = family.iter().any(|process| process.runs_from(&support::target().join("judge/deps")));
        judged.then_some(family)
    });
    kill(Pid::from_raw(watching.id() as i32), Signal::SIGTERM).expect("it can be signalled");
    watching.wait().expect("it ends");
    let left = processes::left(&family, SOON);
    assert!(left.is_empty(), "these had not ended: {left:?}");
}
