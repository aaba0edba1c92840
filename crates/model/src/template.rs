//! Text with variables: `{{name}}` and `{{name|filter}}`.
//!
//! Variables are typed replacements after the YAML has been parsed, never text templating before
//! it, so a value can neither break the YAML nor move a position.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, de};

use crate::placed::Placed;

/// Text with variables, and its place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
    /// Line of the text, from 1; 0 when it was not read from YAML.
    pub line: u64,
    /// Column of the text, from 1.
    pub column: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Variable { name: String, filter: Option<Filter> },
}

/// How the value of a variable is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// A JSON value: a quoted string, or `null` for an omitted one.
    Json,
    /// Percent-encoded, everything but the unreserved characters of RFC 3986.
    Url,
    /// Base64 with padding (RFC 4648 section 4).
    Base64,
}

/// Why a text is no template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// `{{` without `}}`.
    #[error("`{{{{` without a closing `}}}}` in `{0}`")]
    Unclosed(String),
    /// Nothing, or not a name, between the braces.
    #[error("`{0}` is not a variable name: use letters, digits, `_`, `-` and `.`")]
    Name(String),
    /// A filter that does not exist.
    #[error("unknown filter `{0}`: there are json, url and base64")]
    Filter(String),
}

/// Why a `${NAME}` cannot be replaced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvironmentError {
    /// No such environment variable.
    #[error("the environment variable `{0}` is not set")]
    Unknown(String),
    /// Nothing, or not a name, between the braces.
    #[error("`${{{0}}}` names no environment variable")]
    Name(String),
    /// `${` without `}` in the same piece of text.
    #[error("`${{` without a closing `}}`")]
    Unclosed,
}

impl EnvironmentError {
    /// The offending text, as it stands in the file.
    pub fn offending(&self) -> String {
        match self {
            Self::Unknown(name) | Self::Name(name) => format!("${{{name}}}"),
            Self::Unclosed => "${".to_owned(),
        }
    }

    /// How to mend it.
    pub fn cure(&self) -> String {
        match self {
            Self::Unknown(name) => format!("set it before the run: export {name}=…"),
            Self::Name(_) => "write `${NAME}` with letters, digits and `_`".to_owned(),
            Self::Unclosed => "write `${NAME}`".to_owned(),
        }
    }
}

impl Template {
    /// Reads `text`.
    ///
    /// # Errors
    /// When braces stay open, or a name or filter is wrong.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find("{{") {
            let inner = &rest[start + 2..];
            let end = inner.find("}}").ok_or_else(|| TemplateError::Unclosed(text.to_owned()))?;
            push_text(&mut parts, &rest[..start]);
            parts.push(variable(&inner[..end])?);
            rest = &inner[end + 2..];
        }
        push_text(&mut parts, rest);
        Ok(Self { parts, line: 0, column: 0 })
    }

    /// The names of the variables in it.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Variable { name, .. } => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// Replaces each `${NAME}` by what `environment` gives. A value is never read as a template.
    ///
    /// # Errors
    /// The first `${NAME}` that `environment` does not know, or that is none.
    pub fn expand_environment(
        &mut self,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<(), EnvironmentError> {
        for part in &mut self.parts {
            if let Part::Text(text) = part {
                *text = expanded(text, environment)?;
            }
        }
        Ok(())
    }

    /// The text with every variable replaced by what `lookup` gives: `None` for an omitted value.
    ///
    /// # Errors
    /// The first error of `lookup`.
    pub fn render<E>(
        &self,
        mut lookup: impl FnMut(&str) -> Result<Option<String>, E>,
    ) -> Result<String, E> {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Variable { name, filter } => {
                    out.push_str(&filtered(lookup(name)?.as_deref(), *filter));
                }
            }
        }
        Ok(out)
    }
}

pub(crate) fn expanded(
    text: &str,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<String, EnvironmentError> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, tail) = after.split_once('}').ok_or(EnvironmentError::Unclosed)?;
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(EnvironmentError::Name(name.to_owned()));
        }
        out.push_str(before);
        let unknown = || EnvironmentError::Unknown(name.to_owned());
        out.push_str(&environment(name).ok_or_else(unknown)?);
        rest = tail;
    }
    out.push_str(rest);
    Ok(out)
}

fn push_text(parts: &mut Vec<Part>, text: &str) {
    if !text.is_empty() {
        parts.push(Part::Text(text.to_owned()));
    }
}

fn variable(inner: &str) -> Result<Part, TemplateError> {
    let (name, filter) = match inner.split_once('|') {
        Some((name, filter)) => (name.trim(), Some(filter.trim())),
        None => (inner.trim(), None),
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if name.is_empty() || !name.chars().all(is_name) {
        return Err(TemplateError::Name(name.to_owned()));
    }
    Ok(Part::Variable { name: name.to_owned(), filter: filter.map(parse_filter).transpose()? })
}

fn parse_filter(name: &str) -> Result<Filter, TemplateError> {
    match name {
        "json" => Ok(Filter::Json),
        "url" => Ok(Filter::Url),
        "base64" => Ok(Filter::Base64),
        _ => Err(TemplateError::Filter(name.to_owned())),
    }
}

fn filtered(value: Option<&str>, filter: Option<Filter>) -> String {
    match (filter, value) {
        (Some(Filter::Json), None) => "null".to_owned(),
        (Some(Filter::Json), Some(value)) => serde_json::Value::from(value).to_string(),
        (Some(Filter::Url), value) => percent_encoded(value.unwrap_or_default()),
        (Some(Filter::Base64), value) => base64(value.unwrap_or_default().as_bytes()),
        (None, value) => value.unwrap_or_default().to_owned(),
    }
}

/// `value` as part of a query: every byte but unreserved characters (RFC 3986 2.3) as `%XX`.
pub fn percent_encoded(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(text),
            Part::Variable { name, filter: None } => write!(f, "{{{{{name}}}}}"),
            Part::Variable { name, filter: Some(filter) } => write!(f, "{{{{{name}|{filter}}}}}"),
        })
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json => "json",
            Self::Url => "url",
            Self::Base64 => "base64",
        })
    }
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Placed::<String>::deserialize(deserializer)?;
        let template = Self::parse(&text.value).map_err(de::Error::custom)?;
        Ok(Self { line: text.line, column: text.column, ..template })
    }
}

impl JsonSchema for Template {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Template".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(text: &str, value: Option<&str>) -> String {
        let lookup = |_: &str| Ok::<_, ()>(value.map(str::to_owned));
        Template::parse(text).unwrap().render(lookup).unwrap()
    }

    #[test]
    fn filters_write_json_url_and_base64() {
        assert_eq!(render(r#"{"d": {{data|json}}}"#, Some("a\n\"é")), r#"{"d": "a\n\"é"}"#);
        assert_eq!(render("/e?d={{ data | url }}", Some("a b&é\n")), "/e?d=a%20b%26%C3%A9%0A");
        assert_eq!(render("{{data|base64}}", Some("ab")), "YWI=");
        assert_eq!(render("<{{data}}>", Some("x")), "<x>");
    }

    #[test]
    fn an_omitted_value_is_null_in_json_and_empty_elsewhere() {
        assert_eq!(render("{{id|json}}", None), "null");
        assert_eq!(render("[{{id}}{{id|url}}{{id|base64}}]", None), "[]");
    }

    #[test]
    fn a_value_is_never_read_as_a_template_again() {
        assert_eq!(render("{{data}}", Some("{{data}}")), "{{data}}");
    }

    #[test]
    fn mistakes_are_named() {
        assert!(matches!(Template::parse("{{a"), Err(TemplateError::Unclosed(_))));
        assert!(matches!(Template::parse("{{}}"), Err(TemplateError::Name(_))));
        assert!(matches!(Template::parse("{{a b}}"), Err(TemplateError::Name(_))));
        assert!(matches!(Template::parse("{{a|html}}"), Err(TemplateError::Filter(_))));
    }

    #[test]
    fn a_template_is_written_back_as_it_was_read() {
        let text = "a {{n}} b {{data|url}}";
        assert_eq!(Template::parse(text).unwrap().to_string(), text);
    }
}
