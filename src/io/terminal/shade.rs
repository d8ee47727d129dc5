//! Whether text stands on a dark or a light ground: asked of the terminal (OSC 11), or read from `COLORFGBG`.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The ground on which the terminal writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shade {
    /// Light text on a dark ground.
    Dark,
    /// Dark text on a light ground.
    Light,
}

/// When the terminal was asked, as long as no answer came.
static ASKED: Mutex<Option<Instant>> = Mutex::new(None);

/// How long an answer is waited for at the end of the program, counted from the question: what comes later would be typed into
/// the shell. A terminal that knows the question answers at once, and one far away within a round trip.
const ANSWERS_WITHIN: Duration = Duration::from_millis(300);

/// Asks the terminal for the colour of its background; the answer comes with the input. Nothing is asked of terminals that
/// could print the question.
///
/// # Errors
/// The terminal cannot be written to.
pub fn ask_for_shade() -> io::Result<()> {
    if cfg!(windows) || !can_be_asked(&std::env::var("TERM").unwrap_or_default()) {
        return Ok(());
    }
    *ASKED.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    let mut out = io::stdout().lock();
    out.write_all(b"\x1b]11;?\x1b\\")?;
    out.flush()
}

fn can_be_asked(term: &str) -> bool {
    !term.is_empty()
        && !["dumb", "linux", "vt", "cons", "sun", "wyse"].iter().any(|known| term.starts_with(known))
}

/// An answer came.
pub(super) fn answered() {
    *ASKED.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

/// Until when an answer may still come that must not reach the shell; `None`: none is on its way.
pub(super) fn awaited() -> Option<Instant> {
    let until = (*ASKED.lock().unwrap_or_else(PoisonError::into_inner))? + ANSWERS_WITHIN;
    (until > Instant::now()).then_some(until)
}

/// The shade of an answer to the question, without what stands around it: `11;rgb:ffff/ffff/ffff`.
pub(super) fn answer(text: &str) -> Option<Shade> {
    let colour = text.strip_prefix("11;")?;
    let listed = colour.strip_prefix("rgb:").or_else(|| colour.strip_prefix("rgba:"));
    let parts: Vec<&str> = if let Some(parts) = listed {
        parts.split('/').take(3).collect()
    } else {
        let digits = colour.strip_prefix('#').filter(|d| d.is_ascii() && d.len() % 3 == 0)?;
        let one = digits.len() / 3;
        (0..3).filter_map(|at| digits.get(at * one..(at + 1) * one)).collect()
    };
    let [red, green, blue] = *parts else { return None };
    let [red, green, blue] = [part(red)?, part(green)?, part(blue)?];
    // How bright eyes take it to be, of a thousand.
    let bright = (299 * red + 587 * green + 114 * blue) / 1000;
    Some(if bright > 500 { Shade::Light } else { Shade::Dark })
}

/// One to four hexadecimal digits as thousandths of what they can say.
fn part(digits: &str) -> Option<u32> {
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let most = 16_u32.checked_pow(u32::try_from(digits.len()).ok().filter(|n| (1..=4).contains(n))?)? - 1;
    Some(u32::from_str_radix(digits, 16).ok()? * 1000 / most)
}

/// The shade that the variable `COLORFGBG` tells (`15;0`, `0;default;15`): some terminals set it.
pub fn shade_of(colorfgbg: &str) -> Option<Shade> {
    let (_, ground) = colorfgbg.rsplit_once(';')?;
    match ground.parse::<u8>().ok()? {
        0..=6 | 8 => Some(Shade::Dark),
        7 | 9..=15 => Some(Shade::Light),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_tells_the_shade() {
        let table = [
            ("11;rgb:ffff/ffff/ffff", Some(Shade::Light)),
            ("11;rgb:0000/0000/0000", Some(Shade::Dark)),
            ("11;rgb:1e/1e/2e", Some(Shade::Dark)),
            ("11;rgba:fdfd/f6f6/e3e3/ffff", Some(Shade::Light)),
            ("11;#fbfbf8", Some(Shade::Light)),
            // Blue is dark, yellow is light.
            ("11;rgb:0/0/f", Some(Shade::Dark)),
            ("11;rgb:f/f/0", Some(Shade::Light)),
            ("10;rgb:ffff/ffff/ffff", None),
            ("11;rgb:ffff/ffff", None),
            ("11;rgb:fffff/0/0", None),
            ("11;rgb:/0/0", None),
            ("11;rgb:+f/0/0", None),
            ("11;#ä00", None),
            ("11;?", None),
        ];
        for (text, shade) in table {
            assert_eq!(answer(text), shade, "{text}");
        }
    }

    #[test]
    fn a_variable_tells_the_shade() {
        let table = [
            ("15;0", Some(Shade::Dark)),
            ("0;15", Some(Shade::Light)),
            ("0;default;7", Some(Shade::Light)),
            ("7;8", Some(Shade::Dark)),
            ("default;default", None),
            ("15", None),
            ("", None),
        ];
        for (text, shade) in table {
            assert_eq!(shade_of(text), shade, "{text}");
        }
    }

    #[test]
    fn only_what_may_know_the_question_is_asked() {
        for (term, is_asked) in
            [("xterm-256color", true), ("tmux", true), ("dumb", false), ("linux", false), ("", false)]
        {
            assert_eq!(can_be_asked(term), is_asked, "{term}");
        }
    }
}
