//! JSON as people write it: words for colours, a tree to fold, a tidy form, the place of the cursor. Whole JSON or half of
//! it, nothing here fails or recurses. It knows nothing of a case; what is right in a request is for preflight.
//!
//! ```text
//! text ──lex──> tokens ──┬──> colours of what is seen
//!                        ├──> tree (only of whole JSON)
//!                        ├──> tidy form (every value as it was written)
//!                        └──> place of the cursor, its bracket's partner
//! ```

mod lex;
mod place;
mod tidy;
mod tree;

pub use lex::{Kind, Lexer, Token};
pub use place::{Place, names_behind, partner, place_at};
pub use tidy::tidy;
pub use tree::{Node, Tree};
