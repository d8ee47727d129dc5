//! What bash makes of a variable's value before it runs a command: `${X#a}`, `${X/a/b}`, `${X:1:2}`.

use super::pattern::{Letter, Pattern, letters};
use super::sum;

/// Longest value that a pattern with stars is put in the place of: each place is tried.
const LONGEST_VALUE: usize = 4096;

/// `value` changed as `operator` says (what stands behind the name in `${NAME…}`); `None` where it is not known here.
/// `name` gives the value of a variable.
pub(super) fn changed(value: &str, operator: &str, name: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    match operator {
        "^^" => return Some(value.to_uppercase()),
        ",," => return Some(value.to_lowercase()),
        "^" | "," => {
            let first = value.chars().next()?;
            let changed: String =
                if operator == "^" { first.to_uppercase().collect() } else { first.to_lowercase().collect() };
            return Some(format!("{changed}{}", value.get(first.len_utf8()..).unwrap_or("")));
        }
        _ => {}
    }
    let pattern = |text: &str| Pattern::of(&letters(text, name)?);
    for (sign, longest) in [("##", true), ("#", false)] {
        if let Some(text) = operator.strip_prefix(sign) {
            let end = pattern(text)?.at_start(value).map(|(short, long)| if longest { long } else { short });
            return Some(value.get(end.unwrap_or(0)..).unwrap_or(value).to_owned());
        }
    }
    for (sign, longest) in [("%%", true), ("%", false)] {
        if let Some(text) = operator.strip_prefix(sign) {
            let taken = pattern(text)?.at_end(value).map(|(short, long)| if longest { long } else { short });
            return Some(value.get(..value.len() - taken.unwrap_or(0)).unwrap_or(value).to_owned());
        }
    }
    if let Some(rest) = operator.strip_prefix('/') {
        return replaced(value, rest, name);
    }
    let cut = operator.strip_prefix(':')?;
    let (from, len) = cut.split_once(':').map_or((cut, None), |(from, len)| (from, Some(len)));
    part(value, sum::value(from, name)?, len.map_or(Some(None), |len| sum::value(len, name).map(Some))?)
}

/// The characters of `value` from number `from` on, which counts from the end where it is negative; so does `len`.
fn part(value: &str, from: i64, len: Option<i64>) -> Option<String> {
    let count = i64::try_from(value.chars().count()).ok()?;
    let from = if from < 0 { count.checked_add(from)? } else { from };
    let end = match len {
        None => count,
        Some(len) if len < 0 => count.checked_add(len)?,
        Some(len) => from.checked_add(len)?,
    };
    let (from, len) = (usize::try_from(from).ok()?, usize::try_from(end.checked_sub(from)?).ok()?);
    Some(value.chars().skip(from).take(len).collect())
}

/// `value` with what stands for a pattern in `PATTERN/TEXT` replaced; `/` before it: everywhere, `#` and `%`: at the
/// beginning, at the end.
fn replaced(value: &str, rest: &str, name: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let (all, rest) = rest.strip_prefix('/').map_or((false, rest), |rest| (true, rest));
    let letters = letters(rest, name)?;
    let (pattern, with) = halves(&letters);
    // An `&` without quotes gives what was found, in bash 5.2 and no older one.
    if with.contains(&Letter { c: '&', quoted: false }) {
        return None;
    }
    let with: String = with.iter().map(|letter| letter.c).collect();
    let anchor = pattern.first().filter(|first| !all && !first.quoted).map(|first| first.c);
    if let Some(anchor @ ('#' | '%')) = anchor {
        let pattern = Pattern::of(pattern.get(1..)?)?;
        if anchor == '#' {
            let end = pattern.at_start(value).map(|(_, longest)| longest);
            return Some(end.map_or_else(|| value.to_owned(), |end| with + value.get(end..).unwrap_or("")));
        }
        let taken = pattern.at_end(value).map(|(_, longest)| longest);
        let kept = taken.map(|taken| value.get(..value.len() - taken).unwrap_or(""));
        return Some(kept.map_or_else(|| value.to_owned(), |kept| format!("{kept}{with}")));
    }
    let pattern = Pattern::of(pattern)?;
    if let Some(plain) = pattern.plain() {
        if plain.is_empty() {
            return Some(value.to_owned());
        }
        return Some(if all { value.replace(&plain, &with) } else { value.replacen(&plain, &with, 1) });
    }
    if value.len() > LONGEST_VALUE {
        return None;
    }
    let mut out = String::new();
    let mut rest = value;
    while let Some(c) = rest.chars().next() {
        let found = pattern.at_start(rest).map(|(_, longest)| longest).filter(|longest| *longest > 0);
        if let Some(longest) = found {
            out.push_str(&with);
            rest = rest.get(longest..)?;
            if !all {
                break;
            }
        } else {
            out.push(c);
            rest = rest.get(c.len_utf8()..)?;
        }
    }
    Some(out + rest)
}

/// The pattern and the text behind the first slash that is not quoted; one at the very beginning is of the pattern.
fn halves(letters: &[Letter]) -> (&[Letter], &[Letter]) {
    let slash = letters.iter().skip(1).position(|letter| letter.c == '/' && !letter.quoted).map(|at| at + 1);
    match slash {
        Some(at) => (letters.get(..at).unwrap_or_default(), letters.get(at + 1..).unwrap_or_default()),
        None => (letters, &[]),
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
            ("abcdef", ": -2", "ef"),
            ("abcdef", ":1:-1", "bcde"),
            (r#"say "hi""#, r#"//\"/\\\""#, r#"say \"hi\""#),
            ("a/b/c", r"//\//%2F", "a%2Fb%2Fc"),
            ("a/b/c", "////-", "a-b-c"),
            ("a/b/c", "/*\\//", "c"),
            ("a/b/c", "/#a/x", "x/b/c"),
            ("a/b/c", "/#b/x", "a/b/c"),
            ("a/b/c", "/%c/x", "a/b/x"),
            ("a/b/c", "//[ab]/x", "x/x/c"),
            ("a/b/c", "//[!a-b]", "ab"),
            ("a b\tc", "//[[:space:]]/_", "a_b_c"),
            ("a\nb", r"//$'\n'/\\n", r"a\nb"),
            ("abc", "//b/'x y'", "ax yc"),
            ("aXb", "/X*/", "a"),
        ];
        for (value, operator, expected) in table {
            assert_eq!(changed(value, operator, &|_| None).as_deref(), Some(expected), "{value} {operator}");
        }
        let name = |name: &str| (name == "N").then(|| "b".to_owned());
        assert_eq!(changed("abc", "#a$N", &name).as_deref(), Some("c"));
        assert_eq!(changed("abc", "//$N/${N}$N", &name).as_deref(), Some("abbc"));
        for operator in ["@Q", "!", ":x", "#$Y", "/a/$(b)"] {
            assert_eq!(changed("abc", operator, &|_| None), None, "{operator}");
        }
    }
}
