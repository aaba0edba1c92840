//! Grouping in the order of first occurrence.

use std::collections::HashMap;
use std::hash::Hash;

/// `items` by `key`: groups and their members in the order in which they first occur.
pub(crate) fn group_by<T, K: Eq + Hash + Copy>(
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> K,
) -> Vec<(K, Vec<T>)> {
    let mut groups: Vec<(K, Vec<T>)> = Vec::new();
    let mut index = HashMap::new();
    for item in items {
        let key = key(&item);
        let at = *index.entry(key).or_insert(groups.len());
        match groups.get_mut(at) {
            Some((_, members)) => members.push(item),
            None => groups.push((key, vec![item])),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_stand_in_the_order_of_their_first_members() {
        let groups = group_by(["b1", "a1", "b2"], |item| item.as_bytes()[0]);
        assert_eq!(groups, [(b'b', vec!["b1", "b2"]), (b'a', vec!["a1"])]);
    }
}
