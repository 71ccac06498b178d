//! Listings of the book that the compiler refuses, each with a twin that it takes.
//!
//! `failing/NAME.rs` marks each line that is refused by a comment, with the error's code, `// E0382`, or, where the
//! error has none, with words of its message, `// error: future cannot be sent`. Its twin `src/NAME.rs` differs in
//! the fix alone. `tests/compiler.rs` holds the compiler to the marks: all of them, on these lines, and no other
//! error.

pub mod borrowed_by_a_task;
pub mod borrowed_items;
pub mod borrowed_permit;
pub mod borrowed_slice;
pub mod guard_across_await;
pub mod rc_across_spawn;
pub mod sent_batch;
pub mod spawn_of_a_local;
pub mod two_receivers;
