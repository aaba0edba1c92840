//! The vectors: those in the binary, and files of others.

use std::collections::BTreeSet;
use std::path::Path;

use ssecheck_model::parser::ClassLevel;
use ssecheck_model::vector::{SCHEMA, Tag, Vector, VectorFile};

use crate::class;

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        &[$((
            concat!("scenarios/parser/", $name, ".json"),
            include_str!(concat!("../../../scenarios/parser/", $name, ".json")),
        )),+]
    };
}

const SHIPPED: &[(&str, &str)] = files![
    "chunk",
    "eol",
    "bom",
    "field",
    "data",
    "comment",
    "event",
    "id",
    "retry",
    "eof",
    "utf8",
    "lifecycle",
    "limit",
];

/// What is wrong with a file of vectors.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VectorError {
    /// It is not JSON, or not of this form.
    #[error("{file}:{line}:{column}: {problem}")]
    Form {
        /// Name of the file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong.
        problem: String,
    },
    /// Its head is not that of a file of vectors.
    #[error("{file}: {problem}")]
    Head {
        /// Name of the file.
        file: String,
        /// What is wrong.
        problem: String,
    },
    /// A vector breaks a rule.
    #[error("{file}:{line}: vector `{id}`: {problem}")]
    Vector {
        /// Name of the file.
        file: String,
        /// Line of the id, from 1.
        line: usize,
        /// Id of the vector.
        id: String,
        /// What is wrong.
        problem: String,
    },
}

/// File name and text of every file of vectors in the binary.
pub fn shipped_files() -> &'static [(&'static str, &'static str)] {
    SHIPPED
}

/// The vectors in the binary.
///
/// # Errors
/// The first mistake in them.
pub fn shipped() -> Result<Vec<VectorFile>, VectorError> {
    SHIPPED.iter().map(|(file, text)| load(file, text)).collect()
}

/// Reads a file of vectors; `file` is its name, for the group and for messages.
///
/// # Errors
/// The first mistake in it, with its place.
pub fn load(file: &str, text: &str) -> Result<VectorFile, VectorError> {
    let loaded: VectorFile = serde_json::from_str(text).map_err(|error| VectorError::Form {
        file: file.to_owned(),
        line: error.line(),
        column: error.column(),
        problem: error.to_string(),
    })?;
    let wrong = |problem| VectorError::Head { file: file.to_owned(), problem };
    head_problem(file, &loaded).map_or(Ok(()), |problem| Err(wrong(problem)))?;
    let mut ids = BTreeSet::new();
    for vector in &loaded.vectors {
        let twice = (!ids.insert(vector.id.as_str())).then(|| "another has this id".to_owned());
        if let Some(problem) = twice.or_else(|| vector_problem(&loaded.group, vector)) {
            let (file, id) = (file.to_owned(), vector.id.clone());
            return Err(VectorError::Vector {
                file,
                line: line_of(text, &id, &problem),
                id,
                problem,
            });
        }
    }
    Ok(loaded)
}

fn head_problem(file: &str, loaded: &VectorFile) -> Option<String> {
    let stem = Path::new(file).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    match loaded {
        VectorFile { schema, .. } if schema != SCHEMA => {
            Some(format!("`schema` is `{schema}`; this reads `{SCHEMA}`"))
        }
        VectorFile { group, .. } if group != stem => {
            Some(format!("`group` is `{group}`; it must be the name of the file, `{stem}`"))
        }
        VectorFile { vectors, .. } if vectors.is_empty() => Some("there are no vectors".to_owned()),
        _ => None,
    }
}

/// What the schema cannot say.
fn vector_problem(group: &str, vector: &Vector) -> Option<String> {
    let Some(class) = class::find(&vector.class) else {
        return Some(format!("there is no class `{}`", vector.class));
    };
    let has = |tag| vector.tags.contains(&tag);
    let named = vector.id.strip_prefix(group).and_then(|rest| rest.strip_prefix('/'));
    let wide = vector.chunks.iter().position(|chunk| chunk.chars().any(|c| c > '\u{ff}'));
    match () {
        () if named.is_none_or(str::is_empty) => Some(format!("its id must begin with `{group}/`")),
        () if vector.chunks.is_empty() => Some("it has no chunks".to_owned()),
        () if wide.is_some() => Some(format!(
            "chunk {} has a character above U+00FF; each stands for one byte",
            wide.map_or(0, |at| at + 1)
        )),
        () if has(Tag::Ambiguous) == vector.or.is_empty() => {
            Some("the tag `ambiguous` and the key `or` come together".to_owned())
        }
        () if class.level == ClassLevel::Browser && !has(Tag::Browser) => {
            Some(format!("its class `{}` binds browsers: it needs the tag `browser`", class.code))
        }
        () => None,
    }
}

/// The line of the id; of the second one, if it is there twice.
fn line_of(text: &str, id: &str, problem: &str) -> usize {
    let lines = text.lines().enumerate();
    let quoted = serde_json::Value::from(id).to_string();
    let found: Vec<usize> =
        lines.filter(|(_, line)| line.contains(&quoted)).map(|(at, _)| at + 1).collect();
    let second = found.get(1).filter(|_| problem.starts_with("another"));
    second.or_else(|| found.first()).copied().unwrap_or(1)
}
