//! First floor: one room per outside thing. Runs the session's effects and feeds events back.

pub mod clock;
pub mod deliver;
pub mod doctor;
pub mod driver;
pub mod files;
pub mod logs;
pub mod net;
mod program;
pub mod secrets;
pub mod store;
pub mod terminal;
