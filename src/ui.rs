//! Top floor: two faces of the same session; neither holds logic.

pub mod cli;
pub mod tui;
