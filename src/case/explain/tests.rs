//! Whole families of records, and what is said of them.

mod families;
mod phrasings;
