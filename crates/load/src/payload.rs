//! The data of a published event: who published it, which one it is, and when.

use std::fmt::Write;

use ssecheck_model::plan::Size;

use crate::schedule::mixed;

/// What a payload says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payload {
    /// Names the run.
    pub run: u32,
    /// Names the machine that published it: times of another one are of another clock.
    pub machine: u16,
    /// The publisher, from 0.
    pub publisher: u32,
    /// Its number, from 0, without gaps for each publisher.
    pub number: u32,
    /// When it was to be published, in microseconds since the Unix epoch.
    pub intended_us: u64,
    /// When it was sent.
    pub sent_us: u64,
    /// Every event of this publisher with a smaller number had been answered by then: none of them
    /// may come after this one.
    pub answered: u32,
}

/// The smallest size that holds every payload, in bytes.
pub const SMALLEST: u32 = 128;

const START: &str = r#"{"ssecheck":""#;

impl Payload {
    /// The JSON text, filled up to `size` bytes.
    #[must_use]
    pub fn write(&self, size: usize) -> String {
        let mut text = String::with_capacity(size.max(SMALLEST as usize));
        let Self { run, machine, publisher, number, intended_us, sent_us, answered } = self;
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            r#"{START}{run:08x}","p":{publisher},"n":{number},"t":{intended_us},"s":{sent_us},"a":{answered},"m":{machine},"pad":""#
        );
        let missing = size.saturating_sub(text.len() + 2);
        text.extend(std::iter::repeat_n('x', missing));
        text.push_str("\"}");
        text
    }

    /// Reads the payload in an event's data, wherever in it: servers may wrap it in JSON of their
    /// own. One that was written again, with its quotes escaped, is found too.
    #[must_use]
    pub fn read(data: &str) -> Option<Self> {
        if let Some(rest) = data.strip_prefix(START) {
            return Self::read_rest(rest);
        }
        if let Some(at) = data.find(START) {
            return Self::read_rest(&data[at + START.len()..]);
        }
        let at = data.find(r#"{\"ssecheck\":\""#)?;
        let plain: String = data[at..].chars().filter(|c| *c != '\\').collect();
        Self::read_rest(plain.strip_prefix(START)?)
    }

    fn read_rest(rest: &str) -> Option<Self> {
        let mut rest = Reader(rest.as_bytes());
        let run = rest.hex()?;
        let publisher = u32::try_from(rest.number(br#"","p":"#)?).ok()?;
        let number = u32::try_from(rest.number(br#","n":"#)?).ok()?;
        let intended_us = rest.number(br#","t":"#)?;
        let sent_us = rest.number(br#","s":"#)?;
        let answered = u32::try_from(rest.number(br#","a":"#)?).ok()?;
        let machine = u16::try_from(rest.number(br#","m":"#)?).ok()?;
        Some(Self { run, machine, publisher, number, intended_us, sent_us, answered })
    }
}

/// Reads our own JSON, which is always written the same way: a JSON reader would cost more than
/// all the rest of an event.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn hex(&mut self) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(8)?;
        self.0 = rest;
        u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    }

    fn number(&mut self, name: &[u8]) -> Option<u64> {
        let digits = self.0.strip_prefix(name)?;
        let len = digits.iter().position(|b| !b.is_ascii_digit()).unwrap_or(digits.len());
        let mut number = 0_u64;
        for digit in &digits[..len] {
            number = number.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
        }
        self.0 = &digits[len..];
        (len > 0).then_some(number)
    }
}

/// The size in bytes of one payload: a pure function of the seed, the publisher and its number.
#[must_use]
pub fn size(size: &Size, seed: u64, publisher: u32, number: u32) -> u32 {
    let key = u64::from(publisher) << 32 | u64::from(number);
    let mut random = fastrand::Rng::with_seed(mixed(seed ^ 0x5153, key));
    match size {
        Size::Fixed(bytes) => *bytes,
        Size::Uniform(between) => random.u32(between.min..=between.max.max(between.min)),
        Size::Exponential(tail) => {
            let drawn = -(1.0 - random.f64()).ln() * f64::from(tail.mean);
            (drawn as u32).clamp(SMALLEST, tail.max.max(SMALLEST))
        }
        Size::Choices(choices) => {
            let total: u32 = choices.iter().map(|choice| choice.weight).sum();
            let mut drawn = random.u32(0..total.max(1));
            let chosen = choices.iter().find(|choice| {
                let here = drawn < choice.weight;
                drawn = drawn.wrapping_sub(choice.weight);
                here
            });
            chosen.map_or(SMALLEST, |choice| choice.bytes)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ssecheck_model::plan::{Between, Choice, Tail};

    const PAYLOAD: Payload = Payload {
        run: 0x00ab_12cd,
        machine: 65535,
        publisher: 3,
        number: u32::MAX,
        intended_us: 1_790_000_000_123_456,
        sent_us: 1_790_000_000_123_499,
        answered: u32::MAX,
    };

    #[test]
    fn a_payload_has_its_size_is_json_and_reads_back() {
        for size in [SMALLEST as usize, 200, 4096] {
            let text = PAYLOAD.write(size);
            assert_eq!(text.len(), size);
            let json: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(json["n"], u32::MAX);
            assert_eq!(Payload::read(&text), Some(PAYLOAD));
        }
    }

    #[test]
    fn the_smallest_size_holds_the_longest_payload() {
        // Microseconds have 16 digits until the year 2286.
        let longest = Payload { publisher: 999, ..PAYLOAD };
        assert!(longest.write(0).len() <= SMALLEST as usize, "{}", longest.write(0).len());
    }

    #[test]
    fn a_payload_is_found_inside_other_json_also_when_escaped() {
        let text = PAYLOAD.write(150);
        assert_eq!(Payload::read(&format!(r#"{{"msg":{text},"k":1}}"#)), Some(PAYLOAD));
        let escaped = serde_json::Value::from(text.as_str()).to_string();
        assert_eq!(Payload::read(&escaped), Some(PAYLOAD));
    }

    #[test]
    fn what_is_no_payload_is_not_read() {
        for text in ["", "hello", r#"{"ssecheck":""#, r#"{"ssecheck":"0000000g","p":1"#] {
            assert_eq!(Payload::read(text), None, "{text}");
        }
        let cut = PAYLOAD.write(150);
        for end in 0..95 {
            assert_eq!(Payload::read(&cut[..end]), None, "{}", &cut[..end]);
        }
        let huge = r#"{"ssecheck":"00000000","p":1,"n":99999999999,"t":1,"s":1,"a":0,"m":0"#;
        assert_eq!(Payload::read(huge), None);
    }

    #[test]
    fn sizes_keep_their_bounds_and_their_mean() {
        let mean = |s: &Size| (0..2000).map(|n| u64::from(size(s, 1, 0, n))).sum::<u64>() / 2000;
        let uniform = Size::Uniform(Between { min: 200, max: 400 });
        assert!((0..2000).all(|n| (200..=400).contains(&size(&uniform, 1, 0, n))));
        assert!((290..310).contains(&mean(&uniform)));
        let tail = Size::Exponential(Tail { mean: 2000, max: 100_000 });
        assert!((1800..2300).contains(&mean(&tail)), "{}", mean(&tail));
        let choices = Size::Choices(vec![
            Choice { bytes: 200, weight: 3 },
            Choice { bytes: 1000, weight: 1 },
        ]);
        assert!((360..440).contains(&mean(&choices)), "{}", mean(&choices));
        assert_eq!(size(&uniform, 1, 2, 3), size(&uniform, 1, 2, 3));
    }
}
