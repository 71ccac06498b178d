//! Task: fan-out/2
//! Expect: build
//! Contained: a submission without its main file is judged by nothing else
//!
//! Without a library there is nothing that could fail.

fn main() {
    println!("10 of 10 criteria hold.");
}
