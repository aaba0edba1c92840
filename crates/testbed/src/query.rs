//! Percent-decoded parameters of a query.

/// Why a query cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum QueryError {
    /// Not two hexadecimal digits after a percent sign.
    Percent(String),
    /// The decoded bytes are not UTF-8.
    Utf8(String),
    /// No such parameter.
    Unknown(String),
    /// The same parameter again.
    Repeated(String),
}

impl QueryError {
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Percent(text) => format!("`%` without two hexadecimal digits in `{text}`"),
            Self::Utf8(text) => format!("not utf-8 when decoded: `{text}`"),
            Self::Unknown(name) => format!("unknown parameter `{name}`"),
            Self::Repeated(name) => format!("repeated parameter `{name}`"),
        }
    }
}

/// The values of the named parameters, in this order. An empty value is none.
pub(crate) fn parameters<const N: usize>(
    query: &str,
    names: [&str; N],
) -> Result<[Option<String>; N], QueryError> {
    let mut values = [const { None }; N];
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(name)?;
        let Some(at) = names.iter().position(|known| *known == name) else {
            return Err(QueryError::Unknown(name));
        };
        if values[at].replace(decode(value)?).is_some() {
            return Err(QueryError::Repeated(name));
        }
    }
    Ok(values.map(|value| value.filter(|value| !value.is_empty())))
}

/// The bytes of one parameter, if it is there; what cannot be decoded is left as it is.
pub(crate) fn raw(query: &str, name: &str) -> Option<Vec<u8>> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.into_iter().find(|(known, _)| *known == name)?;
    Some(decoded(value).unwrap_or_else(|| value.as_bytes().to_vec()))
}

/// Decodes percent signs, and plus signs to spaces as forms do.
fn decode(text: &str) -> Result<String, QueryError> {
    let out = decoded(text).ok_or_else(|| QueryError::Percent(text.to_owned()))?;
    String::from_utf8(out).map_err(|_| QueryError::Utf8(text.to_owned()))
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => hex(bytes.next(), bytes.next())?,
            b'+' => b' ',
            byte => byte,
        });
    }
    Some(out)
}

fn hex(high: Option<u8>, low: Option<u8>) -> Option<u8> {
    let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_and_empty_ones_are_none() {
        let values = parameters("id=&data=a%0Ab%20%C3%A9+%2B", ["data", "id", "event"]);
        assert_eq!(values, Ok([Some("a\nb é +".to_owned()), None, None]));
    }

    #[test]
    fn bad_queries_are_refused() {
        let error = |query| parameters(query, ["data"]).unwrap_err();
        assert_eq!(error("data=%4"), QueryError::Percent("%4".to_owned()));
        assert_eq!(error("data=%+4"), QueryError::Percent("%+4".to_owned()));
        assert_eq!(error("data=%ff"), QueryError::Utf8("%ff".to_owned()));
        assert_eq!(error("date=x"), QueryError::Unknown("date".to_owned()));
        assert_eq!(error("data=x&data="), QueryError::Repeated("data".to_owned()));
    }
}
