//! The bounds. Their use is in `pipeline.rs`.

pub const TENANT_WORKERS: usize = 4;
pub const MAX_TENANTS: usize = 64;
