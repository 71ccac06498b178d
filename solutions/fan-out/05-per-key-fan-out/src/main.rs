//! The shards as a program: for each key among the arguments, its shard on a line of its own.

use fan_out_05_solution::shard;

fn main() {
    for key in std::env::args().skip(1) {
        println!("{}", shard(&key));
    }
}
