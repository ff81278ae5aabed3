//! A file of HCL, as the parser sees it and as quick looks at it do.
#![no_main]

use libfuzzer_sys::fuzz_target;
use overlint::syntax::hcl;
use overlint_fuzz::{assert_errors, run, some_file, text};

fuzz_target!(|data: &[u8]| {
    let text = text(data);
    run(|| {
        let parsed = hcl::parse(some_file(), &text);
        assert_errors(&text, &parsed.errors);
        hcl::module_calls(&text);
        let (one, other) = hcl::scan::layout(&text);
        one.into_iter().chain(other).for_each(|range| assert!(text.get(range).is_some()));
        for quoted in [false, true] {
            hcl::scan::template_sequences(&text, quoted).into_iter().for_each(|range| assert!(text.get(range).is_some()));
        }
    });
});
