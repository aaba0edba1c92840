//! A stream as a command that prints it.

/// A POSIX shell command that prints exactly these bytes: `printf` with octal escapes for all that
/// is not plain text, so that it can be pasted anywhere.
///
/// ```
/// use ssecheck_parsertest::printf;
///
/// assert_eq!(printf(b"data: 5%\r\n\xEF"), r"printf 'data: 5%%\r\n\357'");
/// ```
#[must_use]
pub fn printf(bytes: &[u8]) -> String {
    let body: String = bytes.iter().enumerate().map(|(at, byte)| escaped(at, *byte)).collect();
    format!("printf '{body}'")
}

fn escaped(at: usize, byte: u8) -> String {
    match byte {
        b'\n' => "\\n".to_owned(),
        b'\r' => "\\r".to_owned(),
        b'%' => "%%".to_owned(),
        // A quote would end the argument, a backslash begin an escape, a hyphen in front an option.
        b'\'' | b'\\' => octal(byte),
        b'-' if at == 0 => octal(byte),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => octal(byte),
    }
}

/// Always three digits, so that a digit after it stays text.
fn octal(byte: u8) -> String {
    format!("\\{byte:03o}")
}
