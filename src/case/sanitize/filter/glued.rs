//! Text in scripts of their own alphabet, wherever it stands: behind a bracket, a tab, a sign that clings to it.
//!
//! ```text
//! 7|gpt-4o|请帮我写一封信|429        client.ask("Объясни, почему")        {Role:user Content:なぜ… Name:}
//! ```

use super::vocabulary::vocabulary;
use crate::case::sanitize::normal::is_unspaced;

/// Characters of a script without spaces, and words of one with them, from which on a run is a text.
const DENSE: usize = 8;
const WORDS: usize = 3;
/// Dense characters and words from which on one word of an error is not enough to explain it.
const LONG_DENSE: usize = 14;
const LONG_WORDS: usize = 8;

/// Signs of a script without spaces that stand inside of a text, and what stands between two words of one with them.
const SIGNS: &str = "，。、！？；…·《》—（）～";
const GAPS: [&str; 18] =
    [" ", "-", ",", ", ", ".", ". ", "!", "! ", "?", "? ", ";", "; ", " -", " - ", " —", " — ", "،", "، "];

/// The runs in `text` that somebody wrote.
pub(super) fn spans(text: &[u8]) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    if text.is_ascii() {
        return out;
    }
    let mut base = 0;
    for chunk in text.utf8_chunks() {
        in_chunk(chunk.valid(), base, &mut out);
        base += chunk.valid().len() + chunk.invalid().len();
    }
    out
}

/// A run of letters that are not of Latin, with what may stand between two of them.
#[derive(Default)]
struct Run {
    start: usize,
    end: usize,
    dense: usize,
    words: usize,
}

fn in_chunk(text: &str, base: usize, out: &mut Vec<(usize, usize)>) {
    let mut run: Option<Run> = None;
    let close = |run: &mut Option<Run>, out: &mut Vec<(usize, usize)>| {
        if let Some(run) = run.take()
            && is_text(text.get(run.start..run.end).unwrap_or(""), run.dense, run.words)
        {
            out.push((base + run.start, base + run.end));
        }
    };
    for (at, c) in text.char_indices() {
        let dense = is_unspaced(c);
        if dense || is_of_own_alphabet(c) {
            let run = run.get_or_insert(Run { start: at, end: at, ..Run::default() });
            run.dense += usize::from(dense);
            run.words += usize::from(!dense && (run.end < at || run.words == 0));
            run.end = at + c.len_utf8();
        } else if let Some(open) = &run
            && !goes_on(text.get(open.end..at + c.len_utf8()).unwrap_or(""), open.dense > 0)
        {
            close(&mut run, out);
        }
    }
    close(&mut run, out);
}

/// A letter or a mark of an alphabet that is not Latin.
fn is_of_own_alphabet(c: char) -> bool {
    c >= '\u{370}'
        && !matches!(c, '\u{1e00}'..='\u{1eff}' | '\u{2000}'..='\u{2fff}')
        && (c.is_alphabetic()
            || matches!(c, '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{65f}' | '\u{900}'..='\u{dff}'))
}

/// True where `gap` may stand between two letters of one text.
fn goes_on(gap: &str, dense: bool) -> bool {
    if dense {
        return gap.chars().all(|c| SIGNS.contains(c))
            || gap == " "
            || gap.len() <= 10 && gap.bytes().all(|b| b.is_ascii_alphanumeric());
    }
    GAPS.contains(&gap)
}

fn is_text(run: &str, dense: usize, words: usize) -> bool {
    let enough = dense >= DENSE || words >= WORDS && run.chars().count() >= 12;
    enough && !is_report(run)
}

/// True for what a server or a gateway says.
pub(super) fn is_report(text: &str) -> bool {
    let (of_errors, all) = vocabulary().reports(&text.to_lowercase());
    let dense = text.chars().filter(|c| is_unspaced(*c)).count();
    let long = dense >= LONG_DENSE || dense == 0 && text.split_whitespace().count() >= LONG_WORDS;
    if long { of_errors >= 2 || all >= 3 } else { all >= 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_other_scripts_are_texts_wherever_they_stand() {
        for (text, inside) in [
            ("client.ask(\"请帮我写一封关于葡萄园的信\")", "请帮我写一封关于葡萄园的信"),
            ("7|gpt-4o|なぜ花子は薬局を売ったのか|429", "なぜ花子は薬局を売ったのか"),
            (
                "{Role:user Content:Объясни, почему Борис продал завод Name:}",
                "Объясни, почему Борис продал завод",
            ),
            ("text:اشرح لماذا باع سالم العقد,model:x", "اشرح لماذا باع سالم العقد"),
            ("a,把2024年3月的离婚协议改写成诗,b", "把2024年3月的离婚协议改写成诗"),
        ] {
            let found: Vec<&str> = spans(text.as_bytes()).iter().map(|(a, b)| &text[*a..*b]).collect();
            assert_eq!(found, [inside], "{text}");
        }
        for text in [
            "{\"message\":\"该令牌额度已用尽\"}",
            "当前分组上游负载已饱和，请稍后再试",
            "您的 IP 不在令牌允许访问的列表中",
            "系统检测到输入或生成内容可能包含不安全或敏感内容",
            "[SYS] 数据库迁移已经全部完成",
            "模型 X 的价格尚未由管理员配置",
            "a=成功,b=失败",
            "连接被对方重设",
            "превышен лимит запросов",
            "Сервер временно недоступен, попробуйте позже",
            "用户已被封禁",
            "plain ASCII",
            "Zürich – Café naïve",
            "输入内容过长，超过模型上下文长度",
            "未指定模型名称，模型名称不能为空",
        ] {
            assert_eq!(spans(text.as_bytes()), [], "{text}");
        }
    }
}
