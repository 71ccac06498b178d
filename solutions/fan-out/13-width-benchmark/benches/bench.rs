//! The benchmark, where CI's compiler sees it. `cargo checker bench 13 --solution` runs it.
extern crate fan_out_13_solution as task;
#[path = "../../../../tests/fan-out/13-width-benchmark/bench.rs"]
mod bench;

fn main() {
    bench::main();
}
