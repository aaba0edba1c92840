//! The outline of a YAML text: every key and value with its place. It is read only when a message
//! needs to say under which key a mistake stands.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::placed::Placed;

/// A value without its content.
#[derive(Debug)]
pub(crate) enum Shape {
    /// `null`, or nothing at all.
    Nothing,
    /// Text, number, true or false.
    Scalar,
    /// A list.
    List(Vec<Placed<Shape>>),
    /// A map, in the order of the file.
    Map(Vec<(Placed<KeyName>, Placed<Shape>)>),
}

/// The text of a key.
#[derive(Debug)]
pub(crate) struct KeyName(pub(crate) String);

/// One step from a value to one inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Segment {
    /// Under this key.
    Key(String),
    /// In a list, at this index.
    Item(usize),
}

/// The way from the whole document to a value.
pub(crate) type Path = Vec<Segment>;

impl Placed<Shape> {
    /// The value at a place, and the way to it.
    pub(crate) fn value_at(&self, place: (u64, u64)) -> Option<(Path, &Shape)> {
        if (self.line, self.column) == place {
            return Some((Path::new(), &self.value));
        }
        self.inner().find_map(|(segment, value)| {
            value.value_at(place).map(|(path, shape)| (prefixed(segment, path), shape))
        })
    }

    /// The last value without inner ones that begins before a place, with its own place.
    pub(crate) fn last_before(&self, place: (u64, u64)) -> Option<((u64, u64), Path, &Shape)> {
        if self.inner().next().is_none() {
            let own = (self.line, self.column);
            return (own < place).then_some((own, Path::new(), &self.value));
        }
        let inner = self.inner().filter_map(|(segment, value)| {
            let (own, path, shape) = value.last_before(place)?;
            Some((own, prefixed(segment, path), shape))
        });
        inner.max_by_key(|(own, ..)| *own)
    }

    /// The way to the map in which a key stands at a place.
    pub(crate) fn map_with_key_at(&self, place: (u64, u64)) -> Option<Path> {
        if let Shape::Map(entries) = &self.value
            && entries.iter().any(|(key, _)| (key.line, key.column) == place)
        {
            return Some(Path::new());
        }
        self.inner().find_map(|(segment, value)| {
            value.map_with_key_at(place).map(|path| prefixed(segment, path))
        })
    }

    /// The name of the key at a place.
    pub(crate) fn key_name_at(&self, place: (u64, u64)) -> Option<String> {
        let Shape::Map(entries) = &self.follow(&self.map_with_key_at(place)?)?.value else {
            return None;
        };
        let found = entries.iter().find(|(key, _)| (key.line, key.column) == place);
        found.map(|(key, _)| key.value.0.clone())
    }

    /// The value at the end of a path.
    pub(crate) fn follow(&self, path: &[Segment]) -> Option<&Self> {
        path.iter().try_fold(self, |value, segment| {
            let found = value.inner().find(|(inner, _)| inner == segment);
            found.map(|(_, value)| value)
        })
    }

    /// The place of a value's key, or of the value where it has none.
    pub(crate) fn owner(&self, path: &[Segment]) -> Option<(u64, u64)> {
        if let Some((Segment::Key(name), before)) = path.split_last() {
            return self.follow(before)?.key(&[name]);
        }
        self.follow(path).map(|value| (value.line, value.column))
    }

    /// Whether it is a text, number or truth.
    pub(crate) fn is_scalar(&self) -> bool {
        matches!(self.value, Shape::Scalar)
    }

    /// The place of a key, by the keys that lead to it.
    pub(crate) fn key(&self, keys: &[&str]) -> Option<(u64, u64)> {
        let (Shape::Map(entries), [first, rest @ ..]) = (&self.value, keys) else { return None };
        let (key, value) = entries.iter().find(|(key, _)| key.value.0 == *first)?;
        if rest.is_empty() { Some((key.line, key.column)) } else { value.key(rest) }
    }

    /// The ways to every value that is nothing.
    pub(crate) fn nothings(&self) -> Vec<Path> {
        if matches!(self.value, Shape::Nothing) {
            return vec![Path::new()];
        }
        let inner = self.inner().flat_map(|(segment, value)| {
            value.nothings().into_iter().map(move |path| prefixed(segment.clone(), path))
        });
        inner.collect()
    }

    fn inner(&self) -> Box<dyn Iterator<Item = (Segment, &Self)> + '_> {
        match &self.value {
            Shape::Nothing | Shape::Scalar => Box::new(std::iter::empty()),
            Shape::List(items) => {
                Box::new(items.iter().enumerate().map(|(index, item)| (Segment::Item(index), item)))
            }
            Shape::Map(entries) => Box::new(
                entries.iter().map(|(key, value)| (Segment::Key(key.value.0.clone()), value)),
            ),
        }
    }
}

fn prefixed(segment: Segment, mut path: Path) -> Path {
    path.insert(0, segment);
    path
}

/// The last key of a path: what a message names.
pub(crate) fn last_key(path: &[Segment]) -> Option<&str> {
    path.iter().rev().find_map(|segment| match segment {
        Segment::Key(key) => Some(key.as_str()),
        Segment::Item(_) => None,
    })
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShapeVisitor)
    }
}

impl<'de> Deserialize<'de> for KeyName {
    /// A key that is no text has no name, and is no reason to give up the outline.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = KeyName;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any key")
    }

    fn visit_str<E>(self, text: &str) -> Result<KeyName, E> {
        Ok(KeyName(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<KeyName, E> {
        Ok(KeyName(String::new()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<KeyName, E> {
        Ok(KeyName(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<KeyName, E> {
        Ok(KeyName(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<KeyName, E> {
        Ok(KeyName(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<KeyName, E> {
        Ok(KeyName(value.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<KeyName, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(KeyName(String::new()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<KeyName, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(KeyName(String::new()))
    }
}

struct ShapeVisitor;

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::Nothing)
    }

    fn visit_none<E>(self) -> Result<Shape, E> {
        Ok(Shape::Nothing)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_str<E>(self, _: &str) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_bytes<E>(self, _: &[u8]) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Shape, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Shape::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Shape, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Shape::Map(entries))
    }

    fn visit_enum<A: serde::de::EnumAccess<'de>>(self, data: A) -> Result<Shape, A::Error> {
        data.variant::<IgnoredAny>().map(|_| Shape::Scalar)
    }
}
