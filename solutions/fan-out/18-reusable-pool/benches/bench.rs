//! The benchmark, where CI's compiler sees it. `cargo checker bench 18 --solution` runs it.
extern crate fan_out_18_solution as task;
#[path = "../../../../tests/fan-out/18-reusable-pool/bench.rs"]
mod bench;

fn main() {
    bench::main();
}
