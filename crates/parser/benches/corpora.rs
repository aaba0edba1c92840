//! Three streams, the same on every machine and in every run.

/// A stream to measure with.
pub(crate) struct Corpus {
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
    pub(crate) events: usize,
}

/// The three corpora, each of about `len` bytes.
pub(crate) fn all(len: usize) -> [Corpus; 3] {
    [build("tokens", len, token), build("json", len, json), build("tiny", len, tiny)]
}

fn build(name: &'static str, len: usize, event: impl Fn(&mut Random, usize) -> String) -> Corpus {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut bytes = Vec::with_capacity(len + 4096);
    let mut events = 0;
    while bytes.len() < len {
        bytes.extend_from_slice(event(&mut random, events).as_bytes());
        events += 1;
    }
    Corpus { name, bytes, events }
}

/// What a language model streams: one short JSON object in one line, LF.
fn token(random: &mut Random, _: usize) -> String {
    let word = random.word(2, 9);
    format!(
        "data: {{\"id\":\"cmpl-7f3a9c41e2b05\",\"object\":\"chunk\",\"choices\":[{{\"index\":0,\"delta\":\
         {{\"content\":\" {word}\"}},\"finish_reason\":null}}]}}\n\n"
    )
}

/// What an application streams: id, type and some 2.5 KB of JSON with a little text that is not
/// ASCII.
fn json(random: &mut Random, number: usize) -> String {
    let mut fields = String::new();
    while fields.len() < 2492 {
        let (key, value) = (random.word(4, 10), random.word(8, 30));
        fields += &format!("\"{key}\":\"{value}\",");
    }
    format!("id: {number}\nevent: update\ndata: {{{fields}\"place\":\"K\u{F6}ln\"}}\n\n")
}

/// Many tiny lines: CRLF, comments, ids and types now and then.
fn tiny(random: &mut Random, number: usize) -> String {
    let mut block = String::new();
    if number % 3 == 0 {
        block += ": p\r\n";
    }
    if number % 2 == 0 {
        block += &format!("id:{}\r\n", number % 1000);
    }
    if number % 4 == 1 {
        block += "event: tick\r\n";
    }
    block + &format!("data: {}\r\n\r\n", random.word(2, 12))
}

/// xorshift64: no more is needed for words.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn word(&mut self, shortest: u64, longest: u64) -> String {
        let len = shortest + self.below(longest - shortest + 1);
        (0..len).map(|_| char::from(b'a' + u8::try_from(self.below(26)).unwrap_or(0))).collect()
    }
}
