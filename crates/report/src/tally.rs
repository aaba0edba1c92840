//! Many histograms added up cheaply: a day has 86,400 intervals, and reading each into a histogram
//! of its own would clear 200 KB for it.

use ssecheck_model::histogram::{DIGITS, HEAD, inflated};

/// Slots in each doubling of the values, for three significant digits.
const HALF: usize = 1024;
/// Most slots: every doubling that 64 bits have.
const MOST: usize = HALF * 64;

/// Counts by slot, as HdrHistogram lays them out for three digits from 1.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally(Vec<u64>);

impl Tally {
    /// Adds the histogram written as `text`, if it is one of ours with `count` samples.
    pub(crate) fn add(&mut self, text: &str, count: u64) -> Option<()> {
        let plain = inflated(text).ok()?;
        let field = |at: usize| plain.get(at..at + 8)?.try_into().ok().map(u64::from_be_bytes);
        // The offset of the slots and the digits; then the least value.
        let usual = field(8)? == u64::from(DIGITS) && field(16)? == 1;
        let added = self.slots(plain.get(HEAD..).filter(|_| usual)?)?;
        (added == count).then_some(())
    }

    fn slots(&mut self, mut bytes: &[u8]) -> Option<u64> {
        let (mut slot, mut added) = (0_usize, 0_u64);
        while !bytes.is_empty() {
            let number = signed(&mut bytes)?;
            match u64::try_from(number) {
                Ok(count) => {
                    let room = (slot < MOST).then(|| self.0.len().max(slot + 1))?;
                    self.0.resize(room, 0);
                    self.0[slot] = self.0[slot].checked_add(count)?;
                    added = added.checked_add(count)?;
                    slot += 1;
                }
                // So many slots without a sample.
                Err(_) => slot = slot.checked_add(usize::try_from(number.unsigned_abs()).ok()?)?,
            }
        }
        Some(added)
    }

    /// Each value with samples, from below, with their number.
    pub(crate) fn values(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let seen = self.0.iter().enumerate().filter(|(_, count)| **count > 0);
        seen.map(|(slot, count)| (value(slot), *count))
    }
}

/// The least value of a slot.
fn value(slot: usize) -> u64 {
    match slot / HALF {
        0 => slot as u64,
        doubling => ((slot % HALF + HALF) as u64) << (doubling - 1).min(53),
    }
}

/// A zig-zag number in at most nine bytes of seven bits, the ninth of eight.
fn signed(bytes: &mut &[u8]) -> Option<i64> {
    let mut number = 0_u64;
    for place in 0..9 {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let (bits, last) = match place {
            8 => (u64::from(*byte), true),
            _ => (u64::from(byte & 0x7f), byte & 0x80 == 0),
        };
        number |= bits << (7 * place);
        if last {
            break;
        }
    }
    Some((number >> 1) as i64 ^ -((number & 1) as i64))
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use hdrhistogram::Histogram;
    use hdrhistogram::serialization::{Serializer, V2DeflateSerializer};

    use super::*;

    fn text(histogram: &Histogram<u64>) -> String {
        let mut bytes = Vec::new();
        V2DeflateSerializer::new().serialize(histogram, &mut bytes).unwrap();
        STANDARD.encode(bytes)
    }

    #[test]
    fn a_tally_has_the_values_of_the_histograms() {
        let mut histogram = Histogram::<u64>::new_with_bounds(1, 3_600_000_000, 3).unwrap();
        for n in 0..40_u32 {
            let value = 3_u64.pow(n % 20) + u64::from(n);
            histogram.record_n(value, u64::from(n) + 1).unwrap();
        }
        let mut tally = Tally::default();
        assert_eq!(tally.add(&text(&histogram), histogram.len()), Some(()));
        assert_eq!(tally.add(&text(&histogram), histogram.len()), Some(()));
        let expected: Vec<(u64, u64)> = histogram
            .iter_recorded()
            .map(|it| {
                (histogram.lowest_equivalent(it.value_iterated_to()), 2 * it.count_at_value())
            })
            .collect();
        assert_eq!(tally.values().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_is_no_histogram_of_ours_adds_nothing_silently() {
        let mut other = Histogram::<u64>::new_with_bounds(1, 1_000, 2).unwrap();
        other.record(5).unwrap();
        assert_eq!(Tally::default().add(&text(&other), 1), None, "two digits");
        let mut ours = Histogram::<u64>::new_with_bounds(1, 1_000, 3).unwrap();
        ours.record(5).unwrap();
        assert_eq!(Tally::default().add(&text(&ours), 2), None, "another number of samples");
        assert_eq!(Tally::default().add("no histogram", 0), None);
    }
}
