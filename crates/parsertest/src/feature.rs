//! Streams with one feature at a time on top of a grammar that every parser reads.
//!
//! A generator of everything, with shrinking, always ends at the commonest mistake and hides the
//! others. So each of these adds one thing only, and names the classes of deviations that a parser
//! shows which reads such a stream wrongly as a whole. One that reads it rightly as a whole and
//! wrongly in chunks is guilty of what [`cuts::class_of`] says.

mod stream;
mod table;

use proptest::prelude::*;
use proptest::strategy::{BoxedStrategy, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::cuts;
use table::Dose;

pub use table::ALL;

/// A feature of streams.
#[derive(Debug, Clone, Copy)]
pub struct Feature {
    /// Its name, of words in lower case.
    pub name: &'static str,
    /// Codes of the classes of deviations that it shows, the likeliest first; see [`crate::class`].
    /// None if a parser that fails here fails in everything.
    pub classes: &'static [&'static str],
    dose: Dose,
    /// Whether it may stand on blocks of types and several `data` lines too.
    mixed: bool,
}

/// A stream, and where to cut it.
#[derive(Clone, PartialEq, Eq)]
pub struct Sample {
    /// The stream.
    pub bytes: Vec<u8>,
    /// Places for [`cuts::at`], ascending; none for a whole stream.
    pub cuts: Vec<usize>,
}

impl Sample {
    /// The chunks.
    pub fn chunks(&self) -> Vec<&[u8]> {
        cuts::at(&self.bytes, &self.cuts)
    }
}

impl std::fmt::Debug for Sample {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.chunks().iter().map(|chunk| chunk.escape_ascii())).finish()
    }
}

impl Feature {
    /// Streams with this feature, with cuts of all kinds.
    ///
    /// ```
    /// use proptest::prelude::*;
    ///
    /// let nul = ssecheck_parsertest::feature::find("nul in ids").unwrap();
    /// proptest!(|(sample in nul.strategy())| {
    ///     assert!(sample.bytes.contains(&0));
    /// });
    /// ```
    pub fn strategy(&self) -> BoxedStrategy<Sample> {
        let streams = stream::strategy(self.dose, self.mixed);
        let cut =
            |(bytes, plan): (Vec<u8>, cuts::Plan)| Sample { cuts: plan.places(&bytes), bytes };
        (streams, cuts::plans()).prop_map(cut).boxed()
    }

    /// The streams of a seed, without end; the same seed gives the same ones. Each feature has its
    /// own for the same seed.
    pub fn samples(&self, seed: u64) -> impl Iterator<Item = Sample> + use<> {
        let strategy = self.strategy();
        let mut runner = TestRunner::new_with_rng(Config::default(), self.rng(seed));
        std::iter::from_fn(move || Some(strategy.new_tree(&mut runner).ok()?.current()))
    }

    fn rng(&self, seed: u64) -> TestRng {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        for (at, byte) in self.name.bytes().enumerate() {
            bytes[8 + at % 24] ^= byte;
        }
        TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
    }
}

/// The feature of this name.
pub fn find(name: &str) -> Option<&'static Feature> {
    ALL.iter().find(|feature| feature.name == name)
}
