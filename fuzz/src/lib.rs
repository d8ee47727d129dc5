//! The properties that the seeded loop of the main package runs too.

#[path = "../../tests/properties/mod.rs"]
pub mod properties;
