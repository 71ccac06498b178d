//! A benchmark is judged like any other code: with stages whose figures are known beforehand.

use futures::FutureExt;
use harness::{check, criterion, ms, pass, quiescent, watched};
use roxmltree::{Document, Node};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use task::{Point, Regression, Stage, WIDTHS, choose, measure, plot, regressions, sweep, table};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};
use workbook::{PlannedPanic, Work};

/// A stage of the tests': it knows the widths for which it was opened, and what was in flight.
#[derive(Clone)]
struct Service {
    /// What an item is, once the downstream takes it.
    work: Work,
    /// How many the downstream works on at once.
    at_once: Arc<Semaphore>,
    opens_in: Duration,
    opened: Arc<Mutex<Vec<usize>>>,
}

impl Service {
    fn of(work: Work) -> Service {
        let at_once = Arc::new(Semaphore::new(Semaphore::MAX_PERMITS));
        Service { work, at_once, opens_in: Duration::ZERO, opened: Arc::default() }
    }

    /// Items of 5 ms.
    fn steady() -> Service {
        Service::of(Work::taking(ms(5)))
    }

    fn working_on(self, at_once: usize) -> Service {
        Service { at_once: Arc::new(Semaphore::new(at_once)), ..self }
    }

    /// An item takes so many milliseconds, depending on the width for which the stage was last opened.
    fn by_width(takes: impl Fn(usize) -> u64 + Send + Sync + 'static) -> Service {
        let opened = Arc::new(Mutex::new(Vec::new()));
        let widths: Arc<Mutex<Vec<usize>>> = opened.clone();
        let work = Work::varying(move |_| {
            let width = widths.lock().unwrap_or_else(PoisonError::into_inner).last().copied().unwrap_or(1);
            ms(takes(width))
        });
        Service { opened, ..Service::of(work) }
    }

    fn opened(&self) -> Vec<usize> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Stage for Service {
    async fn open(&self, width: usize) {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).push(width);
        sleep(self.opens_in).await;
    }

    async fn run(&self, item: u64) {
        let _permit = self.at_once.acquire().await.expect("the downstream does not close");
        self.work.run(item).await;
    }
}

/// Measures, and looks at what would make every figure wrong.
async fn measured(stage: &Service, width: usize) -> Point {
    let start = Instant::now();
    let point = measure(stage, width).await;
    check::equal("the width of the point", point.width, width).usually("a point that does not say its own width");
    check::equal("items of the point", point.items, 100 * width)
        .usually("the same number of items at every width: at 32 workers, few are left for each");
    let (took, run) = (start.elapsed(), point.items as f64 / point.throughput);
    check::that(
        run > took.as_secs_f64() / 10.0,
        format!("a run of {took:?} on Tokio's clock was measured as less than a tenth of that"),
    )
    .usually("`std::time::Instant`, which does not know the paused clock: take `tokio::time::Instant`");
    point
}

/// Whether a figure is right within 1 %.
fn near(seen: f64, expected: f64) -> bool {
    (seen - expected).abs() <= expected.abs() / 100.0
}

fn throughput(point: &Point, expected: f64) -> check::Outcome {
    check::that(
        near(point.throughput, expected),
        format!(
            "{:.1} items/s at width {}, expected {expected:.1} within 1 %, from {} items",
            point.throughput, point.width, point.items
        ),
    )
}

fn p99(point: &Point, expected: Duration) -> check::Outcome {
    check::that(
        near(point.p99.as_secs_f64(), expected.as_secs_f64()),
        format!("p99 {:?} at width {}, expected {expected:?} within 1 %", point.p99, point.width),
    )
}

/// A point that nobody measured.
fn point(width: usize, throughput: f64) -> Point {
    Point { width, items: width * 100, throughput, p99: ms(5) }
}

/// With items of 5 ms, throughput is 200 items/s times the width, within 1 %, at N = 1, 2, 4, 8, 16 and 32. Each point
/// comes from 100 × N items.
#[criterion]
async fn throughput_is_right_to_one_percent() {
    let points = sweep(&Service::steady(), &WIDTHS).await;
    let widths: Vec<usize> = points.iter().map(|point| point.width).collect();
    check::items(&widths, &WIDTHS).usually("a width that is left out, or points in another order than the widths");
    for width in WIDTHS {
        let point = measured(&Service::steady(), width).await;
        throughput(&point, 200.0 * width as f64)
            .usually("time that is not the items', or a last round in which only some workers have an item");
    }
    for (point, width) in points.iter().zip(WIDTHS) {
        throughput(point, 200.0 * width as f64).usually("a sweep that measures otherwise than `measure`");
    }
}

/// At width N, the items 0 to 100 × N − 1 are run once each, N in flight until none is left to begin, and never more.
/// The widths of a sweep are measured one after the other.
#[criterion]
async fn as_many_at_once_as_the_width() {
    for width in [1, 3, 8] {
        let work = Work::varying(|item| ms(1 + item % 7));
        let work = if width == 8 { watched(work) } else { work };
        let stage = Service::of(work.clone());
        measured(&stage, width).await;
        let run: Vec<u64> = work.records().iter().filter(|record| record.finished).map(|record| record.item).collect();
        check::same_items(&run, &(0..100 * width as u64).collect::<Vec<_>>())
            .usually("workers that do not share one sequence of items, or a measurement that ends before its items");
        check::in_flight_at_most(&work, width)
            .usually("all items are started at once, or widths are measured at the same time");
        check::in_flight_reached(&work, width).usually("items awaited one by one, or a worker too few");
    }

    // The first half takes nine times as long: whoever is given half of the items beforehand is late.
    let stage = Service::of(Work::varying(|item| ms(if item < 100 { 9 } else { 1 })));
    throughput(&measured(&stage, 2).await, 400.0).usually(
        "items dealt to the workers beforehand: one is idle while the other has some left; let them take the next",
    );

    let work = Work::taking(ms(5));
    let stage = Service::of(work.clone());
    sweep(&stage, &[2, 3]).await;
    check::in_flight_at_most(&work, 3).usually("the widths of a sweep are measured at the same time");
    check::items(&stage.opened(), &[2, 3]).usually("a width that is measured twice, not at all, or out of order");
}

/// A stage that takes 1 s to open gives the same throughput and p99 as one that opens at once. It is opened once for
/// each width, and before its first item.
#[criterion]
async fn opening_is_not_measured() {
    let stage = Service { opens_in: ms(1000), ..Service::steady() };
    for width in [1, 5] {
        let (start, before) = (Instant::now(), stage.work.records().len());
        let point = measured(&stage, width).await;
        let begun = stage.work.records()[before].start.duration_since(start);
        check::equal("the first item begins after", begun, ms(1000))
            .usually("`open` is not awaited before the items are begun, or the stage is opened more than once");
        throughput(&point, 200.0 * width as f64)
            .usually("the clock is started before `open`: set-up counts as if it were items");
        p99(&point, ms(5)).usually("an item's time that begins before the stage is open");
    }
    check::items(&stage.opened(), &[1, 5]).usually("the stage is opened for each worker, or not at all");
}

/// Where the downstream works on 8 items at once, throughput grows in proportion to the width up to 8 and is 1600
/// items/s beyond, within 1 %. An item's time holds its waiting: p99 is 5 ms up to 8, and 20 ms at 32.
#[criterion]
async fn linear_up_to_the_saturation() {
    for width in WIDTHS {
        let point = measured(&Service::steady().working_on(8), width).await;
        throughput(&point, 200.0 * width.min(8) as f64)
            .usually("fewer items for each worker at large widths: the first and the last round then weigh too much");
        p99(&point, ms(5 * width.div_ceil(8) as u64))
            .usually("an item's time that leaves out what it waits for, or holds what it waits for a worker");
    }
}

/// p99 is the shortest time that at least 99 % of the items did not exceed: with one slow item among 100 it is that of
/// the others, with two it is the slow ones'. The same with two and three slow ones among 200.
#[criterion]
async fn p99_is_the_nearest_rank() {
    for (width, slow, expected) in [(1, 1, ms(5)), (1, 2, ms(500)), (2, 2, ms(5)), (2, 3, ms(500))] {
        let stage = Service::of(Work::varying(move |item| if item < slow { ms(500) } else { ms(5) }));
        p99(&measured(&stage, width).await, expected).usually(
            "an index one too high or too low: of n sorted times, p99 is number ⌈0.99 × n⌉, counted from 1; or the maximum, or a \
             mean",
        );
    }
}

/// The width is doubled as long as that multiplies throughput by at least 1.2. With 8 at once downstream, 8 is picked
/// after 1, 2, 4, 8 and 16 have been measured, and nothing beyond.
#[criterion]
async fn the_width_doubles_while_it_pays() {
    const CAUSE: &str = "every width is measured and the best taken; stop at the first doubling that gains too little";
    measured(&Service::steady(), 1).await;
    let stage = Service::steady().working_on(8);
    check::equal("the width for 8 at once", choose(&stage, ms(60_000), 64).await, Some(8)).usually(
        "the width that gained too little is returned, not the one before it; or figures that are not right yet",
    );
    check::items(&stage.opened(), &[1, 2, 4, 8, 16]).usually(CAUSE);

    // 200, 333, 444, 571 and 640 items/s: by 1.67, 1.33, 1.29 and 1.12.
    let stage = Service::by_width(|width| [5, 6, 9, 14, 25][width.ilog2().min(4) as usize]);
    check::equal("the width where 16 gives 1.12 times what 8 does", choose(&stage, ms(60_000), 64).await, Some(8))
        .usually("another factor than GAIN, or the gain is taken against width 1");
    check::items(&stage.opened(), &[1, 2, 4, 8, 16]).usually(CAUSE);
}

/// When p99 at 2 × N is longer than the SLO, N is picked, though throughput still grows. When it is at width 1,
/// no width is. No width above `most` is ever measured.
#[criterion]
async fn the_slo_stops_the_doubling() {
    const CAUSE: &str =
        "the SLO is looked at after all widths are measured: a stage beyond it hurts who else uses its downstream";
    measured(&Service::steady(), 1).await;
    let growing = || Service::by_width(|width| [5, 6, 8, 12, 16][width.ilog2().min(4) as usize]);
    let stage = growing();
    check::equal("the width for a p99 of at most 10 ms", choose(&stage, ms(10), 64).await, Some(4))
        .usually("the width that broke the SLO is returned, not the one before it; or a p99 that is not right yet");
    check::items(&stage.opened(), &[1, 2, 4, 8]).usually(CAUSE);

    let stage = growing();
    check::equal("the width for a p99 of at most 3 ms", choose(&stage, ms(3), 64).await, None)
        .usually("width 1 is taken for granted; or a p99 that is not right yet");
    check::items(&stage.opened(), &[1]).usually(CAUSE);

    for most in [6, 4] {
        let stage = Service::steady();
        check::equal(
            &format!("the width where at most {most} are allowed"),
            choose(&stage, ms(60_000), most).await,
            Some(4),
        )
        .usually(
            "`most` is compared with N, not with the 2 × N that is about to be measured; or it counts as too much",
        );
        check::items(&stage.opened(), &[1, 2, 4]).usually("a width above `most` is measured");
    }
}

/// A width that gives less than 95 % of the baseline's throughput is flagged with both figures, ascending. It is
/// found by its width, wherever it stands in either list; what only one list holds is not flagged.
#[criterion]
async fn a_regression_is_flagged_with_its_width() {
    let baseline = [point(1, 200.0), point(2, 400.0), point(4, 800.0), point(8, 1600.0), point(16, 3200.0)];
    let now = [point(16, 2900.0), point(32, 100.0), point(4, 770.0), point(2, 370.0), point(1, 260.0)];
    let seen = regressions(&now, &baseline);
    let widths: Vec<usize> = seen.iter().map(|regression| regression.width).collect();
    check::items(&widths, &[2, 16])
        .usually("points are compared by their place in the list, not by their width; or another tolerance than 5 %");
    let expected =
        [Regression { width: 2, before: 400.0, now: 370.0 }, Regression { width: 16, before: 3200.0, now: 2900.0 }];
    check::that(seen == expected, format!("{seen:?}, expected {expected:?}")).usually("the two figures are mixed up");
    check::equal("regressions against itself", regressions(&baseline, &baseline).len(), 0)
        .usually("a point that is as good as its baseline is flagged");
}

/// The table is a heading and a line for each point: width, throughput in whole items/s, and p99 in milliseconds with
/// one decimal, between blanks. All lines are equally long.
#[criterion]
async fn the_table_has_a_line_for_each_width() {
    let slow = Point { p99: Duration::from_micros(20_449), ..point(32, 5123.7) };
    let points = [point(1, 200.0), Point { p99: Duration::from_micros(5_080), ..point(8, 1599.6) }, slow];
    let text = table(&points);
    let lines: Vec<&str> = text.lines().collect();
    check::equal("lines of a table of 3 points", lines.len(), 4).usually("no heading, or a line between the others");
    let seen: Vec<String> =
        lines.iter().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let expected = ["1 200 5.0", "8 1600 5.1", "32 5124 20.4"].map(str::to_owned);
    check::items(&seen, &expected)
        .usually("p99 in whole milliseconds, figures that are cut off instead of rounded, or units in the lines");
    let long: Vec<usize> = lines.iter().map(|line| line.chars().count()).collect();
    check::that(long.iter().all(|of| *of == long[0]), format!("lines of {long:?} characters"))
        .usually("figures that are not aligned: give each column a width, such as `{figure:>10.1}`");
}

/// The plot is well-formed SVG with one circle a point, inside its `viewBox`. It lies at log2 of the width, and as high
/// as its throughput, both within 1 % of what they span. Each width stands in a text, and the plot says items/s.
#[criterion]
async fn the_plot_places_points_by_width() {
    // Neither all doublings nor in order.
    let points = [point(32, 2000.0), point(1, 200.0), point(4, 780.0), point(24, 2400.0), point(2, 400.0)];
    let text = plot(&points);
    let document = read(&text);
    let root = document.root_element();
    check::equal("the root element", root.tag_name().name(), "svg").usually("a document that is not SVG");
    check::that(named(root, "title").next().is_some(), "no `title` in the svg")
        .usually("nothing says what is drawn: add a `title` as the first child");
    let moved = |circle: Node<'_, '_>| circle.ancestors().any(|node| node.attribute("transform").is_some());
    check::that(!named(root, "circle").any(moved), "a circle is moved by a `transform`")
        .usually("circles that are placed by moving what holds them; compute where they lie");

    let mut circles = circles(root);
    check::equal("circles for 5 points", circles.len(), 5).usually("points without a circle, or circles in a legend");
    circles.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut sorted: Vec<&Point> = points.iter().collect();
    sorted.sort_by_key(|point| point.width);
    let wanted: Vec<f64> = sorted.iter().map(|point| (point.width as f64).log2()).collect();
    let off = |seen: &[f64], wanted: &[f64]| {
        let (first, last) = extremes(wanted);
        let (from, span) = (seen[first], seen[last] - seen[first]);
        let part = |at: usize| (wanted[at] - wanted[first]) / (wanted[last] - wanted[first]);
        (0..seen.len())
            .find(|at| (seen[*at] - from - span * part(*at)).abs() > span.abs() / 100.0)
            .map(|at| (at, seen[at], from + span * part(at)))
    };
    let x: Vec<f64> = circles.iter().map(|circle| circle.0).collect();
    check::that(x[4] - x[0] >= 10.0, format!("the circles span {:.1} from left to right", x[4] - x[0]))
        .usually("the width is not what moves a circle to the right");
    if let Some((at, seen, expected)) = off(&x, &wanted) {
        let seen = format!("the circle of width {} lies at x = {seen:.1}, expected {expected:.1}", sorted[at].width);
        check::that(false, seen).usually("points placed by their number in the list, or by N itself, not by log2 of N");
    }
    let y: Vec<f64> = circles.iter().map(|circle| circle.1).collect();
    let rates: Vec<f64> = sorted.iter().map(|point| point.throughput).collect();
    check::that(y[0] - y[3] >= 10.0, format!("200 items/s lies at y = {:.1}, 2400 at {:.1}", y[0], y[3]))
        .usually("y grows downwards in SVG: more throughput is a smaller `cy`");
    if let Some((at, seen, expected)) = off(&y, &rates) {
        let seen = format!("the circle of width {} lies at y = {seen:.1}, expected {expected:.1}", sorted[at].width);
        check::that(false, seen)
            .usually("another scale than throughput itself, or points and figures that are mixed up");
    }

    let texts: Vec<String> = named(root, "text").map(|node| said(node)).collect();
    for width in [1, 2, 4, 24, 32] {
        check::that(texts.iter().any(|text| *text == width.to_string()), format!("no text says {width}: {texts:?}"))
            .usually("ticks at round places of the axis instead of one for each width");
    }
    check::that(texts.iter().any(|text| text.contains("items/s")), format!("no text says items/s: {texts:?}"))
        .usually("an axis without its unit");

    let text = plot(&[point(8, 1600.0)]);
    let alone = self::circles(read(&text).root_element());
    check::that(alone.len() == 1 && alone[0].0.is_finite() && alone[0].1.is_finite(), format!("one point: {alone:?}"))
        .usually("a division by a span of zero");
    for (text, what) in [(&plot(&points), "five points"), (&text, "one point")] {
        let document = read(text);
        shows_its_circles(document.root_element(), what);
    }
}

/// What lies outside the `viewBox` is not seen.
fn shows_its_circles(root: Node<'_, '_>, what: &str) {
    let view = root.attribute("viewBox").unwrap_or_default();
    let numbers: Vec<f64> = view.split([' ', ',']).filter_map(|number| number.trim().parse().ok()).collect();
    let &[left, top, width, height] = &numbers[..] else {
        return check::that(false, format!("the `viewBox` is {view:?}, expected four numbers"))
            .usually("a size by `width` and `height` alone, which does not say what part of the plane is shown");
    };
    for (x, y) in circles(root) {
        let inside = (left..=left + width).contains(&x) && (top..=top + height).contains(&y);
        check::that(inside, format!("with {what}, a circle lies at {x:.1}, {y:.1}, outside the viewBox {view:?}"))
            .usually("a fixed number of pixels for a doubling or an item; divide the picture by what the points span");
    }
}

fn read(text: &str) -> Document<'_> {
    match Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            check::that(false, format!("the plot is not well-formed XML: {error}"))
                .usually("an element that is not closed, an attribute without quotes, or two roots");
            unreachable!("the check has failed")
        }
    }
}

fn named<'a, 'd: 'a>(root: Node<'a, 'd>, name: &'a str) -> impl Iterator<Item = Node<'a, 'd>> {
    root.descendants().filter(move |node| node.has_tag_name(name))
}

/// Where the circles' centres lie.
fn circles(root: Node<'_, '_>) -> Vec<(f64, f64)> {
    let number = |node: Node<'_, '_>, name: &str| {
        node.attribute(name).and_then(|text| text.trim().parse().ok()).unwrap_or(f64::NAN)
    };
    named(root, "circle").map(|node| (number(node, "cx"), number(node, "cy"))).collect()
}

/// The text of an element and of what is in it.
fn said(node: Node<'_, '_>) -> String {
    let text: String = node.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect();
    text.trim().to_owned()
}

/// The places of the least and the greatest.
fn extremes(values: &[f64]) -> (usize, usize) {
    let place = |pick: fn(f64, f64) -> bool| {
        (0..values.len()).reduce(|best, at| if pick(values[at], values[best]) { at } else { best }).unwrap_or(0)
    };
    (place(|a, b| a < b), place(|a, b| a > b))
}

/// When a measurement is dropped, no further item begins and no task is left. When an item panics, the panic reaches
/// the caller as it is, and the same holds.
#[criterion]
async fn nothing_is_left_behind() {
    const LEFT: &str =
        "workers that are spawned and not joined: a dropped JoinHandle does not abort its task, a dropped JoinSet does";
    let work = Work::taking(ms(5));
    let stage = Service::of(work.clone());
    check::that(timeout(ms(52), measure(&stage, 8)).await.is_err(), "800 items of 5 ms were done within 52 ms")
        .usually("the items are not awaited");
    quiescent().await;
    let begun = work.records().len();
    pass(ms(1000)).await;
    check::equal("items begun after the measurement was dropped", work.records().len() - begun, 0).usually(LEFT);
    check::all_tasks_gone().await.usually(LEFT);

    let work = Work::taking(ms(5)).panicking(|item| item == 20);
    let stage = Service::of(work.clone());
    let ended = AssertUnwindSafe(measure(&stage, 8)).catch_unwind().await;
    let planned = ended.as_ref().err().is_some_and(|payload| payload.is::<PlannedPanic>());
    let seen = match &ended {
        Ok(point) => format!("an item panicked, and the measurement says {:.0} items/s", point.throughput),
        Err(_) => "the measurement ended with another panic than the item's".to_owned(),
    };
    check::that(planned, seen)
        .usually("a worker's panic stays in its task: look at what the join returns, and resume the panic");
    quiescent().await;
    let begun = work.records().len();
    pass(ms(1000)).await;
    check::equal("items begun after one had panicked", work.records().len() - begun, 0).usually(LEFT);
    check::all_tasks_gone().await.usually(LEFT);
}
