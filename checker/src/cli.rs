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
    /// Measure your code, where the task has a benchmark: a table, a plot, and what they mean.
    Bench(BenchOptions),
    /// Prove the workbook itself: stubs fail, solutions pass, each wrong solution fails as it says.
    ///
    /// What was proved before and has not changed since, neither the subject nor anything that judges it, is not judged
    /// again. What each subject that fails is told is kept in tests/<task>/reports.txt: a message that changes is a
    /// problem until it is blessed.
    Verify(VerifyOptions),
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

#[derive(Debug, Args)]
pub(crate) struct VerifyOptions {
    /// The tasks to verify; all without any.
    pub(crate) ids: Vec<String>,
    /// Judge every subject, also those that were proved before and have not changed.
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Write the messages as they are now into tests/<task>/reports.txt.
    #[arg(long)]
    pub(crate) bless: bool,
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
