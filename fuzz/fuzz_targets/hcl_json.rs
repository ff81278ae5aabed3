//! Terraform code and variables as JSON, and JSON itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use overlint::syntax::hcl::from_json;
use overlint::syntax::{installed, json};
use overlint_fuzz::{assert_errors, assert_range, run, some_file, text};

fuzz_target!(|data: &[u8]| {
    let text = text(data);
    run(|| {
        let read = json::parse(some_file(), &text);
        assert_errors(&text, &read.errors);
        assert_errors(&text, &read.extensions);
        read.comments.iter().for_each(|span| assert_range(&text, *span));
        assert_range(&text, read.root.span);
        assert_errors(&text, &from_json::parse(some_file(), &text).errors);
        assert_errors(&text, &from_json::parse_values(some_file(), &text).errors);
        from_json::module_calls(some_file(), &text);
        installed::parse(&text);
    });
});
