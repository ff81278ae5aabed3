//! A YAML document, as Terraform and as Bicep read it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use overlint::eval::outcome::{children, size};
use overlint::eval::yaml::{Dialect, Places, read};
use overlint::value::Val;
use overlint_fuzz::{assert_range, run, some_file, text};

/// So many values of a document are looked at: aliases repeat theirs without end.
const MOST: usize = 10_000;

fuzz_target!(|data: &[u8]| {
    let text = text(data);
    run(|| {
        for dialect in [Dialect::Terraform, Dialect::Bicep] {
            let Ok(document) = read(&text, dialect, Places::File(some_file())) else { continue };
            let mut left: Vec<&Val> = vec![&document];
            let mut seen = 0;
            while let Some(val) = left.pop() {
                assert_range(&text, val.at.site);
                seen += 1;
                if seen < MOST {
                    left.extend(children(&val.value));
                }
            }
            size(&document, 0);
        }
    });
});
