//! The benchmark, where CI's compiler sees it. `cargo checker bench 7 --solution` runs it.
extern crate fan_out_07_solution as task;
#[path = "../../../../tests/fan-out/07-failure-modes/bench.rs"]
mod bench;

fn main() {
    bench::main();
}
