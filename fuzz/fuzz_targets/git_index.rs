//! Git's index.
#![no_main]

use libfuzzer_sys::fuzz_target;
use overlint_fuzz::run;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};

/// The reader of it; it is no part of the library's interface.
#[allow(dead_code, reason = "only reading is of interest")]
#[path = "../../src/discover/index.rs"]
mod index;

/// What the reader takes from its neighbours: files, of which there is one here.
mod buffers {
    #[derive(Default)]
    pub struct Buffers;
}

mod folder {
    use super::buffers::Buffers;
    use std::path::Path;

    pub fn read_named(path: &Path, _: usize, _: &Buffers) -> Result<Vec<u8>, String> {
        let is_index = path.ends_with("index");
        is_index.then(|| super::INDEX.lock().expect("nobody fails with it").clone()).ok_or_else(|| "not there".to_owned())
    }
}

static INDEX: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// A folder that looks like a repository.
static TOP: LazyLock<PathBuf> = LazyLock::new(|| {
    let top = std::env::temp_dir().join(format!("overlint-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(top.join(".git")).expect("a folder can be made");
    std::fs::write(top.join(".git/index"), "").expect("a file can be written");
    top
});

fuzz_target!(|data: &[u8]| {
    let top: &Path = &TOP;
    data.clone_into(&mut INDEX.lock().expect("nobody fails with it"));
    run(|| {
        if let Ok(index) = index::Index::read(top) {
            index.has(&top.join("main.tf"));
            index.has_below(&top.join("a"));
        }
    });
});
