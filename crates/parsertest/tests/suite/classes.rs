use std::collections::BTreeSet;

use ssecheck_model::parser::{Aspect, ClassLevel};
use ssecheck_parsertest::class::{ALL, find};

#[test]
fn codes_are_unique_and_found() {
    let codes: BTreeSet<&str> = ALL.iter().map(|class| class.code).collect();
    assert_eq!(codes.len(), ALL.len());
    for class in ALL {
        assert_eq!(find(class.code), Some(class));
    }
    assert_eq!(find("eol"), None);
}

#[test]
fn a_class_says_its_rule_and_its_cure_in_one_sentence_each() {
    for class in ALL {
        for sentence in [class.rule, class.mend] {
            assert!(sentence.ends_with('.'), "{}: {sentence}", class.code);
            assert!(!sentence.contains(". "), "{}: {sentence}", class.code);
        }
        assert!(!class.shows.is_empty(), "{}", class.code);
        assert!(!class.catalogue.is_empty(), "{}", class.code);
    }
}

#[test]
fn what_is_only_late_or_slow_is_advice() {
    for class in ALL {
        if matches!(class.shows, [Aspect::Late | Aspect::Time | Aspect::Comment]) {
            assert_eq!(class.level, ClassLevel::Advisory, "{}", class.code);
        }
    }
}
