//! Texts back into bytes, as the file had them.

use super::decode;

/// Why a changed text cannot take the place of a file's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRewritten {
    /// The file has another text by now.
    Changed,
    /// Its bytes are not what this text would be written as.
    Inexact,
}

/// The bytes of a file with another text, in the encoding of its present `bytes` and with their byte order mark. `old` is the text that the
/// new one was made of.
///
/// # Errors
/// When the bytes have another text, or would not come out the same if nothing was changed.
pub fn rewrite(bytes: &[u8], old: &str, new: &str) -> Result<Vec<u8>, NotRewritten> {
    let (text, bad) = decode(bytes);
    if text != old {
        return Err(NotRewritten::Changed);
    }
    if bad.is_some() || encode(old, bytes) != bytes {
        return Err(NotRewritten::Inexact);
    }
    Ok(encode(new, bytes))
}

/// A text in the encoding of some bytes.
fn encode(text: &str, like: &[u8]) -> Vec<u8> {
    let utf16 = |unit: fn(u16) -> [u8; 2]| std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(unit).collect();
    match like {
        [0xff, 0xfe, ..] => utf16(u16::to_le_bytes),
        [0xfe, 0xff, ..] => utf16(u16::to_be_bytes),
        [0xef, 0xbb, 0xbf, ..] => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        _ => text.as_bytes().to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_its_encoding() {
        let little = b"\xff\xfea\0\r\0\n\0";
        assert_eq!(rewrite(little, "a\r\n", "b\r\n").unwrap(), b"\xff\xfeb\0\r\0\n\0");
        assert_eq!(rewrite(b"\xfe\xff\0a", "a", "\u{e9}").unwrap(), b"\xfe\xff\0\xe9");
        assert_eq!(rewrite(b"\xef\xbb\xbfa", "a", "b").unwrap(), b"\xef\xbb\xbfb");
        assert_eq!(rewrite(b"a\r\n", "a\r\n", "b\r\n").unwrap(), b"b\r\n");
    }

    #[test]
    fn what_would_not_come_out_the_same_is_refused() {
        assert_eq!(rewrite(b"b", "a", "c"), Err(NotRewritten::Changed));
        assert_eq!(rewrite(b"a\xff", "a\u{fffd}", "b"), Err(NotRewritten::Inexact));
        // Half a character at the end of UTF-16.
        assert_eq!(rewrite(b"\xff\xfea\0b", "ab", "c"), Err(NotRewritten::Inexact));
    }
}
