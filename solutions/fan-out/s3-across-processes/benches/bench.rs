//! The benchmark, where CI's compiler sees it. `cargo checker bench s3 --solution` runs it.
extern crate fan_out_s3_solution as task;
#[path = "../../../../tests/fan-out/s3-across-processes/bench.rs"]
mod bench;

fn main() {
    bench::main();
}
