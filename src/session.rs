//! The walk as a state machine: events in, effects out. Pure: no clock, no disk, no network, no terminal.

pub mod case_id;
mod effect;
mod event;

pub use effect::{Binding, Effect, Outgoing};
pub use event::{ControlAsk, Delivered, Event, Phase, Progress};
