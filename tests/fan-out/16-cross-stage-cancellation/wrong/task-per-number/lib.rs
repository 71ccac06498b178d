//! Caught by: four_at_a_time_in_each_stage (bound), a_reader_that_stops_parks_every_task (bound), dropping_the_output_stops_stages_at_work (fail), a_cancel_stops_stages_at_work (fail)
//!
//! "Tasks are cheap": each stage runs a task for each number, all of which end in time, but nothing limits them.

use tokio::sync::mpsc::{self, Receiver};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use workbook::Work;

pub const WORKERS: usize = 4;
pub const CAPACITY: usize = 4;

pub fn pipeline(input: Receiver<u64>, stages: [Work; 3], token: CancellationToken) -> Receiver<u64> {
    stages.into_iter().fold(input, |mut input, work| {
        let (output, receiver) = mpsc::channel(CAPACITY);
        let token = token.clone();
        tokio::spawn(async move {
            let gone = output.clone();
            let dispatch = async {
                let mut running = JoinSet::new();
                while let Some(number) = input.recv().await {
                    let (work, output) = (work.clone(), output.clone());
                    running.spawn(async move {
                        work.run(number).await;
                        output.send(number).await.ok();
                    });
                }
                drop(output);
                while running.join_next().await.is_some() {}
            };
            tokio::select! {
                biased;
                () = token.cancelled() => {}
                () = gone.closed() => {}
                () = dispatch => {}
            }
        });
        receiver
    })
}
