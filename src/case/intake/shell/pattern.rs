//! The patterns by which a shell tells texts: `*`, `?`, `[a-z]`, with quotes that make their characters plain.

/// Longest pattern, in units: as many states as a number has bits.
const LONGEST: usize = 120;

/// A character of a word, and whether quotes or a backslash take its meaning from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) c: char,
    pub(super) quoted: bool,
}

/// The characters of `text` without its quotes, variables replaced by what `name` gives; `None` where a command would have
/// to be run or a variable is not known.
pub(super) fn letters(text: &str, name: &dyn Fn(&str) -> Option<String>) -> Option<Vec<Letter>> {
    let mut out = Vec::new();
    let mut rest = text;
    let mut in_double = false;
    while let Some(c) = rest.chars().next() {
        let behind = rest.get(c.len_utf8()..)?;
        rest = behind;
        match c {
            '`' => return None,
            '\\' => {
                let escaped = behind.chars().next()?;
                rest = behind.get(escaped.len_utf8()..)?;
                out.push(Letter { c: escaped, quoted: true });
            }
            '"' => in_double = !in_double,
            '\'' if !in_double => {
                let (inside, after) = behind.split_once('\'')?;
                out.extend(inside.chars().map(|c| Letter { c, quoted: true }));
                rest = after;
            }
            '$' if !in_double && behind.starts_with('\'') => {
                let (inside, after) = behind.get(1..)?.split_once('\'')?;
                let inside = inside.replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r");
                out.extend(inside.chars().map(|c| Letter { c, quoted: true }));
                rest = after;
            }
            '$' => {
                let braced = behind.strip_prefix('{');
                let named = super::identifier(braced.unwrap_or(behind));
                let after = braced.unwrap_or(behind).get(named.len()..)?;
                rest = if braced.is_some() { after.strip_prefix('}')? } else { after };
                let value = name(named)?;
                out.extend(value.chars().map(|c| Letter { c, quoted: in_double }));
            }
            c => out.push(Letter { c, quoted: in_double }),
        }
    }
    Some(out)
}

/// One step of a pattern.
#[derive(Debug)]
enum Unit {
    Plain(char),
    /// `?`
    One,
    /// `*`
    Any,
    /// `[a-z]`, `[!a-z]`
    OneOf {
        not: bool,
        ranges: Vec<(char, char)>,
    },
}

impl Unit {
    fn takes(&self, c: char) -> bool {
        match self {
            Self::Plain(plain) => *plain == c,
            Self::One | Self::Any => true,
            Self::OneOf { not, ranges } => ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)) != *not,
        }
    }
}

/// A pattern.
#[derive(Debug)]
pub(super) struct Pattern(Vec<Unit>);

impl Pattern {
    /// `None` where it is longer than any that people write, or of a kind that is not known.
    pub(super) fn of(letters: &[Letter]) -> Option<Self> {
        let mut units = Vec::new();
        let mut rest = letters;
        while let Some((letter, behind)) = rest.split_first() {
            rest = behind;
            let unit = match letter {
                Letter { c: '*', quoted: false } => Unit::Any,
                Letter { c: '?', quoted: false } => Unit::One,
                Letter { c: '[', quoted: false } => match one_of(behind) {
                    Some((unit, len)) => {
                        rest = behind.get(len..)?;
                        unit
                    }
                    None => Unit::Plain('['),
                },
                letter => Unit::Plain(letter.c),
            };
            units.push(unit);
        }
        (units.len() <= LONGEST || units.iter().all(|unit| matches!(unit, Unit::Plain(_))))
            .then_some(Self(units))
    }

    /// Its text, where it has nothing that stands for something else.
    pub(super) fn plain(&self) -> Option<String> {
        self.0.iter().map(|unit| if let Unit::Plain(c) = unit { Some(*c) } else { None }).collect()
    }

    /// Whether it takes all of `text`.
    pub(super) fn is(&self, text: &str) -> bool {
        self.at_start(text).is_some_and(|(_, longest)| longest == text.len())
    }

    /// How many bytes at the beginning of `text` it takes: the fewest, the most.
    pub(super) fn at_start(&self, text: &str) -> Option<(usize, usize)> {
        if let Some(plain) = self.plain() {
            return text.starts_with(&plain).then_some((plain.len(), plain.len()));
        }
        run(&self.0.iter().collect::<Vec<_>>(), text.chars())
    }

    /// How many bytes at the end of `text` it takes: the fewest, the most.
    pub(super) fn at_end(&self, text: &str) -> Option<(usize, usize)> {
        if let Some(plain) = self.plain() {
            return text.ends_with(&plain).then_some((plain.len(), plain.len()));
        }
        run(&self.0.iter().rev().collect::<Vec<_>>(), text.chars().rev())
    }
}

/// Walks `text` with all states of the pattern at once.
fn run(units: &[&Unit], text: impl Iterator<Item = char>) -> Option<(usize, usize)> {
    // A star may stand for nothing.
    let closed = |mut states: u128| {
        for (at, unit) in units.iter().enumerate() {
            if states & 1 << at != 0 && matches!(unit, Unit::Any) {
                states |= 1 << (at + 1);
            }
        }
        states
    };
    let end = 1u128 << units.len();
    let mut states = closed(1);
    let mut found = (states & end != 0).then_some((0, 0));
    let mut len = 0;
    for c in text {
        let mut next = 0;
        for (at, unit) in units.iter().enumerate() {
            if states & 1 << at != 0 && unit.takes(c) {
                next |= if matches!(unit, Unit::Any) { 1 << at } else { 1 << (at + 1) };
            }
        }
        states = closed(next);
        if states == 0 {
            break;
        }
        len += c.len_utf8();
        if states & end != 0 {
            found = Some((found.map_or(len, |(fewest, _)| fewest), len));
        }
    }
    found
}

/// `a-z]` behind the opening bracket: the unit, and how many letters it takes.
fn one_of(letters: &[Letter]) -> Option<(Unit, usize)> {
    let not = letters.first().is_some_and(|first| matches!(first.c, '!' | '^') && !first.quoted);
    let begin = usize::from(not);
    // A bracket that closes at once is one of the characters.
    let mut end = begin + 1;
    let mut in_class = letters.get(begin)?.c == '[' && letters.get(end).is_some_and(|next| next.c == ':');
    while in_class || letters.get(end)?.c != ']' {
        let colon = letters.get(end)?.c == ':';
        if in_class && colon && letters.get(end + 1)?.c == ']' {
            in_class = false;
            end += 1;
        } else if letters.get(end)?.c == '[' && letters.get(end + 1)?.c == ':' {
            in_class = true;
        }
        end += 1;
    }
    let text: String = letters.get(begin..end)?.iter().map(|letter| letter.c).collect();
    let mut ranges = Vec::new();
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        if let Some((class, after)) = rest.strip_prefix("[:").and_then(|class| class.split_once(":]")) {
            ranges.extend(class_of(class)?);
            rest = after;
            continue;
        }
        rest = rest.get(c.len_utf8()..)?;
        let to = rest.strip_prefix('-').and_then(|after| after.chars().next());
        ranges.push((c, to.unwrap_or(c)));
        rest = to.map_or(rest, |to| rest.get(1 + to.len_utf8()..).unwrap_or(""));
    }
    Some((Unit::OneOf { not, ranges }, end + 1))
}

fn class_of(name: &str) -> Option<Vec<(char, char)>> {
    Some(match name {
        "space" => vec![(' ', ' '), ('\t', '\r')],
        "blank" => vec![(' ', ' '), ('\t', '\t')],
        "digit" => vec![('0', '9')],
        "lower" => vec![('a', 'z')],
        "upper" => vec![('A', 'Z')],
        "alpha" => vec![('a', 'z'), ('A', 'Z')],
        "alnum" => vec![('a', 'z'), ('A', 'Z'), ('0', '9')],
        "cntrl" => vec![('\0', '\x1f'), ('\x7f', '\x7f')],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_take_what_bash_takes() {
        let table = [
            ("a*", "abc", true),
            ("a?c", "abc", true),
            ("[!a]bc", "abc", false),
            ("*b*", "abc", true),
            ("'*'", "abc", false),
            ("prod*|x", "prod|x", true),
            ("[[:digit:]x]", "7", true),
            ("[]a]", "]", true),
            ("[ab", "[ab", true),
            ("", "", true),
        ];
        for (pattern, text, expected) in table {
            let pattern_read = letters(pattern, &|_| None).and_then(|letters| Pattern::of(&letters));
            assert_eq!(pattern_read.expect("a pattern").is(text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn many_stars_take_no_time() {
        let letters = letters(&"*a".repeat(59), &|_| None).expect("letters");
        let pattern = Pattern::of(&letters).expect("a pattern");
        assert!(!pattern.is(&"a".repeat(20_000).replace("aa", "ab")));
    }
}
