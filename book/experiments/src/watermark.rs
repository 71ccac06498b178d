//! What of a partition may be committed when, and what is done twice after a kill.
//!
//! The watermark is the one of the reference of task s3. Four offsets are in flight at once; one takes 35 ms, the others
//! 15. The process commits every 20 ms and is killed at 55. Clock: virtual. The seed changes nothing.

use crate::drawing::{Drawing, Row, draw};
use crate::{Options, print, virtual_time};
use std::io::{self, Write};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval_at, sleep_until};

#[path = "../../../solutions/fan-out/s3-across-processes/src/watermark.rs"]
#[expect(dead_code, unreachable_pub, reason = "it is another crate's, which asks it for more")]
mod reference;

const WIDTH: usize = 4;
const FIRST: i64 = 5;
const LATE: i64 = 8;
const COMMITS: u64 = 20;
const KILLED: u64 = 55;

struct Seen {
    /// Each offset, when it was begun, and when it was done, if it was.
    offsets: Vec<(i64, u64, Option<u64>)>,
    /// When was committed what.
    commits: Vec<(u64, i64)>,
}

fn seen(options: &Options) -> Seen {
    virtual_time::block_on(options, async {
        let (began, mut watermark) = (Instant::now(), reference::Watermark::default());
        let (mut offsets, mut commits, mut at_work) = (Vec::new(), Vec::new(), JoinSet::new());
        let (every, killed) = (Duration::from_millis(COMMITS), began + Duration::from_millis(KILLED));
        let mut ticks = interval_at(began + every, every);
        let now = || began.elapsed().as_millis() as u64;
        loop {
            while at_work.len() < WIDTH {
                let offset = FIRST + offsets.len() as i64;
                watermark.begin(offset);
                offsets.push((offset, now(), None));
                let takes = Duration::from_millis(if offset == LATE { 35 } else { 15 });
                let until = Instant::now() + takes;
                at_work.spawn(async move {
                    sleep_until(until).await;
                    offset
                });
            }
            tokio::select! {
                biased;
                () = sleep_until(killed) => break,
                Some(Ok(offset)) = at_work.join_next() => {
                    watermark.done(offset);
                    offsets[(offset - FIRST) as usize].2 = Some(now());
                }
                _ = ticks.tick() => commits.extend(watermark.commit().map(|commit| (now(), commit))),
            }
        }
        Seen { offsets, commits }
    })
}

pub(crate) fn run(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let Seen { offsets, commits } = seen(options);
    let done = |at: u64| offsets.iter().filter(|(_, _, done)| done.is_some_and(|done| done <= at)).count();
    let mut rows: Vec<_> = commits
        .iter()
        .map(|(at, commit)| {
            let covered = (commit - FIRST) as usize;
            vec![
                "commit".to_owned(),
                at.to_string(),
                commit.to_string(),
                done(*at).to_string(),
                (done(*at) - covered).to_string(),
            ]
        })
        .collect();
    let last = commits.last().map_or(FIRST, |(_, commit)| *commit);
    let twice = done(KILLED) - (last - FIRST) as usize;
    rows.push(vec!["killed".into(), KILLED.to_string(), last.to_string(), done(KILLED).to_string(), twice.to_string()]);
    print::table(out, &["", "at, ms", "committed", "done", "done, not covered"], &rows)
}

pub(crate) fn picture(options: &Options) -> String {
    let Seen { offsets, commits } = seen(options);
    let row = |(offset, begun, done): (i64, u64, Option<u64>)| {
        let covered = commits.iter().find(|(_, commit)| *commit > offset).map_or(KILLED, |(at, _)| *at);
        let bars = match done {
            Some(done) => vec![(begun, done, 0), (done, covered.max(done), 1)],
            None => vec![(begun, KILLED, 0)],
        };
        Row { label: format!("offset {offset}"), bars }
    };
    let mut marks: Vec<_> = commits.iter().map(|(at, commit)| (*at, format!("commit {commit}"))).collect();
    marks.push((KILLED, "killed".into()));
    draw(&Drawing {
        title: "The offsets of one partition, and what was committed of them",
        states: &["at work", "done, not committed"],
        rows: offsets.into_iter().map(row).collect(),
        marks,
        until: KILLED + 2,
    })
}
