//! A program that the tests run.

fn main() {
    println!("test result: ok. 11 passed; 0 failed");
    std::process::exit(0);
}
