//! Requests of each desk, as its reference has them.
