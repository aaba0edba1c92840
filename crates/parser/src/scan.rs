//! The search for the next line end.

pub(crate) const LF: u8 = b'\n';
pub(crate) const CR: u8 = b'\r';

/// Index of the first CR or LF in `bytes` at or after `from`.
#[inline]
pub(crate) fn line_end(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.iter().position(|&byte| byte == LF || byte == CR).map(|i| from + i)
}
