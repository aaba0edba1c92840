//! The cuts in which a vector is sent.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::cuts;
use crate::protocol::{Caps, ChunkCap};

/// Streams up to this length are cut at each place.
const EACH_PLACE: usize = 256;
/// Longer streams are not sent byte by byte: that says nothing new, and takes long.
const BYTEWISE: usize = 16 << 10;
/// Random cuts of each vector.
const RANDOM: u64 = 16;

/// A stream in one of its cuts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) name: String,
    pub(super) chunks: Vec<Vec<u8>>,
}

/// The cuts of a vector with these chunks, without repetition: as a whole first, then as the vector
/// has it. The same seed and id give the same cuts.
pub(super) fn all(own: &[Vec<u8>], id: &str, seed: u64, caps: &Caps) -> Vec<Cut> {
    let stream = own.concat();
    let mut all = vec![Cut { name: "whole".to_owned(), chunks: vec![stream.clone()] }];
    if caps.chunks == ChunkCap::None {
        return all;
    }
    let mut add = |name: String, chunks: Vec<Vec<u8>>| {
        let can_be_sent = caps.empty_chunks || !chunks.iter().any(Vec::is_empty);
        if can_be_sent && !all.iter().any(|cut| cut.chunks == chunks) {
            all.push(Cut { name, chunks });
        }
    };
    add("own".to_owned(), own.to_vec());
    if stream.len() <= EACH_PLACE {
        let places = 1..stream.len();
        places.for_each(|place| add(format!("at {place}"), at(&stream, &[place])));
    }
    if stream.len() <= BYTEWISE {
        add("bytewise".to_owned(), stream.chunks(1).map(<[u8]>::to_vec).collect());
    }
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    let mut random = fastrand::Rng::with_seed(seed ^ hasher.finish());
    for number in 1..=RANDOM {
        add(format!("random {number}"), random_cut(&stream, caps.empty_chunks, &mut random));
    }
    all
}

fn at(stream: &[u8], places: &[usize]) -> Vec<Vec<u8>> {
    cuts::at(stream, places).into_iter().map(<[u8]>::to_vec).collect()
}

fn random_cut(stream: &[u8], empty: bool, random: &mut fastrand::Rng) -> Vec<Vec<u8>> {
    let count = random.usize(2..=(stream.len() / 4).clamp(2, 24));
    let mut places: Vec<usize> = (0..count).map(|_| random.usize(..=stream.len())).collect();
    if empty {
        places.push(places[0]); // the same place twice is an empty chunk
    }
    let chunks = at(stream, &places);
    chunks.into_iter().filter(|chunk| empty || !chunk.is_empty()).collect()
}
