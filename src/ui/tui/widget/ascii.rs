//! The screen for a terminal that has no UTF-8: borders and signs in ASCII, letters beyond it as `?`.

use ratatui::buffer::Buffer;

/// Spells every cell in ASCII. Called last, so that no part of the screen needs to know of it.
pub fn spell(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if let Some(first) = cell.symbol().chars().next().filter(|_| !cell.symbol().is_ascii()) {
            cell.set_char(sign(first));
        }
    }
}

fn sign(c: char) -> char {
    match c {
        '─' | '━' | '═' | '–' | '—' => '-',
        '│' | '┃' | '║' | '▅' | '▆' => '|',
        '┌'..='╬' | '✓' => '+',
        '…' => '~',
        '·' | '░' | '▁' | '▂' => '.',
        '•' => '*',
        '×' => 'x',
        '▒' | '▃' | '▄' => ':',
        '▓' => '%',
        '▇' | '█' => '#',
        '←' | '«' => '<',
        '→' | '»' => '>',
        '↑' => '^',
        '↓' => 'v',
        '‘' | '’' => '\'',
        '“' | '”' => '"',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    #[test]
    fn nothing_beyond_ascii_is_left() {
        let table = [
            ("┌─┐", "+-+"),
            ("  » hi", "  > hi"),
            ("2 Reproduce …", "2 Reproduce ~"),
            ("✓ é ×", "+ ? x"),
            ("漢a", "? a"),
        ];
        for (text, wanted) in table {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 1));
            buffer.set_string(0, 0, text, Style::new());
            spell(&mut buffer);
            let shown: String = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
            assert_eq!(shown.trim_end(), wanted);
        }
    }
}
