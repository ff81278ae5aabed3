//! Paths as `file:` URIs, and back.

use gen_lsp_types::Uri;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The path of a `file:` URI; `None` for other URIs.
pub(super) fn to_path(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    // Other hosts than this one are names of Windows shares.
    let path = if rest.starts_with('/') { decode(rest) } else { decode(&format!("//{rest}")) };
    let path = path.strip_prefix("//localhost").map(str::to_owned).unwrap_or(path);
    let drive = path.strip_prefix('/').filter(|rest| cfg!(windows) && rest.chars().nth(1) == Some(':'));
    Some(PathBuf::from(drive.unwrap_or(&path)))
}

/// The URI of an absolute path.
pub(super) fn of_path(path: &Path) -> Uri {
    let text = path.to_string_lossy();
    let text = if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() };
    let mut uri = String::from(if text.starts_with('/') { "file://" } else { "file:///" });
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            // Writing to a string cannot fail.
            _ => _ = write!(uri, "%{byte:02X}"),
        }
    }
    Uri(uri)
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let digits = (byte == b'%').then(|| Some((hex(ahead.next()?)?, hex(ahead.next()?)?))).flatten();
        match digits {
            Some((high, low)) => {
                bytes.push(high * 16 + low);
                rest = ahead;
            }
            None => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn paths_go_there_and_back() {
        for path in ["/a/main.tf", "/with space/ä+%41/x", "/100%/b#c?d"] {
            assert_eq!(to_path(&of_path(Path::new(path)).0).unwrap(), Path::new(path));
        }
        assert_eq!(to_path("file:///a%20b/%C3%A4").unwrap(), Path::new("/a b/ä"));
        assert_eq!(to_path("file://localhost/a").unwrap(), Path::new("/a"));
        assert_eq!(to_path("file:///a%2").unwrap(), Path::new("/a%2"));
        assert_eq!(to_path("untitled:Untitled-1"), None);
    }
}
