//! A terminal's cells as an SVG picture: one text per run of equal style, on a dark background.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// Columns and rows in user units. Box drawing of common fonts reaches from row to row at this height.
const COLUMN: f64 = 8.4;
const ROW: f64 = 17.0;
const EDGE: f64 = 12.0;
const FONTS: &str =
    "ui-monospace, 'SFMono-Regular', Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace";
const BACKGROUND: &str = "#16191f";
const FOREGROUND: &str = "#d6dae2";

/// How a run of cells looks.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Look {
    ink: &'static str,
    ground: &'static str,
    bold: bool,
    dim: bool,
}

/// The colour of an ANSI name; the picture has its own palette, as a terminal has.
fn colour(colour: Color, default: &'static str) -> &'static str {
    match colour {
        Color::Black => "#2b303b",
        Color::Red => "#f07178",
        Color::Green => "#9ccc7a",
        Color::Yellow => "#f0c674",
        Color::Blue => "#7aa2f7",
        Color::Magenta => "#c792ea",
        Color::Cyan => "#6fd0e0",
        Color::Gray => "#c0c5ce",
        Color::DarkGray => "#65737e",
        Color::LightRed => "#ff8b92",
        Color::LightGreen => "#b8e19a",
        Color::LightYellow => "#ffdc96",
        Color::LightBlue => "#9bbcff",
        Color::LightMagenta => "#ddb0ff",
        Color::LightCyan => "#97e6f2",
        Color::White => "#ffffff",
        Color::Reset | Color::Rgb(..) | Color::Indexed(_) => default,
    }
}

fn look(cell: &Cell) -> Look {
    let (ink, ground) = (colour(cell.fg, FOREGROUND), colour(cell.bg, BACKGROUND));
    let turned = cell.modifier.contains(Modifier::REVERSED);
    Look {
        ink: if turned { ground } else { ink },
        ground: if turned { ink } else { ground },
        bold: cell.modifier.contains(Modifier::BOLD),
        dim: cell.modifier.contains(Modifier::DIM),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The picture of `buffer`.
pub fn svg(buffer: &Buffer, title: &str) -> String {
    let (width, height) = (f64::from(buffer.area.width), f64::from(buffer.area.height));
    let (wide, high) = (width * COLUMN + 2.0 * EDGE, height * ROW + 2.0 * EDGE);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {wide:.1} {high:.1}\" width=\"{wide:.0}\" height=\"{high:.0}\" role=\"img\">\n\
         <title>{}</title>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{BACKGROUND}\"/>\n\
         <g font-family=\"{FONTS}\" font-size=\"14\" fill=\"{FOREGROUND}\" xml:space=\"preserve\">\n",
        escaped(title)
    );
    cells(&mut out, buffer);
    out.push_str("</g>\n</svg>\n");
    out
}

/// Seconds that a picture of the row stands still.
const STILL: usize = 3;

/// Pictures one after the other, each with what was pressed before it, without an end. Who asks for no motion sees the last
/// one; so does a reader that knows no animation.
pub fn animated(frames: &[(String, Buffer)], title: &str) -> String {
    let Some((_, first)) = frames.first() else { return String::new() };
    let (width, height) = (f64::from(first.area.width), f64::from(first.area.height));
    let (wide, low) = (width * COLUMN + 2.0 * EDGE, height * ROW + 2.0 * EDGE);
    let high = low + ROW + EDGE;
    let all = frames.len() * STILL;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {wide:.1} {high:.1}\" width=\"{wide:.0}\" height=\"{high:.0}\" role=\"img\">\n\
         <title>{}</title>\n\
         <style>\n\
         @keyframes turn {{ 0% {{ opacity: 1 }} {:.3}% {{ opacity: 0 }} 100% {{ opacity: 0 }} }}\n\
         .frame {{ opacity: 0; animation: turn {all}s step-end infinite }}\n\
         .frame:last-of-type {{ opacity: 1 }}\n",
        escaped(title),
        100.0 / f64::from(u16::try_from(frames.len()).unwrap_or(u16::MAX)),
    );
    for at in 0..frames.len() {
        // Begun in the past: the style without an animation is for those who know none.
        let past = all - at * STILL;
        let _ = writeln!(out, ".frame:nth-of-type({}) {{ animation-delay: -{past}s }}", at + 1);
    }
    out.push_str("@media (prefers-reduced-motion: reduce) { .frame { animation: none } }\n</style>\n");
    let _ = writeln!(out, "<rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{BACKGROUND}\"/>");
    for (pressed, buffer) in frames {
        let _ = writeln!(
            out,
            "<g class=\"frame\" font-family=\"{FONTS}\" font-size=\"14\" fill=\"{FOREGROUND}\" xml:space=\"preserve\">"
        );
        cells(&mut out, buffer);
        let _ = writeln!(
            out,
            "<text x=\"{EDGE:.1}\" y=\"{:.1}\" fill=\"{}\">{}</text>\n</g>",
            low + ROW - 4.0,
            colour(Color::Cyan, FOREGROUND),
            escaped(pressed)
        );
    }
    out.push_str("</svg>\n");
    out
}

/// The cells of `buffer`, in runs of one look.
fn cells(out: &mut String, buffer: &Buffer) {
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let here = look(&buffer[(x, y)]);
            let start = x;
            let mut text = String::new();
            while x < buffer.area.width && look(&buffer[(x, y)]) == here {
                text.push_str(buffer[(x, y)].symbol());
                x += 1;
            }
            run(out, start, y, x - start, &text, here);
        }
    }
}

/// One run of cells of the same look.
fn run(out: &mut String, column: u16, row: u16, columns: u16, text: &str, look: Look) {
    let (x, y) = (EDGE + f64::from(column) * COLUMN, EDGE + f64::from(row) * ROW);
    if look.ground != BACKGROUND {
        let wide = f64::from(columns) * COLUMN;
        let _ = writeln!(
            out,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{ROW}\" fill=\"{}\"/>",
            look.ground
        );
    }
    let blanks = text.chars().take_while(|c| *c == ' ').count();
    let text = text.trim();
    if text.is_empty() {
        return;
    }
    let blanks = u16::try_from(blanks).unwrap_or(columns);
    let x = EDGE + f64::from(column + blanks) * COLUMN;
    // The length that the text takes in cells, whatever the width of the reader's font.
    let length = f64::from(u16::try_from(text.chars().count()).unwrap_or(columns)) * COLUMN;
    let ink = if look.ink == FOREGROUND { String::new() } else { format!(" fill=\"{}\"", look.ink) };
    let bold = if look.bold { " font-weight=\"bold\"" } else { "" };
    let dim = if look.dim { " opacity=\"0.65\"" } else { "" };
    let y = y + 13.0;
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" textLength=\"{length:.1}\"{ink}{bold}{dim}>{}</text>",
        escaped(text)
    );
}
