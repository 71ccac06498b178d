//! The pipeline as a program: 2, 4, … 200 on standard output.

use fan_out_01_solution::{doubler, printer, producer};
use std::io;
use std::time::Duration;
use workbook::Work;

#[tokio::main]
async fn main() -> io::Result<()> {
    let doubled = doubler(producer(1..=100), Work::taking(Duration::from_millis(1)));
    printer(doubled, tokio::io::stdout()).await?;
    Ok(())
}
