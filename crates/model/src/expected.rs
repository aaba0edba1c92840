//! What should have stood at a place, in words: read from the JSON Schema of the type, so that the
//! words for a wrong value are the words that an editor shows.

use serde_json::Value;

use crate::outline::Segment;

/// What a value has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One text.
    Text,
    /// A whole number, with the limits of its type.
    Number,
    /// `true` or `false`.
    Truth,
    /// A list.
    List,
    /// A map with fixed keys.
    Keys,
    /// A map with any keys.
    Names,
    /// A map with exactly one of some keys.
    OneKey,
    /// One of some words, or a map with exactly one of some keys.
    WordOrKey,
    /// One of some words.
    Word,
    /// Something with a description of its own, like a length of time.
    Other,
}

/// A part of a schema, with references resolved.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected<'s> {
    root: &'s Value,
    node: &'s Value,
}

impl<'s> Expected<'s> {
    /// What the whole document has to be.
    pub(crate) fn document(root: &'s Value) -> Self {
        Self { root, node: root }
    }

    /// What the value at `path` has to be, as far as the schema knows the path.
    pub(crate) fn at(self, path: &[Segment]) -> Option<Self> {
        path.iter().try_fold(self, |expected, segment| match segment {
            Segment::Key(key) => expected.under(key),
            Segment::Item(_) => Some(expected.resolved(expected.node.get("items")?)),
        })
    }

    /// What the value under `key` has to be.
    pub(crate) fn under(self, key: &str) -> Option<Self> {
        let direct = self.node.get("properties").and_then(|properties| properties.get(key));
        let variant =
            || self.variants().iter().find_map(|variant| variant.get("properties")?.get(key));
        let any = || self.node.get("additionalProperties").filter(|schema| schema.is_object());
        direct.or_else(variant).or_else(any).map(|node| self.resolved(node))
    }

    /// Whether `key` is one of the keys that the type names.
    pub(crate) fn has_fixed(self, key: &str) -> bool {
        self.node.get("properties").is_some_and(|properties| properties.get(key).is_some())
    }

    /// The description of a key, as part of a sentence.
    pub(crate) fn describes(self, key: &str) -> Option<String> {
        let description = self.node.get("properties")?.get(key)?.get("description")?.as_str()?;
        Some(as_part(description))
    }

    /// The keys that must stand here.
    pub(crate) fn required(self) -> Vec<&'s str> {
        let keys = self.node.get("required").and_then(Value::as_array);
        keys.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// Every key or word that may stand here.
    pub(crate) fn known(self) -> Vec<&'s str> {
        let keys = |node: &'s Value| node.get("properties").and_then(Value::as_object);
        let own = keys(self.node).into_iter().flat_map(|keys| keys.keys());
        let variants = self.variants().iter().filter_map(keys).flat_map(|keys| keys.keys());
        own.chain(variants).map(String::as_str).collect()
    }

    /// What it has to be.
    pub(crate) fn kind(self) -> Kind {
        if self.variants().iter().any(|variant| variant.get("properties").is_some()) {
            let words = !self.allowed_words().is_empty();
            return if words { Kind::WordOrKey } else { Kind::OneKey };
        }
        if !self.allowed_words().is_empty() {
            return Kind::Word;
        }
        match self.type_name() {
            Some("string") if self.node.get("pattern").is_none() => Kind::Text,
            Some("integer") => Kind::Number,
            Some("boolean") => Kind::Truth,
            Some("array") => Kind::List,
            Some("object") if self.node.get("properties").is_some() => Kind::Keys,
            Some("object") => Kind::Names,
            _ => Kind::Other,
        }
    }

    /// What it has to be, in words.
    pub(crate) fn words(self) -> String {
        match self.kind() {
            Kind::Text => "a text".to_owned(),
            Kind::Number => "a whole number".to_owned(),
            Kind::Truth => "true or false".to_owned(),
            Kind::List => match (self.node.get("minItems"), self.node.get("maxItems")) {
                (Some(least), Some(most)) if least == most => format!("a list of {most}"),
                _ => "a list".to_owned(),
            },
            Kind::Word => "a word".to_owned(),
            Kind::Keys | Kind::Names => "a map".to_owned(),
            Kind::OneKey => "a map with one key".to_owned(),
            Kind::WordOrKey => "a word or a map with one key".to_owned(),
            Kind::Other => {
                let (name, _) = self.description();
                if name.is_empty() { "another value".to_owned() } else { name }
            }
        }
    }

    /// How to write a word, or a value with a form of its own.
    pub(crate) fn form(self) -> String {
        match (self.allowed_words().as_slice(), self.description()) {
            ([], (name, form)) if form.is_empty() => format!("write {name}"),
            ([], (_, form)) => format!("write {form}"),
            (words, _) => format!("write one of: {}", words.join(", ")),
        }
    }

    /// What the value is, and after the colon how it is written.
    fn description(self) -> (String, String) {
        let whole = self.node.get("description").and_then(Value::as_str).map(as_part);
        let whole = whole.unwrap_or_default();
        let (name, form) = whole.split_once(": ").unwrap_or((&whole, ""));
        (name.to_owned(), form.to_owned())
    }

    /// How to write each word, or map with one key, that may stand here.
    pub(crate) fn choices(self) -> Vec<String> {
        let words = self.allowed_words().into_iter().map(str::to_owned);
        words.chain(self.known().into_iter().map(|key| self.one_key(key))).collect()
    }

    /// How to write a map with one key.
    pub(crate) fn one_key(self, key: &str) -> String {
        match self.under(key).map(Self::kind) {
            Some(Kind::Keys | Kind::Names) => format!("{{ {key}: {{ … }} }}"),
            _ => format!("{{ {key}: … }}"),
        }
    }

    /// Every word that may stand here.
    pub(crate) fn allowed_words(self) -> Vec<&'s str> {
        let listed = |node: &'s Value| node.get("enum").and_then(Value::as_array);
        let own = listed(self.node).into_iter().flatten();
        let variants = self.variants().iter();
        let consts = variants.clone().filter_map(|variant| variant.get("const"));
        let lists = variants.filter_map(listed).flatten();
        own.chain(consts).chain(lists).filter_map(Value::as_str).collect()
    }

    /// Whether a list may have so many entries.
    pub(crate) fn may_hold(self, entries: usize) -> bool {
        let limit = |name| self.node.get(name).and_then(Value::as_u64);
        let entries = entries as u64;
        limit("minItems").is_none_or(|least| entries >= least)
            && limit("maxItems").is_none_or(|most| entries <= most)
    }

    /// The least and the greatest number that fit.
    pub(crate) fn limits(self) -> (u64, u64) {
        let limit = |name| self.node.get(name).and_then(Value::as_u64);
        (limit("minimum").unwrap_or(0), limit("maximum").unwrap_or(u64::MAX))
    }

    fn type_name(self) -> Option<&'s str> {
        match self.node.get("type")? {
            Value::Array(names) => names.iter().filter_map(Value::as_str).find(|n| *n != "null"),
            name => name.as_str(),
        }
    }

    fn variants(self) -> &'s [Value] {
        self.node.get("oneOf").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// Follows references, and leaves out `null` where a value may be omitted.
    fn resolved(self, node: &'s Value) -> Self {
        let not_null = |node: &'s Value| {
            let all = node.get("anyOf")?.as_array()?;
            let mut rest = all.iter().filter(|n| n.get("type").is_none_or(|t| t != "null"));
            rest.next().filter(|_| rest.next().is_none())
        };
        let referred =
            |node: &'s Value| self.root.pointer(node.get("$ref")?.as_str()?.strip_prefix('#')?);
        match not_null(node).or_else(|| referred(node)) {
            Some(inner) => self.resolved(inner),
            None => Self { node, ..self },
        }
    }
}

/// `A length of time.` as `a length of time`.
fn as_part(sentence: &str) -> String {
    let sentence = sentence.trim_end_matches('.').replace('\n', " ");
    let mut chars = sentence.chars();
    let first = chars.next().map(|c| c.to_lowercase().collect::<String>()).unwrap_or_default();
    let rest = chars.as_str();
    // HTTP, JSON and the like keep their capitals.
    if rest.starts_with(char::is_uppercase) { sentence } else { first + rest }
}
