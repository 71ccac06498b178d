//! A calculator: the width of each stage, what it holds, and what the headroom buys.
//!
//! Clock: virtual. Seed: arrivals and times of the simulation. The other figures are formulas.

use crate::Options;
use crate::print::thousands;
use crate::sim::{Service, ms, next_arrival, on_virtual_time, percentile, random};
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

// ANCHOR: plan
/// What is known of a stage. Change the figures, and run the experiment again.
struct Stage {
    name: &'static str,
    /// Arrivals a second, at the peak.
    arrivals: f64,
    /// Seconds that a worker has an item, on average.
    seconds: f64,
    /// How much of the width should be at work at the peak.
    utilisation: f64,
    /// Bytes that an item holds while it is in this stage.
    bytes: f64,
}

const PLAN: [Stage; 3] = [
    Stage { name: "fetch", arrivals: 400.0, seconds: 0.050, utilisation: 0.7, bytes: 200e3 },
    Stage { name: "parse", arrivals: 400.0, seconds: 0.004, utilisation: 0.7, bytes: 600e3 },
    // Batches of 20 items.
    Stage { name: "store", arrivals: 20.0, seconds: 0.120, utilisation: 0.7, bytes: 400e3 },
];

impl Stage {
    /// Little's law: how many are at work at once, on average.
    fn busy(&self) -> f64 {
        self.arrivals * self.seconds
    }

    /// With room for the variance.
    fn width(&self) -> usize {
        (self.busy() / self.utilisation).ceil() as usize
    }
}
// ANCHOR_END: plan

pub(crate) fn run(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "stage    arrivals    a worker has   at work    width    and that   bytes in")?;
    writeln!(out, "                /s     an item, ms                    bears, /s   work, MB")?;
    for stage in &PLAN {
        let bears = stage.width() as f64 / stage.seconds;
        writeln!(
            out,
            "{:<9}{:>8}{:>16}{:>10.1}{:>9}{:>13.0}{:>11.1}",
            stage.name,
            stage.arrivals,
            stage.seconds * 1e3,
            stage.busy(),
            stage.width(),
            bears,
            stage.width() as f64 * stage.bytes / 1e6,
        )?;
    }

    let fetch = &PLAN[0];
    writeln!(out, "\nfetch, with other widths: random arrivals, random times")?;
    writeln!(out, "width   at work    has to wait   mean wait, ms      p99 in all, ms")?;
    writeln!(out, "              %     %, formula   formula  measured        measured")?;
    for width in [21, 22, 24, 26, 29] {
        let waits = erlang_c(width, fetch.busy());
        let mean = waits * fetch.seconds / (width as f64 - fetch.busy()) * 1e3;
        let (measured, p99) = on_virtual_time(options.seed, simulated(options.seed, width, fetch));
        writeln!(
            out,
            "{width:>5}{:>10.0}{:>15.1}{mean:>10.2}{measured:>10.2}{:>16}",
            fetch.busy() / width as f64 * 100.0,
            waits * 100.0,
            ms(p99),
        )?;
    }

    writeln!(out, "\nfetch is 29 wide; for one minute its calls take longer")?;
    writeln!(out, "a call, ms    bears, /s    queue after a minute    gone after, s")?;
    for call in [60.0, 72.5, 80.0, 100.0, 200.0] {
        let bears = 29.0 / (call / 1e3);
        let queue = ((fetch.arrivals - bears) * 60.0).max(0.0);
        let spare = 29.0 / fetch.seconds - fetch.arrivals;
        writeln!(out, "{call:>10}{bears:>13.0}{:>24}{:>17.0}", thousands(queue.round() as u64), queue / spare)?;
    }
    Ok(())
}

// ANCHOR: erlang
/// The share of arrivals that have to wait (Erlang's C formula), by way of the share that would be lost without a
/// queue (his B formula), which has a recurrence that does not overflow.
fn erlang_c(width: usize, busy: f64) -> f64 {
    let lost = (1..=width).fold(1.0, |lost, servers| busy * lost / (servers as f64 + busy * lost));
    let utilisation = busy / width as f64;
    lost / (1.0 - utilisation + utilisation * lost)
}
// ANCHOR_END: erlang

/// Timers have a granularity of 1 ms. In slow motion, that is a twentieth of it.
const SLOW_MOTION: u32 = 20;

/// The mean wait in ms and p99 of wait and work, of the requests of 100 s.
async fn simulated(seed: u64, width: usize, stage: &Stage) -> (f64, Duration) {
    let service = Arc::new(Service::new(width));
    let (mut arrivals, mut works) = (random(seed, 1), random(seed, 2));
    let began = Instant::now();
    let mut next = Duration::ZERO;
    let mut requests = JoinSet::new();
    while next < Duration::from_secs(100) {
        sleep_until(began + next * SLOW_MOTION).await;
        let came = Instant::now();
        let work = next_arrival(&mut works, 1.0 / stage.seconds);
        let service = service.clone();
        requests.spawn(async move {
            service.call(work * SLOW_MOTION).await;
            (came.elapsed() / SLOW_MOTION, work)
        });
        next += next_arrival(&mut arrivals, stage.arrivals);
    }
    let all = requests.join_all().await;
    let waits: Duration = all.iter().map(|(took, work)| took.saturating_sub(*work)).sum();
    let mut times: Vec<_> = all.iter().map(|(took, _)| *took).collect();
    (waits.as_secs_f64() * 1e3 / all.len() as f64, percentile(&mut times, 0.99))
}
