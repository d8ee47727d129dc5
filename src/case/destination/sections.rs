//! A Markdown text by its sections.

/// A heading of the second level with what stands below it; the first one has what stands before any, and no heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) heading: String,
    pub(super) text: String,
}

/// The sections of `markdown`. A line that looks like a heading inside a code block is none.
pub(super) fn of(markdown: &str) -> Vec<Section> {
    let mut sections = vec![Section { heading: String::new(), text: String::new() }];
    let mut fence = None;
    for line in markdown.lines() {
        if let Some(heading) = line.strip_prefix("## ").filter(|_| fence.is_none()) {
            sections.push(Section { heading: heading.trim().to_owned(), text: String::new() });
        }
        fence = after(fence, line);
        if let Some(section) = sections.last_mut() {
            section.text.push_str(line);
            section.text.push('\n');
        }
    }
    sections
}

/// The text of `sections`, without empty lines at its ends.
pub(super) fn joined(sections: &[Section]) -> String {
    let text: String = sections.iter().map(|section| section.text.as_str()).collect();
    text.trim_matches('\n').to_owned()
}

/// The first `count` lines; a code block that is open at the end is closed.
pub(super) fn first_lines(text: &str, count: usize) -> String {
    let mut out = String::new();
    let mut fence = None;
    for line in text.lines().take(count) {
        fence = after(fence, line);
        out.push_str(line);
        out.push('\n');
    }
    if let Some(ticks) = fence {
        out.push_str(&"`".repeat(ticks));
        out.push('\n');
    }
    out.trim_end_matches('\n').to_owned()
}

/// The open fence (its number of backticks) after `line`.
fn after(fence: Option<usize>, line: &str) -> Option<usize> {
    let rest = line.trim_start_matches('`');
    let ticks = line.len() - rest.len();
    match fence {
        None => (ticks >= 3 && !rest.contains('`')).then_some(ticks),
        Some(open) if ticks >= open && rest.trim().is_empty() => None,
        open => open,
    }
}
