//! Options of `HTTPie` 3.2 (`http --help`) and of xh (<https://github.com/ducaale/xh>, `xh --help`, accessed 2026-11-21).

/// Long options that take a value.
const WITH_VALUE: &[&str] = &[
    "boundary",
    "raw",
    "pretty",
    "style",
    "theme",
    "response-charset",
    "response-mime",
    "format-options",
    "print",
    "history-print",
    "output",
    "session",
    "session-read-only",
    "auth",
    "auth-type",
    "bearer",
    "proxy",
    "max-redirects",
    "max-headers",
    "timeout",
    "verify",
    "ssl",
    "ciphers",
    "cert",
    "cert-key",
    "cert-key-pass",
    "default-scheme",
    "http-version",
    "resolve",
    "interface",
    "unix-socket",
];

/// Long options that stand alone.
const ALONE: &[&str] = &[
    "json",
    "form",
    "multipart",
    "compress",
    "unsorted",
    "sorted",
    "headers",
    "meta",
    "body",
    "verbose",
    "all",
    "stream",
    "download",
    "continue",
    "quiet",
    "offline",
    "follow",
    "check-status",
    "path-as-is",
    "chunked",
    "ignore-netrc",
    "ignore-stdin",
    "help",
    "manual",
    "version",
    "traceback",
    "debug",
    "https",
    "native-tls",
    "curl",
    "curl-long",
    "ipv4",
    "ipv6",
    "http2",
    "unsorted",
];

/// The long name of a letter, and whether it takes a value.
fn letter(letter: char) -> Option<&'static str> {
    Some(match letter {
        'j' => "json",
        'f' => "form",
        'x' => "compress",
        's' => "style",
        'p' => "print",
        'P' => "history-print",
        'h' => "headers",
        'm' => "meta",
        'b' => "body",
        'v' => "verbose",
        'S' => "stream",
        'o' => "output",
        'd' => "download",
        'c' => "continue",
        'q' => "quiet",
        'a' => "auth",
        'A' => "auth-type",
        'F' => "follow",
        'I' => "ignore-stdin",
        '4' => "ipv4",
        '6' => "ipv6",
        _ => return None,
    })
}

/// The option of this long name (`verify=no` too), and whether it takes a value. `no-follow` takes one back.
pub(super) fn of(name: &str) -> Option<(&'static str, bool)> {
    let name = name.split('=').next().unwrap_or(name);
    let find = |list: &[&'static str]| list.iter().find(|known| **known == name).copied();
    find(WITH_VALUE).map(|name| (name, true)).or_else(|| find(ALONE).map(|name| (name, false))).or_else(
        || {
            let positive = name.strip_prefix("no-")?;
            let known = WITH_VALUE.iter().chain(ALONE).any(|known| *known == positive);
            known.then_some(("no", false))
        },
    )
}

/// Whether `letters` are short options, the last perhaps with its value.
pub(super) fn are_letters(letters: &str) -> bool {
    for c in letters.chars() {
        match letter(c) {
            None => return false,
            Some(name) if WITH_VALUE.contains(&name) => return true,
            Some(_) => {}
        }
    }
    !letters.is_empty()
}

/// Whether the value of the option `word` is the next word.
pub(super) fn takes_next(word: &str) -> bool {
    if let Some(name) = word.strip_prefix("--") {
        return !name.contains('=') && of(name).is_some_and(|(_, takes)| takes);
    }
    let mut letters = word.trim_start_matches('-').chars();
    letters
        .find(|c| letter(*c).is_some_and(|name| WITH_VALUE.contains(&name)))
        .is_some_and(|_| letters.as_str().is_empty())
}

/// The options of one word, with their values; `next` gives the next word. An unknown one has no name.
pub(super) fn read(word: &str, next: &mut dyn FnMut() -> Option<String>) -> Vec<(String, Option<String>)> {
    if let Some(long) = word.strip_prefix("--") {
        let Some((name, takes)) = of(long) else { return vec![(String::new(), None)] };
        let written = long.split_once('=').map(|(_, value)| value.to_owned());
        let value = if takes { written.or_else(next) } else { None };
        return vec![(name.to_owned(), value)];
    }
    let mut found = Vec::new();
    let mut letters = word.trim_start_matches('-').chars();
    while let Some(c) = letters.next() {
        let name = letter(c).unwrap_or("");
        if WITH_VALUE.contains(&name) {
            let joined = letters.as_str().strip_prefix('=').unwrap_or(letters.as_str());
            let value = if joined.is_empty() { next() } else { Some(joined.to_owned()) };
            found.push((name.to_owned(), value));
            break;
        }
        found.push((name.to_owned(), None));
        if name.is_empty() {
            break;
        }
    }
    found
}
