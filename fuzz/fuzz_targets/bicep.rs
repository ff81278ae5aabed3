//! A Bicep file, and a file of parameters, as the parser sees them and as quick looks at them do.
#![no_main]

use libfuzzer_sys::fuzz_target;
use overlint::syntax::bicep::{self, Dialect};
use overlint_fuzz::{assert_errors, assert_range, run, some_file, text};

fuzz_target!(|data: &[u8]| {
    let text = text(data);
    run(|| {
        for dialect in [Dialect::Template, Dialect::Parameters] {
            let parsed = bicep::parse(some_file(), &text, dialect);
            assert_errors(&text, &parsed.errors);
            parsed.comments.iter().for_each(|span| assert_range(&text, *span));
        }
        assert_errors(&text, &bicep::template(some_file(), &text).1);
        assert_errors(&text, &bicep::parameters(some_file(), &text).1);
        bicep::outline::outline(&text);
    });
});
