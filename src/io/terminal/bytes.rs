//! The bytes that a terminal sends, read as keys, pastes and clicks. Pure: bytes in, events out.
//!
//! crossterm has a reader of its own, which holds a paste until its end marker comes, whatever happens until then, and takes a
//! terminal's answers to questions for keys. This one gives up a paste that stands still, and knows an answer.

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

const ESC: u8 = 0x1b;
const CTRL_C: u8 = 3;
const PASTE_BEGINS: &[u8] = b"\x1b[200~";
const PASTE_ENDS: &[u8] = b"\x1b[201~";

/// A paste in which nothing came for so long is taken as it is: its end was lost on the way.
const PASTE_STANDS: Duration = Duration::from_secs(2);
/// The most bytes of one paste.
const LONGEST_PASTE: usize = 128 * 1024 * 1024;
/// After so long an Esc is a key and not the beginning of something.
const ESC_ALONE: Duration = Duration::from_millis(25);
/// After so long what began does not go on.
const CUT_OFF: Duration = Duration::from_millis(250);
/// The most bytes of a sequence, and of an answer.
const LONGEST: usize = 1024;

/// What bytes mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Told {
    /// A key, a paste, a click.
    Input(Event),
    /// The terminal answers a question (OSC), without the frame.
    Answer(String),
}

/// What came and is not understood yet.
#[derive(Debug, Default)]
pub(super) struct Parser {
    held: Vec<u8>,
    paste: Paste,
}

#[derive(Debug, Default)]
enum Paste {
    #[default]
    None,
    /// Its bytes so far.
    Coming(Vec<u8>),
    /// It stood still and was taken as it was. Its rest may still come, and must not act as keys.
    Stood,
}

/// What stands at the beginning of some bytes.
enum First {
    /// So many bytes mean this, or nothing.
    Is(usize, Option<Told>),
    /// More bytes have to come.
    Unfinished,
}

impl Parser {
    /// Takes bytes as they were read at once.
    pub(super) fn take(&mut self, read: &[u8]) -> Vec<Told> {
        let mut out = Vec::new();
        if matches!(self.paste, Paste::Stood) {
            // A hand types one key at a time; what comes in bulk is the rest of the paste.
            self.paste = if is_typed(read) { Paste::None } else { Paste::Coming(Vec::new()) };
        }
        if matches!(self.paste, Paste::Coming(_)) && !read.is_empty() && read.iter().all(|b| *b == CTRL_C) {
            // Alone it comes from a hand, which wants an end.
            self.end_paste(&mut out);
            self.paste = Paste::None;
        }
        if self.held == [ESC] && !matches!(read, [] | [b'[' | b'O' | b']', ..]) {
            // What a terminal sends for one key it sends at once: this is another one.
            out.extend(self.lapse());
        }
        let mut rest = read;
        while !rest.is_empty() {
            rest = if matches!(self.paste, Paste::Coming(_)) {
                self.more_of_paste(rest, &mut out)
            } else {
                self.held.extend_from_slice(rest);
                &[]
            };
            self.read_held(&mut out);
        }
        out
    }

    /// How long more bytes are waited for; `None`: nothing is unfinished.
    pub(super) fn patience(&self) -> Option<Duration> {
        match (&self.paste, self.held.as_slice()) {
            (Paste::Coming(_), _) => Some(PASTE_STANDS),
            (_, []) => None,
            (_, [ESC]) => Some(ESC_ALONE),
            _ => Some(CUT_OFF),
        }
    }

    /// No more bytes came for that long.
    pub(super) fn lapse(&mut self) -> Vec<Told> {
        let mut out = Vec::new();
        if matches!(self.paste, Paste::Coming(_)) {
            self.end_paste(&mut out);
            self.paste = Paste::Stood;
            return out;
        }
        match *self.held.as_slice() {
            [ESC] => out.push(key(KeyCode::Esc, KeyModifiers::NONE)),
            [ESC, letter] if letter.is_ascii_graphic() => {
                out.push(character(char::from(letter), KeyModifiers::ALT));
            }
            // What was cut off is no key.
            _ => {}
        }
        self.held.clear();
        out
    }

    /// Takes a part of a paste; gives what follows it.
    fn more_of_paste<'b>(&mut self, read: &'b [u8], out: &mut Vec<Told>) -> &'b [u8] {
        let Paste::Coming(text) = &mut self.paste else { return read };
        // The end may be cut in two by the reads.
        let from = text.len().saturating_sub(PASTE_ENDS.len() - 1);
        let had = text.len();
        text.extend_from_slice(read);
        let end = text.get(from..).and_then(|tail| find(tail, PASTE_ENDS)).map(|at| from + at);
        if let Some(end) = end {
            text.truncate(end);
            self.end_paste(out);
            self.paste = Paste::None;
            return read.get(end + PASTE_ENDS.len() - had..).unwrap_or(&[]);
        }
        if text.len() > LONGEST_PASTE {
            self.end_paste(out);
            self.paste = Paste::Stood;
        }
        &[]
    }

    fn end_paste(&mut self, out: &mut Vec<Told>) {
        if let Paste::Coming(text) = &mut self.paste
            && !text.is_empty()
        {
            let text = std::mem::take(text);
            let text = String::from_utf8(text)
                .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
            out.push(Told::Input(Event::Paste(text)));
        }
    }

    fn read_held(&mut self, out: &mut Vec<Told>) {
        let held = std::mem::take(&mut self.held);
        let mut rest = held.as_slice();
        while !rest.is_empty() {
            if let Some(pasted) = rest.strip_prefix(PASTE_BEGINS) {
                self.paste = Paste::Coming(Vec::new());
                rest = self.more_of_paste(pasted, out);
                if !matches!(self.paste, Paste::None) {
                    return;
                }
                continue;
            }
            match first(rest) {
                First::Is(count, told) => {
                    out.extend(told);
                    rest = rest.get(count.max(1)..).unwrap_or(&[]);
                }
                First::Unfinished => break,
            }
        }
        self.held = rest.to_vec();
    }
}

/// True where a hand may have typed this: one key, or one that repeats.
fn is_typed(read: &[u8]) -> bool {
    match first(read) {
        _ if read.starts_with(PASTE_BEGINS) => true,
        First::Is(count, Some(_)) => {
            read.get(..count).is_some_and(|one| read.chunks(count).all(|key| key == one))
        }
        First::Is(_, None) => false,
        First::Unfinished => read == [ESC],
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Told {
    Told::Input(Event::Key(KeyEvent::new(code, modifiers)))
}

fn character(c: char, modifiers: KeyModifiers) -> Told {
    let shift = if c.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
    key(KeyCode::Char(c), modifiers | shift)
}

fn first(bytes: &[u8]) -> First {
    match *bytes {
        [] | [ESC] => First::Unfinished,
        [ESC, b'[', ..] => control_sequence(bytes),
        [ESC, b'O', ..] => match bytes.get(2) {
            None => First::Unfinished,
            Some(letter) => First::Is(3, lettered(*letter, KeyModifiers::NONE)),
        },
        [ESC, b']' | b'P' | b'X' | b'^' | b'_', ..] => answer(bytes),
        // The first is a key of its own.
        [ESC, ESC, ..] => First::Is(1, Some(key(KeyCode::Esc, KeyModifiers::NONE))),
        [ESC, ..] => match typed(bytes.get(1..).unwrap_or(&[]), KeyModifiers::ALT) {
            First::Is(count, told) => First::Is(count + 1, told),
            First::Unfinished => First::Unfinished,
        },
        _ => typed(bytes, KeyModifiers::NONE),
    }
}

/// A character, or a key that sends one.
fn typed(bytes: &[u8], modifiers: KeyModifiers) -> First {
    let Some(&byte) = bytes.first() else { return First::Unfinished };
    let control = |letter: u8| character(char::from(letter), modifiers | KeyModifiers::CONTROL);
    let told = match byte {
        b'\r' => key(KeyCode::Enter, modifiers),
        b'\t' => key(KeyCode::Tab, modifiers),
        0x7f => key(KeyCode::Backspace, modifiers),
        0 => control(b' '),
        1..=0x1a => control(byte - 1 + b'a'),
        0x1c..=0x1f => control(byte - 0x1c + b'4'),
        _ => return spelled(bytes, modifiers),
    };
    First::Is(1, Some(told))
}

/// A character of UTF-8.
fn spelled(bytes: &[u8], modifiers: KeyModifiers) -> First {
    let start = bytes.get(..bytes.len().min(4)).unwrap_or(bytes);
    let (valid, cut) = match std::str::from_utf8(start) {
        Ok(text) => (text, false),
        Err(error) => {
            let valid = start.get(..error.valid_up_to()).unwrap_or(&[]);
            (std::str::from_utf8(valid).unwrap_or(""), error.error_len().is_none())
        }
    };
    match valid.chars().next() {
        Some(c) => First::Is(c.len_utf8(), Some(character(c, modifiers))),
        None if cut => First::Unfinished,
        None => First::Is(1, None),
    }
}

/// `ESC [`, parameters, a last byte.
fn control_sequence(bytes: &[u8]) -> First {
    let body = bytes.get(2..).unwrap_or(&[]);
    match *body {
        // The keys F1 to F5 of a Linux console.
        [b'[', letter, ..] => {
            let told =
                matches!(letter, b'A'..=b'E').then(|| key(KeyCode::F(letter - b'A' + 1), KeyModifiers::NONE));
            return First::Is(4, told);
        }
        // A click as old terminals tell it: three bytes follow.
        [b'M', button, x, y, ..] => {
            let place = |byte: u8| u16::from(byte.saturating_sub(33));
            return First::Is(6, clicked(button.saturating_sub(32), (place(x), place(y)), false));
        }
        [b'['] | [b'M', ..] => return First::Unfinished,
        _ => {}
    }
    let Some(count) = body.iter().position(|byte| !matches!(byte, 0x20..=0x3f)) else {
        return if body.len() > LONGEST { First::Is(bytes.len(), None) } else { First::Unfinished };
    };
    let last = body.get(count).copied().unwrap_or(0);
    if !matches!(last, 0x40..=0x7e) {
        // Broken off: what broke it is read for itself.
        return First::Is(2 + count, None);
    }
    let parameters = body.get(..count).and_then(|p| std::str::from_utf8(p).ok()).unwrap_or("");
    First::Is(3 + count, sequence(parameters, last))
}

/// The meaning of a sequence.
fn sequence(parameters: &str, last: u8) -> Option<Told> {
    if let Some(click) = parameters.strip_prefix('<') {
        let mut numbers = click.split(';').map(|n| n.parse::<u16>().ok());
        let (button, x, y) = (numbers.next()??, numbers.next()??, numbers.next()??);
        let place = (x.saturating_sub(1), y.saturating_sub(1));
        return clicked(u8::try_from(button).ok()?, place, last == b'm')
            .filter(|_| matches!(last, b'M' | b'm'));
    }
    if parameters.starts_with(['?', '>', '=']) {
        // An answer to a question that others asked.
        return None;
    }
    let number =
        |at: usize| parameters.split(';').nth(at).and_then(|p| p.split(':').next()?.parse::<u32>().ok());
    let modifiers = modifiers(number(1).unwrap_or(1));
    if parameters.split(';').nth(1).is_some_and(|p| p.ends_with(":3")) {
        // A key that is let go.
        return None;
    }
    match last {
        b'~' if number(0) == Some(27) => coded(number(2)?, modifiers),
        b'~' => numbered(number(0)?, modifiers),
        b'u' => coded(number(0)?, modifiers),
        b'Z' => Some(key(KeyCode::BackTab, modifiers | KeyModifiers::SHIFT)),
        // `R` with a row is where the cursor is.
        b'R' if number(0).is_some_and(|n| n != 1) => None,
        _ => lettered(last, modifiers),
    }
}

fn modifiers(told: u32) -> KeyModifiers {
    let bits = told.saturating_sub(1);
    let all = [
        (1, KeyModifiers::SHIFT),
        (2, KeyModifiers::ALT),
        (4, KeyModifiers::CONTROL),
        (8, KeyModifiers::SUPER),
    ];
    all.into_iter().filter(|(bit, _)| bits & bit != 0).fold(KeyModifiers::NONE, |sum, (_, one)| sum | one)
}

fn lettered(letter: u8, modifiers: KeyModifiers) -> Option<Told> {
    let code = match letter {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'H' => KeyCode::Home,
        b'F' => KeyCode::End,
        b'M' => KeyCode::Enter,
        b'P'..=b'S' => KeyCode::F(letter - b'P' + 1),
        _ => return None,
    };
    Some(key(code, modifiers))
}

fn numbered(number: u32, modifiers: KeyModifiers) -> Option<Told> {
    let function = |from: u32| u8::try_from(number - from).ok().map(KeyCode::F);
    let code = match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => function(10)?,
        17..=21 => function(11)?,
        23 | 24 => function(12)?,
        _ => return None,
    };
    Some(key(code, modifiers))
}

/// A key that a terminal tells by its character's number.
fn coded(number: u32, modifiers: KeyModifiers) -> Option<Told> {
    Some(match number {
        13 => key(KeyCode::Enter, modifiers),
        27 => key(KeyCode::Esc, modifiers),
        9 if modifiers.contains(KeyModifiers::SHIFT) => key(KeyCode::BackTab, modifiers),
        9 => key(KeyCode::Tab, modifiers),
        127 => key(KeyCode::Backspace, modifiers),
        _ => character(char::from_u32(number).filter(|c| !c.is_control())?, modifiers),
    })
}

fn clicked(told: u8, (column, row): (u16, u16), is_up: bool) -> Option<Told> {
    let button = |number: u8| match number {
        0 => MouseButton::Left,
        1 => MouseButton::Middle,
        _ => MouseButton::Right,
    };
    let number = (told & 0b11) | ((told & 0b1100_0000) >> 4);
    let kind = match (number, told & 0b10_0000 != 0) {
        (0..=2, false) if is_up => MouseEventKind::Up(button(number)),
        (0..=2, false) => MouseEventKind::Down(button(number)),
        (0..=2, true) => MouseEventKind::Drag(button(number)),
        (3, false) => MouseEventKind::Up(MouseButton::Left),
        (3..=5, true) => MouseEventKind::Moved,
        (4, false) => MouseEventKind::ScrollUp,
        (5, false) => MouseEventKind::ScrollDown,
        (6, false) => MouseEventKind::ScrollLeft,
        (7, false) => MouseEventKind::ScrollRight,
        _ => return None,
    };
    let all = [(4, KeyModifiers::SHIFT), (8, KeyModifiers::ALT), (16, KeyModifiers::CONTROL)];
    let modifiers = all
        .into_iter()
        .filter(|(bit, _)| told & bit != 0)
        .fold(KeyModifiers::NONE, |sum, (_, one)| sum | one);
    Some(Told::Input(Event::Mouse(MouseEvent { kind, column, row, modifiers })))
}

/// A string that the terminal sends: an answer where it is an OSC, else nothing that concerns us.
fn answer(bytes: &[u8]) -> First {
    let body = bytes.get(2..).unwrap_or(&[]);
    let end = body.iter().position(|byte| matches!(*byte, 7 | ESC | 0x18 | 0x1a));
    let Some(end) = end else {
        return if body.len() > LONGEST { First::Is(bytes.len(), None) } else { First::Unfinished };
    };
    let frame = match (body.get(end), body.get(end + 1)) {
        (Some(&ESC), None) => return First::Unfinished,
        (Some(&ESC), Some(b'\\')) => 2,
        // Broken off by the next sequence.
        (Some(&ESC), Some(_)) => return First::Is(2 + end, None),
        _ => 1,
    };
    let text = body.get(..end).map(|text| String::from_utf8_lossy(text).into_owned());
    let is_whole = bytes.get(1) == Some(&b']') && matches!(body.get(end), Some(&(7 | ESC)));
    let told = text.filter(|_| is_whole).map(Told::Answer);
    First::Is(2 + end + frame, told)
}

#[cfg(test)]
#[path = "bytes/tests.rs"]
mod tests;
