//! The benchmark, where CI's compiler sees it. `cargo checker bench 3 --solution` runs it.
extern crate fan_out_03_solution as task;
#[path = "../../../../tests/fan-out/03-ordered-fan-out/bench.rs"]
mod bench;

fn main() {
    bench::main();
}
