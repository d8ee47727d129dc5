//! What a terminal or a logger did to a text, undone: colours, drawn boxes, names before each line, wraps.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::case::pattern::Regex;

use super::{framed, quoting};
use crate::case::intake::{colour, literal};

/// At most the first `most` bytes.
pub(super) fn head(text: &str, most: usize) -> &str {
    let mut at = most.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    text.get(..at).unwrap_or(text)
}

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// A tag of running text; those of a whole page are not among them.
static TAG: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r#"(?i)</?(?:p|div|span|code|pre|b|strong|em|i|li|td|small|a)(?: [a-z-]{1,20}="[^"<>]{0,200}"){0,6}\s?/?>"#,
    )
});

static JOINT: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"' \+\r?\n[ \t]*'"));

/// The same name before every line: docker compose, journald, concurrently's `[0]`.
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^(?:[\w.-]+\s{0,20}\| ?|\[\d{1,3}\] ?|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S{1,60} [\w.@-]+\[\d{1,8}\]: ?)",
    )
});

/// How HTML writes the marks of JSON; the ampersand last.
const ENTITIES: &[(&str, &str)] = &[
    ("&quot;", "\""),
    ("&#34;", "\""),
    ("&#039;", "'"),
    ("&#39;", "'"),
    ("&#x27;", "'"),
    ("&#x22;", "\""),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&amp;", "&"),
];

/// `text` with the marks that HTML and XML write as names or numbers.
pub(super) fn without_entities(text: &str) -> String {
    ENTITIES.iter().fold(text.to_owned(), |text, (entity, c)| text.replace(entity, c))
}

/// `text` without colours, box drawing and the names before its lines.
pub(super) fn of(text: &str) -> Cow<'_, str> {
    match shown(text) {
        Cow::Borrowed(plain) => without_listing(plain),
        Cow::Owned(plain) => Cow::Owned(without_listing(&plain).into_owned()),
    }
}

/// An object in which a log's masks stand for its braces.
const MASKED_BRACES: [&str; 4] = ["***'error': ", "***\"error\": ", "***'message': ", "***\"message\": "];

fn shown(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    if let Some(bare) = colour::off(&text) {
        text = Cow::Owned(bare);
    }
    // A text that a person set in back quotes as a whole.
    if let Some(inside) = text.trim().strip_prefix('`').and_then(|t| t.strip_suffix('`'))
        && !inside.contains('`')
    {
        text = Cow::Owned(inside.to_owned());
    }
    // A mail's body.
    if text.contains("ransfer-") && text.contains("quoted-printable") {
        text = Cow::Owned(without_quoted_printable(&text));
    }
    // A runner of GitHub that has a brace among its secrets.
    if MASKED_BRACES.iter().any(|mark| text.contains(mark)) {
        text = Cow::Owned(
            text.replace("***'", "{'").replace("'***", "'}").replace("***\"", "{\"").replace("\"***", "\"}"),
        );
    }
    // A table's file doubles the quotes within a cell.
    if text.contains("{\"\"") {
        text = Cow::Owned(text.replace("\"\"", "\""));
    }
    // A string that was printed with its escapes, and nothing else.
    if text.contains("\\\"")
        && !text.contains("\\\\")
        && text.matches('"').count() == text.matches("\\\"").count()
    {
        text = Cow::Owned(text.replace("\\\"", "\""));
    }
    // Spring prints line ends so.
    if text.contains("<EOL>") {
        text = Cow::Owned(text.replace("<EOL>", "\n"));
    }
    // An object that a web page quotes.
    if ["{&quot;", "{&#34;", "{&#039;", "{&#39;", "{&#x27;", "{&#x22;"].iter().any(|mark| text.contains(mark))
    {
        text = Cow::Owned(without_entities(&text));
    }
    // A piece of a page around the words.
    if text.trim_start().starts_with('<')
        && let Some(tag) = TAG.as_ref().filter(|p| p.find(text.trim_start()).is_some_and(|m| m.start() == 0))
    {
        text = Cow::Owned(tag.replace_all(&text, "").into_owned());
    }
    if text.contains(['│', '┃', '║']) {
        text = Cow::Owned(without_boxes(&text));
    }
    // Node's console breaks a long string into pieces.
    if let Some(joint) = JOINT.as_ref().filter(|_| text.contains("' +\n") || text.contains("' +\r\n")) {
        text = Cow::Owned(joint.replace_all(&text, "").into_owned());
    }
    if let Some(named) = NAMED.as_ref()
        && text.lines().nth(1).is_some()
        && text.lines().all(|line| named.is_match(line))
    {
        let lines: Vec<Cow<'_, str>> = text.lines().map(|line| named.replace(line, "")).collect();
        text = Cow::Owned(lines.join("\n"));
    }
    if let Some(bare) = without_settings(&text) {
        text = Cow::Owned(bare);
    }
    if let Some(apart) = records_apart(&text) {
        text = Cow::Owned(apart);
    }
    if let Some(bare) = without_times(&text) {
        text = Cow::Owned(bare);
    }
    if let Some(bare) = without_columns(&text) {
        text = Cow::Owned(bare);
    }
    if let Cow::Owned(bare) = framed::off(&text) {
        text = Cow::Owned(bare);
    }
    if let Some(bare) = without_good_access(&text) {
        text = Cow::Owned(bare);
    }
    if let Some(apart) = quoting::apart(&text) {
        text = Cow::Owned(apart);
    }
    text
}

/// `text` without the fences that hold a file of settings, by the name of their language, where they tell of no failure.
fn without_settings(text: &str) -> Option<String> {
    const LANGUAGES: [&str; 10] =
        ["yaml", "yml", "toml", "ini", "dotenv", "env", "dockerfile", "nginx", "properties", "mermaid"];
    const FENCE: &str = "```";
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(FENCE) {
        let language = behind.lines().next().unwrap_or("").trim().to_ascii_lowercase();
        let (inside, after) = behind.split_once(FENCE).unwrap_or((behind, ""));
        let lower = inside.to_ascii_lowercase();
        let tells =
            ["error", "fail", "exception", "denied", "invalid"].iter().any(|word| lower.contains(word));
        out.push_str(before);
        if tells || !LANGUAGES.contains(&language.as_str()) {
            let taken = rest.len() - after.len();
            out.push_str(rest.get(before.len()..taken).unwrap_or(""));
        }
        rest = after;
    }
    let whole = out.len() + rest.len() == text.len();
    out.push_str(rest);
    (!whole && !out.trim().is_empty()).then_some(out)
}

/// The octet that the two digits at the begin of `text` write.
fn octet(text: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(text.get(..2)?).ok()?;
    u8::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))
}

/// `text` with soft line ends joined and octets resolved (RFC 2045, 6.7).
fn without_quoted_printable(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = match byte {
            b'=' if after.starts_with(b"\r\n") => after.get(2..).unwrap_or_default(),
            b'=' if after.starts_with(b"\n") => after.get(1..).unwrap_or_default(),
            b'=' if octet(after).is_some() => {
                bytes.extend(octet(after));
                after.get(2..).unwrap_or_default()
            }
            _ => {
                bytes.push(byte);
                after
            }
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A line of an access log on a request that was served well. A POST that was sent elsewhere was not.
static SERVED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r#""[A-Z]{3,7} /[^"\s]* HTTP/\d(?:\.\d)?" (?:2\d\d|304)\b|"(?:GET|HEAD|OPTIONS) /[^"\s]* HTTP/\d(?:\.\d)?" 3\d\d\b|\[GIN\][^\n|]{0,60}\|\s{0,3}[23]\d\d\s{0,3}\|"#,
    )
});

/// How the records of a log begin, in the middle of a line: level and time, or time and level.
static RECORD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?P<blank>[ \t]{1,8})(?P<record>\[(?:GIN|INFO|WARN|WARNING|ERR|ERROR|SYS|DEBUG|FATAL)\] \d{4}[-/]\d\d[-/]\d\d |\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d[^\s]{0,12} (?:- |\| )?\[?(?:INFO|WARN|WARNING|ERROR|DEBUG|FATAL)\b)",
    )
});

/// A log that lost its line ends (a form's field, a chat): each record on a line of its own again.
fn records_apart(text: &str) -> Option<String> {
    let record = RECORD.as_ref()?;
    let is_joined = |line: &str| record.find_iter(line).nth(1).is_some();
    if !text.lines().any(is_joined) {
        return None;
    }
    let lines = text.lines().map(|line| {
        if is_joined(line) { record.replace_all(line, "\n$record") } else { Cow::Borrowed(line) }
    });
    Some(lines.collect::<Vec<_>>().join("\n"))
}

/// `text` without the access log's lines on requests that were served well, where other lines are there: what failed stands
/// in those.
fn without_good_access(text: &str) -> Option<String> {
    let served = SERVED.as_ref()?;
    if !served.is_match(text) {
        return None;
    }
    let kept: Vec<&str> = text.lines().filter(|line| !served.is_match(line)).collect();
    kept.iter().any(|line| line.chars().any(char::is_alphabetic)).then(|| kept.join("\n"))
}

/// The head of a log's line up to the last time in it: `2025-02-06T08:11:41.401 app[1] dfw [info] 2025/02/06 08:11:41 `.
static TIMES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^(?:[\[(]?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d[^\s{}]{0,16}\s?)(?:[^\n{}]{0,80}?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d[^\s{}]{0,16}\s?)?",
    )
});

/// An object that a logger printed line by line, each with its own head: the lines without it.
fn without_times(text: &str) -> Option<String> {
    let times = TIMES.as_ref()?;
    if text.lines().nth(2).is_none() || !text.contains('{') || !text.starts_with(['[', '(', '1', '2']) {
        return None;
    }
    let filled = || text.lines().filter(|line| !line.trim().is_empty());
    if !filled().all(|line| times.is_match(line)) {
        return None;
    }
    let bare: Vec<Cow<'_, str>> = filled().map(|line| times.replace(line, "")).collect();
    // A log of sentences keeps its times: they tell where one ends.
    let closes = bare.iter().any(|line| line.trim_start().starts_with('}'));
    closes.then(|| bare.join("\n"))
}

/// The head of a line that a log set into a column of its own: the time, and blanks up to the column.
static COLUMN: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"^[\[(]?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d[!-~]{0,16}(?P<blank> {8,})\S"));
/// So many lines of the same column are one text that was wrapped.
const FEWEST_IN_COLUMN: usize = 3;

/// `text` where a log wrapped one record into a column and put the time before each line: the column's lines alone.
fn without_columns(text: &str) -> Option<String> {
    let column = COLUMN.as_ref()?;
    let begin = |line: &str| Some(column.captures(line)?.name("blank")?.end());
    let first = text.lines().find_map(begin)?;
    let inside = |line: &str| begin(line).is_some_and(|at| at == first);
    if text.lines().filter(|line| inside(line)).count() < FEWEST_IN_COLUMN {
        return None;
    }
    let bare = |line| if inside(line) { line.get(first..).unwrap_or(line).trim_end() } else { line };
    Some(text.lines().map(bare).collect::<Vec<_>>().join("\n"))
}

/// `text` without the sides of boxes. A box ends what stands above it, unless that is in a box, too.
fn without_boxes(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    let mut within = true;
    for line in text.lines() {
        if is_rule(line) {
            if !within {
                lines.push("");
            }
        } else {
            // One box may stand in another.
            lines.push(unboxed(unboxed(line)));
        }
        within = is_rule(line) || unboxed(line).len() < line.len();
    }
    lines.join("\n")
}

/// A line that draws: a box's upper or lower side.
fn is_rule(line: &str) -> bool {
    let bare = line.trim();
    bare.starts_with(['╭', '╰', '┌', '└', '╔', '╚'])
        && (bare.contains("──") || bare.contains("━━") || bare.contains("══") || bare.chars().count() <= 2)
}

fn unboxed(line: &str) -> &str {
    let sides = ['│', '┃', '║'];
    let bare = line.trim();
    match bare.strip_prefix(sides) {
        Some(inside) => {
            // The blank that stays says that words were wrapped, not cut.
            inside.strip_suffix(sides).unwrap_or(inside).trim_end()
        }
        None => line,
    }
}

static ASIDE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r#"^\s*(?:\$ [a-z]|Python [23]\.\d+\.\d|[A-Za-z][\w.-]{1,40}==\d[\w.]*\s*$|-{2,4}> [0-9]{1,6} |File \S+:[0-9]{1,6}, in |Cell In\s?\[|[-*] \[[ xX]\] |[A-Za-z][A-Za-z _-]{1,30}: (?:undefined|null|None|N/A),?\s*$|Traceback |During handling|The above exception|File "|at \S+[.(<]|at async |#{1,6} |\*\*[^*\n]{1,60}\*\*:?\s*$|\^+\s*$|[~^\s]{4,}$|```|\+-{6,}|(?i:model|provider|url|method|timestamp|content-length|status code|version|deployment|provider|base ?url|platform|os|node|python|模型|类型|代理|操作系统|运行环境|认证|[\w -]+ version)\s{0,3}[:：]\s*\S|(?:[-*•]\s+)?\*\*(?i:[\w ./-]{0,24}(?:version|type|device|model|provider|platform|system|browser|os|date|environment|plan|hardware|region|language|url|area|priority|severity))\s?:?\*\*\s?:?\s*\S|(?:Cloudflare Location|Your IP(?: address)?|Ray ID|Error reference number): \S)"#,
    )
});

/// A line beside the error: a stack's, a heading, a setting.
pub(super) fn is_aside(line: &str) -> bool {
    ASIDE.as_ref().is_some_and(|p| p.is_match(head(line, 400)))
}

static LOG: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^\s*(?:[❌✖✗✘✕⚠]\x{fe0f}?\s+\S|(?:[✦➤▶■ℹ❌⚠✖✕●]\x{fe0f}?\s+)?(?:[\[(]?\d{4}[-/]\d\d[-/]\d\d[ T]|[\[(]?\d\d:\d\d:\d\d\b|(?:ERROR|WARN|WARNING|INFO|DEBUG)[:\s]|\[[+!*x#?-]\]|\[(?:GIN|ERR|INFO|ERROR|WARN|DEBUG)\]|\[(?:Error|Warning|Warn|Info|Debug)\] |[0-9.]{5,16} [EWID] [a-z]|\[[a-z]{3,20}\] (?:error|warn|warning|info|debug):|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}:|\d\d-\d\d \d\d:\d\d|[╭╰┌└─✻✶]|\d{1,3}: |[{}\])]+,?\s*$))",
    )
});

static NEWS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r#"^(?:[\w.-]{1,40}\s{0,20}\| )?\W*(?:[\d:.,TZ/ -]{0,40}(?:UTC \d{1,10} )?\W*)?(?:INFO|DEBUG|TRACE|[Ii]nfo|[Dd]ebug)\b|"[A-Z]{3,7} /[^"]* HTTP/\d"#,
    )
});

/// `text` without the numbered source lines that a notebook lists around the one that raised: their numbers and names are nobody's.
fn without_listing(text: &str) -> Cow<'_, str> {
    if !text.contains("-> ")
        || !text.contains("File ") && !text.contains("Cell In") && !text.contains("<ipython")
    {
        return Cow::Borrowed(text);
    }
    let lines: Vec<(&str, Option<u32>)> = text.lines().map(|line| (line, number_of_listing(line))).collect();
    if !lines.iter().any(|(line, number)| number.is_some() && line.starts_with("--")) {
        return Cow::Borrowed(text);
    }
    // A number in a row of them; a status stands alone.
    let near = |index: usize, number: u32| {
        let others = index.saturating_sub(2)..(index + 3).min(lines.len());
        lines
            .get(others)
            .into_iter()
            .flatten()
            .filter_map(|(_, other)| *other)
            .any(|o| o.abs_diff(number) == 1)
    };
    let is_listed = |index: usize, line: &str, number: Option<u32>| {
        line.trim() == "(...)" || number.is_some_and(|number| line.starts_with("--") || near(index, number))
    };
    let kept = lines.iter().enumerate().filter(|(index, (line, number))| !is_listed(*index, line, *number));
    Cow::Owned(kept.map(|(_, (line, _))| *line).collect::<Vec<_>>().join("\n"))
}

/// The number at the begin of a line of a listing: `--> 464     response = …`, `    452     choices`.
fn number_of_listing(line: &str) -> Option<u32> {
    let arrow = line.trim_start_matches('-');
    let bare = if arrow.len() + 2 <= line.len() { arrow.strip_prefix("> ")? } else { line };
    let bare = bare.trim_start();
    let digits = bare.len() - bare.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, behind) = bare.split_at_checked(digits)?;
    (behind.is_empty() || behind.starts_with(' ')).then(|| number.parse().ok()).flatten()
}

/// `text` without the source lines of a stack: Python's `File "…"` with the line below it, carets, JavaScript's and the
/// JVM's `at …`, Node's place of the throw.
pub(super) fn without_stack(text: &str) -> Cow<'_, str> {
    let of_notebook = text.contains("--> ");
    if !text.contains('\n')
        || !(of_notebook || text.contains("File \"") || text.contains("  at ") || text.contains("node:"))
    {
        return Cow::Borrowed(text);
    }
    let mut of_file = false;
    let kept: Vec<&str> = text
        .lines()
        .filter(|line| {
            let bare = line.trim_start();
            let place = bare.starts_with("File \"") && bare.contains(", line ");
            let source = of_file && line.starts_with("    ");
            of_file = place;
            let carets = !bare.is_empty() && bare.bytes().all(|b| matches!(b, b'^' | b'~' | b' '));
            let frame = line.starts_with(char::is_whitespace) && bare.starts_with("at ");
            let thrown = line.starts_with("node:") && !line.contains(' ');
            // IPython's arrow before the line that raised, and the place above it.
            let arrow = of_notebook
                && (bare.strip_prefix("--").is_some_and(|rest| {
                    rest.trim_start_matches('-')
                        .strip_prefix("> ")
                        .is_some_and(|n| n.starts_with(|c: char| c.is_ascii_digit()))
                }) || bare.starts_with("File ") && bare.contains(", in "));
            !(place || source || carets || frame || thrown || arrow)
        })
        .collect();
    Cow::Owned(kept.join("\n"))
}

/// A line of a log that tells of no failure, or an access log's.
pub(super) fn is_news(line: &str) -> bool {
    NEWS.as_ref().is_some_and(|p| p.is_match(head(line, 600)))
}

/// A line that a logger wrote anew: the message before it has ended.
pub(super) fn is_log_line(line: &str) -> bool {
    LOG.as_ref().is_some_and(|p| p.is_match(head(line, 400))) || is_drawn_label(line)
}

/// A picture, and behind it a label: `⏱️  Elapsed: 6.41s`.
fn is_drawn_label(line: &str) -> bool {
    let bare = line.trim_start();
    let is_picture = |c: char| matches!(c, '\u{1f300}'..='\u{1faff}' | '\u{2300}'..='\u{23ff}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}');
    let Some(rest) = bare.strip_prefix(is_picture) else { return false };
    let label = rest.trim_start_matches(['\u{fe0f}', ' ']).split([':', '：']).next().unwrap_or("");
    let named =
        label.len() < rest.len() && label.chars().count() <= 24 && label.starts_with(char::is_uppercase);
    named || label.starts_with("Retrying ")
}

/// Lines that a terminal or a chat wrapped, as the one line that they were.
pub(super) fn unwrapped(text: &str) -> String {
    unwrapped_of(text, text)
}

/// The same of a piece of `whole`, whose lines say at which width a terminal cut: the first one of the piece may have begun
/// with what is no part of it.
pub(super) fn unwrapped_of(text: &str, whole: &str) -> String {
    if !text.contains('\n') {
        return text.to_owned();
    }
    let hard = literal::is_hard_wrapped(text) || literal::is_hard_wrapped(whole);
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        if !out.is_empty() {
            let cut = hard || is_word_cut(&out, line);
            literal::join(&mut out, line.starts_with(char::is_whitespace), cut);
        }
        out.push_str(line.trim_start());
    }
    out.trim_end().to_owned()
}

/// A shorter line was ended by somebody, not by a terminal, bytes.
const NARROWEST: usize = 60;

/// What stands behind the line end cannot begin an English word, or is what words end with: a terminal cut one in two.
fn is_word_cut(before: &str, line: &str) -> bool {
    const ENDS: [&str; 23] = [
        "ation", "ations", "tion", "tions", "sion", "ing", "ings", "ment", "ments", "ness", "ible", "ity",
        "ies", "ed", "ly", "er", "ers", "est", "ive", "ance", "ence", "ize", "ized",
    ];
    // Two consonants with which words begin.
    const BEGINS: [&str; 44] = [
        "bl", "br", "ch", "cl", "cr", "dr", "dw", "fl", "fr", "gh", "gl", "gn", "gr", "kn", "kr", "ll", "ph",
        "pl", "pr", "ps", "rh", "sc", "sh", "sk", "sl", "sm", "sn", "sp", "sq", "st", "sw", "th", "tr", "ts",
        "tw", "vl", "wh", "wr", "js", "kw", "py", "my", "by", "ty",
    ];
    let begin = line.split(|c: char| !c.is_ascii_lowercase()).next().unwrap_or("");
    let left = before.bytes().next_back().is_some_and(|b| b.is_ascii_lowercase());
    if !left || before.len() < NARROWEST || line.starts_with(char::is_whitespace) || begin.len() < 2 {
        return false;
    }
    let is_consonant = |b: u8| !b"aeiouy".contains(&b);
    let first = begin.get(..2).unwrap_or("");
    // `gpt`, `http`, `ssl`: no words at all.
    let word = begin.bytes().any(|b| !is_consonant(b))
        && !line.get(begin.len()..).unwrap_or("").starts_with(['_', '-', '.', '/', ':']);
    let odd = first.bytes().all(is_consonant) && !BEGINS.contains(&first);
    ENDS.contains(&begin) || word && odd
}
