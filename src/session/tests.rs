//! The walk, event by event. No IO, no async.
