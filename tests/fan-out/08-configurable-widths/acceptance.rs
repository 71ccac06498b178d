//! Widths from the outside: what a setting may be, what is said when it is none, and that the stages keep to it.

use harness::{Source, check, criterion, drain, ms, pass, program, run_program, watched};
use std::cell::RefCell;
use std::ffi::{OsStr, OsString};
use std::num::NonZeroUsize;
use std::os::unix::ffi::OsStrExt;
use std::process::Output;
use task::{Config, ConfigError, Stages, pipeline};
use tokio::time::Instant;
use workbook::Work;

/// The variables, in the order of the stages.
const VARIABLES: [&str; 3] = ["FETCH_WORKERS", "PARSE_WORKERS", "WRITE_WORKERS"];

/// What is no width.
const BAD: [&str; 8] = ["0", "-1", "4.5", "many", "8 8", "0x10", "513", "99999999999999999999"];

/// What is not Unicode, and the part of it that can be shown.
const NOT_UNICODE: &[u8] = b"wide\xff";
const SHOWN: &str = "wide";

/// An environment in which only these are set.
fn environment<'a>(set: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<OsString> + 'a {
    |variable| set.iter().find(|(name, _)| *name == variable).map(|(_, value)| value.into())
}

/// Fetch, parse and write, as numbers.
fn widths(config: Result<Config, ConfigError>) -> Result<[usize; 3], String> {
    config.map(|config| [config.fetch.get(), config.parse.get(), config.write.get()]).map_err(|error| error.to_string())
}

fn config([fetch, parse, write]: [usize; 3]) -> Config {
    let width = |width| NonZeroUsize::new(width).expect("no test asks for 0");
    Config { fetch: width(fetch), parse: width(parse), write: width(write) }
}

/// Work of so many milliseconds in each stage.
fn stages(milliseconds: [u64; 3]) -> Stages {
    let [fetch, parse, write] = milliseconds.map(|time| Work::taking(ms(time)));
    Stages { fetch: fetch.named("fetch"), parse: parse.named("parse"), write: write.named("write") }
}

/// What may be taken and not read: three for each worker, and one more for each stage.
fn held(widths: [usize; 3]) -> u64 {
    3 * (widths.iter().sum::<usize>() as u64 + 1)
}

/// The error names this variable and this value, and no other variable.
fn names(error: &str, variable: &str, value: &str) {
    const CAUSE: &str = "the error of `parse` is passed on as it is: it knows neither the variable nor the value";
    check::that(
        error.contains(variable),
        format!("{variable} is {value:?}, and the error does not name it: {error:?}"),
    )
    .usually(CAUSE);
    check::that(error.contains(value), format!("{variable} is {value:?}, and the error does not show that: {error:?}"))
        .usually(CAUSE);
    let other = VARIABLES.into_iter().find(|other| *other != variable && error.contains(other)).unwrap_or_default();
    check::that(other.is_empty(), format!("only {variable} is bad, and the error names {other} too: {error:?}"))
        .usually("a message that lists all variables: whoever reads it has to find out which one is meant");
}

/// Each variable sets the width of its own stage, and white space around the number does not count. Not set, empty or
/// only white space is the default: 8, 4 and 2.
#[criterion]
async fn each_variable_sets_its_own_stage() {
    const ITS_OWN: &str = "a line that was copied, and still has the variable or the default of another stage";
    for (set, expected) in [
        (&[][..], [8, 4, 2]),
        (&[("FETCH_WORKERS", "4"), ("PARSE_WORKERS", "2"), ("WRITE_WORKERS", "8")], [4, 2, 8]),
        (&[("FETCH_WORKERS", "3")], [3, 4, 2]),
        (&[("PARSE_WORKERS", "3")], [8, 3, 2]),
        (&[("WRITE_WORKERS", "3")], [8, 4, 3]),
        (&[("FETCH_WORKERS", "1"), ("WRITE_WORKERS", "512")], [1, 4, 512]),
    ] {
        let seen = widths(Config::from_env_with(environment(set)));
        check::equal(&format!("widths with {set:?}"), seen, Ok(expected)).usually(ITS_OWN);
    }
    for (value, expected) in [(" 8 ", 8), ("\t16\n", 16), ("", 4), ("  ", 4)] {
        let seen = widths(Config::from_env_with(environment(&[("PARSE_WORKERS", value)])));
        check::equal(&format!("widths with PARSE_WORKERS={value:?}"), seen, Ok([8, expected, 2]))
            .usually("`parse` does not trim, and an empty text is no number to it: trim first, and ask what is left");
    }
}

/// Anything but a whole number from 1 to 512 is an error, whichever variable it is in. Its text names the variable and
/// the value, and no variable that is right.
#[criterion]
async fn anything_else_is_an_error_that_names_it() {
    for variable in VARIABLES {
        for value in BAD {
            let seen = widths(Config::from_env_with(environment(&[(variable, value)])));
            let error = seen.as_ref().err().cloned().unwrap_or_default();
            check::that(seen.is_err(), format!("{variable} is {value:?}, and the widths are {seen:?}")).usually(
                "a bad value is replaced in silence, by a default or by a limit, and who mistyped it will not find out; or it \
                 is not this variable that is read",
            );
            names(&error, variable, value);
        }
        let lookup = |name: &str| (name == variable).then(|| OsStr::from_bytes(NOT_UNICODE).to_owned());
        let seen = widths(Config::from_env_with(lookup));
        let error = seen.as_ref().err().cloned().unwrap_or_default();
        check::that(seen.is_err(), format!("{variable} is not Unicode, and the widths are {seen:?}"))
            .usually("what is no text is taken for what is not set: `into_string().ok()`, or `std::env::var(…).ok()`");
        names(&error, variable, SHOWN);
    }
}

/// If several values are bad, one error names each variable and each value.
#[criterion]
async fn one_error_names_every_bad_value() {
    let set = [("FETCH_WORKERS", "many"), ("PARSE_WORKERS", "2"), ("WRITE_WORKERS", "4.5")];
    let seen = widths(Config::from_env_with(environment(&set)));
    let error = seen.as_ref().err().cloned().unwrap_or_default();
    check::that(seen.is_err(), format!("with {set:?}, the widths are {seen:?}"))
        .usually("a bad value is replaced in silence");
    for part in ["FETCH_WORKERS", "many", "WRITE_WORKERS", "4.5"] {
        check::that(error.contains(part), format!("with {set:?}, the error says nothing of {part}: {error:?}"))
            .usually(
                "a `?` after each variable: the first error ends the search, and each start finds one more; or a \
                 variable that is read in another's place",
            );
    }
    check::that(!error.contains("PARSE_WORKERS"), format!("with {set:?}, the error names PARSE_WORKERS: {error:?}"))
        .usually("a message that lists all variables, also those that are right");
}

/// Each of the three variables is looked up exactly once, whether the values are good or bad, and no other is.
#[criterion]
async fn each_variable_is_looked_up_once() {
    for values in [["4", "2", "8"], ["many", "2", "4.5"]] {
        let set = VARIABLES.into_iter().zip(values).collect::<Vec<_>>();
        let asked = RefCell::new(Vec::new());
        let lookup = |variable: &str| {
            asked.borrow_mut().push(variable.to_owned());
            environment(&set)(variable)
        };
        let seen = widths(Config::from_env_with(lookup));
        if values == ["4", "2", "8"] {
            check::equal("widths", seen, Ok([4, 2, 8]))
                .usually("a variable of another stage, or the process's own environment");
        }
        let asked = asked.into_inner();
        let all = VARIABLES.iter().all(|variable| asked.iter().any(|asked| asked == variable));
        check::that(all, format!("with {set:?}, only these were looked up: {asked:?}"))
            .usually("the first bad value ends the search: whoever mends it finds out about the next one then");
        check::same_items(&asked, &VARIABLES.map(str::to_owned)).usually(&format!(
            "with {set:?}: one look whether a variable is set or right and a second one for its value, which may be another by \
             then; or a variable that is looked up for two stages",
        ));
    }
}

/// In each stage as many pages are in flight as its width says, and never more: with widths of 4, 2 and 8, of 1, 1 and
/// 1, and of 3, 40 and 5, whichever stage is the slow one.
#[criterion]
async fn the_stages_run_at_the_widths_asked() {
    for asked in [[4, 2, 8], [1, 1, 1], [3, 40, 5]] {
        for slow in 0..3 {
            let mut takes = [1, 1, 1];
            takes[slow] = 100;
            let stages = stages(takes);
            drain(pipeline(1..=100, config(asked), stages.clone())).await;
            let cause = format!(
                "a task for each page, which no capacity of a channel bounds, or widths from elsewhere than `config`, such as \
                 the environment or another stage; asked for were {asked:?}"
            );
            let works = [stages.fetch, stages.parse, stages.write];
            for (work, width) in works.iter().zip(asked) {
                check::in_flight_at_most(work, width).usually(&cause);
            }
            let cause = format!(
                "a worker too few, a lock on the input that is held through the work, or widths from elsewhere than \
                 `config`; asked for were {asked:?}"
            );
            check::in_flight_reached(&works[slow], asked[slow]).usually(&cause);
        }
    }
}

/// Every page comes out once. With widths of 4, 2 and 8 and work of 10, 20 and 10 ms, 100 pages take 1020 ms: the
/// narrowest stage sets the pace.
#[criterion]
async fn the_narrowest_stage_sets_the_pace() {
    let stages = stages([10, 20, 10]);
    for work in [&stages.fetch, &stages.parse, &stages.write] {
        watched(work.clone());
    }
    let start = Instant::now();
    let seen = drain(pipeline(1..=100, config([4, 2, 8]), stages)).await;
    check::same_items(&seen, &(1..=100).collect::<Vec<_>>())
        .usually("a stage that ends with its input while some of its workers still have a page in hand");
    check::took(start, ms(1020), ms(1)).usually(
        "a stage is wider or narrower than asked, or the stages wait for each other: one after the other, or in batches",
    );
    check::all_tasks_gone().await.or_fail();
}

/// While nobody reads, at most `3 × (fetch + parse + write + 1)` pages are taken, 45 with widths of 4, 2 and 8 and 12
/// where each is 1, and nothing is polled. Nor is it while a fetch of 10 s keeps the other stages waiting.
#[criterion]
async fn a_reader_that_stops_holds_back_the_pages() {
    for asked in [[4, 2, 8], [1, 1, 1]] {
        let source = Source::new(1..=1000);
        let taken = source.counter();
        let output = pipeline(source, config(asked), stages([1, 1, 1]));
        pass(ms(1_000)).await;
        check::at_most(&format!("pages taken with widths of {asked:?}"), taken.count(), held(asked)).usually(
            "a channel without a bound or with one that no width has to do with, or a task for each page: they wait, and \
             nothing counts them",
        );
        check::parked_for(ms(10_000))
            .await
            .usually("a loop around `try_send` or `try_recv` with a pause; `send(…).await` parks the task");
        let rest = drain(output).await;
        check::equal("pages after the pause", rest.len(), 1000).usually("a full channel makes a worker drop its page");
    }
    let output = pipeline(1..=4, config([4, 2, 8]), stages([10_000, 1, 1]));
    pass(ms(1_000)).await;
    check::parked_for(ms(5_000)).await.usually(
        "a worker that has no page looks for one every so often, such as a loop around `try_recv` with a pause; \
         `recv().await` parks the task",
    );
    drain(output).await;
}

/// 10 ms after the output is dropped, no task is left, in a pipeline that runs and in one that is full.
#[criterion]
async fn dropping_the_output_stops_every_stage() {
    for before in [20, 1_000] {
        let mut output = pipeline(1..=1000, config([4, 2, 8]), stages([1, 1, 1]));
        if before == 20 {
            for _ in 0..before {
                output.recv().await;
            }
        } else {
            pass(ms(before)).await;
        }
        drop(output);
        pass(ms(10)).await;
        check::all_tasks_gone().await.usually(
            "the error of `send` is ignored: it says that the next stage is gone, and is the worker's sign to stop",
        );
    }
}

/// When the work on a page panics, the other 99 come out, in whichever stage it was, and also where every width is 1.
#[criterion]
async fn a_panic_loses_its_page_alone() {
    let expected: Vec<u64> = (1..=100).filter(|page| *page != 20).collect();
    for asked in [[4, 2, 8], [1, 1, 1]] {
        for panics in 0..3 {
            let [fetch, parse, write] =
                [0, 1, 2].map(|stage| Work::taking(ms(1)).panicking(move |page| stage == panics && page == 20));
            let seen = drain(pipeline(1..=100, config(asked), Stages { fetch, parse, write })).await;
            check::same_items(&seen, &expected).usually(
                "the panic ends the worker, and where the width is 1, that is the stage; or the stage's workers are futures \
                 of one task and share its fate",
            );
        }
    }
    check::all_tasks_gone().await.or_fail();
}

/// The program prints the widths at which its stages ran, `fetch=8 parse=4 write=2` if nothing is set, and ends with
/// code 0.
#[criterion(processes, clock = "real", deadline = 30)]
async fn the_program_runs_at_the_widths_asked() {
    for (set, expected) in [
        ([None, None, None], "fetch=8 parse=4 write=2\n"),
        ([Some("4"), Some("2"), Some("8")], "fetch=4 parse=2 write=8\n"),
        ([Some(" 8 "), Some(""), Some("1")], "fetch=8 parse=4 write=1\n"),
    ] {
        let run = program(set.map(|value| value.map(OsStr::new))).await;
        let cause = format!("with {}: `main` does not run the simulation, or fails", described(set));
        check::exit_code(&run, 0).usually(&cause);
        check::equal("standard output", String::from_utf8_lossy(&run.stdout).as_ref(), expected).usually(&format!(
            "with {}: the environment is not asked, its widths do not reach the stages, or a stage does not come to \
             its width",
            described(set)
        ));
    }
}

/// On a bad value, whether `0`, `-1`, `4.5`, `many`, `99999999999999999999` or not Unicode, the program says the
/// variable and the value on standard error, prints nothing on standard output, and ends with code 2.
#[criterion(processes, clock = "real", deadline = 30)]
async fn the_program_refuses_a_bad_environment() {
    for value in BAD {
        refuses([None, Some(OsStr::new(value)), None], &["PARSE_WORKERS", value]).await;
    }
    refuses([Some(OsStr::from_bytes(NOT_UNICODE)), None, None], &["FETCH_WORKERS", SHOWN]).await;
    let two = [Some(OsStr::new("many")), Some(OsStr::new("2")), Some(OsStr::new("4.5"))];
    refuses(two, &["FETCH_WORKERS", "many", "WRITE_WORKERS", "4.5"]).await;
}

/// Runs the subject's program with these values of the three variables, and none that it inherits.
async fn program(set: [Option<&OsStr>; 3]) -> Output {
    let mut command = program!();
    for (variable, value) in VARIABLES.iter().zip(set) {
        match value {
            Some(value) => command.env(variable, value),
            None => command.env_remove(variable),
        };
    }
    run_program(command).await
}

/// `FETCH_WORKERS="many" WRITE_WORKERS="4.5"`.
fn described<T: std::fmt::Debug>(set: [Option<T>; 3]) -> String {
    let set: Vec<String> = VARIABLES
        .iter()
        .zip(set)
        .filter_map(|(variable, value)| value.map(|value| format!("{variable}={value:?}")))
        .collect();
    if set.is_empty() { "nothing set".to_owned() } else { set.join(" ") }
}

async fn refuses(set: [Option<&OsStr>; 3], named: &[&str]) {
    let run = program(set).await;
    let with = described(set);
    let cause = match run.status.code() {
        Some(0) => {
            "the bad value is taken for a width or for one that is not set, or `main` does not look at the error"
        }
        Some(1) => "a `main` that returns the error: it is shown in its `Debug` form, and the code is 1",
        _ => "an `unwrap` or `expect` of the configuration",
    };
    check::exit_code(&run, 2).usually(&format!("with {with}: {cause}"));
    let errors = String::from_utf8_lossy(&run.stderr);
    let cause = if errors.is_empty() {
        "the error is not printed, or on standard output"
    } else {
        "what is printed is not the whole error, or the error is only the first of several"
    };
    for part in named {
        check::that(errors.contains(part), format!("with {with}, standard error says nothing of {part}: {errors:?}"))
            .usually(cause);
    }
    check::equal("standard output", String::from_utf8_lossy(&run.stdout).as_ref(), "").usually(&format!(
        "with {with}: the error is printed with `println!`, or something is printed before the environment is read"
    ));
}
