//! What a test may do while it judges a stranger's code.
