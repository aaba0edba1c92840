//! From what the YAML library found to a message that says where, what and how to mend it.

use serde_json::Value;

use crate::LoadError;
use crate::expected::{Expected, Kind};
use crate::outline::{Path, Segment, Shape, last_key};
use crate::placed::Placed;
use crate::source::{find_after, from_column, line_of, token};
use crate::suggest::nearest;
use crate::syntax;
use crate::yaml_error::Problem;

/// What is wrong, without words yet.
#[derive(Debug)]
pub(crate) enum Mistake {
    /// A key that does not exist here.
    UnknownKey { found: String, known: Vec<&'static str> },
    /// A word that does not exist here.
    UnknownWord { found: String, known: Vec<&'static str> },
    /// A key that must be here.
    MissingKey(&'static str),
    /// The second of two equal keys.
    Twice(String),
    /// A list where a text belongs, and so on; with what the library expected.
    WrongType(&'static str),
    /// A list with too few or too many entries.
    WrongLength,
    /// A second key where one tells what it is.
    SecondWord,
    /// A value that its own type refuses, in the words of that type.
    Value(String),
    /// A second document.
    SecondDocument,
    /// No document.
    Empty,
    /// Aliases that expand to too much.
    EndlessAliases,
    /// Too deep, or too many values.
    TooMuch,
    /// An alias without its anchor.
    UnknownAnchor,
    /// A merge key.
    Merge,
    /// A tag, like `!name`.
    Tag,
    /// No YAML, in the words of the parser.
    Syntax(String),
}

/// All that is known of the text with the mistake.
pub(crate) struct Reading<'a> {
    /// The text.
    pub(crate) text: &'a str,
    /// Its outline, if it is YAML at all.
    pub(crate) outline: Option<&'a Placed<Shape>>,
    /// The schema that it should follow.
    pub(crate) schema: Value,
}

/// Line and column, from 1.
type At = (u64, u64);

impl Reading<'_> {
    /// The error for a mistake that was seen at a place.
    pub(crate) fn explain(&self, file: &str, at: At, mistake: Mistake) -> LoadError {
        let nothing = matches!(self.outline, Some(Placed { value: Shape::Nothing, .. }));
        if matches!(mistake, Mistake::Empty) || nothing {
            return LoadError::whole_file(file, self.empty());
        }
        let (at, problem) = self.problem(at, mistake);
        LoadError::at(file, self.text, at.0, at.1, problem)
    }

    /// A file, or a key of a fixed name, without a value: it would be ignored in silence.
    pub(crate) fn without_value(&self, file: &str) -> Option<LoadError> {
        let outline = self.outline?;
        if matches!(outline.value, Shape::Nothing) {
            return Some(LoadError::whole_file(file, self.empty()));
        }
        let fixed = |path: &[Segment]| {
            let Some((Segment::Key(key), before)) = path.split_last() else { return false };
            self.expected(before).is_some_and(|map| map.has_fixed(key))
        };
        let path = outline.nothings().into_iter().find(|path| fixed(path))?;
        let at = outline.owner(&path)?;
        let message = format!("the key `{}` has no value", last_key(&path).unwrap_or_default());
        let problem = self.marked(at, Problem::new(message, "write one, or leave the key out"));
        Some(LoadError::at(file, self.text, at.0, at.1, problem))
    }

    fn problem(&self, at: At, mistake: Mistake) -> (At, Problem) {
        match mistake {
            Mistake::UnknownKey { found, known } => (at, self.unknown_key(at, &found, &known)),
            Mistake::UnknownWord { found, known } => self.unknown_word(at, &found, &known),
            Mistake::MissingKey(key) => self.missing(at, key),
            Mistake::Twice(key) => {
                let message = format!("the key `{key}` stands here twice");
                (at, self.marked(at, Problem::new(message, "keep one of the two")))
            }
            Mistake::WrongType(expected) => self.wrong_type(at, expected),
            Mistake::WrongLength => match self.list_under(at) {
                Some(list) => self.wrong_type(list, "a list of another length"),
                None => self.wrong_type(at, "a list of another length"),
            },
            Mistake::SecondWord => {
                let message = "a second key, where only one can stand";
                let path = self.outline.and_then(|outline| outline.map_with_key_at(at));
                let cure = match path.as_deref().and_then(<[Segment]>::last) {
                    Some(Segment::Key(_)) => "keep one of the two",
                    _ => "write a new list entry, with `- ` before it",
                };
                (at, self.marked(at, Problem::new(message, cure)))
            }
            Mistake::Value(message) => self.refused_value(at, &message),
            Mistake::Syntax(message) => syntax::problem(self.text, at, &message),
            other => syntax::refused(self.text, at, &other),
        }
    }

    fn empty(&self) -> Problem {
        let expected = Expected::document(&self.schema);
        let cure = match expected.required().as_slice() {
            [] => format!("keys known here: {}", expected.known().join(", ")),
            keys => format!("it needs `{}`", keys.join("`, `")),
        };
        Problem::new("there is nothing in this file", cure)
    }

    fn unknown_key(&self, at: At, found: &str, known: &[&str]) -> Problem {
        let path = self.outline.and_then(|outline| outline.map_with_key_at(at));
        let owner = path.as_deref().map_or(String::new(), owner);
        let problem = Problem::new(format!("unknown key `{found}`{owner}"), cure(found, known));
        if let Some((key, _)) = found.split_once(':') {
            let cure = format!("write a space after the colon: `{key}: …`");
            return self.marked(at, Problem::new(problem.message, cure));
        }
        self.marked(at, problem)
    }

    fn unknown_word(&self, at: At, found: &str, known: &[&str]) -> (At, Problem) {
        if self.outline.is_some_and(|outline| outline.map_with_key_at(at).is_some()) {
            return (at, self.unknown_key(at, found, known));
        }
        let Some((path, shape)) = self.outline.and_then(|outline| outline.value_at(at)) else {
            let problem = Problem::new(format!("unknown word `{found}`"), cure(found, known));
            return (at, self.marked(at, problem));
        };
        let one_key = self.expected(&path).is_some_and(|e| e.kind() == Kind::OneKey);
        if one_key || matches!(shape, Shape::Nothing) {
            return self.wrong_type(at, "another value");
        }
        let message = format!("{}unknown word `{found}`", naming(&path));
        let mixed = self.expected(&path).filter(|expected| expected.kind() == Kind::WordOrKey);
        let cure = mixed.map_or_else(|| cure(found, known), |mixed| choice_cure(found, mixed));
        (at, self.marked(at, Problem::new(message, cure)))
    }

    fn missing(&self, at: At, key: &str) -> (At, Problem) {
        let path = self.path_to_owner(at, key);
        let owner = path.as_deref().map_or(String::new(), owner);
        let place = path.as_deref().and_then(|path| self.outline?.owner(path)).unwrap_or(at);
        let means = path.and_then(|path| self.expected(&path)?.describes(key));
        let means = means.map_or(String::new(), |means| format!(" ({means})"));
        let cure = format!("add `{key}: …`{means}");
        let problem = Problem::new(format!("the key `{key}` is missing{owner}"), cure);
        (place, self.marked(place, problem))
    }

    /// The way to the map that lacks `key`. The library shows the last key of that map, or the key
    /// of the map itself when there is nothing in it.
    fn path_to_owner(&self, at: At, key: &str) -> Option<Path> {
        let outline = self.outline?;
        let mut path = outline.map_with_key_at(at).or_else(|| self.value_path(at))?;
        let has =
            |path: &[Segment]| self.expected(path).is_some_and(|e| e.describes(key).is_some());
        if !has(&path)
            && let Some(inner) = outline.key_name_at(at)
        {
            path.push(Segment::Key(inner));
        }
        Some(path)
    }

    /// The list under the key at a place: of a list of a wrong length the library shows the key.
    fn list_under(&self, at: At) -> Option<At> {
        let outline = self.outline?;
        let mut path = outline.map_with_key_at(at)?;
        path.push(Segment::Key(outline.key_name_at(at)?));
        outline.follow(&path).map(|list| (list.line, list.column))
    }

    fn wrong_type(&self, at: At, expected: &str) -> (At, Problem) {
        let found = self.outline.and_then(|outline| value_near(outline, at));
        let known =
            found.and_then(|(at, path, shape)| Some((at, self.expected(&path)?, path, shape)));
        let known = known.filter(|(_, expected, _, shape)| differs(*expected, shape));
        let Some((at, expected, path, shape)) = known else {
            if let Some((at, problem)) = self.value_of_word(at) {
                return (at, problem);
            }
            let message = format!("expected {expected}, found something else");
            return (at, self.marked(at, Problem::new(message, "")));
        };
        let token = self.token(at);
        let found = found_words(shape, token);
        let message = format!("{}expected {}, found {found}", naming(&path), expected.words());
        let cure = type_cure(expected, &path, shape, token);
        (at, self.marked(at, Problem::new(message, cure)))
    }

    /// A word that is written as a key: `{ constant: 5 }`.
    fn value_of_word(&self, at: At) -> Option<(At, Problem)> {
        let (_, path, _) = value_near(self.outline?, at)?;
        let (Segment::Key(word), before) = path.split_last()? else { return None };
        let expected = self.expected(before)?;
        let is_word = expected.allowed_words().contains(&word.as_str());
        let key = last_key(before).filter(|_| is_word)?;
        let at = self.outline?.owner(&path)?;
        let problem = Problem::new(
            format!("`{key}`: the word `{word}` takes no value"),
            format!("write `{key}: {word}`"),
        );
        Some((at, self.marked(at, problem)))
    }

    /// Splits `what is wrong: how to mend it`, and puts the caret under the quoted part.
    fn refused_value(&self, at: At, message: &str) -> (At, Problem) {
        let path = self.value_path(at);
        let key = path.as_deref().map_or(String::new(), naming);
        let quoted = message.split('`').nth(1).unwrap_or_default();
        let quoted_end = message.find('`').map_or(0, |start| start + quoted.len() + 1);
        let (what, cure) = match message[quoted_end..].find(": ") {
            Some(colon) => (&message[..quoted_end + colon], &message[quoted_end + colon + 2..]),
            None => (message, ""),
        };
        let what = what.replace("``", "an empty text");
        let problem = Problem::new(format!("{key}{what}"), cure);
        let found = Some(quoted).filter(|quoted| !quoted.is_empty() && !self.is_alias(at));
        match found.and_then(|quoted| find_after(self.text, at, quoted)) {
            Some(place) => (place, problem.with_length(quoted.chars().count())),
            None => (at, self.marked(at, problem)),
        }
    }

    fn value_path(&self, at: At) -> Option<Path> {
        Some(self.outline?.value_at(at)?.0)
    }

    fn expected(&self, path: &[Segment]) -> Option<Expected<'_>> {
        Expected::document(&self.schema).at(path)
    }

    fn token(&self, at: At) -> &str {
        token(from_column(line_of(self.text, at.0), at.1))
    }

    fn is_alias(&self, at: At) -> bool {
        self.token(at).starts_with('*')
    }

    /// `problem`, with the caret under the whole token.
    fn marked(&self, at: At, problem: Problem) -> Problem {
        problem.with_length(self.token(at).chars().count())
    }
}

/// The value at a place, or before it: of a word alone the library shows what follows.
fn value_near(outline: &Placed<Shape>, at: At) -> Option<(At, Path, &Shape)> {
    if let Some((path, shape)) = outline.value_at(at) {
        return Some((at, path, shape));
    }
    outline.last_before(at)
}

/// ` in …`, for the map at a path.
fn owner(path: &[Segment]) -> String {
    match (path.last(), last_key(path)) {
        (Some(Segment::Item(_)), Some(key)) => format!(" in this entry of `{key}`"),
        (_, Some(key)) => format!(" in `{key}`"),
        (_, None) => String::new(),
    }
}

/// The key of a value, before a message about it.
fn naming(path: &[Segment]) -> String {
    last_key(path).map_or(String::new(), |key| format!("`{key}`: "))
}

/// The nearest of the known names, or all of them.
pub(crate) fn cure(found: &str, known: &[&str]) -> String {
    match (nearest(found, known.iter().copied()), known) {
        (Some(name), _) => format!("did you mean `{name}`?"),
        (None, []) => String::new(),
        (None, _) => format!("known here: {}", known.join(", ")),
    }
}

/// As [`cure`], where words and maps with one key may stand.
fn choice_cure(found: &str, expected: Expected<'_>) -> String {
    let (words, keys) = (expected.allowed_words(), expected.known());
    match nearest(found, words.iter().chain(&keys).copied()) {
        Some(key) if keys.contains(&key) => format!("write `{}`", expected.one_key(key)),
        Some(word) => format!("did you mean `{word}`?"),
        None => format!("write one of: {}", expected.choices().join(", ")),
    }
}

/// Whether a value really is not what the schema wants; if it is, the mistake lies elsewhere.
fn differs(expected: Expected<'_>, found: &Shape) -> bool {
    match (expected.kind(), found) {
        (Kind::Text, Shape::Scalar) | (Kind::Keys | Kind::Names, Shape::Map(_)) => false,
        (Kind::List, Shape::List(items)) => !expected.may_hold(items.len()),
        (Kind::OneKey | Kind::WordOrKey, Shape::Map(entries)) => entries.is_empty(),
        _ => true,
    }
}

fn found_words(shape: &Shape, token: &str) -> String {
    match shape {
        Shape::Nothing => "nothing".to_owned(),
        Shape::Scalar => format!("`{}`", short(token)),
        Shape::List(items) if items.len() > 1 => format!("a list of {}", items.len()),
        Shape::List(_) => "a list".to_owned(),
        Shape::Map(entries) if entries.is_empty() => "an empty map".to_owned(),
        Shape::Map(_) => "a map".to_owned(),
    }
}

fn type_cure(expected: Expected<'_>, path: &[Segment], found: &Shape, token: &str) -> String {
    let key = last_key(path).unwrap_or("key");
    let in_list = matches!(path.last(), Some(Segment::Item(_)));
    match (expected.kind(), found) {
        (Kind::List, Shape::List(_)) => "add or drop entries".to_owned(),
        (Kind::List, Shape::Scalar) if !token.contains(' ') => {
            format!("write `{key}: [{}]`", short(token))
        }
        (Kind::List, _) => format!("write `{key}: [ … ]`, or `- ` before each entry"),
        (Kind::Text, Shape::Nothing) => "write a text; an empty one is `\"\"`".to_owned(),
        (Kind::Text, _) if token.starts_with("{{") => format!("put it in quotes: `\"{token}\"`"),
        (Kind::Text, _) => "write one text, in quotes when it holds `[`, `{` or `: `".to_owned(),
        (Kind::Number, _) => {
            let (least, greatest) = expected.limits();
            format!("write a number from {least} to {greatest}, in digits")
        }
        (Kind::Truth, _) => "write `true` or `false`".to_owned(),
        (Kind::OneKey, Shape::Scalar) if expected.known().contains(&token) && !in_list => {
            format!("write `{}`", expected.one_key(token))
        }
        (Kind::Keys | Kind::OneKey, Shape::Scalar) if expected.known().contains(&token) => {
            format!("write `{token}: {{ … }}`")
        }
        (Kind::WordOrKey, Shape::Scalar) => choice_cure(token, expected),
        (Kind::WordOrKey, _) => format!("write one of: {}", expected.choices().join(", ")),
        (Kind::OneKey, _) => {
            format!("write `{{ KEY: … }}` with one of the keys: {}", expected.known().join(", "))
        }
        (Kind::Keys, _) => format!("keys known here: {}", expected.known().join(", ")),
        (Kind::Names, _) => format!("write `{key}: {{ name: value }}`"),
        (Kind::Word | Kind::Other, _) => expected.form(),
    }
}

/// The longest piece of the file that a message repeats, in characters.
const MAX_QUOTE: usize = 40;

fn short(token: &str) -> String {
    match token.char_indices().nth(MAX_QUOTE) {
        Some((end, _)) => format!("{}…", &token[..end]),
        None => token.to_owned(),
    }
}
