//! Values that are made at run time from a seed: no complete credential stands in a file. The formats are those that
//! the providers publish (the part before `|` is the public prefix, which is no secret).

use crate::oracle::{Rule, Secret};

/// A small generator (xorshift): the same seed always gives the same values.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64, name: &str) -> Self {
        let mut state = 0xcbf2_9ce4_8422_2325_u64 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for byte in name.bytes() {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        let mut made = Self(state | 1);
        for _ in 0..8 {
            made.next();
        }
        made
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from((self.next() >> 16) % end as u64).expect("small")
    }

    pub fn pick<'t, T: ?Sized>(&mut self, list: &[&'t T]) -> &'t T {
        list[self.below(list.len())]
    }

    fn from(&mut self, alphabet: &str, count: usize) -> String {
        (0..count).map(|_| char::from(alphabet.as_bytes()[self.below(alphabet.len())])).collect()
    }
}

const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HEX: &str = "0123456789abcdef";

/// Writes out a format: `{alnum:48}`, `{hex:32}`, `{HEX:8}`, `{upper:16}`, `{base32:16}`, `{lower:20}`, `{digit:9}`,
/// `{b64:40}`, `{url64:43}`, `{uuid:1}`, `{ulid:1}`, `{newapi:1}`, `{half:32}` (hexadecimal,
/// every other letter upper case).
pub fn expand(random: &mut Random, format: &str) -> String {
    let mut out = String::new();
    let mut rest = format;
    while let Some((before, behind)) = rest.split_once('{') {
        out.push_str(before);
        let Some((slot, after)) = behind.split_once('}') else { break };
        let named = |n: &str| !n.is_empty() && n.bytes().all(|b| b.is_ascii_alphanumeric());
        let known = slot.split_once(':').and_then(|(n, c)| named(n).then_some((n, c.parse().ok()?)));
        let Some((name, count)) = known else {
            out.push('{');
            rest = behind;
            continue;
        };
        out.push_str(&run(random, name, count));
        rest = after;
    }
    out + rest
}

fn run(random: &mut Random, name: &str, count: usize) -> String {
    match name {
        "alnum" => random.from(ALNUM, count),
        "hex" => random.from(HEX, count),
        "HEX" => random.from("0123456789ABCDEF", count),
        "upper" => random.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", count),
        "base32" => random.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", count),
        "lower" => random.from("abcdefghijklmnopqrstuvwxyz0123456789", count),
        "letter" => random.from("abcdefghijklmnopqrstuvwxyz", count),
        "digit" => random.from("123456789", count),
        "b64" => random.from(&format!("{ALNUM}+/"), count),
        "url64" => random.from(&format!("{ALNUM}-_"), count),
        "half" => {
            let mut letters = 0;
            let hex = random.from(HEX, count);
            hex.chars()
                .map(|c| {
                    letters += usize::from(c.is_ascii_alphabetic());
                    if letters % 2 == 0 { c.to_ascii_uppercase() } else { c }
                })
                .collect()
        }
        "uuid" => [8, 4, 4, 4, 12].map(|n| random.from(HEX, n)).join("-"),
        "ulid" => format!("01J{}", random.from("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 23)),
        // The id of a gateway of the new-api family: time, nanoseconds, eight random characters.
        "newapi" => {
            format!(
                "20260618{:02}{:02}{:02}{}{}",
                random.below(24),
                random.below(60),
                random.below(60),
                random.from("123456789", 9),
                random.from(ALNUM, 8)
            )
        }
        _ => panic!("no generator {name}"),
    }
}

/// Kinds of secrets: name, format, how the oracle looks for it.
pub const KINDS: &[(&str, &str, Rule)] = &[
    ("gateway", "sk-|{alnum:48}", Rule::Token),
    ("gateway-half", "sk-|{alnum:16}{half:32}", Rule::Token),
    ("openai-project", "sk-proj-|{url64:73}AT3BlbkFJ{url64:73}B", Rule::Token),
    ("openai-old", "sk-|{alnum:20}T3BlbkFJ{alnum:20}", Rule::Token),
    ("openai-service", "sk-svcacct-|{alnum:58}T3BlbkFJ{alnum:58}", Rule::Token),
    ("openai-admin", "sk-admin-|{alnum:58}T3BlbkFJ{alnum:58}", Rule::Token),
    ("openai-session", "sess-|{alnum:40}", Rule::Token),
    ("openai-ephemeral", "ek_|{hex:32}", Rule::Token),
    ("anthropic", "sk-ant-api03-|{url64:92}1AA", Rule::Token),
    ("anthropic-admin", "sk-ant-admin01-|{url64:92}1AA", Rule::Token),
    ("anthropic-oauth", "sk-ant-oat01-|{url64:92}1AA", Rule::Token),
    ("google", "AIza|Sy{alnum:33}", Rule::Token),
    ("google-new", "AQ.|Ab8RN6{url64:43}x", Rule::Token),
    ("google-oauth", "ya29.|{url64:160}x", Rule::Token),
    ("google-refresh", "1//0|{url64:90}x", Rule::Token),
    ("google-client-secret", "GOCSPX-|{alnum:28}", Rule::Token),
    ("openrouter", "sk-or-v1-|{hex:64}", Rule::Token),
    ("groq", "gsk_|{alnum:52}", Rule::Token),
    ("xai", "xai-|{alnum:80}", Rule::Token),
    ("huggingface", "hf_|{alnum:34}", Rule::Token),
    ("replicate", "r8_|{alnum:37}", Rule::Token),
    ("perplexity", "pplx-|{alnum:48}", Rule::Token),
    ("fireworks", "fw_|{alnum:24}", Rule::Token),
    ("nvidia", "nvapi-|{url64:63}x", Rule::Token),
    ("together", "tgp_v1_|{url64:42}x", Rule::Token),
    ("together-old", "|{hex:64}", Rule::Token),
    ("mistral", "|{alnum:32}", Rule::Token),
    ("cohere", "|{alnum:40}", Rule::Token),
    ("deepseek", "sk-|{hex:32}", Rule::Token),
    ("zhipu", "|{hex:32}.{alnum:16}", Rule::Token),
    ("azure", "|{hex:32}", Rule::Token),
    ("azure-long", "|{alnum:52}JQQJ99{alnum:26}", Rule::Token),
    ("elevenlabs", "sk_|{hex:48}", Rule::Token),
    ("deepgram", "|{hex:40}", Rule::Token),
    ("voyage", "pa-|{url64:42}x", Rule::Token),
    ("jina", "jina_|{alnum:60}", Rule::Token),
    ("cerebras", "csk-|{lower:48}", Rule::Token),
    ("runpod", "rpa_|{upper:40}{lower:6}", Rule::Token),
    ("fal", "|{uuid:1}:{hex:32}", Rule::Token),
    ("ark", "|{uuid:1}", Rule::Token),
    ("volcengine", "AKLT|{alnum:43}", Rule::Token),
    ("tencent", "AKID|{alnum:32}", Rule::Token),
    ("aliyun", "LTAI|{alnum:20}", Rule::Token),
    ("aliyun-secret", "|{alnum:30}", Rule::Token),
    ("baidu", "bce-v3/ALTAK-|{alnum:21}/{hex:40}", Rule::Token),
    ("luma", "luma-|{uuid:1}-{hex:32}", Rule::Token),
    ("runway", "key_|{hex:128}", Rule::Token),
    ("aws-id", "AKIA|{base32:16}", Rule::Token),
    ("aws-temporary-id", "ASIA|{base32:16}", Rule::Token),
    ("aws-secret", "|{b64:39}x", Rule::Token),
    ("aws-session", "IQoJb3JpZ2luX2Vj|{b64:300}x", Rule::Token),
    ("bedrock", "ABSK|{b64:127}x=", Rule::Token),
    ("github", "ghp_|{alnum:36}", Rule::Token),
    ("github-server", "ghs_|{alnum:36}", Rule::Token),
    ("github-fine", "github_pat_|{alnum:22}_{alnum:59}", Rule::Token),
    ("gitlab", "glpat-|{alnum:20}", Rule::Token),
    ("slack", "xoxb-|{digit:12}-{digit:12}-{alnum:24}", Rule::Token),
    ("slack-app", "xapp-|1-A{upper:10}-{digit:13}-{hex:64}", Rule::Token),
    ("slack-hook", "https://hooks.slack.com/services/|T{upper:10}/B{upper:10}/{alnum:24}", Rule::Token),
    ("discord-hook", "https://discord.com/api/webhooks/|{digit:18}/{url64:67}x", Rule::Token),
    ("discord-bot", "|MT{alnum:24}.G{alnum:5}.{url64:37}x", Rule::Token),
    (
        "teams-hook",
        "https://acme.webhook.office.com/webhookb2/|{uuid:1}@{uuid:1}/IncomingWebhook/{hex:32}/{uuid:1}",
        Rule::Token,
    ),
    ("dingtalk-hook", "https://oapi.dingtalk.com/robot/send?access_token=|{hex:64}", Rule::Token),
    ("feishu-hook", "https://open.feishu.cn/open-apis/bot/v2/hook/|{uuid:1}", Rule::Token),
    ("telegram", "|{digit:10}:AA{url64:32}x", Rule::Token),
    ("stripe", "sk_live_|{alnum:24}", Rule::Token),
    ("stripe-restricted", "rk_live_|{alnum:24}", Rule::Token),
    ("stripe-hook", "whsec_|{alnum:32}", Rule::Token),
    ("sendgrid", "SG.|{alnum:22}.{url64:42}x", Rule::Token),
    ("mailgun", "key-|{hex:32}", Rule::Token),
    ("npm", "npm_|{alnum:36}", Rule::Token),
    ("pypi", "pypi-AgEIcHlwaS5vcmc|{url64:160}x", Rule::Token),
    ("docker", "dckr_pat_|{url64:26}x", Rule::Token),
    ("twilio", "SK|{hex:32}", Rule::Token),
    ("notion", "ntn_|{alnum:46}", Rule::Token),
    ("notion-old", "secret_|{alnum:43}", Rule::Token),
    ("linear", "lin_api_|{alnum:40}", Rule::Token),
    ("supabase", "sbp_|{hex:40}", Rule::Token),
    ("digitalocean", "dop_v1_|{hex:64}", Rule::Token),
    ("databricks", "dapi|{hex:32}", Rule::Token),
    ("langfuse", "sk-lf-|{uuid:1}", Rule::Token),
    ("langsmith", "lsv2_pt_|{hex:32}_{hex:10}", Rule::Token),
    ("helicone", "sk-helicone-|{lower:7}-{lower:7}-{lower:7}-{lower:7}", Rule::Token),
    ("tavily", "tvly-|{alnum:32}", Rule::Token),
    ("pinecone", "pcsk_|{alnum:5}_{alnum:63}", Rule::Token),
    ("exa", "|{uuid:1}", Rule::Token),
    ("postman", "PMAK-|{hex:24}-{hex:34}", Rule::Token),
    ("grafana", "glsa_|{alnum:32}_{hex:8}", Rule::Token),
    ("newrelic", "NRAK-|{upper:27}", Rule::Token),
    ("sentry", "sntrys_|eyJ{alnum:80}_{alnum:43}", Rule::Token),
    ("doppler", "dp.pt.|{alnum:43}", Rule::Token),
    ("vault", "hvs.|{alnum:90}", Rule::Token),
    ("age", "AGE-SECRET-KEY-1|{upper:58}", Rule::Token),
    ("shopify", "shpat_|{hex:32}", Rule::Token),
    ("airtable", "pat|{alnum:14}.{hex:64}", Rule::Token),
    ("figma", "figd_|{url64:39}x", Rule::Token),
    ("terraform", "|{alnum:14}.atlasv1.{url64:66}x", Rule::Token),
    ("cloudflare", "|{alnum:40}", Rule::Token),
    ("heroku", "HRKU-AA|{alnum:58}", Rule::Token),
    ("jwt", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.|eyJ{url64:90}x.{url64:42}x", Rule::Token),
    ("jwt-unsigned", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.|eyJ{url64:90}x", Rule::Token),
    ("basic", "|YXBw{b64:32}==", Rule::Token),
    ("session", "|{alnum:32}", Rule::Token),
    ("session-hex", "|{hex:32}", Rule::Token),
    ("cf-bm", "|{url64:43}-1750242000-1.0.1.1-{url64:85}x", Rule::Token),
    ("password", "|word", Rule::Token),
    ("short-password", "|Zq{digit:3}!{letter:2}", Rule::Token),
    ("random-password", "|{alnum:14}", Rule::Token),
    ("oauth-code", "|4/0A{url64:70}x", Rule::Token),
    ("oauth-state", "|{url64:31}x", Rule::Token),
    ("signature", "|{hex:64}", Rule::Token),
    ("sas", "|{b64:43}=", Rule::Token),
    ("account-key", "|{b64:86}==", Rule::Token),
    ("aws-account", "|{digit:12}", Rule::Digits),
    ("organization", "org-|{alnum:24}", Rule::Token),
    ("project", "proj_|{alnum:24}", Rule::Token),
    ("blob", "|{b64:600}", Rule::Text),
    ("email", "|{letter:6}.{letter:7}{digit:2}", Rule::Token),
    ("phone", "+|49 30 {digit:4} {digit:4}", Rule::Digits),
    ("phone-cn", "|13{digit:9}", Rule::Digits),
    ("phone-us", "|({digit:3}) 555-{digit:4}", Rule::Digits),
    ("card", "|card", Rule::Digits),
    ("ip", "|ip", Rule::Whole),
    ("ip6", "|2a02:8071:{hex:4}:{hex:4}::{hex:4}", Rule::Whole),
    ("iban", "|iban", Rule::Token),
    ("cn-id", "|cnid", Rule::Digits),
    ("pem", "-----BEGIN PRIVATE KEY-----\\n|{b64:64}\\n{b64:64}\\n{b64:40}==", Rule::Token),
];

const ODD_WORDS: [&str; 24] = [
    "copper", "walrus", "lantern", "thimble", "orchid", "gravel", "pickle", "sonnet", "velvet", "magnet",
    "tundra", "biscuit", "falcon", "marble", "saffron", "cobalt", "hermit", "juniper", "mosaic", "nectar",
    "paprika", "quiver", "rascal", "trumpet",
];

/// A secret of a kind; `kind` is one of [`KINDS`].
pub fn secret(random: &mut Random, kind: &str) -> Secret {
    let (_, format, rule) =
        KINDS.iter().find(|(name, ..)| *name == kind).unwrap_or_else(|| panic!("no kind of secret {kind}"));
    let (prefix, body) = format.split_once('|').expect("a bar");
    let body = match body {
        "word" => [random.pick(&ODD_WORDS), random.pick(&ODD_WORDS), random.pick(&ODD_WORDS)].join("-"),
        "card" => card(random),
        "ip" => loop {
            let ip = [random.below(100) + 20, random.below(250), random.below(250), random.below(200) + 3];
            if !matches!(ip[0], 100) {
                break ip.map(|n| n.to_string()).join(".");
            }
        },
        "iban" => iban(random),
        "cnid" => citizen(random),
        body => expand(random, body),
    };
    let (prefix, body) = (prefix.replace("\\n", "\n"), body.replace("\\n", "\n"));
    Secret { kind: kind.to_owned(), value: format!("{prefix}{body}"), prefix, rule: *rule }
}

fn card(random: &mut Random) -> String {
    let mut digits = format!("4{}", random.from("0123456789", 14));
    let sum: u32 = digits
        .chars()
        .rev()
        .enumerate()
        .map(|(i, c)| {
            let d = c.to_digit(10).expect("a digit") * if i % 2 == 0 { 2 } else { 1 };
            if d > 9 { d - 9 } else { d }
        })
        .sum();
    digits.push_str(&((10 - sum % 10) % 10).to_string());
    digits.as_bytes().chunks(4).map(|c| String::from_utf8_lossy(c).into_owned()).collect::<Vec<_>>().join(" ")
}

fn iban(random: &mut Random) -> String {
    let account = random.from("0123456789", 18);
    // The country (DE = 13 14) and 00 go behind the account; 98 less the rest by 97 is the check.
    let rest = format!("{account}131400").bytes().fold(0_u32, |r, b| (r * 10 + u32::from(b - b'0')) % 97);
    format!("DE{:02}{account}", 98 - rest)
}

fn citizen(random: &mut Random) -> String {
    let body = format!("11010519{}{}", random.below(50) + 50, "0307") + &random.from("0123456789", 3);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: usize = body.bytes().zip(weights).map(|(b, w)| usize::from(b - b'0') * w).sum();
    let check = "10X98765432".as_bytes()[sum % 11];
    format!("{body}{}", char::from(check))
}

const ENGLISH: [&str; 40] = [
    "the",
    "harbour",
    "report",
    "about",
    "frozen",
    "salmon",
    "must",
    "stay",
    "between",
    "Margaret",
    "and",
    "our",
    "lawyers",
    "because",
    "every",
    "warehouse",
    "near",
    "Antwerp",
    "lost",
    "cargo",
    "during",
    "March",
    "while",
    "nobody",
    "signed",
    "for",
    "pallets",
    "that",
    "left",
    "without",
    "papers",
    "after",
    "midnight",
    "ask",
    "whether",
    "insurance",
    "covers",
    "spoiled",
    "fish",
    "now",
];
const CHINESE: [&str; 30] = [
    "请把",
    "这份",
    "合同",
    "翻译",
    "成为",
    "德语",
    "并且",
    "不要",
    "告诉",
    "王经理",
    "因为",
    "去年",
    "仓库",
    "丢失",
    "货物",
    "律师",
    "认为",
    "保险",
    "公司",
    "应当",
    "赔偿",
    "海港",
    "三月",
    "夜里",
    "没有",
    "签字",
    "会议",
    "记录",
    "必须",
    "保密",
];
const JAPANESE: [&str; 16] = [
    "この",
    "契約書を",
    "翻訳して",
    "ください",
    "倉庫の",
    "荷物が",
    "夜中に",
    "消えた",
    "弁護士は",
    "保険会社に",
    "連絡する",
    "社長には",
    "まだ",
    "言わないで",
    "港で",
    "会議が",
];
const RUSSIAN: [&str; 20] = [
    "отчёт",
    "о",
    "пропаже",
    "груза",
    "на",
    "складе",
    "должен",
    "остаться",
    "между",
    "нами",
    "юристы",
    "считают",
    "что",
    "страховая",
    "компания",
    "заплатит",
    "после",
    "полуночи",
    "никто",
    "не",
];
const ARABIC: [&str; 16] = [
    "التقرير",
    "عن",
    "البضائع",
    "المفقودة",
    "في",
    "المستودع",
    "يجب",
    "أن",
    "يبقى",
    "سريا",
    "المحامي",
    "يعتقد",
    "شركة",
    "التأمين",
    "سوف",
    "تدفع",
];
const HINDI: [&str; 14] =
    ["यह", "रिपोर्ट", "गोदाम", "में", "खोए", "हुए", "माल", "के", "बारे", "है", "वकील", "को", "मत", "बताना"];
const KOREAN: [&str; 14] = [
    "이",
    "계약서를",
    "번역해",
    "주세요",
    "창고에서",
    "화물이",
    "사라진",
    "이유를",
    "변호사에게",
    "말하지",
    "마세요",
    "보험",
    "회사가",
    "항구에서",
];

/// A text that nobody else wrote, in a language.
pub fn prompt(random: &mut Random, language: &str) -> Secret {
    let words = |random: &mut Random, list: &[&str], count: usize, glue: &str| {
        (0..count).map(|_| random.pick(list)).collect::<Vec<_>>().join(glue)
    };
    let value = match language {
        "en" | "out" => words(random, &ENGLISH, 18, " "),
        // Several lines, and a quote in each language of programs.
        "lines" => [(); 3].map(|()| words(random, &ENGLISH, 7, " ")).join("\n"),
        "apostrophe" => {
            let [a, b] = [(); 2].map(|()| words(random, &ENGLISH, 7, " "));
            format!("don't tell {a} it's {b}")
        }
        "long" => words(random, &ENGLISH, 140, " "),
        "short" => words(random, &ENGLISH[6..], 5, " "),
        "zh" => words(random, &CHINESE, 14, ""),
        "ja" => words(random, &JAPANESE, 9, ""),
        "ru" => words(random, &RUSSIAN, 12, " "),
        "ar" => words(random, &ARABIC, 12, " "),
        "hi" => words(random, &HINDI, 14, " "),
        "ko" => words(random, &KOREAN, 12, " "),
        "code" => {
            let [a, b, c] = [(); 3].map(|()| random.pick(&ODD_WORDS));
            format!(
                "def {a}_{b}(x): return {c}_ledger[x] - x * 0.{} # {b} stays here",
                random.below(900) + 100
            )
        }
        _ => panic!("no prompt in {language}"),
    };
    Secret { kind: format!("prompt-{language}"), value, prefix: String::new(), rule: Rule::Text }
}
