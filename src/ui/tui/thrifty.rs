//! Fewer bytes for the same picture: where two places that change are near each other in a row, what stands between them is written
//! again, which takes fewer bytes than to move there. Over a slow line it is the bytes that one waits for.

use std::io;

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};

/// Cells that a character may cover in whatever terminal.
const WIDEST: usize = 4;

type Style = (Color, Color, Color, Modifier);

/// What stands in a cell where it is one of ASCII; of nothing else it is known how many cells it covers.
#[derive(Clone, Copy)]
struct Known {
    byte: u8,
    style: Style,
}

/// A backend that knows what it has drawn.
pub(super) struct Thrifty<B> {
    inner: B,
    /// By row and column; what is beyond is unknown, or blank.
    shown: Vec<Vec<Option<Known>>>,
    /// The screen was cleared: what was not drawn since is blank.
    is_blank: bool,
}

/// A cell that is drawn: one that changed, or one that stands between two of them.
enum Drawn<'c> {
    Changed(&'c Cell),
    Again(Cell),
}

const BLANK: Known =
    Known { byte: b' ', style: (Color::Reset, Color::Reset, Color::Reset, Modifier::empty()) };

/// Bytes of a move to this place (`ESC [ row ; column H`, from 1).
fn move_takes(x: u16, y: u16) -> u16 {
    let digits = |number: u16| match number {
        0..9 => 1,
        9..99 => 2,
        _ => 3,
    };
    4 + digits(x) + digits(y)
}

fn style(cell: &Cell) -> Style {
    (cell.fg, cell.bg, cell.underline_color, cell.modifier)
}

/// The one byte of a cell, where it is a character of ASCII.
fn byte(cell: &Cell) -> Option<u8> {
    match cell.symbol().as_bytes() {
        [byte @ b' '..=b'~'] => Some(*byte),
        _ => None,
    }
}

impl<B> Thrifty<B> {
    pub(super) fn new(inner: B) -> Self {
        Self { inner, shown: Vec::new(), is_blank: false }
    }

    fn known(&self, x: u16, y: u16) -> Option<Known> {
        let cell = self.shown.get(usize::from(y)).and_then(|row| row.get(usize::from(x)));
        cell.copied().unwrap_or(self.is_blank.then_some(BLANK))
    }

    fn note(&mut self, x: u16, y: u16, cell: &Cell) {
        let beyond = self.is_blank.then_some(BLANK);
        let (x, y) = (usize::from(x), usize::from(y));
        let known = byte(cell).map(|byte| Known { byte, style: style(cell) });
        let covers = if known.is_some() { 1 } else { WIDEST };
        if self.shown.len() <= y {
            self.shown.resize_with(y + 1, Vec::new);
        }
        let Some(row) = self.shown.get_mut(y) else { return };
        if row.len() < x + covers {
            row.resize(x + covers, beyond);
        }
        if let Some(cells) = row.get_mut(x..x + covers) {
            cells.fill(known);
        }
    }

    /// The cells from `from` up to `to` in row `y`, where they are known and take no change of style of their own.
    fn between(&self, y: u16, (from, before): (u16, Style), (to, behind): (u16, Style)) -> Option<Vec<Cell>> {
        let known = (from..to).map(|x| self.known(x, y)).collect::<Option<Vec<Known>>>()?;
        let all = |own: Style| known.iter().all(|cell| cell.style == own);
        if !all(before) && !all(behind) {
            return None;
        }
        let cell = |known: Known| {
            let (fg, bg, underline_color, modifier) = known.style;
            let mut cell = Cell::default();
            cell.set_char(char::from(known.byte));
            (cell.fg, cell.bg, cell.underline_color, cell.modifier) = (fg, bg, underline_color, modifier);
            cell
        };
        Some(known.into_iter().map(cell).collect())
    }
}

impl<B: Backend<Error = io::Error>> Backend for Thrifty<B> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut drawn: Vec<(u16, u16, Drawn<'a>)> = Vec::new();
        let mut last: Option<(u16, u16, Style)> = None;
        for (x, y, cell) in content {
            // Behind a character that is not one of ASCII the terminal's own cursor decides.
            if let Some((before, row, own)) = last
                && row == y
                && let Some(gap) =
                    x.checked_sub(before + 1).filter(|gap| (1..=move_takes(x, y)).contains(gap))
                && let Some(cells) = self.between(y, (before + 1, own), (x, style(cell)))
            {
                drawn.extend((x - gap..x).zip(cells).map(|(x, cell)| (x, y, Drawn::Again(cell))));
            }
            last = byte(cell).map(|_| (x, y, style(cell)));
            self.note(x, y, cell);
            drawn.push((x, y, Drawn::Changed(cell)));
        }
        self.inner.draw(drawn.iter().map(|(x, y, cell)| match cell {
            Drawn::Changed(cell) => (*x, *y, *cell),
            Drawn::Again(cell) => (*x, *y, cell),
        }))
    }

    fn append_lines(&mut self, lines: u16) -> io::Result<()> {
        self.forget(false);
        self.inner.append_lines(lines)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.inner.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, kind: ClearType) -> io::Result<()> {
        self.forget(kind == ClearType::All);
        self.inner.clear_region(kind)
    }

    fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.inner)
    }
}

impl<B> Thrifty<B> {
    fn forget(&mut self, is_blank: bool) {
        self.shown.clear();
        self.is_blank = is_blank;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::backend::CrosstermBackend;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style as Dress;

    const AREA: Rect = Rect::new(0, 0, 24, 3);

    /// What `backend` writes to show `screens` one after the other.
    fn draw(mut backend: impl Backend<Error = io::Error>, screens: &[Buffer]) {
        backend.clear().expect("clears");
        let mut before = Buffer::empty(AREA);
        for screen in screens {
            backend.draw(before.diff(screen).into_iter()).expect("draws");
            before = screen.clone();
        }
    }

    fn screen(places: &[(u16, u16, String, u8)]) -> Buffer {
        let mut buffer = Buffer::empty(AREA);
        for (x, y, text, dress) in places {
            let dress = match dress {
                0 => Dress::new(),
                1 => Dress::new().fg(Color::Cyan),
                _ => Dress::new().add_modifier(Modifier::REVERSED),
            };
            buffer.set_string(*x, *y, text, dress);
        }
        buffer
    }

    proptest! {
        #[test]
        fn the_picture_is_the_same_and_takes_no_more_bytes(
            screens in proptest::collection::vec(
                proptest::collection::vec((0..20_u16, 0..3_u16, "[ab ✓界é]{0,9}", 0..3_u8), 0..8), 1..6),
        ) {
            let screens: Vec<Buffer> = screens.iter().map(|places| screen(places)).collect();
            let (mut plain, mut thrifty) = (Vec::new(), Vec::new());
            draw(CrosstermBackend::new(&mut plain), &screens);
            draw(Thrifty::new(CrosstermBackend::new(&mut thrifty)), &screens);
            let shown = |bytes: &[u8]| {
                let size = |cells| std::num::NonZero::new(cells).expect("some");
                let mut terminal = vt100::Parser::new(size(AREA.height), size(AREA.width), 0);
                terminal.process(bytes);
                let screen = terminal.screen();
                let places = (0..AREA.height).flat_map(|y| (0..AREA.width).map(move |x| (x, y)));
                // A blank that was written looks like one that never was.
                let look = |(x, y)| {
                    let cell = screen.cell(y, x).expect("on the screen");
                    let text = if cell.has_contents() { cell.contents() } else { " " };
                    (text.to_owned(), cell.fgcolor(), cell.bgcolor(), cell.inverse(), cell.is_wide())
                };
                places.map(look).collect::<Vec<_>>()
            };
            prop_assert_eq!(shown(&plain), shown(&thrifty));
            prop_assert!(thrifty.len() <= plain.len(), "{} > {}", thrifty.len(), plain.len());
        }
    }
}
