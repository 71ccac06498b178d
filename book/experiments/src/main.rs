//! Where the figures of the book's professional part come from.
//!
//! ```text
//! cargo run -q --profile measure -p experiments                    lists the experiments
//! cargo run -q --profile measure -p experiments -- NAME [--seed N] prints one
//! cargo run -q --profile measure -p experiments -- --write [NAME]  stores all outputs, or one
//! ```
//!
//! An experiment is a file of its own with a function `run`, and a line in [`EXPERIMENTS`]. It prints at most 80
//! columns. What it prints is kept in `book/src/outputs/NAME.txt`, and a chapter shows it by `{{output NAME}}`.
//! Some are drawn too, to `book/src/pictures/NAME.svg`; `{{picture NAME …}}` shows that.
//! A test compares what is stored with what a run prints, but for experiments on the machine's clock.

mod allocations;
mod drawing;
mod print;
mod virtual_time;

mod batch_size;
mod blocked_worker;
mod blocking_pool;
mod buffers;
mod cache_lines;
mod channel_memory;
mod channel_rates;
mod cooperative_budget;
mod cpu_quota;
mod giving_way;
mod item_allocations;
mod permits;
mod reorder_buffer;
mod run_order;
mod shared_receiver;
mod task_size;
mod tasks_alive;
mod watermark;
mod what_compiles;
mod working_set;

mod sim;

mod amplification;
mod capacity;
mod chaos;
mod coordinated_omission;
mod hedging;
mod interleavings;
mod limits;
mod partitions;
mod percentiles;
mod poll_times;
mod rate_or_width;
mod retry_cycle;
mod retry_storm;
mod schedules;
mod shedding;
mod spans;
mod topologies;

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What an experiment may be asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    /// What all chance is drawn from.
    pub(crate) seed: u64,
}

/// What time an experiment runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clock {
    /// Tokio's paused clock: the output is a function of the seed.
    Virtual,
    /// None: it counts, and the output is a function of the seed.
    None,
    /// The machine's: two runs never print the same.
    Wall,
}

struct Experiment {
    name: &'static str,
    /// What it shows, in a sentence.
    shows: &'static str,
    clock: Clock,
    run: fn(&Options, &mut dyn Write) -> io::Result<()>,
}

/// All of them, in the order of the chapters.
const EXPERIMENTS: &[Experiment] = &[
    // The tasks.
    Experiment {
        name: "reorder-buffer",
        shows: "What a reorder buffer holds while one number is late.",
        clock: Clock::Virtual,
        run: reorder_buffer::run,
    },
    Experiment {
        name: "tasks-alive",
        shows: "Which tasks are alive when a test returns, and a second later.",
        clock: Clock::Virtual,
        run: tasks_alive::run,
    },
    Experiment {
        name: "watermark",
        shows: "What of a partition may be committed, and what is done twice after a kill.",
        clock: Clock::Virtual,
        run: watermark::run,
    },
    // How Tokio schedules.
    Experiment {
        name: "cooperative-budget",
        shows: "How many messages a task takes before Tokio makes it give way.",
        clock: Clock::None,
        run: cooperative_budget::run,
    },
    Experiment {
        name: "run-order",
        shows: "Which task runs next, and what the LIFO slot does to a bystander.",
        clock: Clock::None,
        run: run_order::run,
    },
    Experiment {
        name: "giving-way",
        shows: "How long a task waits that gives way to others.",
        clock: Clock::None,
        run: giving_way::run,
    },
    Experiment {
        name: "blocked-worker",
        shows: "How long a woken task waits for a worker that computes.",
        clock: Clock::Wall,
        run: blocked_worker::run,
    },
    Experiment {
        name: "blocking-pool",
        shows: "How long a small job waits behind others in the blocking pool.",
        clock: Clock::Wall,
        run: blocking_pool::run,
    },
    Experiment {
        name: "cpu-quota",
        shows: "What workers without end do in a container with a quota: a model.",
        clock: Clock::None,
        run: cpu_quota::run,
    },
    // How channels work.
    Experiment {
        name: "channel-memory",
        shows: "What channels allocate, and when.",
        clock: Clock::None,
        run: channel_memory::run,
    },
    Experiment {
        name: "permits",
        shows: "Who gets permits when, if somebody asks for many.",
        clock: Clock::Virtual,
        run: permits::run,
    },
    Experiment {
        name: "shared-receiver",
        shows: "What a shared receiver costs, and what it costs not to share it.",
        clock: Clock::Virtual,
        run: shared_receiver::run,
    },
    Experiment {
        name: "channel-rates",
        shows: "What it costs to hand an item to a worker.",
        clock: Clock::Wall,
        run: channel_rates::run,
    },
    Experiment {
        name: "batch-size",
        shows: "What a hand-over costs an item, by the size of its batch.",
        clock: Clock::Wall,
        run: batch_size::run,
    },
    // Caches.
    Experiment {
        name: "cache-lines",
        shows: "What counters cost that lie on one line, and on lines of their own.",
        clock: Clock::Wall,
        run: cache_lines::run,
    },
    Experiment {
        name: "working-set",
        shows: "What a step through memory costs, by how much memory is used.",
        clock: Clock::Wall,
        run: working_set::run,
    },
    // Memory.
    Experiment { name: "task-size", shows: "How many bytes a task takes.", clock: Clock::None, run: task_size::run },
    Experiment {
        name: "item-allocations",
        shows: "What designs of a fan-out allocate for each item.",
        clock: Clock::Virtual,
        run: item_allocations::run,
    },
    Experiment {
        name: "buffers",
        shows: "What a buffer for each item costs, and what reuse saves.",
        clock: Clock::Wall,
        run: buffers::run,
    },
    // What the compiler catches.
    Experiment {
        name: "what-compiles",
        shows: "What becomes of five mistakes that the compiler takes.",
        clock: Clock::Virtual,
        run: what_compiles::run,
    },
    // Adaptive concurrency.
    Experiment {
        name: "limits",
        shows: "Five limits on what is in flight, against a downstream whose capacity changes.",
        clock: Clock::Virtual,
        run: limits::run,
    },
    Experiment {
        name: "rate-or-width",
        shows: "A limit on the rate and a limit on the width, when the downstream gets slow and when it fails at once.",
        clock: Clock::Virtual,
        run: rate_or_width::run,
    },
    // Tail latency.
    Experiment {
        name: "amplification",
        shows: "What becomes of a call's tail when a request waits for many calls.",
        clock: Clock::Virtual,
        run: amplification::run,
    },
    Experiment {
        name: "hedging",
        shows: "Hedges at a light load, at a heavy one, and with a budget.",
        clock: Clock::Virtual,
        run: hedging::run,
    },
    Experiment {
        name: "shedding",
        shows: "Six ways to be overloaded: who is served when there is too much for all.",
        clock: Clock::Virtual,
        run: shedding::run,
    },
    Experiment {
        name: "coordinated-omission",
        shows: "One stall, seen by three load generators.",
        clock: Clock::Virtual,
        run: coordinated_omission::run,
    },
    Experiment {
        name: "percentiles",
        shows: "Percentiles of percentiles, and percentiles from buckets.",
        clock: Clock::None,
        run: percentiles::run,
    },
    // Topologies.
    Experiment {
        name: "topologies",
        shows: "The shapes of a pipeline, and the pace of each.",
        clock: Clock::Virtual,
        run: topologies::run,
    },
    Experiment {
        name: "retry-cycle",
        shows: "A stage whose failures go back into its own input.",
        clock: Clock::Virtual,
        run: retry_cycle::run,
    },
    // Observability.
    Experiment {
        name: "spans",
        shows: "Where an item's time goes, by spans: in queues and in work.",
        clock: Clock::Virtual,
        run: spans::run,
    },
    Experiment {
        name: "poll-times",
        shows: "What the runtime's histograms show of one task that computes between two awaits.",
        clock: Clock::Wall,
        run: poll_times::run,
    },
    // Failure modes.
    Experiment {
        name: "retry-storm",
        shows: "An outage of three seconds that retries keep alive.",
        clock: Clock::Virtual,
        run: retry_storm::run,
    },
    Experiment {
        name: "chaos",
        shows: "Two stages of eight workers, and the faults that a test can inject.",
        clock: Clock::Virtual,
        run: chaos::run,
    },
    // Capacity planning.
    Experiment {
        name: "capacity",
        shows: "A calculator: the width of each stage, what it holds, and what the headroom buys.",
        clock: Clock::Virtual,
        run: capacity::run,
    },
    // Beyond one process.
    Experiment {
        name: "partitions",
        shows: "Two levels of width: processes of a consumer group, and workers in each.",
        clock: Clock::Virtual,
        run: partitions::run,
    },
    // Loom and shuttle.
    Experiment {
        name: "interleavings",
        shows: "What loom explores, what it finds, and what it cannot see.",
        clock: Clock::None,
        run: interleavings::run,
    },
    Experiment {
        name: "schedules",
        shows: "How often a random schedule meets a bug, by two ways of drawing it.",
        clock: Clock::None,
        run: schedules::run,
    },
];

/// A picture of what an experiment saw.
type Picture = fn(&Options) -> String;

/// The experiments that are drawn as well, to `book/src/pictures/NAME.svg`; a chapter shows that by `{{picture NAME …}}`.
const PICTURES: &[(&str, Picture)] = &[
    ("reorder-buffer", reorder_buffer::picture),
    ("tasks-alive", tasks_alive::picture),
    ("watermark", watermark::picture),
];

const USAGE: &str = "\
usage: experiments                      list the experiments
       experiments NAME [--seed N]      print one
       experiments --write [NAME]       store what all of them print, or one, under book/src/outputs/";

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match carry_out(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn carry_out(arguments: &[&str], out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    match *arguments {
        [] => list(out)?,
        ["--help" | "-h"] => writeln!(out, "{USAGE}")?,
        ["--write"] => EXPERIMENTS.iter().try_for_each(|experiment| store(experiment, out))?,
        ["--write", name] => store(named(name)?, out)?,
        [name] => out.write_all(&printed(named(name)?, &Options { seed: 1 })?)?,
        [name, "--seed", seed] => out.write_all(&printed(named(name)?, &Options { seed: seed.parse()? })?)?,
        _ => return Err(USAGE.into()),
    }
    Ok(())
}

fn list(out: &mut dyn Write) -> io::Result<()> {
    for Experiment { name, shows, clock, .. } in EXPERIMENTS {
        let clock = match clock {
            Clock::Virtual => "virtual time",
            Clock::None => "counts",
            Clock::Wall => "the machine's clock",
        };
        writeln!(out, "{name}\n    {shows} ({clock})")?;
    }
    Ok(())
}

fn named(name: &str) -> Result<&'static Experiment, String> {
    EXPERIMENTS
        .iter()
        .find(|experiment| experiment.name == name)
        .ok_or_else(|| format!("no experiment is called `{name}`; without a name, all are listed"))
}

/// A first line about the circumstances, and what the experiment says.
fn printed(experiment: &Experiment, options: &Options) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let seed = options.seed;
    match experiment.clock {
        Clock::Virtual => writeln!(out, "virtual time, seed {seed}\n")?,
        Clock::None => writeln!(out, "counted, seed {seed}\n")?,
        Clock::Wall => {
            let cores = std::thread::available_parallelism().map_or(1, usize::from);
            writeln!(out, "the machine's clock, {cores} cores, seed {seed}\n")?;
        }
    }
    (experiment.run)(options, &mut out)?;
    Ok(out)
}

/// Where an experiment's output is kept.
fn stored(experiment: &Experiment) -> PathBuf {
    outputs().join(format!("{}.txt", experiment.name))
}

fn outputs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/outputs")
}

fn store(experiment: &Experiment, out: &mut dyn Write) -> io::Result<()> {
    let text = printed(experiment, &Options { seed: 1 })?;
    let file = stored(experiment);
    let news = if fs::read(&file).is_ok_and(|old| old == text) { "is unchanged" } else { "is written" };
    fs::create_dir_all(outputs())?;
    fs::write(file, text)?;
    writeln!(out, "outputs/{}.txt {news}", experiment.name)?;
    if let Some((file, svg)) = drawn(experiment) {
        fs::write(file, svg)?;
        writeln!(out, "pictures/{}.svg is written", experiment.name)?;
    }
    Ok(())
}

/// An experiment's picture, and where it is kept.
fn drawn(experiment: &Experiment) -> Option<(PathBuf, String)> {
    let (name, draw) = PICTURES.iter().find(|(name, _)| *name == experiment.name)?;
    Some((outputs().join(format!("../pictures/{name}.svg")), draw(&Options { seed: 1 })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_outputs_are_what_the_experiments_print() {
        let mut stale = Vec::new();
        for experiment in EXPERIMENTS {
            let kept = fs::read(stored(experiment)).unwrap_or_default();
            let current = match experiment.clock {
                Clock::Wall => !kept.is_empty(),
                Clock::Virtual | Clock::None => {
                    let text = printed(experiment, &Options { seed: 1 }).expect("memory can be written");
                    if kept != text {
                        eprintln!("--- {} now prints\n{}", experiment.name, String::from_utf8_lossy(&text));
                    }
                    kept == text
                }
            };
            if !current {
                stale.push(experiment.name);
            }
        }
        assert!(
            stale.is_empty(),
            "not stored as printed: {stale:?}; `cargo run -q --profile measure -p experiments -- --write NAME` stores it"
        );
    }

    #[test]
    fn stored_pictures_are_what_the_experiments_draw() {
        for (name, _) in PICTURES {
            let (file, svg) = named(name).ok().and_then(drawn).expect("a picture belongs to an experiment");
            assert!(
                fs::read_to_string(file).is_ok_and(|kept| kept == svg),
                "{name} is not stored as drawn; `cargo run -q --profile measure -p experiments -- --write {name}` stores it"
            );
        }
    }

    #[test]
    fn every_stored_output_has_its_experiment_and_fits_the_page() {
        for entry in fs::read_dir(outputs()).expect("the folder is there").flatten() {
            let name = entry.file_name().into_string().expect("an ASCII name");
            assert!(
                EXPERIMENTS.iter().any(|experiment| format!("{}.txt", experiment.name) == name),
                "nothing prints {name}"
            );
            let text = fs::read_to_string(entry.path()).expect("a text");
            for line in text.lines() {
                assert!(line.chars().count() <= 80, "{name}: longer than 80 columns: {line}");
            }
        }
    }

    #[test]
    fn commands_are_understood() {
        let said = |arguments: &[&str]| {
            let mut out = Vec::new();
            carry_out(arguments, &mut out).map(|()| String::from_utf8(out).expect("a text")).map_err(|e| e.to_string())
        };
        assert!(said(&[]).is_ok_and(|text| text.contains("cooperative-budget\n")));
        assert!(said(&["cooperative-budget", "--seed", "7"]).is_ok_and(|text| text.starts_with("counted, seed 7\n")));
        assert!(said(&["nothing"]).is_err_and(|text| text.contains("no experiment is called `nothing`")));
        assert!(said(&["cooperative-budget", "--seed", "x"]).is_err());
        assert!(said(&["a", "b"]).is_err_and(|text| text.starts_with("usage: ")));
    }
}
