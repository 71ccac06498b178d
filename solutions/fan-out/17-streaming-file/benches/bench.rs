//! The benchmark, where CI's compiler sees it. `cargo checker bench 17 --solution` runs it.
extern crate fan_out_17_solution as task;
#[path = "../../../../tests/fan-out/17-streaming-file/bench.rs"]
mod bench;

fn main() {
    bench::main();
}
