//! Any keys, any clicks, any sizes, by a seed: no panic, no key on the screen, nothing that steers the terminal.
//!
//! `CASEFILE_RANDOM_SECONDS=1800 cargo test --test screens random` runs for half an hour; `CASEFILE_RANDOM_SEED=N` begins
//! with that seed, which a failure names.
#![expect(clippy::expect_used, reason = "a test: what cannot be fails it")]

use std::time::{Duration, Instant};

use casefile::session::Event;
use casefile::ui::tui::popup::Popup;
use casefile::ui::tui::theme::Themes;

use super::rig::{Rig, secret};

/// Sizes that come by turns.
const SIZES: [(u16, u16); 9] =
    [(1, 1), (20, 5), (59, 14), (60, 15), (80, 24), (100, 30), (140, 45), (160, 50), (220, 70)];

/// The next number of a sequence that is the same everywhere.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 16
}

/// One of `all`, by a number.
fn one<T: Copy>(all: &[T], number: u64) -> T {
    let at = usize::try_from(number).unwrap_or(0) % all.len();
    *all.get(at).expect("within")
}

/// One program's life: so many inputs from `seed`.
fn live(seed: u64, inputs: u64) {
    let mut random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let (width, height) = one(&SIZES, next(&mut random));
    let mut rig = if seed.is_multiple_of(3) { Rig::practice(width, height) } else { Rig::new(width, height) };
    let canary = secret("sk-");
    if seed.is_multiple_of(2) {
        rig.observed();
    } else {
        rig.paste(&format!(
            "curl https://api.cometapi.com/v1/chat/completions -H 'Authorization: Bearer {canary}' -d '{{\"model\":\"m\"}}'"
        ));
    }
    let mut themes = Themes::built_in(seed.is_multiple_of(5));
    themes.choose(one(&["terminal", "dark", "light", "high-contrast", "none"], seed));
    rig.screen.themes = themes;
    for _ in 0..inputs {
        let number = next(&mut random);
        match number % 40 {
            0 => {
                let (width, height) = one(&SIZES, number / 40);
                rig.resize(width, height);
            }
            1 => rig.keys(one(&[":", ";", "T", "M", "<ctrl-p>", "?"], number / 40)),
            2 => {
                rig.keys("k");
                if matches!(&rig.screen.popup, Some(Popup::Prompt(prompt)) if prompt.asked.is_secret()) {
                    rig.paste(&canary);
                }
            }
            _ => rig.random_input(number),
        }
        let theme = rig.screen.themes.theme();
        let shown = rig.draw_in(&theme);
        // A part of the key is enough: it is drawn cut on a narrow screen. What was typed letter by letter is no key.
        assert!(!shown.contains("aB3aB3aB3"), "seed {seed} shows a key:\n{shown}");
        let steers = shown.chars().find(|c| c.is_control() && *c != '\n');
        assert!(steers.is_none(), "seed {seed} draws {steers:?}:\n{shown}");
        if rig.left {
            rig.left = false;
            rig.tell(Event::Cancel);
        }
    }
}

#[test]
fn random_keys_do_no_harm() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let first = number("CASEFILE_RANDOM_SEED").unwrap_or(1);
    match number("CASEFILE_RANDOM_SECONDS") {
        None => (first..first + 12).for_each(|seed| live(seed, 60)),
        Some(seconds) => {
            let end = Instant::now() + Duration::from_secs(seconds);
            let mut seed = first;
            while Instant::now() < end {
                live(seed, 400);
                seed += 1;
            }
            println!("{} lives", seed - first);
        }
    }
}
