//! For contributors.

pub(crate) mod mutants;
pub(crate) mod new;
pub(crate) mod soak;
pub(crate) mod tidy;
