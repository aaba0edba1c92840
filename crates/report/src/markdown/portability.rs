//! What other clients would make of the streams, folded; nothing when all agree.

use ssecheck_model::report::Portability;

use super::escape::inline;
use crate::sanitize::{VALUE_LIMIT, line};
use crate::text::portability::{count, example};

/// A list with one entry for each habit that changes what is seen.
pub(super) fn render(all: &[Portability]) -> String {
    let items: Vec<String> = all.iter().filter(|one| one.differing > 0).map(item).collect();
    if items.is_empty() {
        return String::new();
    }
    let title = "Portability: clients that would see something else (no verdict)";
    format!("<details><summary>{title}</summary>\n\n{}\n</details>\n", items.concat())
}

fn item(one: &Portability) -> String {
    let place = one.example.as_ref().map(example).unwrap_or_default();
    let clients = one.clients.join(", ");
    let text = format!("{}: {}{place} (as {clients})", count(one), one.habit);
    let [name, text] = [&one.model, &text].map(|text| inline(&line(text, VALUE_LIMIT * 2)));
    format!("- **{name}** {text}\n")
}
