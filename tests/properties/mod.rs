//! What must hold for any bytes: each property as a function. The fuzz targets of `fuzz/` and the seeded loop of
//! `tests/seeded` run the same ones.
//!
//! The first [`HEAD`] bytes of an input choose (the kind of text, where it is cut, what is planted and where), the rest
//! is the text.

pub mod audit;
pub mod dress;
pub mod filter;
pub mod har;
pub mod import;
pub mod note;
pub mod reading;

/// Bytes in front of the text.
pub const HEAD: usize = 4;

/// What did not hold. Inputs are fuzz, so that it may show them.
pub type Outcome = Result<(), String>;

/// The choosing bytes and the text.
pub fn parts(data: &[u8]) -> ([usize; HEAD], &[u8]) {
    match data.split_first_chunk::<HEAD>() {
        Some((head, text)) => (head.map(usize::from), text),
        None => ([0; HEAD], data),
    }
}

/// `text` in pieces of one to `most` bytes, another size each time.
pub fn pieces(text: &[u8], most: usize, start: usize) -> Vec<&[u8]> {
    let mut list = Vec::new();
    let (mut rest, mut step) = (text, start);
    while !rest.is_empty() {
        step = (step * 7 + 3) % most.max(1);
        let (piece, after) = rest.split_at_checked(step + 1).unwrap_or((rest, &[]));
        list.push(piece);
        rest = after;
    }
    list
}

/// `planted` put into `text` at a place that the two bytes choose; never inside a character where the text is UTF-8.
pub fn plant(text: &[u8], planted: &[u8], (coarse, fine): (usize, usize)) -> Vec<u8> {
    let wanted = (coarse * 256 + fine) * (text.len() + 1) / 65_536;
    let place = match std::str::from_utf8(text) {
        Ok(text) => (0..=wanted).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0),
        Err(_) => wanted,
    };
    let (before, after) = text.split_at_checked(place).unwrap_or((text, &[]));
    [before, planted, after].concat()
}
