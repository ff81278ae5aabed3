//! A configuration file of Bicep, and references to registries that it resolves; the last line is one of those.
#![no_main]

use libfuzzer_sys::fuzz_target;
use overlint::syntax::bicep::config::Config;
use overlint::syntax::bicep::reference::Reference;
use overlint_fuzz::{run, some_file, text};

fuzz_target!(|data: &[u8]| {
    let text = text(data);
    run(|| {
        let config = Config::read(some_file(), &text).over(Config::built_in());
        let written = text.lines().next_back().unwrap_or_default();
        for written in ["br/public:avm/res/network/virtual-network:0.1.0", "br/x:y:z", "ts/x:y:z", written] {
            let file = match config.resolve(written) {
                Ok(Reference::Registry(artifact)) => artifact.cache_file(),
                Ok(Reference::TemplateSpec(spec)) => spec.cache_file(),
                Ok(Reference::Local(_)) | Err(_) => continue,
            };
            // It is looked for in the cache, and nowhere else.
            assert!(
                !file.starts_with('/') && file.split(['/', '\\']).all(|part| part != ".."),
                "{file:?} leads out of the cache"
            );
        }
    });
});
