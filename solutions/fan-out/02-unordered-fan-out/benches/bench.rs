//! The benchmark, where CI's compiler sees it. `cargo checker bench 2 --solution` runs it.
extern crate fan_out_02_solution as task;
#[path = "../../../../tests/fan-out/02-unordered-fan-out/bench.rs"]
mod bench;

fn main() {
    bench::main();
}
