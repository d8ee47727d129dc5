//! The title bar: which case, which gateway, which host, and whether a real key is in use.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::session::{Session, Step};
use crate::ui::tui::screen::Screen;
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::text::cut;

/// Draws the title bar.
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, screen: &Screen, theme: &Theme) {
    if screen.shows_groups() {
        let name = Span::styled("casefile", theme.accent);
        let what =
            Span::styled(cut("  groups of a log", usize::from(area.width).saturating_sub(8)), theme.title);
        frame.render_widget(Paragraph::new(Line::from(vec![name, what])), area);
        return;
    }
    // A run goes where it says, which need not be where the request goes.
    let plan = screen.run.as_ref().map(|run| &run.plan);
    let is_practice = plan.map_or_else(|| is_practice(session), |plan| plan.is_practice);
    let labels = plan.map_or_else(|| labels(session), |plan| plan.keys.clone());
    let key = if labels.is_empty() { labels } else { format!("{} {labels}", word(is_practice)) };
    let width = u16::try_from(key.len()).unwrap_or(0).min(area.width / 2);
    let [left, right] = Layout::horizontal([Constraint::Min(0), Constraint::Length(width)]).areas(area);
    let gateway = session.profile().map_or("", |p| p.name.as_str());
    let gateway = plan.map_or(gateway, |plan| &plan.gateway);
    // Where the note is looked at, its own word for the host; before that, the one that is sent to.
    let cleaned = session.clean_host().filter(|_| session.step() >= Step::Review);
    let cleaned = plan.map(|plan| plan.host.clone()).or(cleaned);
    let host = cleaned.unwrap_or_else(|| session.head().map(|r| r.target.host_port()).unwrap_or_default());
    let name = "casefile";
    // Where the host has no place beside the case's id, the id gives way: it stands in the note.
    let both = name.len() + session.id().len() + host.len() + 4;
    let id = if both > usize::from(left.width) && !host.is_empty() { "" } else { session.id() };
    // The host is what matters most when something is sent: the gateway's name gives way to it.
    let room = usize::from(left.width).saturating_sub(name.len() + id.len() + host.len() + 7);
    let gateway = cut(gateway, room);
    let mut rest = String::new();
    for part in [id, &gateway, &host].into_iter().filter(|p| !p.is_empty()) {
        rest.push_str("  ");
        rest.push_str(part);
    }
    let rest = cut(&rest, usize::from(left.width).saturating_sub(name.len() + 1));
    let line = Line::from(vec![Span::styled(name, theme.accent), Span::styled(rest, theme.title)]);
    frame.render_widget(Paragraph::new(line), left);
    let style = if is_practice { theme.hint } else { theme.danger };
    frame.render_widget(Paragraph::new(Span::styled(cut(&key, usize::from(width)), style)), right);
}

/// The secrets that the request as it stands takes along.
fn labels(session: &Session) -> String {
    let Ok(request) = session.request() else { return String::new() };
    let mut labels: Vec<String> = Vec::new();
    for text in request.masked_texts() {
        for held in session.ring().used_in(text) {
            let label = held.label.to_string();
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
    }
    labels.join(" ")
}

fn word(is_practice: bool) -> &'static str {
    if is_practice { "practice key" } else { "KEY" }
}

fn is_practice(session: &Session) -> bool {
    session.profile().is_some_and(|p| p.id == "practice")
}
