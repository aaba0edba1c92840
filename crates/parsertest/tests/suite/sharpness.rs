//! The vectors notice: every wrong parser turns vectors of its class red.

use std::collections::BTreeSet;

use ssecheck_model::vector::Vector;
use ssecheck_parsertest::class;

use crate::golden;
use crate::heard::{cuts, shipped, wrong};
use crate::mutants::{ALL, Bug, Mutant};
use crate::naive;

/// Whether a parser with this bug is wrong where the vector's class would show it.
fn is_red(bug: Bug, vector: &Vector, cuts: &[Vec<Vec<u8>>]) -> bool {
    let shows = class::find(&vector.class).map_or(&[][..], |class| class.shows);
    let seed = vector.seed.as_deref().unwrap_or_default();
    cuts.iter().any(|cut| {
        let heard = naive::read(bug, cut, seed);
        wrong(vector, cut, &heard).iter().any(|aspect| shows.contains(aspect))
    })
}

#[test]
fn every_wrong_parser_turns_its_class_red() {
    let vectors = shipped();
    let seen = |mutant: &&Mutant| {
        let mut own = vectors.iter().filter(|vector| vector.class == mutant.class);
        own.any(|vector| is_red(mutant.bug, vector, &cuts(vector)))
    };
    let blind: Vec<Bug> =
        ALL.iter().filter(|mutant| !seen(mutant)).map(|mutant| mutant.bug).collect();
    assert!(blind.is_empty(), "not noticed: {blind:?}");
}

#[test]
fn every_class_that_has_vectors_has_a_wrong_parser() {
    let with: BTreeSet<&str> = ALL.iter().map(|mutant| mutant.class).collect();
    let vectors = shipped();
    for vector in &vectors {
        assert!(with.contains(vector.class.as_str()), "{}", vector.class);
    }
}

/// Which classes each wrong parser turns red, by the vectors in their own cuts. A parser with one bug
/// should be red in one class; where it is red in more, the page shows that it cannot be avoided.
#[test]
fn few_other_classes_turn_red_with_it() {
    let vectors = shipped();
    let mut page = String::from(
        "# Wrong parsers, the class that is theirs, the other classes that they turn red.\n",
    );
    for mutant in ALL {
        let red = |vector: &&Vector| is_red(mutant.bug, vector, &[vector.bytes().unwrap()]);
        let red: BTreeSet<&str> =
            vectors.iter().filter(red).map(|vector| vector.class.as_str()).collect();
        let others: Vec<&str> =
            red.iter().copied().filter(|class| *class != mutant.class).collect();
        let known = mutant.known.map(|known| format!(" ({known})")).unwrap_or_default();
        let others = if others.is_empty() { "-".to_owned() } else { others.join(" ") };
        page.push_str(&format!("{:?}{known}: {}: {others}\n", mutant.bug, mutant.class));
    }
    golden::compare("crates/parsertest/tests/wrong-parsers.txt", &page);
}

#[test]
fn nearly_every_vector_is_noticed_by_a_wrong_parser_of_its_class() {
    let vectors = shipped();
    let silent = |vector: &&Vector| {
        let cuts = cuts(vector);
        let mut own = ALL.iter().filter(|mutant| mutant.class == vector.class);
        !own.any(|mutant| is_red(mutant.bug, vector, &cuts))
    };
    let silent: Vec<&str> = vectors.iter().filter(silent).map(|v| v.id.as_str()).collect();
    assert!(silent.len() * 10 <= vectors.len(), "{} are silent: {silent:?}", silent.len());
}
