//! A mistake in a file, with place and cure.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::source::{find_after, find_variable, from_column, line_of};
use crate::template::Template;

/// A mistake in a case, target or plan file.
///
/// `Display` shows message, file, line, column, the source line with a caret, and the cure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    /// The file, as it was named.
    pub file: String,
    /// Line, from 1; 0 when the whole file is meant.
    pub line: u64,
    /// Column, from 1, in characters.
    pub column: u64,
    /// The text of that line, whole.
    pub text: String,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong, and the cure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, in one sentence.
    pub message: String,
    /// How to mend it; empty when the message says it.
    pub cure: String,
    /// How many characters the caret covers.
    pub length: usize,
}

impl Problem {
    /// A problem that covers one character.
    pub fn new(message: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { message: message.into(), cure: cure.into(), length: 1 }
    }

    /// The same, covering `length` characters.
    #[must_use]
    pub fn with_length(self, length: usize) -> Self {
        Self { length: length.max(1), ..self }
    }
}

/// The longest piece of a source line that is kept, in characters.
const MAX_LINE: usize = 400;
/// How much of a longer line is kept before the mistake, in characters.
const BEFORE: usize = 100;

impl LoadError {
    /// A mistake at `line` and `column` (both from 1) of `text`.
    pub fn at(file: &str, text: &str, line: u64, column: u64, problem: Problem) -> Self {
        let text = line_of(text, line).to_owned();
        Self { file: file.to_owned(), line, column, text, problem }
    }

    /// A mistake of the file as a whole.
    pub fn whole_file(file: &str, problem: Problem) -> Self {
        Self { file: file.to_owned(), line: 0, column: 0, text: String::new(), problem }
    }

    /// A mistake in the variable `name` of a template that was read from `text`.
    pub(crate) fn in_template(
        file: &str,
        text: &str,
        template: &Template,
        name: &str,
        problem: Problem,
    ) -> Self {
        let start = (template.line, template.column);
        let found = direct(text, start).then(|| find_variable(text, start, name)).flatten();
        let problem = match found {
            Some(_) => problem.with_length(name.chars().count()),
            None => problem,
        };
        let (line, column) = found.unwrap_or(start);
        Self::at(file, text, line, column, problem)
    }

    /// A mistake at the first `needle` after `start`.
    pub(crate) fn at_needle(
        file: &str,
        text: &str,
        start: (u64, u64),
        needle: &str,
        problem: Problem,
    ) -> Self {
        let find = || find_after(text, start, needle);
        let (line, column) = direct(text, start).then(find).flatten().unwrap_or(start);
        Self::at(file, text, line, column, problem.with_length(needle.chars().count()))
    }

    /// The piece of the line that is shown, and the range of bytes in it that is marked.
    fn shown(&self) -> (String, Range<usize>) {
        let column = usize::try_from(self.column.saturating_sub(1)).unwrap_or(usize::MAX);
        let skipped = if column > MAX_LINE - BEFORE { column - BEFORE } else { 0 };
        let piece: String = self.text.chars().skip(skipped).take(MAX_LINE).collect();
        let byte = |n: usize| piece.char_indices().nth(n).map_or(piece.len(), |(at, _)| at);
        let start = column - skipped;
        let marked = byte(start)..byte(start.saturating_add(self.problem.length));
        (piece, marked)
    }
}

/// Whether a text stands at its place; behind an alias (`*name`) it stands elsewhere.
fn direct(text: &str, (line, column): (u64, u64)) -> bool {
    !from_column(line_of(text, line), column).starts_with('*')
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = Level::ERROR.primary_title(self.problem.message.as_str());
        let (piece, marked) = self.shown();
        let mut group = if self.line == 0 {
            title.element(annotate_snippets::Origin::path(self.file.as_str()))
        } else {
            title.element(
                Snippet::source(piece.as_str())
                    .line_start(self.line as usize)
                    .path(self.file.as_str())
                    .annotation(AnnotationKind::Primary.span(marked)),
            )
        };
        if !self.problem.cure.is_empty() {
            group = group.element(Level::HELP.message(self.problem.cure.as_str()));
        }
        f.write_str(&Renderer::plain().render(&[group]))
    }
}

impl std::error::Error for LoadError {}
