//! An ARM template, or a file of parameters, alone in its folder: read and checked.
#![no_main]

use libfuzzer_sys::fuzz_target;
use overlint::syntax::arm;
use overlint_fuzz::{assert_errors, check, run, some_file, sources, text};

fuzz_target!(|data: &[u8]| {
    let text = text(data);
    arm::is_candidate(data);
    let read = run(|| arm::read(some_file(), &text));
    if let Some(read) = read {
        assert_errors(&text, &read.errors);
        check(&sources([("azuredeploy.json", data)]));
    }
});
