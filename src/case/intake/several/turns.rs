//! A command that another program runs once for each of its words: `… | xargs curl`, `parallel curl … ::: a b`.

use crate::case::intake::command::{self, Found};
use crate::case::intake::curl::Files;
use crate::case::intake::shell::{self, Variables};

/// More turns than anybody reads.
const MOST_TURNS: usize = 50;

/// A script that says the same, with a command for each turn.
pub(super) struct Turns {
    /// The script.
    pub(super) script: String,
    /// Byte of the text behind the command.
    pub(super) end: usize,
}

/// The turns of the command at `found`; `None` where no program runs it so, or where what it gives is not known.
pub(super) fn of(text: &str, found: &Found, variables: &Variables, files: Files<'_>) -> Option<Turns> {
    let line = text.get(found.line..found.start)?;
    if !line.contains("xargs") && !line.contains("parallel") {
        return None;
    }
    let end = shell::split(text, found.arguments, variables, false).stopped;
    let own = text.get(found.start..end)?.trim_end();
    let (call, own, words) = if let Some((own, words)) = own.split_once(" ::: ") {
        let call = Call::of(line.trim())?;
        (call, own, shell::split(words, 0, variables, false).words)
    } else {
        let (producer, call) = line.rsplit_once('|')?;
        let call = Call::of(call.trim())?;
        let given = given(producer.trim(), variables, files)?;
        let by_line = call.mark.is_some() || call.by_line;
        let lines = given.lines().map(str::trim).filter(|line| !line.is_empty());
        let words: Vec<String> = if by_line {
            lines.map(str::to_owned).collect()
        } else {
            lines.flat_map(str::split_whitespace).map(str::to_owned).collect()
        };
        (call, own, words)
    };
    // A word that a shell would read otherwise is not put into a script.
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:@%+=,".contains(c);
    if words.is_empty() || words.len() > MOST_TURNS || !words.iter().all(|word| word.chars().all(is_plain)) {
        return None;
    }
    let mark = call.mark.as_deref().filter(|mark| own.contains(mark));
    let turns: Vec<String> = match mark {
        Some(mark) => words.iter().map(|word| own.replace(mark, word)).collect(),
        None => words
            .chunks(call.most.unwrap_or(words.len()))
            .map(|all| format!("{own} {}", all.join(" ")))
            .collect(),
    };
    Some(Turns { script: turns.join("\n"), end })
}

/// How the program is called.
#[derive(Default)]
struct Call {
    /// What stands for a word.
    mark: Option<String>,
    /// How many words a turn gets.
    most: Option<usize>,
    /// Each line is one word.
    by_line: bool,
}

impl Call {
    fn of(text: &str) -> Option<Self> {
        let mut words =
            text.split_whitespace().skip_while(|word| matches!(*word, "sudo" | "time" | "$" | "%"));
        let program = words.next()?.rsplit('/').next()?;
        let mut call = Self::default();
        match program {
            "xargs" => {}
            "parallel" => call = Self { mark: Some("{}".to_owned()), most: Some(1), by_line: true },
            _ => return None,
        }
        while let Some(word) = words.next() {
            let letter = word.strip_prefix('-')?.chars().next()?;
            let joined = word.get(2..).unwrap_or("").to_owned();
            let mut value =
                || if joined.is_empty() { words.next().map(str::to_owned) } else { Some(joined.clone()) };
            match letter {
                'I' => call.mark = Some(value()?.trim_matches(['"', '\'']).to_owned()),
                'i' => call.mark = Some("{}".to_owned()),
                'n' | 'L' => call.most = Some(value()?.parse().ok().filter(|most| *most > 0)?),
                'P' | 'j' => drop(value()),
                't' | 'r' | 'k' => {}
                '-' if word == "--no-run-if-empty" => {}
                _ => return None,
            }
        }
        Some(call)
    }
}

/// What the command before the pipe prints, where nothing has to be run for it.
fn given(producer: &str, variables: &Variables, files: Files<'_>) -> Option<String> {
    let producer = producer.trim_start_matches(['$', '%', ' ']);
    let (program, rest) = producer.split_once(' ')?;
    if producer.contains('|') {
        return None;
    }
    let command = shell::split(rest, 0, variables, false);
    match program {
        "echo" | "printf" => command::printed_by(program, &command.words),
        "seq" => Some(shell::split(&format!("$({producer})"), 0, variables, false).words.join("\n"))
            .filter(|numbers| !numbers.contains('$')),
        "cat" => match command.words.as_slice() {
            [path] => files(path),
            _ => None,
        },
        _ => None,
    }
}
