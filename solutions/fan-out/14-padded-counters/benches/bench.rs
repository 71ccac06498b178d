//! The benchmark, where CI's compiler sees it. `cargo checker bench 14 --solution` runs it.
extern crate fan_out_14_solution as task;
#[path = "../../../../tests/fan-out/14-padded-counters/bench.rs"]
mod bench;

fn main() {
    bench::main();
}
