//! The workers are beside their dispatcher, in `pool.rs`.
