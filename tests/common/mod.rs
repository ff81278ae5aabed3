//! What several tests need.

use std::path::Path;

/// Compares a generated text with a file of the project, or writes the file when `OVERLINT_BLESS` is set.
pub fn golden(path: &str, actual: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("OVERLINT_BLESS").is_some() {
        std::fs::write(&file, actual).expect("the file can be written");
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(expected, actual, "{path} differs; if the new text is right, run the test with OVERLINT_BLESS=1");
}
