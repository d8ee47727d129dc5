//! Whether the terminal takes UTF-8, by the locale.

/// True where the locale says that the terminal takes UTF-8.
pub fn has_utf8() -> bool {
    cfg!(not(unix)) || says_utf8(|name| std::env::var(name).ok())
}

/// The first of the variables that has a value decides, as everywhere; without any it is the locale `C`.
fn says_utf8(lookup: impl Fn(&str) -> Option<String>) -> bool {
    let mut values = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(lookup);
    let locale = values.find(|value| !value.is_empty()).unwrap_or_default().to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_decides() {
        let table: [(&[(&str, &str)], bool); 7] = [
            (&[], false),
            (&[("LANG", "C")], false),
            (&[("LANG", "de_DE.UTF-8")], true),
            (&[("LC_ALL", "C.utf8")], true),
            (&[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")], false),
            (&[("LC_ALL", ""), ("LC_CTYPE", "UTF-8"), ("LANG", "C")], true),
            (&[("LANG", "de_DE@euro")], false),
        ];
        for (variables, wanted) in table {
            let lookup =
                |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
            assert_eq!(says_utf8(lookup), wanted, "{variables:?}");
        }
    }
}
