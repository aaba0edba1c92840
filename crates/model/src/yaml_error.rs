//! A mistake in a file, with place and cure.

use std::fmt;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// A mistake in a case or target file.
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
    /// The text of that line.
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

/// The longest source line that a message shows, in characters.
const MAX_LINE: usize = 400;

impl LoadError {
    /// A mistake at `line` and `column` (both from 1) of `text`.
    pub fn at(file: &str, text: &str, line: u64, column: u64, problem: Problem) -> Self {
        let source_line = text.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default();
        let text = source_line.chars().take(MAX_LINE).collect();
        Self { file: file.to_owned(), line, column, text, problem }
    }

    /// A mistake of the file as a whole.
    pub fn whole_file(file: &str, problem: Problem) -> Self {
        Self { file: file.to_owned(), line: 0, column: 0, text: String::new(), problem }
    }

    /// Byte range of the offending characters in `text`; never empty, so that a caret shows.
    fn marked(&self) -> std::ops::Range<usize> {
        let byte = |n: usize| self.text.char_indices().nth(n).map_or(self.text.len(), |(i, _)| i);
        let start = self.column.saturating_sub(1) as usize;
        byte(start)..byte(start + self.problem.length).max(byte(start))
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = Level::ERROR.primary_title(self.problem.message.as_str());
        let mut group = if self.line == 0 {
            title.element(annotate_snippets::Origin::path(self.file.as_str()))
        } else {
            title.element(
                Snippet::source(self.text.as_str())
                    .line_start(self.line as usize)
                    .path(self.file.as_str())
                    .annotation(AnnotationKind::Primary.span(self.marked())),
            )
        };
        if !self.problem.cure.is_empty() {
            group = group.element(Level::HELP.message(self.problem.cure.as_str()));
        }
        f.write_str(&Renderer::plain().render(&[group]))
    }
}

impl std::error::Error for LoadError {}
