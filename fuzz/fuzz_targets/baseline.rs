//! A baseline, and a repository's list of modules.
#![no_main]

use libfuzzer_sys::fuzz_target;
use overlint::baseline::Baseline;
use overlint_fuzz::{run, text};

fuzz_target!(|data: &[u8]| {
    let text = text(data);
    run(|| {
        let Ok(baseline) = Baseline::parse(&text) else { return };
        let mut out = Vec::new();
        baseline.write(&mut out).expect("a Vec takes everything");
        let again = Baseline::parse(std::str::from_utf8(&out).expect("a baseline is UTF-8"));
        assert!(again == Ok(baseline), "a baseline is not read as it was written");
    });
});
