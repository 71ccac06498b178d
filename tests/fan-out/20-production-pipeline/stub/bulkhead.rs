//! What a tenant has for itself in each stage, and what all share.

/// How many jobs of one tenant are at work in a stage, at most.
pub const TENANT_WORKERS: usize = 4;

/// How many tenants a pipeline serves.
pub const MAX_TENANTS: usize = 64;
