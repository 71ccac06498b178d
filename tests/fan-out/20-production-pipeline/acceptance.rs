//! A pipeline that somebody has to operate: what it bounds, what it counts, what it says, how it ends.

mod outside;
mod support;

use harness::{check, criterion, ms, pass, quiescent, watched};
use loopback::{Answer, Refusing, Server};
use nix::sys::signal::Signal;
use outside::{Gate, PATIENCE, Program};
use rand::RngExt;
use std::cell::RefCell;
use std::ffi::OsString;
use std::io::{ErrorKind, Write};
use std::num::NonZeroUsize;
use std::os::unix::ffi::OsStringExt;
use std::sync::Arc;
use support::{Figures, Scripted, Tenant, accepted, item, let_go, outcomes, refusal, start};
use task::{
    BODY_LIMIT, CORRELATION_HEADER, Config, ConfigError, HttpDeliver, HttpFetch, Instrumented, Item, Job, Journal,
    MAX_TENANTS, Metrics, Parse, STAGE_TIMEOUT, Stage, StageError, Summary, serve,
};
use tokio::net::TcpListener;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use tracing_test::traced_test;

/// The variables, in the order of the stages.
const VARIABLES: [&str; 3] = ["FETCH_WORKERS", "PARSE_WORKERS", "DELIVER_WORKERS"];

/// What an item that passed all stages has to show.
const DONE: &str = "done: fetch>parse>deliver>";

/// Fetch, parse and deliver, as numbers.
fn widths(config: Result<Config, ConfigError>) -> Result<[usize; 3], String> {
    config
        .map(|config| [config.fetch.get(), config.parse.get(), config.deliver.get()])
        .map_err(|error| error.to_string())
}

/// The widths come from the environment, 8, 4 and 8 if nothing is said there; each variable is looked up once. Whatever is
/// no whole number from 1 to 512 is an error that names every bad variable and its value, and no good one.
#[criterion]
async fn the_widths_come_from_the_environment() {
    for (set, expected) in [
        ([None, None, None], [8, 4, 8]),
        ([Some("1"), Some(" 512 "), Some("7")], [1, 512, 7]),
        ([Some(""), Some("16"), Some("  ")], [8, 16, 8]),
    ] {
        let asked = RefCell::new(Vec::new());
        let seen = widths(Config::from_env_with(|variable| {
            asked.borrow_mut().push(variable.to_owned());
            let place = VARIABLES.iter().position(|known| *known == variable)?;
            set[place].map(OsString::from)
        }));
        check::equal(&format!("widths with {set:?}"), seen, Ok(expected))
            .usually("a variable or a default of another stage; or `parse` on what is not trimmed, or is empty");
        check::same_items(&asked.into_inner(), &VARIABLES.map(str::to_owned))
            .usually("a look whether a variable is set and another for its value, or a variable that no stage has");
    }
    let bad = ["0", "-1", "4.5", "many", "8 8", "513", "99999999999999999999", "wide\u{fffd}"];
    for (place, variable) in VARIABLES.iter().enumerate() {
        for value in bad {
            // The last one is not Unicode, and what is shown of it is its beginning.
            let raw = value.replace('\u{fffd}', "").into_bytes();
            let raw = OsString::from_vec(if value.ends_with('\u{fffd}') { [raw, vec![0xff]].concat() } else { raw });
            let shown = value.trim_end_matches('\u{fffd}');
            let seen = widths(Config::from_env_with(|name| match name == *variable {
                true => Some(raw.clone()),
                false => Some("3".into()),
            }));
            let error = seen.as_ref().err().cloned().unwrap_or_default();
            check::that(seen.is_err(), format!("{variable} is {raw:?}, and the widths are {seen:?}")).usually(
                "a bad value is replaced in silence, by a default or a limit: who mistyped it will not find out",
            );
            check::that(
                error.contains(variable) && error.contains(shown),
                format!("{variable} is {raw:?}, and the error does not say so: {error:?}"),
            )
            .usually("the error of `parse` is passed on as it is: it knows neither the variable nor the value");
            let others = VARIABLES.iter().enumerate().filter(|(other, _)| *other != place);
            let named: Vec<_> = others.filter(|(_, other)| error.contains(**other)).map(|(_, other)| *other).collect();
            check::that(named.is_empty(), format!("only {variable} is bad, and the error names {named:?}: {error:?}"))
                .usually("a message that lists all variables");
        }
    }
    let error = widths(Config::from_env_with(|name| Some(if name == VARIABLES[1] { "2" } else { "many" }.into())));
    let error = error.err().unwrap_or_default();
    check::that(
        error.contains(VARIABLES[0]) && error.contains(VARIABLES[2]),
        format!("FETCH_WORKERS and DELIVER_WORKERS are bad, and the error does not name both: {error:?}"),
    )
    .usually("a `?` after each variable: the first error ends the search, and each start finds one more");
}

/// Every item passes the three stages once and in order. A stage is at work on as many jobs as its `workers` say, and on 4
/// of one tenant, and never more: 40 items of one tenant, 10 ms in each stage, take 120 ms.
#[criterion]
async fn every_item_passes_every_stage_once() {
    let stages = Scripted::three([8, 3, 16], [100; 3], |_, _| ms(10));
    let tenants: Vec<_> =
        Tenant::ALL[..4].iter().map(|tenant| (*tenant, stages.each_ref().map(|it| it.of(*tenant)))).collect();
    let (pipeline, metrics, _token) = start(&stages);
    let ids: Vec<u64> = tenants.iter().flat_map(|(tenant, _)| tenant.ids(50)).collect();
    let tickets = accepted(&pipeline, &ids);
    let seen = outcomes(tickets).await;
    check::items(&seen, &vec![DONE.to_owned(); 200])
        .usually("a stage that is left out or run twice, or a payload that does not reach the next stage");
    for (stage, width) in stages.iter().zip([8, 3, 16]) {
        check::in_flight_at_most(stage.work(), width).usually(
            "what bounds a stage is bounded for each tenant alone, and tenants are many; or a place is given back before the \
             work ends",
        );
        let runs: Vec<u64> = stage.work().records().iter().map(|record| record.item).collect();
        check::same_items(&runs, &ids).usually("an item is run twice by a stage, or never");
        check::runs("runs", stage.work(), ids.len()).usually("the stage's call is not awaited to its end");
    }
    for (_, works) in &tenants {
        for work in works {
            check::in_flight_at_most(work, 4)
                .usually("one pool for all tenants: `workers` bounds the stage, and nothing bounds the tenant");
        }
    }
    for (stage, width) in stages.iter().zip([8, 3]) {
        check::in_flight_reached(stage.work(), width)
            .usually("a tenant's bound that is taken for the stage's, or a lock that is held through the work");
    }
    Figures::of(&metrics).gauges_are_zero("after the last outcome");
    let_go(pipeline);

    let stages = Scripted::three([8; 3], [100; 3], |_, _| ms(10));
    watched(stages[0].work().clone());
    let (pipeline, _, _token) = start(&stages);
    let start = Instant::now();
    outcomes(accepted(&pipeline, &Tenant::Acme.ids(40))).await;
    check::in_flight_at_most(stages[0].work(), 4).usually("nothing bounds what one tenant has at work");
    check::took(start, ms(120), ms(2)).usually("stages that wait for each other, or fewer than 4 workers for a tenant");
}

/// Tenant B's 100 items of 10 ms take 250 ms beside those of A and C, of 1 s, be they slow in the first stage or in the
/// last. Of A's burst of 200, 100 to 105 are accepted and the rest come back as `Full`, as does a 65th tenant's first item.
#[criterion]
async fn a_slow_tenant_holds_up_nobody() {
    for slow in [0, 2] {
        let mut workers = [8; 3];
        workers[slow] = 12;
        let stages = Scripted::three(workers, [100, 4, 4], move |stage, id| match Tenant::of(id) {
            _ if stage != slow => ms(0),
            Tenant::Acme | Tenant::Cord => ms(1_000),
            _ => ms(10),
        });
        let (pipeline, metrics, _token) = start(&stages);
        let burst: Vec<_> = Tenant::Acme.ids(200).into_iter().map(|id| pipeline.submit(item(id))).collect();
        let places = burst.iter().filter(|answer| answer.is_ok()).count();
        check::at_most("items accepted of A's burst, with a buffer of 100", places as u64, 105)
            .usually("a queue without a bound, or one task more for each item in front of the queue");
        check::that(places >= 100, format!("items accepted of A's burst, with a buffer of 100: {places}"))
            .usually("a queue that is shorter than the stage's `buffer`");
        for (id, answer) in Tenant::Acme.ids(200).into_iter().zip(&burst) {
            let seen = answer.as_ref().err().map(refusal);
            check::that(
                seen.is_none() || seen == Some(format!("Full({id})")),
                format!("item {id} of the burst was refused as {seen:?}, expected Full({id})"),
            )
            .usually("the item that comes back is another one, or the reason is not that there is no room");
        }
        accepted(&pipeline, &Tenant::Cord.ids(100));
        pass(ms(100)).await; // A and C fill whatever they can fill.
        let begun = Instant::now();
        let tickets: Vec<_> = Tenant::Bolt.ids(100).into_iter().map(|id| pipeline.submit(item(id))).collect();
        let refused = tickets.iter().filter(|answer| answer.is_err()).count();
        check::equal("items of B that were refused while A's queue is full", refused, 0)
            .usually("one queue for all tenants: whoever fills it fills it for the others");
        outcomes(tickets.into_iter().flatten()).await;
        check::took(begun, ms(250), ms(5)).usually(
            "one queue or one pool for all tenants: B's items wait behind A's; or a job that waits for room in the next stage \
             keeps what the stage shares",
        );
        let figures = Figures::of(&metrics);
        check::equal(
            "items_in_total of the first stage and A",
            figures.get("items_in_total", "fetch", "acme"),
            places as f64,
        )
        .usually("refused items are counted: a job arrives when there is a place for it");
        figures.add_up("after B's last item");
        let_go(pipeline);
        pass(ms(5)).await;
    }
    let stages = Scripted::three([8; 3], [100, 4, 4], |_, _| ms(10));
    let (pipeline, _, _token) = start(&stages);
    check::equal("MAX_TENANTS", MAX_TENANTS, 64).usually("the bound of the brief is 64");
    let named = |number: usize| Item { tenant: format!("tenant-{number}"), ..item(number as u64) };
    let refused = (1..=64).filter(|number| pipeline.submit(named(*number)).is_err()).count();
    check::equal("of 64 tenants' first items, refused", refused, 0).usually("fewer tenants than MAX_TENANTS");
    let seen = pipeline.submit(named(65)).err().as_ref().map(refusal);
    check::equal("the answer to a 65th tenant", seen, Some("Full(65)".to_owned()))
        .usually("a pool and a set of metrics for every name that comes from outside");
    check::that(pipeline.submit(named(1)).is_ok(), "with 64 tenants, the first one is refused too")
        .usually("the bound is on tenants, not on items of tenants that are known");
}

/// When the last stage is slow, the stages before it fill and then park: of one tenant, each stage holds at most its
/// `buffer`, 4 at work and 2 on the way, and `queue_depth` is at most `buffer` + 8. All that was accepted comes out.
#[criterion]
async fn a_slow_stage_holds_back_the_intake() {
    const BUFFERS: [usize; 3] = [10, 5, 3];
    let stages = Scripted::three([8; 3], BUFFERS, |stage, _| if stage == 2 { ms(4_000) } else { ms(0) });
    let (pipeline, metrics, _token) = start(&stages);
    let mut tickets = Vec::new();
    for _ in 0..100 {
        while tickets.len() < 500 {
            let Ok(ticket) = pipeline.submit(item(1 + tickets.len() as u64)) else { break };
            tickets.push(ticket);
        }
        pass(ms(10)).await;
    }
    check::at_most("items accepted while the last stage is slow", tickets.len() as u64, 10 + 5 + 3 + 3 * (4 + 2)).usually(
        "nothing bounds what waits between two stages: a task or a channel without a bound, or a worker that is free before \
         its job has a place in the next stage",
    );
    let figures = Figures::of(&metrics);
    for (stage, buffer) in ["fetch", "parse", "deliver"].into_iter().zip(BUFFERS) {
        let depth = figures.get("queue_depth", stage, "acme");
        check::at_most(&format!("queue_depth of {stage}"), depth as u64, buffer as u64 + 8)
            .usually("what waits for a stage is more than its `buffer`, or the gauge counts it twice");
    }
    figures.add_up("while the last stage is slow");
    check::parked_for(ms(2_000)).await.usually(
        "a loop around `try_acquire` or `try_send` with a pause: `acquire` and `send` park until there is room",
    );
    let seen = outcomes(tickets).await;
    check::items(&seen, &vec![DONE.to_owned(); seen.len()]).usually("a full queue makes a stage drop its job");
}

/// An error, a panic and a run of more than 5 s end their item in that stage, with an outcome that says so, and are counted
/// there once. The later stages never see it, the others are done, and the tenant still has 4 workers.
#[criterion]
async fn an_error_ends_its_item_alone() {
    let mut stages =
        Scripted::three([8; 3], [100; 3], |stage, id| ms(if stage == 0 && id % 10 == 9 { 30_000 } else { 1 }));
    stages[0].panic_at(|id| id % 10 == 5);
    stages[1].fail_at(|id| (id % 10 == 3).then(|| StageError::Failed("no text".to_owned())));
    stages[2].fail_at(|id| (id % 10 == 7).then_some(StageError::Status(503)));
    let (pipeline, metrics, _token) = start(&stages);
    let ids = Tenant::Acme.ids(100);
    let seen = outcomes(accepted(&pipeline, &ids)).await;
    let expected: Vec<String> = ids
        .iter()
        .map(|id| match id % 10 {
            3 => "failed in parse: Failed(no text)",
            5 => "failed in fetch: Panicked",
            7 => "failed in deliver: Status(503)",
            9 => "failed in fetch: TimedOut",
            _ => DONE,
        })
        .map(str::to_owned)
        .collect();
    let numbered = |said: &[String]| -> Vec<String> {
        ids.iter().zip(said).map(|(id, said)| format!("item {id}: {said}")).collect()
    };
    let other = seen.iter().zip(&expected).find(|(seen, expected)| seen != expected);
    check::items(&numbered(&seen), &numbered(&expected)).usually(match other {
        Some((_, expected)) if expected.ends_with("Panicked") => {
            "a panic that takes the task, and with it the item's outcome: `catch_unwind` makes an error of it"
        }
        Some((_, expected)) if expected.ends_with("TimedOut") => "a stage that is waited for without a limit",
        _ => "an error that is swallowed and passed on as a success, or that is replaced by another one",
    });
    check::equal("STAGE_TIMEOUT", STAGE_TIMEOUT, ms(5_000)).usually("the limit of the brief is 5 s");
    for (later, gone) in [(1, &[5, 9][..]), (2, &[3, 5, 9])] {
        let met = stages[later].work().records().into_iter().find(|record| gone.contains(&(record.item % 10)));
        check::that(met.is_none(), format!("item {:?} failed, and stage {} ran it", met.map(|it| it.item), later + 1))
            .usually("an error that is logged, and the job goes on");
    }
    let figures = Figures::of(&metrics);
    for (stage, errors) in [("fetch", 20.0), ("parse", 10.0), ("deliver", 10.0)] {
        check::equal(&format!("errors_total of {stage}"), figures.get("errors_total", stage, "acme"), errors).usually(
            "an error that is counted where it happens and again where it is passed on; or not at all, such as a panic or a \
             timeout, which no `Err` of the stage tells of",
        );
    }
    figures.add_up("after errors, panics and timeouts");
    figures.gauges_are_zero("after errors, panics and timeouts");
    let begun = Instant::now();
    outcomes(accepted(&pipeline, &(1_00..1_40).map(|id| id * 10).collect::<Vec<_>>())).await;
    check::took(begun, ms(12), ms(2)).usually("a worker or a permit that is lost with a panic or a timeout");
    let_go(pipeline);
    quiescent().await;
    check::all_tasks_gone().await.or_fail();
}

/// The wrapper counts one visit to any stage: waiting, at work, done; an error, a panic and a timeout once each; a drop as
/// cancelled. Waiting for 30 ms and working for 20 ms are `queue_seconds` of 0.03 and `process_seconds` of 0.02.
#[criterion]
async fn the_wrapper_counts_any_stage() {
    const FIGURES: [&str; 8] = [
        "items_in_total",
        "items_out_total",
        "errors_total",
        "cancelled_total",
        "queue_depth",
        "inflight",
        "queue_seconds_count",
        "process_seconds_count",
    ];
    let mut thumbnails = Scripted::new("thumbnail", 3, 7, |id| ms(if id == 4 { 9_000 } else { 20 }));
    thumbnails.panic_at(|id| id == 3);
    thumbnails.fail_at(|id| (id == 2).then_some(StageError::Status(503)));
    let metrics = Metrics::new();
    let stage = Instrumented::new(thumbnails.shared(), metrics.clone());
    let visit = |id| stage.arrive(Job { item: item(id), payload: Vec::new() });
    let seen = |when: &str, expected: [f64; 8], cause: &str| {
        let figures = Figures::of(&metrics);
        for (name, expected) in FIGURES.into_iter().zip(expected) {
            check::equal(&format!("{name} {when}"), figures.get(name, "thumbnail", "acme"), expected).usually(cause);
        }
    };
    const COUNTED: &str = "a figure that is changed in one place and not taken back in the other, or a name or label that \
                           differs from the brief's";
    const DROPPED: &str = "what is counted by lines around an `.await` is not taken back when the future is dropped there: let \
                           a value count it out, in its `drop`";
    const ENDED: &str = "what a success takes back, an error, a panic and a timeout must take back too, and once; and an error \
                         is counted by whoever finds it, not also by whoever passes it on";
    let first = visit(1);
    seen("while a job waits", [1., 0., 0., 0., 1., 0., 0., 0.], COUNTED);
    pass(ms(30)).await;
    let mut run = Box::pin(first.run());
    check::that(timeout(ms(10), &mut run).await.is_err(), "a run of 20 ms was over within 10 ms")
        .usually("the stage is not run");
    seen("while a job is at work", [1., 0., 0., 0., 0., 1., 1., 0.], COUNTED);
    let result = run.await.map(|job| job.payload);
    check::equal("what a stage made of a job", result.ok(), Some(b"thumbnail>".to_vec()))
        .usually("the result is not passed on");
    seen("after a job is done", [1., 1., 0., 0., 0., 0., 1., 1.], COUNTED);
    let figures = Figures::of(&metrics);
    for name in ["queue_seconds_bucket", "process_seconds_bucket"] {
        check::equal(&format!("{name} with the label le=+Inf"), figures.get(name, "thumbnail", "acme"), 1.0)
            .usually("a sum and a count make no histogram: it has buckets, and the last one, `+Inf`, holds all");
    }
    for (name, expected) in [("queue_seconds_sum", 0.03), ("process_seconds_sum", 0.02)] {
        let sum = figures.get(name, "thumbnail", "acme");
        check::that((sum - expected).abs() < 0.003, format!("{name}: {sum}, expected {expected}"))
            .usually("another unit than seconds, another clock than Tokio's, or a time that begins elsewhere");
    }
    let_go(visit(1));
    seen("after a waiting job is dropped", [2., 1., 0., 1., 0., 0., 1., 1.], DROPPED);
    let_go(visit(1).run());
    seen("after a job is dropped before its first poll", [3., 1., 0., 2., 0., 0., 1., 1.], DROPPED);
    check::that(timeout(ms(10), visit(1).run()).await.is_err(), "a run of 20 ms was over within 10 ms")
        .usually("the stage is not run");
    seen("after a job at work is dropped", [4., 1., 0., 3., 0., 0., 2., 1.], DROPPED);
    const REPLACED: &str = "an error that is replaced, or passed on as a success";
    const SPREADS: &str = "a panic that goes through the wrapper: `catch_unwind` makes an error of it";
    const WAITS: &str = "a stage that is waited for without a limit";
    for (at, id, what, error, cause) in [
        (1, 2, "returns an error", "Status(503)", REPLACED),
        (2, 3, "panics", "Panicked", SPREADS),
        (3, 4, "takes 9 s", "TimedOut", WAITS),
    ] {
        let running = tokio::spawn(visit(id).run());
        let result = running.await.map(|result| result.err().as_ref().map(support::error));
        let told = result.unwrap_or_else(|_| Some("a panic of `Visit::run`".to_owned()));
        check::equal(&format!("the error of a stage that {what}"), told, Some(error.to_owned())).usually(cause);
        let total = f64::from(at);
        seen(&format!("after {error}"), [4. + total, 1., total, 3., 0., 0., 2. + total, 1. + total], ENDED);
    }
    check::equal("runs in flight after a timeout", thumbnails.work().in_flight(), 0)
        .usually("the stage runs in a task that the timeout does not end");
    let_go(stage.arrive(Job { item: Item { tenant: "a\"b\\c".to_owned(), ..item(1) }, payload: Vec::new() }));
    check::that(
        metrics.render().contains(r#"tenant="a\"b\\c""#),
        r#"for the tenant a"b\c the text has no label tenant="a\"b\\c""#,
    )
    .usually("a text that is put together by hand, without escapes: one such name, and nothing of it can be scraped");
}

/// Under chaos (spikes of 2 s, errors, 503s, panics, a tenant whose server says nothing for a while, and an end in the middle)
/// in = out + errors + cancelled + in flight + queued, at every moment at which nothing moves, and the outcomes say the same.
#[criterion(deadline = 30)]
async fn the_figures_add_up_under_chaos() {
    // What befalls an item in a stage depends on both alone, so that a run can be repeated.
    let dice: Arc<[u64]> = harness::random(20).random_iter().take(5_000 * 9).map(|number: u64| number % 100).collect();
    let chance = move |stage: usize, id: u64, cause: usize| dice[id as usize * 9 + stage * 3 + cause];
    let (takes, panics, fails) = (chance.clone(), chance.clone(), chance);
    let mut stages = Scripted::three([12, 6, 12], [100, 4, 4], move |stage, id| match takes(stage, id, 0) {
        0..5 => ms(2_000),
        _ if stage == 0 && Tenant::of(id) == Tenant::Cord && (20..60).contains(&(id % 1000)) => ms(3_600_000),
        spread => ms(1 + spread / 5),
    });
    for (place, stage) in stages.iter_mut().enumerate() {
        let (panics, fails) = (panics.clone(), fails.clone());
        stage.panic_at(move |id| panics(place, id, 1) < 4);
        stage.fail_at(move |id| match fails(place, id, 2) {
            0..6 => Some(StageError::Status(503)),
            6..10 => Some(StageError::Failed("refused".to_owned())),
            _ => None,
        });
    }
    let (pipeline, metrics, _token) = start(&stages);
    let mut tickets = Vec::new();
    for round in 0..28 {
        for tenant in Tenant::ALL {
            let ids = (1..=10).map(|number| tenant as u64 * 1000 + round * 10 + number);
            tickets.extend(ids.filter_map(|id| pipeline.submit(item(id)).ok()));
        }
        pass(ms(250)).await;
        Figures::of(&metrics).add_up(&format!("after {} ms of chaos", (round + 1) * 250));
    }
    let_go(pipeline);
    pass(ms(5)).await;
    let (accepted, seen) = (tickets.len(), outcomes(tickets).await);
    let count = |word: &str| seen.iter().filter(|said| said.starts_with(word)).count() as f64;
    let figures = Figures::of(&metrics);
    figures.add_up("after the end in the middle");
    figures.gauges_are_zero("after the end in the middle");
    let arrived: f64 = Tenant::ALL.iter().map(|tenant| figures.get("items_in_total", "fetch", tenant.name())).sum();
    let done: f64 = Tenant::ALL.iter().map(|tenant| figures.get("items_out_total", "deliver", tenant.name())).sum();
    for (what, figure, outcomes, cause) in [
        (
            "items_in_total of the first stage, and items accepted",
            arrived,
            accepted as f64,
            "refused items are counted: a job arrives when there is a place for it",
        ),
        (
            "items_out_total of the last stage, and items that are done",
            done,
            count("done"),
            "an error that is passed on as a success, or an end that is counted twice or not at all",
        ),
        (
            "errors_total of all stages, and items that failed",
            figures.sum("errors_total"),
            count("failed"),
            "an error that is counted twice, by no stage, or as another end",
        ),
        (
            "cancelled_total of all stages, and items that were cancelled",
            figures.sum("cancelled_total"),
            count("cancelled"),
            "a ticket that is closed without an outcome; or a panic that is counted as cancelled, for all that a `drop` knows",
        ),
    ] {
        check::equal(what, figure, outcomes).usually(cause);
    }
}

/// A cancel of the token, or a drop of the pipeline, gives up everything within 5 ms, wherever it is: every ticket has an
/// outcome, and the figures add up. After a cancel items come back as `Stopped`; the caller's token is not cancelled.
#[criterion]
async fn a_cancel_gives_up_everything() {
    for dropped in [false, true] {
        let when = if dropped { "after the drop" } else { "after the cancel" };
        let stages = Scripted::three([8; 3], [20, 5, 3], |stage, _| if stage == 2 { ms(4_000) } else { ms(1) });
        let (pipeline, metrics, token) = start(&stages);
        let mut tickets = accepted(&pipeline, &Tenant::Acme.ids(20));
        tickets.extend(accepted(&pipeline, &Tenant::Bolt.ids(2)));
        pass(ms(4_010)).await; // Six are done, some wait everywhere, and four are at work.
        tickets.extend(accepted(&pipeline, &Tenant::Cord.ids(8)));
        let before = Figures::of(&metrics);
        before.add_up("before the end");
        let pipeline = if dropped {
            let_go(pipeline);
            None
        } else {
            token.cancel();
            Some(pipeline)
        };
        pass(ms(5)).await;
        check::all_tasks_gone().await.usually(
            "a wait that is not raced against the token: for a worker, for the stage's run, or for a place in the next stage; \
             or tasks that nobody tells of the drop",
        );
        for stage in &stages {
            check::equal(&format!("runs in flight {when}"), stage.work().in_flight(), 0)
                .usually("a run goes on in a task of its own");
        }
        let seen = outcomes(tickets).await;
        let count = |word: &str| seen.iter().filter(|said| *said == word).count() as f64;
        let other = seen.iter().find(|said| *said != DONE && *said != "cancelled");
        check::that(
            other.is_none(),
            format!(
                "of 30 tickets {when}, {} are done, {} cancelled, and one says: {other:?}",
                count(DONE),
                count("cancelled")
            ),
        )
        .usually("the ticket's sender is dropped with the task that is cut off: a ticket that is closed says nothing");
        let figures = Figures::of(&metrics);
        figures.add_up(when);
        figures.gauges_are_zero(when);
        check::equal("cancelled_total of all stages", figures.sum("cancelled_total"), count("cancelled"))
            .usually("a job that is given up is counted by several stages or by none, or as an error");
        if let Some(pipeline) = pipeline {
            let seen = pipeline.submit(item(500)).err().as_ref().map(refusal);
            check::equal("the answer after a cancel", seen, Some("Stopped(500)".to_owned()))
                .usually("an item is accepted that nobody will run");
        } else {
            check::that(!token.is_cancelled(), "the caller's token is cancelled after the drop")
                .usually("a `drop_guard()` or `cancel()` on the token that was given; a `child_token()` is one's own");
        }
    }
}

/// `shutdown` refuses new items as `Stopped`, and finishes what was accepted: 50 items of 3 × 100 ms in 1.5 s. What is left
/// after the grace is given up. Then no task is left, and accepted = done + failed + cancelled. Dropped, it gives up nothing.
#[criterion]
async fn shutdown_finishes_what_was_accepted() {
    const DROPS: &str = "the shutdown cancels, or ends the intake's task with what is in its queue: close the intake, and \
                         wait for what has passed it";
    const OWN: &str = "the caller's token is used for one's own purposes; a `child_token()` is one's own";
    let stages = Scripted::three([8; 3], [100, 4, 4], |_, _| ms(100));
    for stage in &stages {
        watched(stage.work().clone());
    }
    let (pipeline, _, token) = start(&stages);
    let tickets = accepted(&pipeline, &Tenant::Acme.ids(50));
    pass(ms(150)).await;
    let begun = Instant::now();
    let late = async {
        pass(ms(50)).await;
        pipeline.submit(item(500)).err().as_ref().map(refusal)
    };
    let (summary, late) = tokio::join!(pipeline.shutdown(ms(60_000)), late);
    check::equal("the answer during a shutdown", late, Some("Stopped(500)".to_owned()))
        .usually("the intake is open while the pipeline drains, so that it may never end");
    let Summary { accepted: all, done, failed, cancelled } = summary;
    check::equal("accepted, done, failed and cancelled", [all, done, failed, cancelled], [50, 50, 0, 0]).usually(DROPS);
    check::took(begun, ms(1_350), ms(2)).usually("it returns before the last item, or waits for the whole grace");
    check::all_tasks_gone().await.or_fail();
    check::items(&outcomes(tickets).await, &vec![DONE.to_owned(); 50]).usually(DROPS);
    check::that(!token.is_cancelled(), "the caller's token is cancelled after a shutdown").usually(OWN);

    let mut stages = Scripted::three([8; 3], [100, 4, 4], |stage, _| if stage == 2 { ms(600) } else { ms(1) });
    stages[1].fail_at(|id| (id == 2).then_some(StageError::Status(500)));
    let (pipeline, metrics, token) = start(&stages);
    let tickets = accepted(&pipeline, &Tenant::Acme.ids(50));
    let begun = Instant::now();
    let Summary { accepted: all, done, failed, cancelled } = pipeline.shutdown(ms(1_000)).await;
    check::took(begun, ms(1_000), ms(5)).usually("what is left after the grace is waited for, or not cut off");
    check::that(!token.is_cancelled(), "the caller's token is cancelled after the grace").usually(OWN);
    check::equal("accepted, done, failed and cancelled", [all, done, failed, cancelled], [50, 4, 1, 45])
        .usually("what was cut off is not counted, or what had ended before is lost");
    check::all_tasks_gone().await.usually("the tasks are told to end, and not waited for");
    let seen = outcomes(tickets).await;
    let cut = seen.iter().filter(|said| *said == "cancelled").count();
    check::equal("tickets that say cancelled", cut, 45).usually("a ticket is closed without an outcome");
    Figures::of(&metrics).add_up("after the grace");
    Figures::of(&metrics).gauges_are_zero("after the grace");
    let (pipeline, _, _token) = start(&stages);
    let begun = Instant::now();
    pipeline.shutdown(ms(1_000)).await;
    check::took(begun, ms(0), ms(1)).usually("an empty pipeline waits for the grace");

    let (pipeline, _, _token) = start(&stages);
    let tickets = accepted(&pipeline, &Tenant::Bolt.ids(8));
    let given_up = timeout(ms(100), pipeline.shutdown(ms(60_000))).await;
    check::that(given_up.is_err(), "a shutdown was over after 100 ms, and items take 602").usually(DROPS);
    let seen = pipeline.submit(item(500)).err().as_ref().map(refusal);
    check::equal("the answer after a shutdown that was dropped", seen, Some("Stopped(500)".to_owned()))
        .usually("the intake is closed for as long as somebody waits");
    check::items(&outcomes(tickets).await, &vec![DONE.to_owned(); 8]).usually(
        "the future of `shutdown` has taken what holds the tasks, such as a `JoinSet`, and is dropped with it",
    );
}

/// Each job's end at a stage is one line with `stage`, `tenant`, `id`, `correlation` and an `outcome` of ok, error or
/// cancelled. Every line has the correlation id of its item, also one that a stage writes itself while many are at work.
#[criterion]
#[traced_test]
async fn every_line_has_its_correlation_id() {
    let mut stages = Scripted::three([8; 3], [100, 4, 4], |stage, id| ms(5 + 7 * id % 11 + stage as u64));
    stages[0].panic_at(|id| id % 10 == 5);
    stages[1].fail_at(|id| (id % 10 == 3).then(|| StageError::Failed("no text".to_owned())));
    let (pipeline, _, token) = start(&stages);
    let mut ids = [Tenant::Acme.ids(20), Tenant::Bolt.ids(20)].concat();
    outcomes(accepted(&pipeline, &ids)).await;
    let late = Tenant::Cord.ids(2);
    let tickets = accepted(&pipeline, &late);
    pass(ms(1)).await;
    token.cancel();
    outcomes(tickets).await;
    quiescent().await;
    ids.extend(&late);

    let lines = RefCell::new(Vec::new());
    logs_assert(|logged| {
        lines.borrow_mut().extend(logged.iter().map(|line| (*line).to_owned()));
        Ok(())
    });
    let lines: Vec<String> = lines.into_inner();
    let mut expected = Vec::new();
    for id in ids {
        let (stages, last): (&[&str], &str) = match (late.contains(&id), id % 10) {
            (true, _) => (&["fetch"], "cancelled"),
            (false, 5) => (&["fetch"], "error"),
            (false, 3) => (&["fetch", "parse"], "error"),
            _ => (&["fetch", "parse", "deliver"], "ok"),
        };
        for (place, stage) in stages.iter().enumerate() {
            let outcome = if place + 1 == stages.len() { last } else { "ok" };
            let item = item(id);
            expected.push(format!(
                "stage={stage} tenant={} id={id} correlation={} outcome={outcome}",
                item.tenant, item.correlation
            ));
        }
    }
    let ends: Vec<String> = lines
        .iter()
        .filter(|line| support::field(line, "outcome").is_some())
        .map(|line| {
            let field = |name: &str| format!("{name}={}", support::field(line, name).unwrap_or_default());
            ["stage", "tenant", "id", "correlation", "outcome"].map(field).join(" ")
        })
        .collect();
    check::same_items(&ends, &expected).usually(
        "an end that is not logged, or as another one, such as a panic or a drop; an error passed on as a success; or a line \
         written beside the item's span",
    );
    for line in &lines {
        // What the scripted stage says of itself: only a span can tell for whom.
        let Some(worked) = support::field(line, "worked") else {
            check::that(
                support::field(line, "correlation").is_some(),
                format!("a line without a correlation id: {line}"),
            )
            .usually("a line that is written beside the span that knows the item");
            continue;
        };
        let (seen, expected) = (support::field(line, "correlation"), format!("c-{worked}"));
        check::that(
            seen.as_ref() == Some(&expected),
            format!("while item {worked} was at work, its stage wrote a line with the correlation id {seen:?}, expected {expected:?}"),
        )
        .usually("the stage runs outside the item's span: a span reaches a future by `.instrument(span)`, and a spawned task by nothing else");
    }
    let worked = lines.iter().filter(|line| support::field(line, "worked").is_some()).count();
    check::that(worked >= 80, format!("lines that the stages wrote themselves: {worked}, at least 80 expected"))
        .usually("stages that are not run");
}

/// A job in the hands of a real stage.
fn job(url: String, payload: &[u8]) -> Job {
    Job { item: Item { url, ..item(7) }, payload: payload.to_vec() }
}

/// What a stage made of a job, in a word.
async fn ran(stage: &dyn Stage, job: Job) -> String {
    match stage.run(job).await {
        Ok(job) if job.payload.len() > 100 => format!("{} bytes", job.payload.len()),
        Ok(job) => format!("{:?}", String::from_utf8_lossy(&job.payload)),
        Err(StageError::Failed(_)) => "Failed".to_owned(),
        Err(error) => support::error(&error),
    }
}

/// Over real HTTP, fetch gets the body and deliver posts it, both with the correlation id: 200 to 299 is a success, another
/// status is `Status`, a broken answer `Failed`. A dropped run closes its connection; ten in a row use at most 5.
#[criterion(clock = "real", deadline = 30)]
async fn the_real_stages_speak_http() {
    const WIDTH: NonZeroUsize = NonZeroUsize::new(8).expect("it is not 0");
    const OK: &str =
        "fetch returns the body as it is, and deliver the payload that it was given; each from 200 to 299 is a success";
    const STATUS: &str = "the status is not looked at: an answer of any status is `Ok` for the client, with a body";
    const REDIRECT: &str = "the client follows redirects unless it is told not to, and makes a `GET` without a body of a `POST`; or the \
                            status is not looked at";
    const CUT: &str =
        "an `unwrap` of the answer, or of its body; or half a body that is taken for a whole one, or is not read";
    const LIMIT: &str =
        "a body is read without a limit, or another one than `BODY_LIMIT`: more is an error as soon as it is seen";
    let server = Server::start(|request| match request.path.as_str() {
        "/ok" => Answer::status(200).body("  Some TEXT\n"),
        "/limit" => Answer::status(200).body(vec![b'x'; BODY_LIMIT]),
        "/beyond" => Answer::status(200).body(vec![b'x'; BODY_LIMIT + 1]),
        "/endless" => Answer::status(200).body(vec![b'x'; 16 << 10]).endless(ms(1)),
        "/hangs-up" => Answer::hang_up(),
        "/half" => Answer::status(200).body("half of this").cut_short(),
        "/silence" => Answer::silence(),
        path => Answer::status(path.trim_start_matches('/').parse().unwrap_or(400)).header("location", "/ok").body("x"),
    });
    let nobody = Refusing::new();
    let fetch = HttpFetch::new(WIDTH);
    for (path, expected, cause) in [
        ("/ok", "\"  Some TEXT\\n\"", OK),
        ("/202", "\"x\"", OK),
        ("/404", "Status(404)", STATUS),
        ("/503", "Status(503)", STATUS),
        ("/302", "Status(302)", REDIRECT),
        ("/hangs-up", "Failed", CUT),
        ("/half", "Failed", CUT),
        ("/limit", "65536 bytes", LIMIT),
        ("/beyond", "Failed", LIMIT),
        ("/endless", "Failed", LIMIT),
    ] {
        let seen =
            timeout(PATIENCE, ran(&fetch, job(server.url(path), b""))).await.unwrap_or("no end after 5 s".to_owned());
        check::equal(&format!("what fetch makes of {path}"), seen, expected.to_owned()).usually(cause);
        let deliver = HttpDeliver::new(server.url(path), WIDTH);
        let seen = timeout(PATIENCE, ran(&deliver, job(String::new(), b"text")))
            .await
            .unwrap_or("no end after 5 s".to_owned());
        let expected = if expected.contains('(') || expected == "Failed" { expected } else { "\"text\"" };
        check::equal(&format!("what deliver makes of {path}"), seen, expected.to_owned()).usually(cause);
    }
    let seen = ran(&fetch, job(nobody.url("/"), b"")).await;
    check::equal("what fetch makes of a refused connection", seen, "Failed".to_owned())
        .usually("an `unwrap` of the answer");
    let widths = [3, 5, 7].map(|width| NonZeroUsize::new(width).expect("it is not 0"));
    let [fetches, parses, delivers] = widths;
    let stages: [&dyn Stage; 3] =
        [&HttpFetch::new(fetches), &Parse::new(parses), &HttpDeliver::new(server.url("/ok"), delivers)];
    check::equal(
        "workers of fetch, parse and deliver",
        stages.map(|stage| stage.workers()),
        widths.map(NonZeroUsize::get),
    )
    .usually("a width of the stage's own: what the environment says is for nothing");
    let parse = Parse::new(WIDTH);
    for (body, expected) in
        [(&b" Some TEXT\n"[..], "\"some text\""), (b" \n", "Failed"), (b"", "Failed"), (b"a\xff", "Failed")]
    {
        check::equal(
            &format!("what parse makes of {body:?}"),
            ran(&parse, job(String::new(), body)).await,
            expected.to_owned(),
        )
        .usually("a text that is not trimmed, not in lower case, not UTF-8, or empty");
    }
    for request in server.seen().requests {
        let (method, path, seen) = (&request.method, &request.path, request.header(CORRELATION_HEADER));
        check::equal(&format!("{CORRELATION_HEADER} of {method} {path}"), seen, Some("c-7"))
            .usually("the correlation id ends in this process: the next service gets none");
        check::that(
            (method.as_str(), request.body.as_slice()) == ("GET", b"")
                || (method.as_str(), request.body.as_slice()) == ("POST", b"text"),
            format!("{method} {path} with the body {:?}, expected a GET without or a POST with \"text\"", request.body),
        )
        .usually("the payload is not what is sent, or with another method");
    }
    let deliver = HttpDeliver::new(server.url("/ok"), WIDTH);
    for (what, stage) in [("fetches", &fetch as &dyn Stage), ("deliveries", &deliver)] {
        let before = server.seen().connections.len();
        for _ in 0..10 {
            ran(stage, job(server.url("/ok"), b"text")).await;
            // The client takes a connection back a moment after it was used.
            tokio::time::sleep(ms(5)).await;
        }
        let connections = server.seen().connections.len() - before;
        check::at_most(&format!("connections for ten {what}, one after the other"), connections as u64, 5)
            .usually("a client for each request: its pool goes with it; or bodies that are not read to their end");
    }
    let cut = timeout(ms(100), ran(&fetch, job(server.url("/silence"), b""))).await;
    check::that(cut.is_err(), format!("a server that says nothing was answered with {cut:?} within 100 ms"))
        .usually("a timeout of the client's own");
    let closed = server.wait_until(|seen| seen.answering() == 0).await;
    check::that(closed.is_ok(), "the connection of a dropped run is still open after 5 s")
        .usually("the request runs in a task of its own");
}

/// `GET /metrics` over HTTP has status 200, the content type of Prometheus and the figures; another path has 404. After the
/// token is cancelled, `serve` closes the port and returns, also with a silent client, and no task is left.
#[criterion(clock = "real", deadline = 30)]
async fn the_metrics_are_scraped_over_http() {
    let metrics = Metrics::new();
    let stage = Instrumented::new(Scripted::new("thumbnail", 1, 1, |_| ms(0)).shared(), metrics.clone());
    let waiting = stage.arrive(Job { item: item(1), payload: Vec::new() });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("the loopback has a free port");
    let address = listener.local_addr().expect("a bound listener has an address");
    let stop = CancellationToken::new();
    let serving = tokio::spawn(serve(listener, metrics, stop.clone()));
    let silent = tokio::net::TcpStream::connect(address).await;
    let (status, kind, text) = outside::scrape(&format!("http://{address}/metrics"), |_| true).await;
    check::equal("status of /metrics", status, 200).usually("another path, or a server that is not there");
    check::that(
        kind.starts_with("text/plain") && kind.contains("version=0.0.4"),
        format!("content type of /metrics: {kind:?}, expected text/plain with version=0.0.4"),
    )
    .usually("the framework's default for a text: Prometheus goes by the header");
    let figures = Figures::parsed(&text);
    check::equal("queue_depth over HTTP", figures.get("queue_depth", "thumbnail", "acme"), 1.0)
        .usually("a registry other than the metrics' own");
    let (status, ..) = outside::scrape(&format!("http://{address}/"), |_| true).await;
    check::equal("status of /", status, 404).usually("every path is the metrics'");
    stop.cancel();
    let ended = timeout(PATIENCE, serving).await;
    check::that(matches!(ended, Ok(Ok(Ok(())))), "`serve` did not return Ok within 5 s of the cancel")
        .usually("the token is not looked at");
    check::that(
        tokio::net::TcpStream::connect(address).await.is_err(),
        "a client can still connect after `serve` has returned",
    )
    .usually("the listener lives on in a task of its own");
    check::all_tasks_gone().await.usually("a task for each connection that nobody tells of the end");
    drop((waiting, silent));
}

/// The program, stopped by SIGTERM or SIGINT in the middle, finishes the seven items that it has accepted and ends with code
/// 0. Before that, its scraped figures show four at work and two waiting; its log has each item's correlation id. With a bad
/// width in its environment it ends with code 2.
#[criterion(processes, clock = "real", deadline = 30)]
async fn a_signal_ends_the_program_in_peace() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let gate = Gate::default();
        let server = outside::server(&gate);
        let (mut program, metrics) = Program::start(&folder.path().join("journal"), &server.url("/sink")).await;
        let mut lines: Vec<String> =
            (1..=6).map(|id| outside::line(id, "acme", &server.url(&format!("/{id}")))).collect();
        lines.push(outside::line(7, "bolt", &server.url("/7")));
        program.feed(&lines).await;
        let state = |text: &str| {
            let figures = Figures::parsed(text);
            let of = |name, tenant| figures.get(name, "fetch", tenant);
            [of("inflight", "acme"), of("queue_depth", "acme"), of("inflight", "bolt"), of("queue_depth", "bolt")]
        };
        let (_, _, text) = outside::scrape(&metrics, |text| state(text) == [4., 2., 1., 0.]).await;
        check::equal("in flight and queued in fetch, of acme and of bolt", state(&text), [4., 2., 1., 0.])
            .usually("a tenant is not bounded, or bounds another, or the figures are not those of this pipeline");
        Figures::parsed(&text).add_up("in the middle of the program");
        program.signal(signal);
        // In real time: only the program knows when it has noticed.
        tokio::time::sleep(ms(100)).await;
        gate.open();
        let end = program.end().await;
        check::that(end.is_some(), format!("the program has not ended 5 s after {signal}"))
            .usually("something still holds the program: a shutdown that waits for what nobody ends");
        let (code, summary, log) = end.unwrap_or_default();
        check::equal(&format!("summary after {signal}"), summary, "accepted=7 done=7 failed=0 cancelled=0".to_owned())
            .usually("a shutdown that drops what is accepted, or that counts it as something else");
        check::equal(&format!("exit code after {signal}"), code, Some(0))
            .usually("the signal kills, for its handler is not there");
        let delivered = server.seen().requests.iter().filter(|request| request.method == "POST").count();
        check::equal("deliveries", delivered, 7)
            .usually("an item that is counted as done and was not delivered, or twice");
        for id in 1..=7 {
            let ends = log
                .lines()
                .filter(|line| line.contains(&format!("\"c-{id}\"")) && line.contains("\"outcome\""))
                .count();
            check::equal(&format!("lines in the log with correlation id c-{id} and an outcome"), ends, 3)
                .usually("a line that is written beside the span that knows the item, or a stage that says nothing");
        }
    }
    for variable in VARIABLES {
        check::equal(&format!("exit code with {variable}=many"), outside::refused(variable, "many").await, Some(2))
            .usually(
                "a `from_env` that does not look into the environment, a bad value that is replaced in silence, or a `main` that \
                 ends with another code",
            );
    }
}

/// An item that was recorded before a SIGKILL is found by its id, a torn line is passed over, and `replay` runs that item
/// alone: one fetch and one delivery, with its old correlation id. An unknown id is exit code 1, and nothing runs.
#[criterion(processes, clock = "real", deadline = 30)]
async fn one_item_is_replayed_by_its_id() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let journal = folder.path().join("journal");
    let gate = Gate::default();
    let first = outside::server(&gate);
    let (mut program, _) = Program::start(&journal, &first.url("/sink")).await;
    let lines: Vec<String> = (1..=5).map(|id| outside::line(id, "acme", &first.url(&format!("/{id}")))).collect();
    program.feed(&lines).await;
    let began = std::time::Instant::now();
    while began.elapsed() < PATIENCE && !matches!(Journal::find(&journal, 5), Ok(Some(_))) {
        // In real time: the journal is written by another process.
        tokio::time::sleep(ms(5)).await;
    }
    program.signal(Signal::SIGKILL);
    program.end().await;
    gate.open();
    let find =
        |id| Journal::find(&journal, id).ok().flatten().map(|item| (item.id, item.tenant, item.correlation, item.url));
    let recorded = |id: u64, url: String| Some((id, "acme".to_owned(), format!("c-{id}"), url));
    check::that(find(3).is_some(), "item 3 was accepted before the kill, and is not in the journal after it")
        .usually("what is recorded is still in a buffer of the process, which dies with it");
    check::equal("item 3 after the kill", find(3), recorded(3, first.url("/3"))).usually("a field is lost, or changed");

    let file = std::fs::OpenOptions::new().append(true).open(&journal);
    file.and_then(|mut file| file.write_all(b"6\tacme\tc-6\thttp://127.0")).expect("the journal can be written");
    check::equal("an item whose line is torn", find(6), None)
        .usually("a line without its end is taken for whole: the URL is half of one");
    let opened = Journal::open(&journal);
    check::that(opened.is_ok(), format!("the journal cannot be opened again: {:?}", opened.as_ref().err()))
        .usually("a journal that must be new");
    let Ok(opened) = opened else { return };
    let second = outside::server(&gate);
    let moved = Item { url: second.url("/3"), ..item(3) };
    opened.record(&moved).expect("an item can be recorded");
    check::equal("item 3 after it was recorded again, behind a torn line", find(3), recorded(3, second.url("/3")))
        .usually("what is recorded next is glued to the torn line; or it is the first record of an id that is found");
    check::equal("items 1 and 99", (find(1), find(99)), (recorded(1, first.url("/1")), None))
        .usually("opening empties the journal");
    for broken in ["a\tb", "a\nb"] {
        let text = || broken.to_owned();
        for (what, item) in [
            ("tenant", Item { tenant: text(), ..item(8) }),
            ("correlation", Item { correlation: text(), ..item(8) }),
            ("url", Item { url: text(), ..item(8) }),
        ] {
            let refused = opened.record(&item).map_err(|error| error.kind());
            check::equal(
                &format!("recording an item whose {what} is {broken:?}"),
                refused,
                Err(ErrorKind::InvalidInput),
            )
            .usually("a field that ends the field or the line, which cannot be read back, or as another item");
        }
    }

    let seen = outside::replay(&journal, &second.url("/sink"), 3).await;
    check::equal(
        "exit code and summary of a replay",
        seen,
        (Some(0), "accepted=1 done=1 failed=0 cancelled=0".to_owned()),
    )
    .usually("the replay runs more than its item, or does not wait for it");
    let requests: Vec<String> = second
        .seen()
        .requests
        .iter()
        .map(|request| {
            format!("{} {} {}", request.method, request.path, request.header(CORRELATION_HEADER).unwrap_or("none"))
        })
        .collect();
    check::items(&requests, &["GET /3 c-3".to_owned(), "POST /sink c-3".to_owned()])
        .usually("the whole journal runs again, or the item runs under another correlation id, or under none");
    let (code, _) = outside::replay(&journal, &second.url("/sink"), 99).await;
    check::equal("exit code of a replay of an unknown id", code, Some(1))
        .usually("an item that is not there is made up");
    check::equal("requests after the replay of an unknown id", second.seen().requests.len(), 2)
        .usually("another item runs instead");
}
