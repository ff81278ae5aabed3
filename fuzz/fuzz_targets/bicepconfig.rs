//! A configuration file of Bicep, and references to registries that it resolves.
#![no_main]

use libfuzzer_sys::fuzz_target;
use overlint::syntax::bicep::config::Config;
use overlint_fuzz::{run, some_file, text};

fuzz_target!(|data: &[u8]| {
    let text = text(data);
    run(|| {
        let config = Config::read(some_file(), &text).over(Config::built_in());
        let written = text.lines().next().unwrap_or_default();
        for written in ["br/public:avm/res/network/virtual-network:0.1.0", "br/x:y:z", "ts/x:y:z", written] {
            if let Ok(reference) = config.resolve(written) {
                reference.cache_file();
            }
        }
    });
});
