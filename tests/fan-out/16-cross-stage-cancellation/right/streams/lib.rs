//! Right: a task for each stage, which works on four numbers in a `buffer_unordered` stream.

use futures::stream::{self, StreamExt};
use tokio::sync::mpsc::{self, Receiver};
use tokio_util::sync::CancellationToken;
use workbook::Work;

pub const WORKERS: usize = 4;
pub const CAPACITY: usize = 4;

pub fn pipeline(input: Receiver<u64>, stages: [Work; 3], token: CancellationToken) -> Receiver<u64> {
    stages.into_iter().fold(input, |mut input, work| {
        let (output, receiver) = mpsc::channel(CAPACITY);
        let token = token.clone();
        tokio::spawn(async move {
            let mut done = stream::poll_fn(|context| input.poll_recv(context))
                .map(|number| {
                    let run = work.run(number);
                    async move {
                        run.await;
                        number
                    }
                })
                .buffer_unordered(WORKERS);
            let pass_on = async {
                while let Some(number) = done.next().await {
                    if output.send(number).await.is_err() {
                        return;
                    }
                }
            };
            tokio::select! {
                biased;
                () = token.cancelled() => {}
                () = output.closed() => {}
                () = pass_on => {}
            }
        });
        receiver
    })
}
