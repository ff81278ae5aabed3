//! A plan or a state as JSON, without code beside it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use overlint::eval::plan;
use overlint_fuzz::{assert_span, check, run, sources};

fuzz_target!(|data: &[u8]| {
    let sources = sources([("plan.json", data)]);
    let (plans, errors) = run(|| plan::read(&sources));
    errors.iter().for_each(|(span, _)| assert_span(&sources, *span));
    if !plans.is_empty() {
        check(&sources);
    }
});
