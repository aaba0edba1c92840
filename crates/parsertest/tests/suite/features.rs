//! Features, cuts and shrinking.

use std::collections::BTreeSet;

use ssecheck_model::parser::ClassLevel;
use ssecheck_parsertest::shrink::{Bounds, shrink, shrink_in_rounds};
use ssecheck_parsertest::{class, cuts, feature};

#[test]
fn every_class_of_a_feature_exists() {
    for feature in feature::ALL {
        for code in feature.classes {
            assert!(class::find(code).is_some(), "{}: {code}", feature.name);
        }
    }
}

#[test]
fn every_class_that_binds_has_a_feature_or_a_cut() {
    let shown: BTreeSet<&str> = feature::ALL.iter().flat_map(|f| f.classes).copied().collect();
    // Cuts show five, and only vectors the other two: a start with an id, another encoding.
    let others = ["chunk.split", "eol.crlf-split", "eol.empty-chunk", "bom.split", "utf8.split"];
    let vectors_only = ["lifecycle.seed", "bom.utf16"];
    for class in class::ALL.iter().filter(|class| class.level != ClassLevel::Advisory) {
        let shown = shown.contains(class.code);
        let other = others.contains(&class.code) || vectors_only.contains(&class.code);
        assert!(shown || other, "{}", class.code);
    }
}

#[test]
fn names_are_unique() {
    let names: BTreeSet<&str> = feature::ALL.iter().map(|feature| feature.name).collect();
    assert_eq!(names.len(), feature::ALL.len());
    assert!(names.len() >= 27);
}

#[test]
fn a_seed_gives_the_same_streams_and_another_gives_others() {
    for feature in feature::ALL {
        let of = |seed| feature.samples(seed).take(20).collect::<Vec<_>>();
        assert_eq!(of(5), of(5), "{}", feature.name);
        assert_ne!(of(5), of(6), "{}", feature.name);
    }
}

#[test]
fn samples_come_whole_and_in_chunks_that_add_up() {
    let samples: Vec<_> = feature::ALL[0].samples(1).take(200).collect();
    assert!(samples.iter().any(|sample| sample.cuts.is_empty()));
    assert!(samples.iter().any(|sample| sample.cuts.len() + 1 == sample.bytes.len()));
    assert!(samples.iter().any(|sample| sample.chunks().iter().any(|chunk| chunk.is_empty())));
    for sample in samples {
        assert_eq!(sample.chunks().concat(), sample.bytes);
        assert!(sample.cuts.is_sorted());
    }
}

#[test]
fn all_cuts_are_all_cuts() {
    let once = cuts::all(&[b'a'; 30]);
    assert_eq!(once.len(), 31 + 1);
    let twice = cuts::all(b"abc");
    assert!(twice.contains(&vec![b"a", b"b", b"c"]));
    assert!(twice.iter().all(|chunks| chunks.concat() == b"abc"));
    assert_eq!(twice.len(), 4 * 5 / 2 + 1);
}

#[test]
fn a_cut_is_named_by_its_place() {
    let class = |stream: &[u8], at| cuts::class_of(stream, at);
    assert_eq!(class(b"\xEF\xBB\xBFdata: x\n\n", &[2]), "bom.split");
    assert_eq!(class("data: é\n\n".as_bytes(), &[7]), "utf8.split");
    assert_eq!(class(b"data: x\r\n\r\n", &[8, 8]), "eol.empty-chunk");
    assert_eq!(class(b"data: x\r\n\r\n", &[0]), "eol.empty-chunk");
    assert_eq!(class(b"data: x\r\n\r\n", &[9]), "chunk.split");
}

fn long() -> Vec<Vec<u8>> {
    let sample = feature::find("mixed blocks").and_then(|feature| feature.samples(3).nth(2));
    let stream = [sample.expect("without end").bytes, b"data: a\0b\nid: 4\n\n".to_vec()].concat();
    stream.chunks(3).map(<[u8]>::to_vec).collect()
}

fn has_nul(chunks: &[Vec<u8>]) -> bool {
    chunks.concat().contains(&0)
}

#[test]
fn shrinking_in_rounds_ends_where_shrinking_one_by_one_does() {
    let alone = shrink(&long(), 4_000, has_nul);
    assert_eq!(alone.chunks, [b"data: \0\n\n"]);
    assert!(alone.finished);
    for round in [1, 7, 64] {
        let first = |streams: &[Vec<Vec<u8>>]| streams.iter().position(|chunks| has_nul(chunks));
        let rounds = shrink_in_rounds(&long(), Bounds { round, ..Bounds::default() }, first);
        assert_eq!(rounds.chunks, alone.chunks);
    }
}

#[test]
fn shrinking_keeps_to_its_bound() {
    let mut asked = 0;
    let shrunk = shrink(&long(), 10, |chunks| {
        asked += 1;
        has_nul(chunks)
    });
    assert_eq!((asked, shrunk.executions, shrunk.finished), (10, 10, false));
    assert!(has_nul(&shrunk.chunks));
}

#[test]
fn shrinking_keeps_the_cut_that_matters_and_puts_it_at_a_plain_place() {
    let stream: Vec<Vec<u8>> =
        b"event: abc\ndata: hello\n\n".chunks(4).map(<[u8]>::to_vec).collect();
    let shrunk = shrink(&stream, 4_000, |chunks| chunks.len() > 1);
    assert_eq!(shrunk.chunks.len(), 2);
    assert!(shrunk.chunks.iter().all(|chunk| !chunk.is_empty()), "{:?}", shrunk.chunks);
}

#[test]
fn shrinking_does_not_turn_one_mistake_into_another() {
    // Wrong about a CR and about a line without a colon: each keeps its own example.
    let wrong = |chunks: &[Vec<u8>]| {
        let stream = chunks.concat();
        stream.contains(&b'\r') || stream.starts_with(b"data\n")
    };
    let shrunk = shrink(&[b"data: ab\r\rdata: b\r\rdata: c\n\n".to_vec()], 4_000, wrong);
    assert_eq!(shrunk.chunks.concat(), b"data: x\r\rdata: x\n\n");
}
