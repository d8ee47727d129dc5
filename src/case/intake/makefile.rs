//! The commands of a Makefile's recipes as the shell gets them: `$$` is one dollar, `$(NAME)` a variable of the file, and a
//! mark before the command (`@`) is make's own (<https://www.gnu.org/software/make/manual/make.html#Recipes>).

use std::collections::BTreeMap;

use super::command;
use super::wrapping::holds;

/// Bytes that the values of a file's variables may add.
const MOST_ADDED: usize = 1 << 20;

/// `text` with its recipes as a shell reads them; `None` where it is no Makefile that calls a program.
pub(super) fn off(text: &str) -> Option<String> {
    let calls = |line: &str| {
        let recipe = line.strip_prefix('\t').map(|recipe| recipe.trim_start_matches(['@', '-', '+', ' ']));
        recipe.is_some_and(|recipe| {
            recipe.contains("curl ") || ["http ", "https ", "xh "].iter().any(|word| recipe.starts_with(word))
        })
    };
    // A rule stands before its recipe.
    if !holds(text, "\n\t") {
        return None;
    }
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.iter().position(|line| calls(line))?;
    if !lines.iter().take(first).any(|line| is_rule(line)) {
        return None;
    }
    let mut known = BTreeMap::new();
    for line in lines.iter().filter(|line| !line.starts_with('\t')) {
        if let Some((name, value)) = assigned(line) {
            known.entry(name).or_insert(value);
        }
    }
    let mut added = 0;
    let mut goes_on = false;
    let shown = lines.iter().map(|line| match line.strip_prefix('\t') {
        Some(recipe) => {
            let begins = !std::mem::replace(&mut goes_on, recipe.trim_end().ends_with('\\'));
            let recipe = if begins { recipe.trim_start_matches(['@', '-', '+', ' ']) } else { recipe };
            filled(recipe, &known, &mut added)
        }
        // No command of a shell.
        None if assigned(line).is_some() || is_rule(line) => String::new(),
        None => (*line).to_owned(),
    });
    Some(shown.collect::<Vec<_>>().join("\n"))
}

/// `target: other` at the beginning of a line.
fn is_rule(line: &str) -> bool {
    let Some((targets, behind)) = line.split_once(':') else { return false };
    let is_target = |c: char| c.is_ascii_alphanumeric() || "._-%/ ".contains(c);
    !targets.is_empty()
        && !targets.starts_with([' ', '-'])
        && targets.chars().all(is_target)
        && (behind.is_empty() || behind.starts_with([' ', ':']))
        && !behind.contains(['"', '{', '\''])
}

/// `NAME = value`, `NAME := value`, `NAME ?= value`.
fn assigned(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=')?;
    let name = name.trim_end_matches([':', '?']).trim();
    command::is_name(name).then(|| (name, value.trim()))
}

/// `recipe` with make's variables in it.
fn filled(recipe: &str, known: &BTreeMap<&str, &str>, added: &mut usize) -> String {
    let mut out = String::new();
    let mut rest = recipe;
    while let Some((before, behind)) = rest.split_once('$') {
        out.push_str(before);
        if let Some(own) = behind.strip_prefix('$') {
            out.push('$');
            rest = own;
            continue;
        }
        let close = if behind.starts_with('(') { ')' } else { '}' };
        let named = behind.strip_prefix(['(', '{']).and_then(|inside| inside.split_once(close));
        let Some((name, after)) = named.filter(|(name, _)| command::is_name(name)) else {
            out.push('$');
            rest = behind;
            continue;
        };
        match known.get(name).filter(|value| !value.contains('$') && *added + value.len() <= MOST_ADDED) {
            Some(value) => {
                *added += value.len();
                out.push_str(value);
            }
            None => out.extend(["[env:", name, "]"]),
        }
        rest = after;
    }
    out + rest
}
