//! The question before something is sent: what exactly, to which host, with which key.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::case::isolate::{Changed, TrialId};
use crate::case::keyring::Origin;
use crate::session::{Belongs, Consent, KeyUse, Purpose};
use crate::ui::tui::field::header_line;
use crate::ui::tui::keys::{Action, Keymap, Mode};
use crate::ui::tui::layout;
use crate::ui::tui::screen::Screen;
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::area;
use crate::ui::tui::widget::text::{cut, wrap};

/// Draws the question.
pub fn render(frame: &mut Frame<'_>, whole: Rect, consent: &Consent, screen: &Screen, theme: &Theme) {
    let alarming = consent.keys.iter().any(KeyUse::is_elsewhere);
    let (title, style) = if alarming { ("Send? LOOK TWICE", theme.danger) } else { ("Send?", theme.accent) };
    let width = usize::from(layout::popup(whole).width);
    let rows = lines(consent, &screen.keymap, width, theme);
    let most = layout::popup_frame(whole);
    let height = u16::try_from(rows.len()).unwrap_or(u16::MAX).saturating_add(2).min(most.height);
    let place = area::middle(layout::stage(whole), most.width, height);
    let inner = area::on_top(frame, place, title, style);
    let key = screen.keymap.key_for(Mode::Consent, Action::Down);
    let window = (screen.tops.consent, usize::from(inner.height));
    area::lines(frame, inner, area::window_of(rows, window, &key, theme));
}

/// The lines of the question.
pub fn lines(consent: &Consent, keymap: &Keymap, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut out = Vec::new();
    let mut say = |text: &str, style: Style| {
        out.extend(wrap(text, width).into_iter().map(|line| Line::from(Span::styled(line, style))));
    };
    say(&purpose(&consent.purpose), theme.plain);
    say(&cut(&format!("{} {}", consent.method, consent.url), width.saturating_mul(3)), theme.title);
    let times = match consent.most_requests {
        1 => "one request".to_owned(),
        n if consent.purpose == Purpose::Isolate => {
            format!("at most {n} requests in all, as the answers ask for them")
        }
        _ if consent.purpose == Purpose::Poll => "questions, one after the other".to_owned(),
        n => format!("up to {n} requests (retries wait, and can be stopped)"),
    };
    say(&format!("to {}: {times}, body of {} bytes", consent.host, consent.body_bytes), theme.plain);
    if let Some(polls) = &consent.polls {
        say(&cut(&polls.said(), width.saturating_mul(3)), theme.plain);
    }
    // The key goes before all that may be long: it is what the question is about.
    for key in &consent.keys {
        key_lines(key, &consent.host, theme, &mut say);
    }
    for planned in &consent.plan {
        let to = if planned.to.is_empty() { String::new() } else { format!(" ({})", planned.to.join(", ")) };
        let most = planned.most.map_or_else(|| "of the rest".to_owned(), |most| format!("at most {most}"));
        let text = format!("  {}, {most}: {}{to}", planned.changed.replace('_', " "), planned.shows);
        say(&cut(&text, width.saturating_mul(2)), theme.hint);
    }
    if let Some(risk) = consent.risk() {
        say(&risk, theme.warn);
    }
    for upload in consent.uploads.iter().take(12) {
        say(&cut(&format!("uploads {}", upload.line()), width.saturating_mul(2)), theme.warn);
    }
    if consent.uploads.len() > 12 {
        say(&format!("and {} more files", consent.uploads.len() - 12), theme.warn);
    }
    if consent.keys.is_empty() {
        say("No key goes along.", theme.plain);
    } else if consent.keys.iter().any(|key| key.is_new() && matches!(key.origin, Origin::Environment(_))) {
        let key = |action| keymap.key_for(Mode::Consent, action);
        let text = format!(
            "{} sends it and remembers this host for the key; {} sends it and remembers nothing; {} sends nothing.",
            key(Action::AllowAndRemember),
            key(Action::AllowOnce),
            key(Action::Refuse)
        );
        say(&text, theme.plain);
    }
    say("", theme.plain);
    for header in consent.headers.iter().take(12) {
        say(&cut(&header_line(header), width), theme.hint);
    }
    if consent.headers.len() > 12 {
        say(&format!("and {} more headers", consent.headers.len() - 12), theme.hint);
    }
    out
}

fn purpose(purpose: &Purpose) -> String {
    match purpose {
        Purpose::Reproduce => "To reproduce the failure, this is sent:".to_owned(),
        Purpose::Check => "To check the contract, this is sent with one thing changed each time:".to_owned(),
        Purpose::Control(Changed::Model(model)) => {
            format!("As a control with the model {model}, this is sent:")
        }
        Purpose::Control(Changed::Key(label)) => {
            format!("As a control with another key {label}, this is sent:")
        }
        Purpose::Poll => "To learn what became of the task that the answer names, this is sent:".to_owned(),
        Purpose::Isolate => {
            "To find what makes it fail, this is sent again, with one thing changed each time:".to_owned()
        }
        Purpose::Control(Changed::Trial(TrialId::Models)) => {
            "To learn which models there are, and whether this key is known at all, this is sent:".to_owned()
        }
        Purpose::Control(Changed::Trial(id)) => format!("As a control ({}), this is sent:", id.word()),
        Purpose::Control(Changed::MinimalBody) => {
            "As a control with a minimal body, this is sent:".to_owned()
        }
    }
}

fn key_lines(key: &KeyUse, host: &str, theme: &Theme, say: &mut impl FnMut(&str, Style)) {
    let from = match &key.origin {
        Origin::Pasted => "from the pasted text".to_owned(),
        Origin::Environment(name) => format!("from the environment variable {name}"),
        Origin::Given(way) => format!("from {way}"),
    };
    let label = key.label;
    match &key.belongs {
        Belongs::Elsewhere(hosts) => say(
            &format!(
                "! {label} {from} belongs to {}, NOT to {host}. Whoever runs {host} can read and use it. Send it only when you know that host.",
                hosts.join(", ")
            ),
            theme.danger,
        ),
        Belongs::New | Belongs::Beside => say(&format!("! {label} {from}: {}", key.said(host)), theme.warn),
        Belongs::Confirmed => say(&format!("{label} {from}: {}", key.said(host)), theme.plain),
    }
}
