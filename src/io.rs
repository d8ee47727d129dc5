//! First floor: one room per outside thing. Runs the session's effects and feeds events back.

pub mod clock;
pub mod driver;
pub mod net;
