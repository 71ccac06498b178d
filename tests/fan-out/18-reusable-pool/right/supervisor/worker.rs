//! The workers are beside their supervisor, in `pool.rs`.
