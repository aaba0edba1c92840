//! The variables of each subscriber, from a CSV file.

use std::collections::BTreeMap;

/// Most bytes of a file.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// A CSV file with a header line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    columns: BTreeMap<String, usize>,
    rows: Vec<csv::StringRecord>,
}

/// Why a file is no table.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// A line that is no CSV, or has another number of fields than the header.
    #[error("{0}")]
    Csv(#[from] csv::Error),
    /// Nothing but a header.
    #[error("it has no line but the header: add one line for each subscriber")]
    Empty,
    /// A column without name, or two with the same.
    #[error("the header names column {0} twice or not at all")]
    Header(usize),
    /// Over [`MAX_BYTES`].
    #[error("it is larger than {} MiB", MAX_BYTES / 1024 / 1024)]
    TooLarge,
}

impl Table {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// The first mistake, with its line.
    pub fn read(text: &str) -> Result<Self, TableError> {
        if text.len() > MAX_BYTES {
            return Err(TableError::TooLarge);
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader =
            csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let mut columns = BTreeMap::new();
        for (at, name) in reader.headers()?.iter().enumerate() {
            if name.is_empty() || columns.insert(name.to_owned(), at).is_some() {
                return Err(TableError::Header(at + 1));
            }
        }
        let rows = reader.records().collect::<Result<Vec<_>, _>>()?;
        if rows.is_empty() { Err(TableError::Empty) } else { Ok(Self { columns, rows }) }
    }

    /// The names of the columns.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.keys().map(String::as_str)
    }

    /// The value of a column for a subscriber; the lines are used round and round.
    #[must_use]
    pub fn get(&self, subscriber: u64, column: &str) -> Option<&str> {
        let row = &self.rows[usize::try_from(subscriber % self.rows.len() as u64).ok()?];
        row.get(*self.columns.get(column)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_used_round_and_round() {
        let table = Table::read("user, token\nann,1\n\"b, ob\",2\n").unwrap();
        assert_eq!(table.get(0, "user"), Some("ann"));
        assert_eq!(table.get(3, "user"), Some("b, ob"));
        assert_eq!(table.get(3, "token"), Some("2"));
        assert_eq!(table.get(0, "other"), None);
        assert_eq!(table.columns().collect::<Vec<_>>(), ["token", "user"]);
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let error = |text: &str| Table::read(text).unwrap_err().to_string();
        assert!(error("a,b\n1,2\n3\n").contains("line: 3"), "{}", error("a,b\n1,2\n3\n"));
        assert!(matches!(Table::read("a,a\n1,2\n"), Err(TableError::Header(2))));
        assert!(matches!(Table::read("a,b\n"), Err(TableError::Empty)));
    }
}
