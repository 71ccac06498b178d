//! The book's tools from outside: what mdBook and the checker hand them, and what they make of it.

mod chapters;
mod pictures;
mod scratch;
