//! Finds echoes: twenty characters in a row (eight of a dense script) of a text that was dropped.

use super::layer::Layer;
use super::lexicon::Lexicon;
use super::normal::{is_dense, lower};
use super::shadow::Shadow;

/// Characters in a row that make an echo.
const WINDOW: usize = 20;
/// The same for dense scripts.
const DENSE_WINDOW: usize = 8;
/// Dropped texts below this are too common to be searched for.
const SHORTEST: usize = 8;
const SHORTEST_DENSE: usize = 6;
/// A window of fewer different characters says nothing.
const DISTINCT: usize = 4;

/// Knows every window of the dropped texts.
#[derive(Clone, Default)]
pub(super) struct EchoScan {
    /// Hashes of windows over text with its white space collapsed; sorted, as the others.
    collapsed: Vec<u64>,
    /// The same over letters and digits alone, either way round: see [`each_window_either_way`].
    essence: Vec<u64>,
    dense: Vec<u64>,
    /// Dropped texts shorter than a window, and those whose windows say nothing (one short word many times), found whole.
    short: Vec<String>,
}

/// One character of a normalised text, with its bytes in the shadow.
type Spot = (char, usize, usize);

impl EchoScan {
    /// An index over `dropped`.
    pub(super) fn new<'t>(dropped: impl IntoIterator<Item = &'t str>) -> Self {
        let mut scan = Self::default();
        for text in dropped.into_iter().filter(|_| Layer::Known.is_on()) {
            let shadow = Shadow::plain(text);
            let spots = shadow.chars();
            let collapsed = collapse(&spots);
            let length = collapsed.len();
            let dense = collapsed.iter().any(|s| is_dense(s.0));
            if length < if dense { SHORTEST_DENSE } else { SHORTEST } {
                continue;
            }
            if (length < WINDOW || is_monotonous(&collapsed)) && worth_a_search(&collapsed) {
                scan.short.push(collapsed.iter().map(|s| s.0).collect());
            }
            scan.collapsed.reserve_exact(collapsed.len());
            each_window(&collapsed, WINDOW, |_, hash| scan.collapsed.push(hash));
            let essence = essence(&spots);
            let letters = letters(&essence);
            scan.add_essence(&essence);
            scan.add_essence(&letters);
        }
        for list in [&mut scan.collapsed, &mut scan.essence, &mut scan.dense] {
            list.sort_unstable();
            list.dedup();
        }
        scan.short.sort();
        scan.short.dedup();
        scan
    }

    fn add_essence(&mut self, essence: &[Spot]) {
        self.essence.reserve_exact(essence.len());
        each_window_either_way(essence, WINDOW, |_, hash| self.essence.push(hash));
        each_window_either_way(essence, DENSE_WINDOW, |window, hash| {
            if is_dense_window(window) {
                self.dense.push(hash);
            }
        });
    }

    /// The same with names of files, which are looked for as a whole however short they are.
    pub(super) fn with_names<'t>(mut self, names: impl IntoIterator<Item = &'t str>) -> Self {
        for name in names.into_iter().filter(|_| Layer::Known.is_on()) {
            self.short.push(collapse(&Shadow::plain(name).chars()).iter().map(|s| s.0).collect());
        }
        self.short.sort();
        self.short.dedup();
        self
    }

    /// The spans of `shadow` that repeat a dropped text, in shadow bytes, overlaps merged.
    pub(super) fn find(&self, shadow: &Shadow, lexicon: &Lexicon) -> Vec<(usize, usize)> {
        let spots = shadow.chars();
        let collapsed = collapse(&spots);
        let essence = essence(&spots);
        let letters = letters(&essence);
        let mut spans = Vec::new();
        let mut tell = |index: &[u64], window: &[Spot], hash: u64| {
            if index.binary_search(&hash).is_ok() && tells_something(window, lexicon) {
                let mut solid = window.iter().filter(|s| s.0 != ' ');
                let first = solid.next();
                let last = solid.next_back();
                spans.extend(first.zip(last).map(|(first, last)| (first.1, last.2)));
            }
        };
        if !self.collapsed.is_empty() {
            each_window(&collapsed, WINDOW, |window, hash| tell(&self.collapsed, window, hash));
        }
        for (index, width) in [(&self.essence, WINDOW), (&self.dense, DENSE_WINDOW)] {
            for spots in [&essence, &letters] {
                if !index.is_empty() {
                    each_window_either_way(spots, width, |window, hash| tell(index, window, hash));
                }
            }
        }
        self.find_short(&collapsed, lexicon, &mut spans);
        merge(spans)
    }

    fn find_short(&self, spots: &[Spot], lexicon: &Lexicon, spans: &mut Vec<(usize, usize)>) {
        if self.short.is_empty() {
            return;
        }
        let mut text = String::new();
        let mut places = Vec::new();
        for (index, spot) in spots.iter().enumerate() {
            places.extend(std::iter::repeat_n(index, spot.0.len_utf8()));
            text.push(spot.0);
        }
        for short in self.short.iter().filter(|s| !lexicon.explains_window(s)) {
            for (at, _) in text.match_indices(short.as_str()) {
                let end = at + short.len();
                let first = places.get(at).and_then(|i| spots.get(*i));
                let last = places.get(end - 1).and_then(|i| spots.get(*i));
                if super::normal::stands_alone(text.as_bytes(), at, end)
                    && let (Some(first), Some(last)) = (first, last)
                {
                    spans.push((first.1, last.2));
                }
            }
        }
    }
}

/// A short dropped text is looked for as a whole where it is more than a word that any message may hold.
fn worth_a_search(spots: &[Spot]) -> bool {
    let has = |test: fn(char) -> bool| spots.iter().any(|s| test(s.0));
    has(|c| c == ' ') || (has(|c| c.is_ascii_digit()) && has(char::is_alphabetic)) || has(is_dense)
}

/// So few different characters that no window of it is looked for.
fn is_monotonous(spots: &[Spot]) -> bool {
    let mut seen: Vec<char> = Vec::with_capacity(DISTINCT);
    for (c, ..) in spots {
        if !seen.contains(c) {
            seen.push(*c);
        }
        if seen.len() >= DISTINCT {
            return false;
        }
    }
    seen.iter().any(|c| c.is_alphabetic())
}

fn is_dense_window(window: &[Spot]) -> bool {
    window.iter().filter(|s| is_dense(s.0)).count() * 2 >= window.len()
}

fn tells_something(window: &[Spot], lexicon: &Lexicon) -> bool {
    let mut seen: Vec<char> = Vec::with_capacity(DISTINCT);
    for (c, ..) in window {
        if seen.len() >= DISTINCT {
            break;
        }
        if !seen.contains(c) {
            seen.push(*c);
        }
    }
    seen.len() >= DISTINCT && !lexicon.explains_window(&window.iter().map(|s| s.0).collect::<String>())
}

fn collapse(spots: &[Spot]) -> Vec<Spot> {
    let mut out: Vec<Spot> = Vec::with_capacity(spots.len());
    for spot in spots {
        if !spot.0.is_whitespace() {
            out.push((lower(spot.0), spot.1, spot.2));
        } else if let Some(last) = out.last_mut() {
            if last.0 == ' ' {
                last.2 = spot.2;
            } else {
                out.push((' ', spot.1, spot.2));
            }
        }
    }
    if out.last().is_some_and(|last| last.0 == ' ') {
        out.pop();
    }
    out
}

/// Letters and digits: an echo may change the case, the white space and the punctuation.
fn essence(spots: &[Spot]) -> Vec<Spot> {
    spots.iter().filter(|s| s.0.is_alphanumeric()).map(|s| (lower(s.0), s.1, s.2)).collect()
}

/// Letters alone, where there are digits among them: an echo may count its lines or words.
fn letters(essence: &[Spot]) -> Vec<Spot> {
    let letters: Vec<Spot> = essence.iter().filter(|s| !s.0.is_numeric()).copied().collect();
    if letters.len() < essence.len() { letters } else { Vec::new() }
}

/// Odd, so that it has an inverse.
const BASE: u64 = 0x0000_0100_0000_01b3;

fn code(spot: &Spot) -> u64 {
    u64::from(u32::from(spot.0)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Calls `each` with every window of `width` and its rolling hash.
fn each_window(spots: &[Spot], width: usize, mut each: impl FnMut(&[Spot], u64)) {
    let top = (1..width).fold(1_u64, |power, _| power.wrapping_mul(BASE));
    let mut hash = 0_u64;
    for (index, spot) in spots.iter().enumerate() {
        if let Some(gone) = index.checked_sub(width).and_then(|i| spots.get(i)) {
            hash = hash.wrapping_sub(code(gone).wrapping_mul(top));
        }
        hash = hash.wrapping_mul(BASE).wrapping_add(code(spot));
        if let Some(window) = (index + 1).checked_sub(width).and_then(|start| spots.get(start..=index)) {
            each(window, hash);
        }
    }
}

/// The same with a hash that a window and its characters backwards share: the lesser one of both, so that an index holds a
/// text once, though it is found either way round.
fn each_window_either_way(spots: &[Spot], width: usize, mut each: impl FnMut(&[Spot], u64)) {
    // Newton's way to the inverse modulo 2^64: each step doubles the bits that are right, of which an odd number has three.
    let inverse = (0..5).fold(BASE, |x, _| x.wrapping_mul(2_u64.wrapping_sub(BASE.wrapping_mul(x))));
    let top = (1..width).fold(1_u64, |power, _| power.wrapping_mul(BASE));
    // The power of the next character, until the window is full.
    let (mut backwards, mut power) = (0_u64, 1_u64);
    for spot in spots.iter().take(width.saturating_sub(1)) {
        backwards = backwards.wrapping_add(code(spot).wrapping_mul(power));
        power = power.wrapping_mul(BASE);
    }
    each_window(spots, width, |window, forwards| {
        let (Some(first), Some(last)) = (window.first(), window.last()) else { return };
        backwards = backwards.wrapping_add(code(last).wrapping_mul(top));
        each(window, forwards.min(backwards));
        backwards = backwards.wrapping_sub(code(first)).wrapping_mul(inverse);
    });
}

/// Sorts spans and joins those that overlap or touch.
pub(super) fn merge(mut spans: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    spans.sort_unstable();
    let mut merged: Vec<(usize, usize)> = Vec::new();
    for (start, end) in spans {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_and_its_characters_backwards_share_a_hash() {
        let spots = |text: &str| text.chars().map(|c| (c, 0, 0)).collect::<Vec<Spot>>();
        let hashes = |text: &str| {
            let mut hashes = Vec::new();
            each_window_either_way(&spots(text), 5, |_, hash| hashes.push(hash));
            hashes
        };
        let text = "a cat on a mat, 请把这封合同";
        let mut back = hashes(&text.chars().rev().collect::<String>());
        back.reverse();
        assert_eq!(hashes(text), back);
        let mut different = back;
        different.sort_unstable();
        different.dedup();
        assert_eq!(different.len(), text.chars().count() - 4);
    }

    fn echoes(dropped: &str, text: &str) -> Vec<String> {
        let shadow = Shadow::plain(text);
        let scan = EchoScan::new([dropped]);
        scan.find(&shadow, &Lexicon::default())
            .into_iter()
            .map(|(s, e)| {
                let (s, e) = shadow.span(s, e);
                text[s..e].to_owned()
            })
            .collect()
    }

    #[test]
    fn echoes_are_found_and_chance_is_not() {
        let prompt = "Summarise the merger plan of Nordwind GmbH for the board, please.";
        assert_eq!(echoes(prompt, &format!("invalid: '{prompt}'!")), [prompt]);
        assert_eq!(
            echoes(prompt, "cut: merger plan of\n   Nordwind GmbH"),
            ["merger plan of\n   Nordwind GmbH"]
        );
        assert_eq!(
            echoes(prompt, "wrapped: Nordwin\nd GmbH for the bo\nard"),
            ["Nordwin\nd GmbH for the bo\nard"]
        );
        assert_eq!(echoes(prompt, "merger plan, Nordwind GmbH"), Vec::<String>::new());
        for changed in [
            "SUMMARISE THE MERGER PLAN OF NORDWIND GMBH FOR THE BOARD, PLEASE",
            "Summarise_the_merger-plan+of \"Nordwind\" GmbH **for** the board - please",
        ] {
            assert_eq!(echoes(prompt, &format!("bad: {changed}!")), [changed]);
        }
        let words = prompt.split(' ').enumerate().map(|(n, word)| format!("{n}: {word}\n"));
        let numbered = words.collect::<Vec<_>>().concat();
        assert_eq!(echoes(prompt, &numbered), [&numbered[3..numbered.len() - 2]]);
        let back: String = prompt.chars().rev().collect();
        assert_eq!(echoes(prompt, &back), [&back[1..]]);
        assert_eq!(echoes(&format!("{prompt} 4 x"), &format!("no: {}!", &back[9..39])), [&back[9..39]]);
        assert_eq!(echoes("请把这封合同翻译成英文并保密", "x 密保并文英成译翻同 x"), ["密保并文英成译翻同"]);
        assert_eq!(
            echoes("请把这封合同翻译成英文并保密", "错误: 把这封合同翻译成英"),
            ["把这封合同翻译成英"]
        );
        assert_eq!(echoes("Call Bob now", "text 'Call Bob now' refused"), ["Call Bob now"]);
        assert_eq!(
            echoes("хщщ хщщ хщщ хщщ хщщ хщщ", "said хщщ хщщ хщщ хщщ хщщ хщщ."),
            ["хщщ хщщ хщщ хщщ хщщ хщщ"]
        );
        assert_eq!(echoes("required", "field messages is required"), Vec::<String>::new());
        assert_eq!(echoes("--------------------------", "--------------------------"), Vec::<String>::new());
    }
}
