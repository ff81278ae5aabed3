//! What an editor sends: reading goes on after whatever it is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use overlint_fuzz::run;

/// The server's own; it is no part of the library's interface.
#[allow(dead_code, reason = "only reading is of interest")]
#[path = "../../src/lsp/transport.rs"]
mod transport;

fuzz_target!(|data: &[u8]| {
    run(|| {
        let mut rest = data;
        let mut messages = 0;
        while let Some(received) = transport::read(&mut rest).expect("memory can be read") {
            if let transport::Received::Message(message) = received {
                let _ = (message.id, message.method, message.params);
            }
            messages += 1;
        }
        assert!(messages <= data.len());
    });
});
