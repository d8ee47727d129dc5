//! Inputs from seeds: bits flipped, parts cut, doubled and put together, words of the trade put in.

use crate::properties::HEAD;

/// Longest text.
const LONGEST: usize = 16 * 1024;

/// What breaks readers, or makes them look closer.
const WORDS: [&[u8]; 64] = [
    b"sk-",
    b"sk-proj-",
    b"Bearer ",
    b"Authorization: Basic ",
    b"x-api-key: ",
    b"api_key=",
    b"password: ",
    b"data: ",
    b"data: [DONE]\n\n",
    b"event: error\n",
    b"%25",
    b"%2",
    b"%0a",
    b"\\u00",
    b"\\u0022",
    b"\\ud83d",
    b"\\x",
    b"\\\\\\\"",
    b"\\",
    b"\"",
    b"'",
    b"`",
    b"\r\n",
    b"\n",
    b"\r\n ",
    b"\r\n\r\n",
    b"\t",
    b"\0",
    b"{\"",
    b"\":\"",
    b"\":{\"",
    b"\"}",
    b"}",
    b"[",
    b"]",
    b"[key#1]",
    b"[prompt: 12 chars]",
    b"[key#",
    b"\"messages\":[{\"role\":\"user\",\"content\":\"",
    b"\"prompt\":\"",
    b"{\"log\":{\"entries\":[",
    b"&#x73;",
    b"&amp;",
    b"<code>",
    b"</",
    b"<!--",
    b"--bound\r\nContent-Disposition: form-data; name=\"",
    b"-----BEGIN PRIVATE KEY-----\n",
    b"-----END",
    b"data:image/png;base64,",
    b"H4sIAAAAAAAA",
    b"eyJhbGciOiJ",
    b"https://user:",
    b"@h.example/?key=",
    b"curl -H '",
    b" -d '{",
    b" \\\n",
    b"\x1b[31m",
    "\u{200b}".as_bytes(),
    "\u{ff53}".as_bytes(),
    "\u{202e}".as_bytes(),
    b"\xff",
    b"\xc3",
    b"***",
];

/// Numbers that are the same for the same seed.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..4 {
            random.next();
        }
        random
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Less than `limit`; 0 where that is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        if limit == 0 { 0 } else { usize::try_from(self.next() >> 33).expect("31 bits") % limit }
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).expect("a byte")
    }

    /// A part of `text` of up to `most` bytes.
    fn part<'t>(&mut self, text: &'t [u8], most: usize) -> &'t [u8] {
        let length = self.below(text.len().min(most) + 1);
        let start = self.below(text.len() - length + 1);
        &text[start..start + length]
    }
}

/// The choosing bytes and a text made of one or two of `seeds`.
pub fn input(random: &mut Random, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut text = seeds[random.below(seeds.len())].clone();
    if random.below(3) == 0 {
        let other = &seeds[random.below(seeds.len())];
        let at = random.below(text.len() + 1);
        text.truncate(at);
        text.extend_from_slice(random.part(other, other.len()));
    }
    // Most inputs stay near to what occurs.
    let steps = [0, 1, 2, 4, 8, 24][random.below(6)];
    for _ in 0..steps {
        change(random, &mut text, seeds);
    }
    text.truncate(LONGEST);
    let mut data: Vec<u8> = (0..HEAD).map(|_| random.byte()).collect();
    data.extend(text);
    data
}

fn change(random: &mut Random, text: &mut Vec<u8>, seeds: &[Vec<u8>]) {
    let at = random.below(text.len() + 1);
    let end = at + random.below(text.len() - at + 1);
    match random.below(10) {
        0 => text.truncate(at),
        1 => {
            text.drain(..at);
        }
        2 => {
            let short = end.min(at + 40);
            text.drain(at..short);
        }
        3 => {
            if let Some(byte) = text.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        4 => {
            if let Some(byte) = text.get_mut(at) {
                *byte = random.byte();
            }
        }
        5 => {
            let doubled = text[at..end.min(at + 400)].to_vec();
            text.splice(at..at, doubled);
        }
        6 => {
            let other = &seeds[random.below(seeds.len())];
            let moved = random.part(other, 200).to_vec();
            text.splice(at..at, moved);
        }
        _ => {
            text.splice(at..at, WORDS[random.below(WORDS.len())].iter().copied());
        }
    }
}
