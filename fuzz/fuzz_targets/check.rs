//! Several files of all kinds. The same files in another order, on two threads, give the same report.
#![no_main]

use libfuzzer_sys::fuzz_target;
use overlint_fuzz::{assert_same_in_any_order, check, files, sources};

fuzz_target!(|data: &[u8]| {
    let files = files::split(data);
    let sources = sources(files.iter().copied());
    let report = check(&sources);
    if data.len() % 4 == 0 {
        assert_same_in_any_order(&files, &report, &sources);
    }
});
