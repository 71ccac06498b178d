//! A fan-out that finds its width: what it does beside a downstream that slows down when it is asked too much.

use harness::{check, criterion, drain, ms, pass, quiescent, watched};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use task::{Limits, fan_out};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};
use workbook::Work;

/// What a call takes in milliseconds while the downstream is not asked too much.
const BASE: u64 = 180;

/// The target, in milliseconds: between what `C` calls at a time take and what `C + 1` take, for each `C` up to 20.
const TARGET: u64 = 186;

/// How many seconds the width has to come into its band.
const WARM_UP: u64 = 10;

/// What may be taken and not read: 8 in the output, the width of 4 and one more, and 11 on the way.
const FITS: u64 = 8 + 5 + 11;

fn limits(start: usize) -> Limits {
    Limits { min: 1, max: 32, start, target: ms(TARGET) }
}

/// The downstream: how many calls it serves at a time without slowing down, and how long a call takes then, both over
/// time in milliseconds. Of the call, its number is known.
struct Downstream {
    capacity: fn(time: u64) -> u64,
    base: fn(time: u64, number: u64) -> u64,
}

impl Downstream {
    fn of(capacity: fn(u64) -> u64) -> Downstream {
        Downstream { capacity, base: |_, _| BASE }
    }

    fn serving(base: fn(u64, u64) -> u64) -> Downstream {
        Downstream { capacity: |_| 10, base }
    }
}

/// A stage in front of a downstream.
struct Run {
    start: Instant,
    input: Sender<u64>,
    work: Work,
    output: Receiver<u64>,
    width: watch::Receiver<usize>,
    /// Of a number that began although the width was used up: when, how many were at work then, and the width.
    excess: Arc<Mutex<Option<(u64, usize, usize)>>>,
    limits: Limits,
    results: u64,
}

impl Run {
    /// A stage with so many numbers in its input, which stays open.
    fn new(downstream: Downstream, limits: Limits, numbers: u64) -> Run {
        let start = Instant::now();
        let itself: Arc<OnceLock<(Work, watch::Receiver<usize>)>> = Arc::default();
        let excess: Arc<Mutex<Option<(u64, usize, usize)>>> = Arc::default();
        let (seen, noted) = (itself.clone(), excess.clone());
        let work = watched(Work::varying(move |number| {
            let time = start.elapsed().as_millis() as u64;
            let base = (downstream.base)(time, number);
            let Some((work, width)) = seen.get() else { return ms(base) };
            let (at_work, width) = (work.in_flight() + 1, *width.borrow());
            // Where an interval ends, the gauge and the start of a number may come in either order.
            if at_work > width && !time.is_multiple_of(1000) {
                noted.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert((time, at_work, width));
            }
            ms(base * at_work as u64 / (downstream.capacity)(time).min(at_work as u64))
        }));
        let (input, receiver) = mpsc::channel(20_000);
        for number in 1..=numbers {
            input.try_send(number).expect("the input has room for 20000");
        }
        let (output, width) = fan_out(receiver, work.clone(), limits);
        itself.set((work.clone(), width.clone())).ok();
        Run { start, input, work, output, width, excess, limits, results: 0 }
    }

    /// Reads until so many milliseconds since the start.
    async fn read_until(&mut self, time: u64) {
        let end = self.start + ms(time);
        while let Ok(Some(_)) = timeout_at(end, self.output.recv()).await {
            self.results += 1;
        }
        tokio::time::sleep_until(end).await;
        quiescent().await;
    }

    fn width(&self) -> usize {
        *self.width.borrow()
    }

    /// The width in the middle of each of these seconds, reading all the while.
    async fn widths(&mut self, seconds: std::ops::Range<u64>) -> Vec<usize> {
        let mut widths = Vec::new();
        for second in seconds {
            self.read_until(second * 1000 + 500).await;
            widths.push(self.width());
        }
        widths
    }

    /// From the warm-up on until `until` seconds after the start, the width is within C / 2 and C + 1.
    async fn within_the_band(&mut self, capacity: usize, until: u64) {
        let from = self.start.elapsed().as_secs() + WARM_UP;
        self.read_until(from * 1000).await;
        let widths = self.widths(from..until).await;
        let outside = widths.iter().position(|width| width * 2 < capacity || *width > capacity + 1);
        let seen = outside.map_or(String::new(), |at| {
            let (second, width) = (from + at as u64, widths[at]);
            let shown: Vec<String> = widths[at.saturating_sub(4)..widths.len().min(at + 4)].iter().map(usize::to_string).collect();
            format!(
                "C = {capacity}: after {second}.5 s the width is {width}, expected {} to {}; second by second around it: {}",
                capacity.div_ceil(2),
                capacity + 1,
                shown.join(", ")
            )
        });
        check::that(outside.is_none(), seen).usually(cause(&widths, self.limits));
    }
}

/// Why the width may not be the expected one, by how it goes from one second to the next: each has one interval's end.
fn cause(widths: &[usize], Limits { min, max, .. }: Limits) -> &'static str {
    let steps = || widths.iter().zip(widths.iter().skip(1)).map(|(before, after)| (*before, *after));
    if widths.iter().any(|width| *width < min) {
        "a width that falls below the minimum"
    } else if widths.iter().any(|width| *width > max) {
        "a width that grows above the maximum"
    } else if steps().any(|(before, after)| ![before, (before + 1).min(max), (before / 2).max(min)].contains(&after)) {
        "a step other than + 1 or one half, or more than one step in an interval: the width changes when an interval ends, once"
    } else {
        "another statistic than the median of all calls that ended in this interval and no others, such as a mean, a high percentile or \
         one with older calls; or a width that is set, and the work does not follow it"
    }
}

/// Each of 1500 numbers is doubled once, although the downstream's capacity falls twice while they are at work, and no
/// work is interrupted. Then the output ends, and no task is left.
#[criterion]
async fn every_number_doubled_once() {
    let Run { input, work, output, .. } =
        Run::new(Downstream::of(|time| if time % 8000 < 4000 { 10 } else { 2 }), limits(8), 1500);
    drop(input);
    let seen = drain(output).await;
    let interrupted = work.records().iter().filter(|run| !run.finished).count();
    check::equal("numbers whose work was interrupted", interrupted, 0)
        .usually("a decrease that aborts work: it only keeps new work from beginning");
    check::same_items(&seen, &(1..=1500).map(|number| number * 2).collect::<Vec<_>>())
        .usually("numbers that are dropped when the width falls, or a stage that ends with its input");
    quiescent().await;
    check::all_tasks_gone().await.usually("a controller in a task of its own that nobody tells of the end");
}

/// The width gates the work. At every moment of 40 s with increases and decreases, a number begins only while fewer than
/// the width are at work; and in the middle of each second, exactly as many are at work as the gauge says.
#[criterion]
async fn the_width_gates_the_work() {
    let mut run = Run::new(Downstream::of(|time| if time < 20_000 { 12 } else { 5 }), limits(4), 10_000);
    for second in 0..40 {
        run.read_until(second * 1000 + 500).await;
        let excess = *run.excess.lock().unwrap_or_else(PoisonError::into_inner);
        let (time, at_work, width) = excess.unwrap_or_default();
        check::at_most(&format!("numbers at work with the one that began at {time} ms"), at_work as u64, width as u64)
            .usually(
                "a width that nothing reads; a decrease that takes only the permits that are free; or workers that go on with the next \
                 number while too many others are still at work",
            );
        let (at_work, width) = (run.work.in_flight(), run.width());
        let seen = format!("numbers at work after {second}.5 s: {at_work}, and the gauge says {width}");
        check::that(at_work == width, seen).usually(if at_work < width {
            "an increase that reaches the gauge, and not what limits the work"
        } else {
            "a width that also changes within an interval, so that the work is late; or a decrease that reaches the gauge alone"
        });
    }
}

/// Why the width is not the start's in the middle of the first second.
fn started(widths: &[usize], start: usize) -> Option<&'static str> {
    let other = widths.first().is_some_and(|width| *width != start);
    other.then_some(
        "another start than the limits', or a width that changes at each call: it does at the end of an interval, once",
    )
}

/// With C = 10, the width in the middle of each second is 4, 5, 6, 7, 8, 9, 10, 11, 5, 6, 7 from a start of 4, and 32,
/// 16, 8, 9, 10, 11, 5, 6 from a start of 32. So it is with a target of 180 ms, which the median then is, and not above.
#[criterion]
async fn one_more_each_second_and_half_when_late() {
    for (start, expected) in [(4, &[4, 5, 6, 7, 8, 9, 10, 11, 5, 6, 7][..]), (32, &[32, 16, 8, 9, 10, 11, 5, 6])] {
        let mut run = Run::new(Downstream::of(|_| 10), limits(start), 5000);
        let widths = run.widths(0..expected.len() as u64).await;
        check::equal("the width in the middle of each second", widths.as_slice(), expected)
            .usually(started(&widths, start).unwrap_or(cause(&widths, run.limits)));
    }
    let mut run = Run::new(Downstream::of(|_| 10), Limits { target: ms(BASE), ..limits(4) }, 5000);
    let widths = run.widths(0..11).await;
    check::equal(
        "the width in the middle of each second, with a target of 180 ms",
        widths,
        vec![4, 5, 6, 7, 8, 9, 10, 11, 5, 6, 7],
    )
    .usually("a latency that is the target is taken for too slow: only one above it is");
}

/// From 10 s after the start on, the width is within C / 2 and C + 1 and stays there: for C = 7 from a start of 1, and for
/// C = 10 from a start of 32. The same holds from 10 s after C changes from 10 to 20, and to 6.
#[criterion]
async fn it_converges_and_follows_the_capacity() {
    Run::new(Downstream::of(|_| 7), limits(1), 5000).within_the_band(7, 40).await;
    Run::new(Downstream::of(|_| 10), limits(32), 5000).within_the_band(10, 40).await;
    let changes = Downstream::of(|time| match time {
        0..20_000 => 10,
        20_000..50_000 => 20,
        _ => 6,
    });
    let mut run = Run::new(changes, limits(4), 10_000);
    for (capacity, until) in [(10, 20), (20, 50), (6, 75)] {
        run.within_the_band(capacity, until).await;
        run.read_until(until * 1000).await;
    }
}

/// From 20 s to 25 s all calls take 360 ms instead of 180. The width is halved at 21 s and at the end of each further
/// second, down to the minimum of 2. From 26 s on it grows by one each second.
#[criterion]
async fn a_spike_halves_the_width_within_one_interval() {
    let spike = Downstream::serving(|time, _| if (20_001..25_001).contains(&time) { 2 * BASE } else { BASE });
    let mut run = Run::new(spike, Limits { min: 2, ..limits(4) }, 10_000);
    let before = run.widths(0..21).await.pop().unwrap_or_default();
    let halved: Vec<usize> = [2, 4, 8, 16].map(|by| (before / by).max(2)).into();
    let during = run.widths(21..25).await;
    let seen = [&[before][..], &during].concat();
    check::equal(&format!("the width from 21.5 s on, after {before} at 20.5 s"), during, halved)
        .usually(cause(&seen, run.limits));
    let after = run.widths(25..31).await;
    check::equal("the width from 25.5 s on", after.as_slice(), &[2, 3, 4, 5, 6, 7]).usually(cause(&after, run.limits));
}

/// Calls of 100 ms take up to 4 ms more or less each, and every twentieth 600 ms more; the target is 104 ms. From 10 s on
/// the width is within C / 2 and C + 1 all the same, for 40 s.
#[criterion]
async fn noise_does_not_move_it() {
    let noisy = Downstream::serving(|_, number| {
        let scattered = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
        96 + scattered % 9 + if number.is_multiple_of(20) { 600 } else { 0 }
    });
    Run::new(noisy, Limits { target: ms(104), ..limits(4) }, 10_000).within_the_band(10, 50).await;
}

/// Under a downstream that is never slow, the width grows to the maximum of 12 and stays there; under one that always
/// is, it falls to the minimum of 3, stays there, and the work goes on.
#[criterion]
async fn the_width_stays_within_its_bounds() {
    let mut quick = Run::new(Downstream::of(|_| 1000), Limits { max: 12, ..limits(8) }, 5000);
    let widths = quick.widths(0..10).await;
    check::in_flight_at_most(&quick.work, 12).usually("a width that grows above the maximum");
    check::equal("the width in the middle of each second", widths.as_slice(), &[8, 9, 10, 11, 12, 12, 12, 12, 12, 12])
        .usually(started(&widths, 8).unwrap_or(match widths.as_slice() {
            [.., before, last] if before == last && *last < 12 => {
                "a maximum that is not the limits'; or a width that is set, and the work does not follow it and never uses it up"
            }
            _ => cause(&widths, quick.limits),
        }));
    let mut slow = Run::new(Downstream::serving(|_, _| 300), Limits { min: 3, ..limits(14) }, 5000);
    let widths = slow.widths(0..6).await;
    check::equal("the width in the middle of each second", widths.as_slice(), &[14, 7, 3, 3, 3, 3])
        .usually(started(&widths, 14).unwrap_or(cause(&widths, slow.limits)));
    let before = slow.results;
    slow.read_until(16_000).await;
    let more = slow.results - before;
    check::that(
        more >= 90,
        format!("{more} results in 10.5 s at the minimum of 3, with calls of 300 ms, expected at least 90"),
    )
    .usually("nothing is at work any more, although the width is 3");
}

/// The width stays at 4 while no number comes for 20 s; while one of 180 ms comes each 200 ms, so that one of four is at
/// work; and while four calls of 5.3 s are at work and none has ended. When these end, it is halved.
#[criterion]
async fn no_news_is_no_good_news() {
    let long = Downstream::serving(|_, number| if number > 1000 { 5300 } else { BASE });
    let mut run = Run::new(long, limits(4), 0);
    check::equal("the width in the middle of each second without a number", run.widths(0..20).await, vec![4; 20])
        .usually("an interval without a latency counts as quick");
    for number in 0..100 {
        run.input.try_send(number).expect("the input has room");
        run.read_until(19_600 + number * 200).await;
        check::equal(&format!("the width after {number} numbers, one each 200 ms"), run.width(), 4).usually(
            "the width grows although it was not used up: quick calls say nothing about more of them at a time",
        );
    }
    run.read_until(41_100).await;
    for number in 1001..=1020 {
        run.input.try_send(number).expect("the input has room");
    }
    let widths = run.widths(41..49).await;
    let early = widths.iter().take(5).any(|width| *width != 4);
    check::equal("the width from 41.5 s on, while four calls take until 46.4 s", widths.as_slice(), &[4, 4, 4, 4, 4, 4, 2, 2])
        .usually(if early {
            "an interval in which no call ends counts as quick, or as slow, or is judged by the calls of earlier ones: it has no latency, \
             and changes nothing"
        } else {
            cause(&widths, run.limits)
        });
}

/// While nobody reads, at most 24 numbers are taken, and within an interval nothing is polled. Neither this nor a
/// reader that takes a result each 300 ms lowers the width; when somebody reads again, every number comes.
#[criterion]
async fn a_slow_reader_is_not_a_slow_downstream() {
    let mut run = Run::new(Downstream::of(|_| 10), limits(4), 300);
    tokio::time::sleep_until(run.start + ms(20_050)).await;
    let taken = run.input.capacity() as u64 - (20_000 - 300);
    check::at_most("numbers taken while nobody reads", taken, FITS).usually(
        "results that wait where nothing counts them: a number is part of the width until its double is in the output. Or a width \
         that grows although it is not used up",
    );
    check::parked_for(ms(900)).await.usually(
        "a worker that asks each moment whether it may go on; let it wait for a change of the width or for a free place",
    );
    for _ in 0..40 {
        run.output.recv().await;
        run.results += 1;
        pass(ms(300)).await;
        let width = run.width();
        check::that(width >= 4, format!("the width is {width} under a slow reader, expected at least 4"))
            .usually("the time for which a result waits for room is counted as latency");
    }
    drop(run.input);
    let rest = drain(run.output).await;
    check::equal("results in all", run.results + rest.len() as u64, 300)
        .usually("a result that is dropped when the output is full, or a stage that ends with its input");
}

/// When the output is dropped, no task is left 5 ms later: while numbers of 10 s are at work, while the input is open
/// and quiet, and while results wait for room.
#[criterion]
async fn dropping_the_output_stops_everything() {
    for (numbers, base) in [(100, (|_, _| 10_000) as fn(u64, u64) -> u64), (0, |_, _| BASE), (100, |_, _| BASE)] {
        let Run { input, output, width, .. } = Run::new(Downstream::serving(base), limits(4), numbers);
        pass(ms(5500)).await;
        drop(output);
        pass(ms(5)).await;
        check::all_tasks_gone().await.usually(
            "a wait that the drop does not reach: for a number, for work, or for the end of an interval; its line is shown",
        );
        drop((input, width));
    }
}

/// The first eight numbers and every tenth panic, at a width of at most 4. All others have their results, and in the
/// middle of each second four are at work as before; then the output ends, and no task is left. Nor does a panic look
/// like work: where one number of 180 ms comes each 200 ms, and every second one panics, the width stays at 4.
#[criterion]
async fn a_panic_costs_its_number_alone() {
    let panics = |number: u64| number <= 8 || number.is_multiple_of(10);
    let work = Work::taking(ms(BASE)).panicking(panics);
    let (input, receiver) = mpsc::channel(1000);
    for number in 1..=1000 {
        input.try_send(number).expect("the input has room");
    }
    let (mut output, _width) = fan_out(receiver, work.clone(), Limits { max: 4, ..limits(4) });
    let start = Instant::now();
    let mut seen = Vec::new();
    for second in 0..8 {
        let middle = start + ms(second * 1000 + 500);
        while let Ok(Some(double)) = timeout_at(middle, output.recv()).await {
            seen.push(double);
        }
        tokio::time::sleep_until(middle).await;
        quiescent().await;
        let at_work = work.in_flight();
        check::that(at_work >= 4, format!("{at_work} numbers at work after {second}.5 s, expected 4"))
            .usually("a place that is not given back after a panic, or a worker that ends with it: the work grows narrower each time");
    }
    drop(input);
    seen.extend(drain(output).await);
    let others: Vec<u64> = (1..=1000).filter(|number| !panics(*number)).map(|number| number * 2).collect();
    check::same_items(&seen, &others).usually("a panic that ends the stage, or other work with it");
    quiescent().await;
    check::all_tasks_gone().await.usually("a controller in a task of its own that nobody tells of the end");

    let work = Work::taking(ms(BASE)).panicking(|number| number.is_multiple_of(2));
    let (input, receiver) = mpsc::channel(1000);
    let (mut output, width) = fan_out(receiver, work, limits(4));
    for number in 1..=50 {
        input.try_send(number).expect("the input has room");
        pass(ms(200)).await;
        while output.try_recv().is_ok() {}
        let width = *width.borrow();
        check::equal(
            &format!("the width after {number} numbers, one each 200 ms, of which every second panics"),
            width,
            4,
        )
        .usually(
            "a number that has panicked still counts as at work, and the width seems to be used up; or it grows unused",
        );
    }
}

/// Four numbers begin at 0.9 s, as many as the width, and none after them. They are at work when the second interval
/// begins, and end in it, after 180 ms: so the whole width was at work in it, and from 2 s on the width is 5.
#[criterion]
async fn an_interval_begins_with_those_at_work() {
    let mut run = Run::new(Downstream::of(|_| 10), limits(4), 0);
    run.read_until(900).await;
    for number in 1..=4 {
        run.input.try_send(number).expect("the input has room");
    }
    let widths = run.widths(1..4).await;
    let too_early = widths.first() != Some(&4);
    check::equal("the width from 1.5 s on, with four at work from 0.9 s to 1.08 s", widths, vec![4, 5, 5]).usually(
        if too_early {
            "an interval in which no work ended counts as quick, or the width grows at another moment than an interval's end"
        } else {
            "the most that were at work is 0 again when an interval begins: it is as many as are at work at that moment"
        },
    );
}
