//! Writes the pages of the book: `cargo run --example book -- FOLDER`, as `docs/build.sh` does. `--addresses` lists the addresses on the
//! web that they link to, for `docs/links.sh`.
//!
//! The folder gets the chapters, the pages made from the rules, and `SUMMARY.md`, laid out as in the repository, so that links between
//! files are the same in both. mdBook makes the site of it.

mod site;

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = std::env::args_os().nth(1).ok_or_else(|| io::Error::other("which folder?"))?;
    let site = site::build(root)?;
    let broken = site.broken(root);
    if !broken.is_empty() {
        return Err(io::Error::other(format!("links that lead nowhere:\n{}", broken.join("\n"))));
    }
    if folder == "--addresses" {
        return site.addresses().iter().try_for_each(|address| writeln!(io::stdout(), "{address}"));
    }
    for (page, text) in &site.pages {
        let path = Path::new(&folder).join(page);
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        fs::write(path, text)?;
    }
    for file in site.files() {
        let path = Path::new(&folder).join(&file);
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        fs::copy(root.join(&file), path)?;
    }
    Ok(())
}
