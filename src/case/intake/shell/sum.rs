//! The value of the sums that a shell reckons: `$((N+1))`, an array's index.

/// Deepest nesting of brackets in a sum.
const DEEPEST: usize = 32;

/// The value of the sum inside `$((…))`; `name` gives that of a variable.
pub(super) fn value(text: &str, name: &dyn Fn(&str) -> Option<String>) -> Option<i64> {
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
            assert_eq!(value(text, &name), expected, "{text}");
        }
        assert_eq!(value(&"(".repeat(100_000), &name), None);
        assert_eq!(value(&"-".repeat(100_000), &name), None);
    }
}
