//! Where questions, lists and the help lie on top of a page.

use ratatui::layout::{Constraint, Layout, Rect};

use crate::ui::tui::popup::{Choice, Palette, Picker};
use crate::ui::tui::widget::area::middle;

/// The parts of a list that lies on top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListAreas {
    /// The box with its frame.
    pub frame: Rect,
    /// What was typed; may be empty.
    pub search: Rect,
    /// The lines.
    pub list: Rect,
    /// What is told of the marked line; may be empty.
    pub told: Rect,
}

/// Rows for what is told of a marked line, its separating line among them.
const TOLD: u16 = 5;

/// The parts of the list `picker`.
pub fn picker(whole: Rect, picker: &Picker) -> ListAreas {
    let (search, told, least) = match picker.choice {
        Choice::Gateway | Choice::Piece | Choice::Theme => (0, 0, 2),
        Choice::Place => (0, 3, 2),
        Choice::Unfinished | Choice::Desk => (0, TOLD, 2),
        Choice::Endpoint => (1, TOLD, 6),
        Choice::Shown => (0, TOLD + 1, 2),
    };
    // The box keeps its size while a filter takes lines away.
    let most = match picker.choice {
        Choice::Endpoint => u16::MAX,
        _ => u16::try_from(picker.rows().len()).unwrap_or(u16::MAX).saturating_add(2 + told),
    };
    list(middle(stage(whole), 76, most), search, told, least)
}

/// The parts of the list of actions. It stands at the top, where its lines move least while letters are typed.
pub fn palette(whole: Rect, palette: &Palette) -> ListAreas {
    let rows = u16::try_from(palette.count()).unwrap_or(u16::MAX).saturating_add(6);
    let stage = stage(whole);
    list(Rect { y: stage.y, ..middle(stage, broad(stage), rows) }, 1, 3, 6)
}

/// A box with a line for what is typed and some for what is told; those give way to the list.
fn list(frame: Rect, search: u16, told: u16, least: u16) -> ListAreas {
    let inner = inside(frame);
    let told = if inner.height >= least + search + told { told } else { 0 };
    let [search, list, told] =
        Layout::vertical([Constraint::Length(search), Constraint::Min(1), Constraint::Length(told)])
            .areas(inner);
    ListAreas { frame, search, list, told }
}

/// Where something may lie on top: the title, the steps, the status line and the keys stay in sight.
pub fn stage(whole: Rect) -> Rect {
    Rect { y: whole.y.saturating_add(2), height: whole.height.saturating_sub(4), ..whole }.intersection(whole)
}

/// The columns of a broad box: all of a page that would stick out beside it by a few letters only.
fn broad(stage: Rect) -> u16 {
    if stage.width <= 96 + 2 * 8 { stage.width } else { 96 }
}

/// The largest frame of a question that lies on top: all rows that there are, where it needs them.
pub fn popup_frame(area: Rect) -> Rect {
    middle(stage(area), 80, area.height)
}

/// The inside of [`popup_frame`].
pub fn popup(area: Rect) -> Rect {
    inside(popup_frame(area))
}

/// The frame of the help.
pub fn help_frame(area: Rect) -> Rect {
    let stage = stage(area);
    middle(stage, broad(stage), area.height)
}

/// The inside of [`help_frame`].
pub fn help(area: Rect) -> Rect {
    inside(help_frame(area))
}

/// The inside of a frame, as [`crate::ui::tui::widget::area::on_top`] gives it.
fn inside(frame: Rect) -> Rect {
    let inner = frame.inner(ratatui::layout::Margin { horizontal: 1, vertical: 1 });
    inner.inner(ratatui::layout::Margin { horizontal: u16::from(inner.width > 20), vertical: 0 })
}
