//! Small drawing parts that several panels use. They know nothing of a case.

pub mod area;
pub mod ascii;
pub mod rows;
pub mod text;
