//! The frames around an error that are peeled off ([`prints`](super::prints)), and the sentences that are a client's own
//! ([`own`](super::own)).

use std::sync::LazyLock;

use crate::case::pattern::Regex;

use super::own::{ALONE, OWN, SOFT};
use super::prints::{BACK, FRONT, HEADING, REASON, WORDS};
use crate::case::catalog::AnyOf;

/// How much a frame in front of a text says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Weight {
    /// A time, a level, a bullet: any line may begin so.
    Mark,
    /// A client says here that something failed: what follows may be more of its own words.
    Client,
    /// What follows is the answer's: only frames of their own form are peeled from here on.
    Answer,
}

pub(super) struct Frame {
    pub(super) weight: Weight,
    /// A tag, or a name of an exception: clients write them behind a status too.
    is_name: bool,
    /// Anchored at the text's begin.
    pub(super) pattern: Regex,
}

impl Frame {
    /// It may be peeled where the answer speaks already.
    pub(super) fn of_answers(&self) -> bool {
        self.weight == Weight::Answer || self.is_name
    }
}

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// A client's words that end with the status and a name for the body behind it: `… failed with status 422. Body: `.
static BODY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let text = r#"^[^\n"{}<>]{0,120}?\b(?i:status|code|error|http)(?: (?i:code|status))?:? \(?[1-5][0-9]{2}\)?(?: \(?REASON\)?)?[.,;:]? (?:(?:and|with) )?(?:the )?(?:(?i:body|response(?: body| text)?|text|content)\s?[:=]|(?i:message|details?|reason)\s?:)\s*\S"#;
    pattern(&text.replace("REASON", REASON))
});

/// Bytes of such words at the begin of `text`.
pub(super) fn body(text: &str) -> Option<usize> {
    let found = BODY.as_ref()?.find(text)?;
    // The last character is the body's first.
    found.as_str().char_indices().next_back().map(|(at, _)| at)
}

/// The status that a frame names.
pub(super) fn status(frame: &str) -> Option<u16> {
    static NUMBER: LazyLock<Option<Regex>> =
        LazyLock::new(|| pattern(r"(?:^|[^0-9.:])([45][0-9][0-9])(?:[^0-9]|$)"));
    NUMBER.as_ref()?.captures(frame)?.get(1)?.as_str().parse().ok()
}

fn one_of(patterns: &[&str]) -> String {
    patterns.iter().map(|p| format!("(?:{p})")).collect::<Vec<_>>().join("|")
}

pub(super) static FRONTS: LazyLock<Vec<Frame>> = LazyLock::new(|| {
    let text = |text: &str| text.replace("REASON", REASON).replace("HEADING", HEADING);
    FRONT
        .iter()
        .map(|(weight, front)| (*weight, text(front)))
        .chain(WORDS.iter().map(|text| (Weight::Client, (*text).to_owned())))
        .filter_map(|(weight, text)| {
            let is_name = text.contains("Uncaught ")
                || text.starts_with(r"\[")
                || text.starts_with("One or more errors occurred")
                || text.starts_with("[a-z]{2,20}(?:_");
            Some(Frame { weight, is_name, pattern: pattern(&format!("^(?:{text})"))? })
        })
        .collect()
});

/// How many of the last of [`FRONTS`] are words.
pub(super) const WORD_FRAMES: usize = WORDS.len();

pub(super) static BACKS: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(&one_of(BACK)));

static OWNS: LazyLock<AnyOf> = LazyLock::new(|| {
    AnyOf::new(
        OWN.iter()
            .map(|text| format!("^(?:[A-Za-z]{{0,30}} ?[Ee]?rror: |[A-Z][A-Za-z ]{{2,30}}: )?(?:{text})$")),
    )
});

static SOFTS: LazyLock<AnyOf> = LazyLock::new(|| {
    AnyOf::new(
        SOFT.iter()
            .map(|text| format!("^(?:[A-Za-z]{{0,30}} ?[Ee]?rror: |[A-Z][A-Za-z ]{{2,30}}: )?(?:{text})$")),
    )
});

static ALONES: LazyLock<AnyOf> =
    LazyLock::new(|| AnyOf::new(ALONE.iter().map(|text| format!("^(?:{text})$"))));

/// True for words that nobody but a client or a person says, as long as they are all that is said.
pub(super) fn is_own_alone(words: &str) -> bool {
    ALONES.is_match(words.trim())
}

/// Sentences of gateways whose begin looks like a client's frame.
static OF_GATEWAY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^(?:Upstream error from [A-Z]|Input validation error: |Rate limit exceeded: |Too many requests, [a-z]|Rate limit reached for |Invalid request: |Authentication Error, |Authentication Fails|Internal server error, |Bad request, |Forbidden, |Unauthorized, [a-z]|Request too large for |bad response status code |an error was encountered while running the model|llama runner process |<[45][0-9]{2}> [A-Z]|upstream timed out \()",
    )
});

/// A member of an object as a console prints it, on a line of its own.
static MEMBER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r#"^\s*["']?[A-Za-z_][A-Za-z0-9_]{1,40}["']?: ?(?:\[|\{|["'`]|[0-9]|null|true|false|undefined|None|True|False).*[,\[{(]\s*$"#,
    )
});

/// True where `text` is a dump of an object: its first lines are members, and none of them is called a message.
pub(super) fn is_dump(text: &str) -> bool {
    // The line that opens it, `response: {` or the bracket alone.
    let opened = text.lines().next().is_some_and(|line| line.trim_end().ends_with('{') && line.len() < 40);
    let mut lines = text.lines().skip(usize::from(opened)).take(4);
    let member = |line: &str| MEMBER.as_ref().is_some_and(|p| p.is_match(line));
    let first = lines.next().is_some_and(|line| member(line) && !line.trim_start().starts_with("message"));
    let dumped = first && lines.filter(|line| member(line) && !line.contains("essage")).count() >= 2;
    dumped || text.starts_with("message: this.") || text.starts_with("this.")
}

/// True where `text` begins as a gateway's own sentence does.
pub(super) fn is_sentence_of_gateway(text: &str) -> bool {
    OF_GATEWAY.as_ref().is_some_and(|p| p.is_match(text))
}

/// `huggingface_hub` (utils/_http.py, `hf_raise_for_status`): the status' own line, then the server's words.
static HUB: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^(?:[45][0-9]{2} (?:Client|Server) Error: [^\n]{1,80} for url: \S+ )?\(Request ID: [^()\n]{0,80}\)\s*\n\s*\S",
    )
});

/// Bytes of the frame where the Hub's client begins its print.
pub(super) fn hub(text: &str) -> Option<usize> {
    let found = text.contains("(Request ID: ").then(|| HUB.as_ref()?.find(text))??;
    // The last character is the server's first.
    found.as_str().char_indices().next_back().map(|(at, _)| at)
}

static BARE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(&format!(
        r"^(?:(?:HTTP(?:/\d(?:\.\d)?)?|[Ss]tatus(?: code)?|Error|ERROR)[ :=]*)*(?:[1-5]\d\d)?[\s:,(-]*(?:{REASON})?[).\s]*(?:[1-5]\d\d)?[)\s]*$"
    ))
});

/// A person who tells of a number.
static PERSON: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(&format!(
        "^{}$",
        r"(?:(?:errors? )?(?:when|while|if|after) I\b.*|[^\x22“`]*(?:^|\s)my\s[a-z].*|(?:when|while|after|before|if|because|since|although|even|every time|as soon as) [^.!?\n]{0,200}\b(?:I|I'm|I've|my|we|our|me)\b.*|(?:I|I'm|I've|I am|We (?:keep|get|got|see|saw|are|receive|received)|My|Our|When I|If I) .*|(?:Is|Are|Was|Does|Do|Did|Can|Could|Has|Have|Why|How|Where|Should|Would|Any|Anyone|Am) (?:[^.?!\n]|\.\w){3,120}\?.*)"
    ))
});

/// What a client prints right before the answer, wherever in a line it stands.
static ANCHOR: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"An error occurred \([A-Za-z0-9_]{1,80}\) when calling|\[GoogleGenerativeAI Error\]: |\berror, status code: [0-9]{3}, |\bgoogleapi: [Ee]rror [45][0-9]{2}: |\bHTTP [45][0-9]{2} \([A-Za-z_]{3,60}(?:: [A-Za-z0-9_]{0,60})?\)\s|\b[Ee]rror code: [0-9]{3} - |\bstatus_code[=:] ?[0-9]{3}, |\[?API Error: |\b[Ee]rror: [45][0-9]{2} |[Uu]nexpected status [0-9]{3} |\b[A-Z][A-Za-z0-9_]{2,40}Exception - |litellm\.[A-Z][A-Za-z]{2,40}: |\b(?:invalid_request|authentication|permission|not_found|rate_limit|overloaded|api|server|billing|timeout|internal|internal_server|upstream|[a-z]{2,12}_api)_error: |\[[45][0-9]{2}\]:? |an error was encountered while running the model|upstream timed out \([0-9]+: |<[45][0-9]{2}> [A-Z]|\b[Ss]tatus(?: code)?:? [1-5][0-9]{2},? (?:and|with) (?:the )?(?:body|response|message|text|content)(?: body)?\s?[:=]",
    )
});

/// The same of libraries whose print nobody else writes.
static OF_LIBRARY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"An error occurred \([A-Za-z0-9_]{1,80}\) when calling|\[GoogleGenerativeAI Error\]: |\berror, status code: [0-9]{3}, |\bgoogleapi: [Ee]rror [45][0-9]{2}: |\blitellm\.[A-Z][A-Za-z]{2,40}: ",
    )
});

/// Where a library's print begins behind other words of the line.
pub(super) fn library(line: &str) -> Option<usize> {
    OF_LIBRARY.as_ref()?.find(line).map(|m| m.start()).filter(|at| *at > 0)
}

/// Where such a print begins.
pub(super) fn anchor(text: &str) -> Option<usize> {
    ANCHOR.as_ref()?.find(text).map(|m| m.start())
}

static PROSE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:i|i'm|i've|my|anyone|someone|please help|any idea|keeps?|whenever|after upgrading|when using|works? (?:fine|well))\b|[?？]$|请问|怎么|为什么|我|大佬|求助|吗[?？。]?$",
    )
});

/// `text` begins with the name of an exception and a colon.
pub(super) fn is_thrown(text: &str) -> bool {
    static THROWN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(
            r"^(?:[A-Za-z_][A-Za-z0-9_]{0,40}(?:\.|::)){0,8}[A-Za-z_][A-Za-z0-9_]{0,60}(?:Error|Exception): \S",
        )
    });
    THROWN.as_ref().is_some_and(|p| p.is_match(text))
}

/// True for words that a person tells of a failure with: a status' name and where it came, a link of Markdown, a picture, a
/// clause that goes on from the one before it.
pub(super) fn is_told_in_prose(message: &str) -> bool {
    static TOLD: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(&format!(
            r"^{REASON}(?: [A-Za-z-]{{2,20}}){{0,2}} (?:in|on|for|when|while|with|from|at|after|using|during|by|via|since)\b|^(?:but|and|so|which|because|although|while|whereas) [a-z]|\b[45][0-9]{{2}}[)\]]? [—–-] (?:but|and|so|which|because|although|while)\b|\]\(https?://|<img |^(?:[A-Z][a-z]+ (?i:error):? )?[45][0-9]{{2}} {REASON} [a-z]+ [a-z]+|^(?:```|\$ |\|)"
        ))
    });
    TOLD.as_ref().is_some_and(|p| p.is_match(message))
}

/// True for a sentence of other letters in which a status' name stands: who translates does not speak for the answer.
pub(super) fn names_status_in_other_letters(message: &str) -> bool {
    static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(&format!(r"(?-u:\b){REASON}(?-u:\b)")));
    let other = |c: &char| *c >= '\u{370}' && c.is_alphabetic();
    message.chars().filter(other).nth(11).is_some()
        && NAMED.as_ref().is_some_and(|p| {
            let rest = p.replace_all(message, "");
            rest.len() < message.len()
                && rest.bytes().filter(u8::is_ascii_alphabetic).count() * 2
                    < rest.chars().filter(other).count()
        })
}

/// True for what a person tells of a program, or wishes of it: an answer speaks of neither.
pub(super) fn is_wish(message: &str) -> bool {
    static WISH: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?:(?:it|that|this|which) (?:would|should|could)|would be (?:nice|good|great|helpful|useful)|should (?:be|not|also|show|handle|retry|support|use|have|return|fall|say|tell)|please (?:add|fix|support|implement|make|help|advise)|the (?:app|ui|plug-?in|extension|editor|bot|sidebar|dashboard|readme|documentation|docs)\b|crash(?:es|ed|ing)?|feature request|(?:this|the) (?:issue|bug|pr|pull request|commit|change|feature)|work-?around|users (?:often|do|see|get|can)|we (?:should|need|can|could|use|have)|let's|to reproduce|not supported yet)\b|^(?:when|whenever|after|since|if|as soon as|every time|sometimes|add|adds|update|handle|support|show|allow|fix|improve)\b|建议|希望|能否|可以考虑|新增|增加对",
        )
    });
    WISH.as_ref().is_some_and(|p| p.is_match(message))
}

/// The section of a form or a report that holds the message, between two headings of Markdown.
fn section<'t>(text: &'t str, message: &str) -> &'t str {
    let begin: String = message.chars().take(40).collect();
    let Some(at) = text.find(&begin).filter(|_| text.contains("### ")) else { return text };
    let (before, behind) = text.split_at_checked(at).unwrap_or(("", text));
    let start = before.rfind("\n### ").map_or(0, |at| at + 1);
    let end = behind.find("\n### ").map_or(text.len(), |end| at + end);
    text.get(start..end).unwrap_or(text)
}

/// True for a text in which no frame of an error was found and that is a report: several lines, or a person's words.
pub(super) fn is_prose(text: &str, message: &str) -> bool {
    let text = section(text, message);
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !super::plain::is_aside(line)).count();
    let fenced = text.contains("```");
    (lines > 3 && !fenced) || PROSE.as_ref().is_some_and(|p| p.is_match(message))
}

/// True where the text begins with a client's own sentence on one line.
pub(super) fn is_own_line(line: &str) -> bool {
    // What Gemini's library puts behind the words is none of them.
    OWNS.is_match(line.split(" [{\"@type\"").next().unwrap_or(line).trim())
}

/// Cloudflare's whole answer to a client that takes no HTML: `error code: 524`.
pub(super) fn is_edges(line: &str) -> bool {
    // Codex writes the address behind it.
    line.trim()
        .strip_prefix("error code: ")
        .map(|rest| rest.split(", url: ").next().unwrap_or(rest))
        .is_some_and(|code| (3..=4).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit()))
}

/// True for a client's heading of a status, alone.
pub(super) fn is_heading(line: &str) -> bool {
    static ALONE: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(&format!("^{HEADING}$")));
    ALONE.as_ref().is_some_and(|p| p.is_match(line.trim()))
}

/// True for a sentence on an unreadable answer or an ended stream, on one line.
pub(super) fn is_soft_own(line: &str) -> bool {
    // OpenAI says so of its own server; the clients that use its words send their reader to somebody.
    if line.starts_with("An error occurred while processing your request.") && !line.contains("dmin") {
        return false;
    }
    // Voyage and others say so of what they were sent.
    !line.contains("request body is not valid JSON") && SOFTS.is_match(line.trim())
}

/// True for the words of a person.
pub(super) fn is_person(line: &str) -> bool {
    // Providers speak of what is theirs.
    let of_provider =
        ["Our server", "Our system", "Our model", "Our service"].iter().any(|w| line.trim().starts_with(w));
    !of_provider && PERSON.as_ref().is_some_and(|p| p.is_match(line.trim()))
}

/// True where a frame ends with a status' standard name.
pub(super) fn names_status(frame: &str) -> bool {
    static NAME: LazyLock<Option<Regex>> =
        LazyLock::new(|| pattern(&format!(r"\b[45][0-9]{{2}} {REASON}:\s*$")));
    NAME.as_ref().is_some_and(|p| p.is_match(frame))
}

/// The text begins with a place in the request (`messages.3.content.0: …`), as providers name it; loggers' names look alike.
pub(super) fn is_field_path(text: &str) -> bool {
    static FIELD: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(
            r"^(?:messages|tools|system|thinking|input|contents|generation_config|tool_choice|response_format|output_config|metadata|body)[.\[][A-Za-z0-9_.\[\]-]+: ",
        )
    });
    FIELD.as_ref().is_some_and(|p| p.is_match(text))
}

/// The one sentence that a person quotes in back quotes.
pub(super) fn back_quoted(text: &str) -> Option<&str> {
    static QUOTED: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"`([^`\n]{10,})`"));
    if text.contains("```") {
        return None;
    }
    let is_sentence =
        |span: &&str| span.split_whitespace().count() >= 3 && span.starts_with(|c: char| c.is_alphabetic());
    let mut spans =
        QUOTED.as_ref()?.captures_iter(text).filter_map(|c| Some(c.get(1)?.as_str())).filter(is_sentence);
    let only = spans.next()?;
    // A quotation inside the message is the message's own.
    let around = text.len() - only.len();
    (spans.next().is_none() && around < 240 && is_told(text)).then_some(only)
}

/// A person or a heading tells of an error around a quotation.
fn is_told(text: &str) -> bool {
    static TOLD: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(
            r"(?i)^[^`]{0,240}?(?:\b[45]\d\d\b|error|fail\w*|message|returns?|saying|报错|错误|提示|出现|返回)[^`]{0,60}`",
        )
    });
    TOLD.as_ref().is_some_and(|p| p.is_match(text))
}

/// Words that an answer may have said: several, and no sentence that clients have of their own.
pub(super) fn may_be_answers(words: &str) -> bool {
    words.split_whitespace().nth(1).is_some()
        && !is_bare(words)
        && !is_own_line(words)
        && !is_soft_own(words)
        && !is_code(words)
}

/// What programs of several languages say where text stands in JSON's place.
pub(super) fn is_unreadable(words: &str) -> bool {
    static UNREADABLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(
            r"\bExpecting value: line \d|\bis not valid JSON\b|\bUnexpected (?:token|end of JSON)\b|\binvalid character '.{1,4}' looking for|\bexpected value at line \d|\bis an invalid start of a value\b|\bUnrecognized token '|\bcontains? an? (?:invalid|incomplete) JSON\b|\bUse JsonReader\.setLenient\b|\bUnexpected JSON token at offset \d|\bUnexpected character \(at |\bJSON text must be an object or array\b|\bUnexpected character encountered while parsing value\b",
        )
    });
    UNREADABLE.as_ref().is_some_and(|p| p.is_match(words))
}

/// A line of a program, or a member of an object as a console shows it: nobody's words.
pub(super) fn is_code(line: &str) -> bool {
    static CODE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(concat!(
            // A statement, or the head of one.
            r"^\s*(?:[A-Z][A-Z0-9_]{2,40}=\S+\s+\S|(?:docker|podman|kubectl|npm|npx|pip|uv|git|sudo|ollama) [a-z]+ \S|(?:const|let|var)\s+[\w{\[$]|(?:await|return|raise|throw|yield)\s+(?:await\s+|new\s+)?[\w.$]+\s?[({.]|import\s+[\w{*]+\s+from\b|from\s+[\w.]+\s+import\b|(?:async\s+)?(?:def|function|func|fn)\s+\w+\s?\(|(?:if|for|while|else if|elif|try|except|catch)\b[^.?!]*[{:]\s*$|class\s+\w+[({:])",
            // A command that goes on in the next line, or with its options.
            r"|^\s*[a-z][A-Za-z0-9_./-]{1,40} (?:[\^\\](?:\s|$)|--[a-z][a-z-]+[ =]\S)",
            // An assignment, a call, a member whose value is a name or opens something.
            r"|^\s*[\w.$\[\]]+\s?=\s?(?:await\s|new\s)?[\w.$]+\(|^\s*(?:await\s+)?[\w$]+(?:\.[\w$]+)*\([^()]{0,200}\);?\s*$",
            r"|^\s*[$]?[A-Za-z_][\w$-]*: (?:[A-Z][A-Za-z]+ ?[{\[(]|[{\[(]\s*$|\[(?:Object|Array|Function|Getter)|Headers\s*$)|^\s*\$[a-z]\w*: \S+,?\s*$",
            r"|^\s*[A-Za-z_][\w.$:]*\([^()\n]{0,60}\)\.[\w.]+\(|^\s*[A-Za-z_][\w.$:]*\(\{",
            r"|^[^.?!]{0,40}[{\[]\s*$|^\s*[}\])]+[;,]?\s*$",
        ))
    });
    CODE.as_ref().is_some_and(|p| p.is_match(super::plain::head(line, 400)))
}

/// A label and its value, as forms and cards list them: `Model: m`, `- Error kind: provider`, `fields.status: ERROR`.
pub(super) fn is_label(line: &str) -> bool {
    static LABEL: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(r"^\s*(?:[-*•]\s+)?\*{0,2}[A-Za-z$](?:[\w$ ()/-]|\.\w){1,38}\*{0,2}:\*{0,2}\s+\S")
    });
    LABEL.as_ref().is_some_and(|p| p.is_match(super::plain::head(line, 200)))
}

/// Such labels go on from line to line, and none of them names a message.
pub(super) fn is_list(text: &str) -> bool {
    let says = |line: &str| {
        let label = line.split(':').next().unwrap_or("").to_lowercase();
        ["message", "detail", "reason", "msg", "body", "response"].iter().any(|word| label.contains(word))
    };
    let mut lines = text.lines();
    let mut next = || lines.next().is_some_and(|line| is_label(line) && !says(line));
    next() && next()
}

/// One word, or a bracket: a name, a setting, no sentence.
pub(super) fn is_name_alone(words: &str) -> bool {
    let words = words.trim();
    !words.contains(char::is_whitespace) && words.is_ascii() && !words.is_empty()
}

/// A status, its standard name, or both.
pub(super) fn is_bare(line: &str) -> bool {
    BARE.as_ref().is_some_and(|p| p.is_match(line.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_labels_are_told_from_words() {
        for code in [
            "const safety = [",
            "await original_route_handler(request)",
            "return await request.Invoke().ConfigureAwait(false);",
            "headers: Headers {",
            "$fault: client",
            "response = client.chat.create(model)",
            "from openai import OpenAI",
            "cause: [Object],",
            "if (status) {",
            "require(\"x\").setup({ url = \"h\",",
        ] {
            assert!(is_code(code), "{code}");
        }
        for words in [
            "The model is overloaded.",
            "return the tool results in the next message",
            "messages.3.content: at least one is needed",
            "for this model only text is taken",
            "No endpoints found (free models)",
            "error: the balance is zero",
            "if you see this, wait: it is busy",
        ] {
            assert!(!is_code(words), "{words}");
        }
        assert!(is_label("- Error kind: provider") && is_label("**Device Type:** windows"));
        assert!(!is_label("The model is overloaded. Wait: it ends"));
    }

    #[test]
    fn every_pattern_compiles() {
        assert_eq!(FRONTS.len(), FRONT.len() + WORDS.len());
        assert!(OWNS.is_sound() && SOFTS.is_sound() && ALONES.is_sound());
        for pattern in [&BACKS, &HUB, &BARE, &PERSON, &ANCHOR, &OF_LIBRARY, &PROSE, &MEMBER, &BODY] {
            assert!(pattern.is_some());
        }
    }
}
