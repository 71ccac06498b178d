//! The command line.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Judges the tasks of the workbook, and says what to look at.
#[derive(Debug, Parser)]
#[command(
    name = "checker",
    bin_name = "cargo checker",
    version,
    after_help = "\nExit codes:\n  \
        0  every criterion passes\n  \
        1  some criterion does not pass; your code does not build or ends its benchmark\n  \
        2  wrong use: an unknown task or option, a broken Cargo.toml\n  \
        3  the grader or a service is at fault, not your code; or the tests are\n     \
           not in this copy of the workbook",
    infer_subcommands = true
)]
pub(crate) struct Cli {
    /// When to colour the output: always, never, or auto: on a terminal, unless NO_COLOR is set.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_possible_values = true)]
    pub(crate) color: Color,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// When to colour the output.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    pub(crate) fn write_global(self) {
        match self {
            Color::Auto => {}
            Color::Always => anstream::ColorChoice::Always.write_global(),
            Color::Never => anstream::ColorChoice::Never.write_global(),
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// What to do now: the files and criteria of the first task that you have not passed.
    Next,
    /// A task's files and criteria.
    Show {
        /// Such as 7, s2, fan-out/7 or pull/3.
        id: String,
    },
    /// Open a task's file in $VISUAL or $EDITOR.
    Open {
        /// Such as 7, s2, fan-out/7 or pull/3; without it, the next task.
        id: Option<String>,
    },
    /// Judge a task: build it, run its tests, say what to look at.
    #[command(after_help = "Examples:\n  \
        cargo checker task 7                  judge your code\n  \
        cargo checker task 7 --only in_order  one criterion, by its test's name\n  \
        cargo checker task 7 --solution       the reference solution\n  \
        cargo checker task 7 --against DIR    somebody else's, in the folder DIR")]
    Task(TaskOptions),
    /// Judge a task at each save, on a screen with keys for hints and more.
    ///
    /// Save a file of the exercise, and it is judged; save again, and the run that goes on is ended. The screen shows
    /// every criterion, the first failure's message, and what that test saw of your work. Where the output is no
    /// terminal, each run is reported in plain lines, as by `cargo checker task`.
    Watch(WatchOptions),
    /// Draw a run over virtual time: who worked on what, what waited, and the moment at which it went wrong.
    Trace(TraceOptions),
    /// A hint, one more at each call, from a nudge to nearly the answer.
    ///
    /// If the criterion that was the first to fail at the last judging has a hint of its own, that comes first.
    #[command(after_help = "Examples:\n  \
        cargo checker hint          for the next task\n  \
        cargo checker hint 7        one more for task 7\n  \
        cargo checker hint 7 --all  those that you have seen")]
    Hint(HintOptions),
    /// All tasks: passed, next, and what needs a service that this machine has or lacks.
    List {
        /// Print JSON lines instead, one for each task.
        #[arg(long)]
        json: bool,
    },
    /// Your code beside the reference solution, after you have passed.
    ///
    /// On a terminal in colour, and side by side where it is wide enough. Piped, it is a unified diff that `patch -p1`
    /// takes. For a pager: cargo checker diff 1 --color always | less -R
    #[command(after_help = "Examples:\n  \
        cargo checker diff 7\n  \
        cargo checker diff 7 > 7.patch; patch -p1 < 7.patch  take the reference over")]
    Diff(DiffOptions),
    /// Begin a task anew: the untouched exercise takes the place of your code, which is kept in a backup.
    Reset(ResetOptions),
    /// Measure your code, where the task has a benchmark: a table, a plot, and what they mean.
    Bench(BenchOptions),
    /// Open the book; mdBook, where it is there, builds it first.
    Book {
        /// A task whose chapter to open, such as 7.
        id: Option<String>,
    },
    /// Grade a class: judge a folder of submissions with this workbook's tests, contained.
    ///
    /// A submission is a folder, an archive (.zip, .tar.gz, .tgz, .tar) or a single lib.rs, one for each learner. Only its
    /// sources below src/ are taken; manifest, lock file, dependencies and tests are the workbook's. It is compiled and
    /// run where it can neither read the tests nor reach the network, the disk or another process. First the grader
    /// tests itself on the references, the wrong solutions and a corpus of hostile ones.
    #[command(after_help = "Examples:\n  \
        cargo checker grade handed-in --task 2 --out results    one task\n  \
        cargo checker grade handed-in --out results             every task of the workbook\n  \
        cargo checker grade handed-in --out results --resume    go on after an interruption\n  \
        cargo checker grade --self-test                         is this machine fit for it?\n\n\
        Exit codes: 0 all are graded, whatever their grades; 3 the grader could not judge some.")]
    Grade(GradeOptions),
    /// Prove the workbook itself: stubs fail, solutions pass, each wrong solution fails as it says.
    ///
    /// What was proved before and has not changed since, neither the subject nor anything that judges it, is not judged
    /// again. What each subject that fails is told is kept in tests/<task>/reports.txt: a message that changes is a
    /// problem until it is blessed.
    Verify(VerifyOptions),
    /// Bring the workbook up to date, around what you wrote.
    ///
    /// Fetches the new version from where this workbook came from. What you wrote below exercises/ stays as it is,
    /// committed or not; if the workbook's own version of such a file changed, it is left under .workbook/new-stubs/
    /// for you to read. Lines outside exercises/ that both of you changed stop the update before anything is changed.
    /// An update that is interrupted loses nothing: run it again.
    Update {
        /// A folder or an address to take the new version from.
        #[arg(long, value_name = "DIR|URL")]
        from: Option<String>,
    },
    /// Make a copy of the workbook to learn in.
    ///
    /// DIR must not exist yet, be empty, or hold an empty git repository. Every exercise is as it is given out.
    Init {
        /// The new folder.
        dir: PathBuf,
        /// The address that updates will come from.
        #[arg(long, value_name = "URL")]
        source: Option<String>,
    },
    /// For instructors: make the repository that a class gets.
    ///
    /// It is the workbook with every exercise as it is given out, without solutions and without what shows them; hints
    /// and the book stay. DIR must not exist yet, or be empty. No git repository is made.
    #[command(after_help = "Examples:\n  \
        cargo checker export --class ../class --tasks 1,2,3\n  \
        cargo checker export --class ../class --tests absent --gradescope")]
    Export(ExportOptions),
    /// What this machine has, and what it lacks for which task.
    Doctor {
        /// Print JSON lines instead of a table.
        #[arg(long)]
        json: bool,
    },
    /// Print what makes your shell complete commands and tasks.
    ///
    /// For bash, into ~/.bashrc: source <(cargo checker completions bash). It completes `cargo checker`, too.
    Completions {
        /// Your shell.
        shell: Shell,
    },
    /// Print the manual page.
    ///
    /// cargo checker man > checker.1; man -l checker.1
    Man,
    /// For contributors: add a task, check the folders, repeat the judging.
    #[command(subcommand)]
    Dev(Dev),
}

/// Whose code is meant, if not the learner's own.
#[derive(Debug, Args)]
pub(crate) struct Whose {
    /// The reference solution instead of your code.
    #[arg(long)]
    pub(crate) solution: bool,
    /// For contributors: a variant of the solution, such as wrong/unbounded.
    #[arg(long, value_name = "KIND/NAME", conflicts_with = "solution")]
    pub(crate) variant: Option<String>,
    /// The code in a folder instead of yours: a crate, or a folder with lib.rs. Only its Rust sources are taken. It is
    /// built and run as you, with all your rights: for code that you do not trust there is `grade`.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["solution", "variant"])]
    pub(crate) against: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct TaskOptions {
    /// Such as 7, s2, fan-out/7 or pull/3.
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) whose: Whose,
    /// Print JSON lines instead of a report, each when there is something to say: `begin` with the criteria in their
    /// order, `building` and `built`, a `criterion` when it is decided, in no order, and `end`. Without an `end` the
    /// run is incomplete, and standard error says why.
    #[arg(long)]
    pub(crate) json: bool,
    /// With --json: each criterion also as the report tells it.
    #[arg(long, requires = "json")]
    pub(crate) rendered: bool,
    /// With --json: what the work probes saw, for pictures.
    #[arg(long, requires = "json")]
    pub(crate) spans: bool,
    /// Do not explore the loom models, which are judged after the other criteria.
    #[arg(long)]
    pub(crate) skip_models: bool,
    /// Judge only criteria whose test's name contains this. Progress is not recorded.
    #[arg(long, value_name = "TEXT")]
    pub(crate) only: Option<String>,
}

/// The swim lanes show a lane for each task, and in it a bar for each item that the task worked on; hatched is what was
/// cut short. Below them stands how many items were in flight and how much waited. For a bound, a leak or a deadlock,
/// the picture shows the moment, and where each task waits that is left.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    cargo checker trace 2                         the first criterion that does not hold\n  \
    cargo checker trace 2 --solution              how the reference does it\n  \
    cargo checker trace 2 --test eight_at_a_time  this criterion: a part of its name will do\n  \
    cargo checker trace 2 --svg lanes.svg         also as a picture")]
pub(crate) struct TraceOptions {
    /// Such as 7, s2, fan-out/7 or pull/3.
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) whose: Whose,
    /// Draw this criterion: its test's name, or a part of it. Without it, the first that does not hold; if all do, the
    /// one that tells most.
    #[arg(long, value_name = "NAME")]
    pub(crate) test: Option<String>,
    /// Also write the picture into this file, as SVG.
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "Keys:\n  \
    h hint   t trace      e edit   r judge again\n  \
    n next   p previous   l list   d diff, after a pass\n  \
    ? help   q quit")]
pub(crate) struct WatchOptions {
    /// Such as 7, s2, fan-out/7 or pull/3; without it, the next that you have not passed.
    pub(crate) id: Option<String>,
    /// Look at the files twice a second instead of waiting for the system to tell: for network file systems and
    /// shared folders of virtual machines.
    #[arg(long)]
    pub(crate) poll: bool,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyOptions {
    /// The tasks to verify; all without any.
    pub(crate) ids: Vec<String>,
    /// Judge every subject, also those that were proved before and have not changed.
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Look at the verdicts alone: messages may differ from those on record, as some do on a busy machine.
    #[arg(long, conflicts_with = "bless")]
    pub(crate) any_words: bool,
    /// Write the messages as they are now into tests/<task>/reports.txt.
    #[arg(long)]
    pub(crate) bless: bool,
}

#[derive(Debug, Args)]
pub(crate) struct GradeOptions {
    /// The folder of submissions; or one submission.
    #[arg(required_unless_present = "self_test", conflicts_with = "self_test")]
    pub(crate) submissions: Option<PathBuf>,
    /// The folder for the results, which is made.
    #[arg(long, value_name = "DIR", required_unless_present = "self_test", conflicts_with = "self_test")]
    pub(crate) out: Option<PathBuf>,
    /// A task to grade, such as 7 or fan-out/7; may be given several times. Without it, all.
    #[arg(long = "task", value_name = "ID")]
    pub(crate) tasks: Vec<String>,
    /// Go on with results that are there: what was graded is not graded again.
    #[arg(long, conflicts_with = "self_test")]
    pub(crate) resume: bool,
    /// Only test the grader, also on what it judged rightly before.
    #[arg(long)]
    pub(crate) self_test: bool,
    /// Grade on a machine that lacks some means of containing others' code. The results say so.
    #[arg(long)]
    pub(crate) allow_weak_sandbox: bool,
    /// So many submissions at once; without it, one for each core.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs: Option<u16>,
    /// Seeds what the tests draw; all submissions get the same.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Put into JUnit and Gradescope files how long it took. Two runs differ then.
    #[arg(long)]
    pub(crate) timings: bool,
}

#[derive(Debug, Args)]
pub(crate) struct HintOptions {
    /// Such as 7, s2, fan-out/7 or pull/3; without it, the next task.
    pub(crate) id: Option<String>,
    /// Print the hints that you have seen, all of them.
    #[arg(long, conflicts_with = "again")]
    pub(crate) all: bool,
    /// Start over with the first one.
    #[arg(long)]
    pub(crate) again: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DiffOptions {
    /// Such as 7, s2, fan-out/7 or pull/3.
    pub(crate) id: String,
    /// Show the reference solution before you have passed.
    #[arg(long)]
    pub(crate) spoil: bool,
    /// One under the other, however wide the terminal is.
    #[arg(long)]
    pub(crate) unified: bool,
    /// Side by side, however narrow it is.
    #[arg(long, conflicts_with = "unified")]
    pub(crate) side_by_side: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ResetOptions {
    /// Such as 7, s2, fan-out/7 or pull/3.
    pub(crate) id: String,
    /// Do not ask.
    #[arg(long)]
    pub(crate) yes: bool,
}

/// Whether a class's copy has its tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kept {
    /// The tests are in it, and it judges as the workbook does.
    Included,
    /// Only the criteria's sentences are in it; the instructor judges.
    Absent,
}

impl Kept {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kept::Included => "included",
            Kept::Absent => "absent",
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct ExportOptions {
    /// The new folder.
    #[arg(long, value_name = "DIR")]
    pub(crate) class: PathBuf,
    /// The tests.
    #[arg(long, value_enum, default_value = "included")]
    pub(crate) tests: Kept,
    /// Only the tasks of this track, such as fan-out.
    #[arg(long, value_name = "TRACK", conflicts_with = "tasks")]
    pub(crate) track: Option<String>,
    /// Only these tasks, such as 1,2,s1.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) tasks: Vec<String>,
    /// With GitHub Classroom's autograder: a workflow that judges each push in the learner's repository.
    #[arg(long)]
    pub(crate) classroom: bool,
    /// Also write Gradescope's autograder, which grades what is uploaded there. It holds the solutions, so it lies
    /// beside DIR and is not for learners.
    #[arg(long, value_name = "autograder.zip", num_args = 0..=1)]
    pub(crate) gradescope: Option<Option<PathBuf>>,
}

/// A shell that can complete.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Elvish,
    Fish,
    Powershell,
    Zsh,
}

#[derive(Debug, Args)]
pub(crate) struct BenchOptions {
    /// Such as 13 or fan-out/13.
    pub(crate) id: String,
    /// Measure the reference solution instead of your code.
    #[arg(long)]
    pub(crate) solution: bool,
    /// Print JSON lines instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
    /// Also write the plot into this file, as SVG.
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
    /// Measure at full size: minutes instead of seconds.
    #[arg(long)]
    pub(crate) full: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Dev {
    /// Scaffold a task in every folder that one has.
    New {
        /// The new task's id, such as fan-out/6.
        id: String,
        /// Its title; the folder is named after it.
        title: String,
    },
    /// Hold folders, stubs, solutions, wrong solutions and chapters against each other.
    Tidy {
        /// Also demand that the exercises are the untouched stubs, as they are in the repository.
        #[arg(long)]
        pristine: bool,
    },
    /// Let `cargo mutants` change each solution in one place after the other; the tests must notice every change, or
    /// the task's mutants.toml says why they cannot.
    Mutants {
        /// The tasks; all without any.
        ids: Vec<String>,
    },
    /// Judge solutions and wrong solutions again and again beside a busy processor; no verdict may change.
    Soak {
        /// The tasks; all without any.
        ids: Vec<String>,
        /// How often each criterion is judged.
        #[arg(long, default_value_t = 200)]
        repeats: u32,
    },
}
