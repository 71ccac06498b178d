//! The command line.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Judges the tasks of the workbook.
#[derive(Debug, Parser)]
#[command(
    name = "checker",
    bin_name = "cargo checker",
    version,
    after_help = "Exit codes:\n  \
        0  every criterion passes\n  \
        1  some criterion does not pass; your code does not build or ends its benchmark\n  \
        2  wrong use: an unknown task or option, a broken Cargo.toml\n  \
        3  the grader or a service is at fault, not your code",
    infer_subcommands = true
)]
pub(crate) struct Cli {
    /// When to colour the output.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
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
    /// All tasks, and which of them you have passed.
    List,
    /// A task's files and criteria.
    Show {
        /// Such as 7, s2, fan-out/7 or pull/3.
        id: String,
    },
    /// Judge a task: build it, run its tests, say what to look at.
    Task(TaskOptions),
    /// Draw a run over virtual time: who worked on what, what waited, and the moment at which it went wrong.
    Trace(TraceOptions),
    /// Measure your code, where the task has a benchmark: a table, a plot, and what they mean.
    Bench(BenchOptions),
    /// Open the book; mdBook, where it is there, builds it first.
    Book {
        /// A task whose chapter to open, such as 7.
        id: Option<String>,
    },
    /// Prove the workbook itself: stubs fail, solutions pass, each wrong solution fails as it says.
    Verify {
        /// The tasks to verify; all without any.
        ids: Vec<String>,
    },
    /// What this machine has, and what it lacks for which task.
    Doctor,
    /// For contributors: add a task, check the folders, repeat the judging.
    #[command(subcommand)]
    Dev(Dev),
}

#[derive(Debug, Args)]
pub(crate) struct TaskOptions {
    /// Such as 7, s2, fan-out/7 or pull/3.
    pub(crate) id: String,
    /// Judge the reference solution instead of your code.
    #[arg(long)]
    pub(crate) solution: bool,
    /// For contributors: judge a variant of the solution, such as wrong/unbounded.
    #[arg(long, value_name = "KIND/NAME", conflicts_with = "solution")]
    pub(crate) variant: Option<String>,
    /// Print JSON lines instead of a report.
    #[arg(long)]
    pub(crate) json: bool,
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
    /// Draw the reference solution instead of your code.
    #[arg(long)]
    pub(crate) solution: bool,
    /// For contributors: draw a variant of the solution, such as wrong/unbounded.
    #[arg(long, value_name = "KIND/NAME", conflicts_with = "solution")]
    pub(crate) variant: Option<String>,
    /// Draw this criterion: its test's name, or a part of it. Without it, the first that does not hold; if all do, the
    /// one that tells most.
    #[arg(long, value_name = "NAME")]
    pub(crate) test: Option<String>,
    /// Also write the picture into this file, as SVG.
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
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
