//! How text is drawn: colour and width.

use anstyle::{AnsiColor, Style as Ansi};
use ssecheck_model::verdict::{Outcome, Verdict};

/// How text is drawn. Colour only ever repeats what the words say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether to write ANSI colour sequences.
    pub color: bool,
    /// Columns to wrap prose to. Hexdumps, commands and places keep their own width.
    pub width: usize,
}

impl Style {
    /// No colour, 80 columns: for files and pipes.
    pub const PLAIN: Self = Self { color: false, width: 80 };

    pub(crate) fn bold(self, text: &str) -> String {
        self.paint(Ansi::new().bold(), text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.paint(Ansi::new().dimmed(), text)
    }

    pub(crate) fn mark(self, text: &str) -> String {
        self.paint(AnsiColor::Red.on_default().bold(), text)
    }

    pub(crate) fn outcome(self, outcome: Outcome, text: &str) -> String {
        self.paint(outcome_style(outcome), text)
    }

    pub(crate) fn verdict(self, verdict: Verdict, text: &str) -> String {
        let outcome = match verdict {
            Verdict::Conformant => Outcome::Pass,
            Verdict::Nonconformant => Outcome::Fail,
            Verdict::Incomplete => Outcome::Untestable,
        };
        self.outcome(outcome, text)
    }

    fn paint(self, ansi: Ansi, text: &str) -> String {
        match self.color && !text.is_empty() {
            true => format!("{ansi}{text}{ansi:#}"),
            false => text.to_owned(),
        }
    }
}

fn outcome_style(outcome: Outcome) -> Ansi {
    match outcome {
        Outcome::Pass => AnsiColor::Green.on_default(),
        Outcome::Warn => AnsiColor::Yellow.on_default().bold(),
        Outcome::Known => AnsiColor::Cyan.on_default(),
        Outcome::Fail => AnsiColor::Red.on_default().bold(),
        Outcome::Untestable | Outcome::Error => AnsiColor::Magenta.on_default().bold(),
        Outcome::NotApplicable => Ansi::new().dimmed(),
    }
}
