//! What a shell makes of a variable's value or of numbers before it runs a command: `${X#a}`, `${X/a/b}`, `$((N+1))`.

/// Deepest nesting of brackets in a sum.
const DEEPEST: usize = 32;

/// Longest pattern that is tried; with stars in it the time grows with its length.
const LONGEST_PATTERN: usize = 64;

/// Longest value that a pattern is tried on.
const LONGEST_VALUE: usize = 4096;

/// `value` changed as `operator` says (what stands behind the name in `${NAME…}`); `None` where it is not known here.
pub(super) fn changed(value: &str, operator: &str) -> Option<String> {
    if value.len() > LONGEST_VALUE || operator.contains(['$', '`', '\\']) {
        return None;
    }
    let case = |change: fn(&str) -> String| Some(change(value));
    match operator {
        "^^" => return case(str::to_uppercase),
        ",," => return case(str::to_lowercase),
        "^" | "," => {
            let first = value.chars().next()?;
            let changed: String =
                if operator == "^" { first.to_uppercase().collect() } else { first.to_lowercase().collect() };
            return Some(format!("{changed}{}", value.get(first.len_utf8()..).unwrap_or("")));
        }
        _ => {}
    }
    let plain = |pattern: &str| pattern.trim_matches(['"', '\'']).to_owned();
    if let Some(pattern) = operator.strip_prefix("##") {
        let pattern = plain(pattern);
        let end = ends(value).rev().find(|end| is_like(value.get(..*end), &pattern));
        return Some(value.get(end.unwrap_or(0)..).unwrap_or(value).to_owned());
    }
    if let Some(pattern) = operator.strip_prefix('#') {
        let pattern = plain(pattern);
        let end = ends(value).find(|end| is_like(value.get(..*end), &pattern));
        return Some(value.get(end.unwrap_or(0)..).unwrap_or(value).to_owned());
    }
    if let Some(pattern) = operator.strip_prefix("%%") {
        let pattern = plain(pattern);
        let start = ends(value).find(|start| is_like(value.get(*start..), &pattern));
        return Some(value.get(..start.unwrap_or(value.len())).unwrap_or(value).to_owned());
    }
    if let Some(pattern) = operator.strip_prefix('%') {
        let pattern = plain(pattern);
        let start = ends(value).rev().find(|start| is_like(value.get(*start..), &pattern));
        return Some(value.get(..start.unwrap_or(value.len())).unwrap_or(value).to_owned());
    }
    if let Some(rest) = operator.strip_prefix('/') {
        let (all, rest) = rest.strip_prefix('/').map_or((false, rest), |rest| (true, rest));
        let (pattern, with) = rest.split_once('/').unwrap_or((rest, ""));
        let (pattern, with) = (plain(pattern), plain(with));
        if pattern.is_empty() || pattern.contains(['*', '?', '[', '#', '%']) {
            return None;
        }
        return Some(if all { value.replace(&pattern, &with) } else { value.replacen(&pattern, &with, 1) });
    }
    let cut = operator.strip_prefix(':')?;
    let (from, len) = cut.split_once(':').map_or((cut, None), |(from, len)| (from, Some(len)));
    let from: usize = from.trim().parse().ok()?;
    let rest = value.chars().skip(from);
    Some(match len {
        None => rest.collect(),
        Some(len) => rest.take(len.trim().parse().ok()?).collect(),
    })
}

/// The places between the characters of `text`, its ends among them.
fn ends(text: &str) -> impl DoubleEndedIterator<Item = usize> {
    text.char_indices().map(|(at, _)| at).chain(std::iter::once(text.len()))
}

/// Whether all of `text` is what `pattern` says: `*` any text, `?` one character.
fn is_like(text: Option<&str>, pattern: &str) -> bool {
    let Some(text) = text else { return false };
    if pattern.len() > LONGEST_PATTERN {
        return false;
    }
    let Some((first, rest)) = pattern.split_once('*') else {
        return is_same(text, pattern) == Some(text.len());
    };
    let Some(mut at) = is_same(text, first) else { return false };
    let mut pieces = rest.split('*').peekable();
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            let tail = text.get(at..).unwrap_or("");
            let mut starts = ends(tail);
            return starts.any(|start| tail.get(start..).is_some_and(|t| is_same(t, piece) == Some(t.len())));
        }
        let tail = text.get(at..).unwrap_or("");
        let found = ends(tail).find_map(|start| Some(start + is_same(tail.get(start..)?, piece)?));
        let Some(behind) = found else { return false };
        at += behind;
    }
    true
}

/// The bytes of `text` that `pattern`, which has no star, takes at its beginning.
fn is_same(text: &str, pattern: &str) -> Option<usize> {
    let mut rest = text.chars();
    for c in pattern.chars() {
        let next = rest.next()?;
        if c != '?' && c != next {
            return None;
        }
    }
    Some(text.len() - rest.as_str().len())
}

/// The value of the sum inside `$((…))`; `name` gives that of a variable.
pub(super) fn sum(text: &str, name: &dyn Fn(&str) -> Option<String>) -> Option<i64> {
    let mut sum = Sum { rest: text, name, depth: 0 };
    let value = sum.added()?;
    sum.rest.trim().is_empty().then_some(value)
}

struct Sum<'a> {
    rest: &'a str,
    name: &'a dyn Fn(&str) -> Option<String>,
    depth: usize,
}

impl Sum<'_> {
    fn takes(&mut self, sign: char) -> bool {
        let rest = self.rest.trim_start();
        let taken = rest.strip_prefix(sign);
        self.rest = taken.unwrap_or(rest);
        taken.is_some()
    }

    fn added(&mut self) -> Option<i64> {
        let mut value = self.times()?;
        loop {
            if self.takes('+') {
                value = value.checked_add(self.times()?)?;
            } else if self.takes('-') {
                value = value.checked_sub(self.times()?)?;
            } else {
                return Some(value);
            }
        }
    }

    fn times(&mut self) -> Option<i64> {
        let mut value = self.one()?;
        loop {
            if self.takes('*') {
                value = value.checked_mul(self.one()?)?;
            } else if self.takes('/') {
                value = value.checked_div(self.one()?)?;
            } else if self.takes('%') {
                value = value.checked_rem(self.one()?)?;
            } else {
                return Some(value);
            }
        }
    }

    fn one(&mut self) -> Option<i64> {
        self.depth += 1;
        if self.depth > DEEPEST * 8 {
            return None;
        }
        if self.takes('(') {
            if self.rest.matches('(').count() > DEEPEST {
                return None;
            }
            let value = self.added()?;
            return self.takes(')').then_some(value);
        }
        if self.takes('-') {
            return self.one()?.checked_neg();
        }
        let rest = self.rest.trim_start();
        let rest = rest.strip_prefix('$').unwrap_or(rest);
        let len = rest.find(|c: char| !super::is_name_char(c)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(len);
        self.rest = behind;
        word.parse().ok().or_else(|| (self.name)(word)?.trim().parse().ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each as bash 5 gives it.
    #[test]
    fn values_are_changed_as_bash_does() {
        let table = [
            ("https://h.test/v1", "#https://", "h.test/v1"),
            ("a/b/c.json", "##*/", "c.json"),
            ("a/b/c.json", "#*/", "b/c.json"),
            ("a/b/c.json", "%/*", "a/b"),
            ("a/b/c.json", "%%/*", "a"),
            ("a/b/c.json", "%.json", "a/b/c"),
            ("a.b", "#x", "a.b"),
            ("a-b-c", "/-/_", "a_b-c"),
            ("a-b-c", "//-/_", "a_b_c"),
            ("abc", "^^", "ABC"),
            ("aBC", ",,", "abc"),
            ("abc", "^", "Abc"),
            ("abcdef", ":2", "cdef"),
            ("abcdef", ":1:2", "bc"),
            ("abc", "#?", "bc"),
        ];
        for (value, operator, expected) in table {
            assert_eq!(changed(value, operator).as_deref(), Some(expected), "{value} {operator}");
        }
        for operator in ["@Q", "!", "/a*/b", ":x", "#$Y"] {
            assert_eq!(changed("abc", operator), None, "{operator}");
        }
    }

    #[test]
    fn sums_are_reckoned() {
        let name = |name: &str| (name == "N").then(|| "3".to_owned());
        let table = [
            ("1+2", Some(3)),
            ("N + 1", Some(4)),
            ("$N*2-1", Some(5)),
            ("(1+2)*3", Some(9)),
            ("-2+7%4", Some(1)),
            ("1/0", None),
            ("X+1", None),
            ("1+", None),
            ("9223372036854775807+1", None),
        ];
        for (text, expected) in table {
            assert_eq!(sum(text, &name), expected, "{text}");
        }
        assert_eq!(sum(&"(".repeat(100_000), &name), None);
        assert_eq!(sum(&"-".repeat(100_000), &name), None);
    }
}
