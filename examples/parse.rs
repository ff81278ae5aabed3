#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]
use overlint::source::Sources;
fn main() {
    let mut n = 0;
    let mut bad = 0;
    let t = std::time::Instant::now();
    for arg in std::env::args().skip(1) {
        for e in walkdir::WalkDir::new(arg).into_iter().flatten() {
            let p = e.path().to_string_lossy().to_string();
            if !(p.ends_with(".tf") || p.ends_with(".tfvars")) {
                continue;
            }
            let Ok(b) = std::fs::read(e.path()) else { continue };
            let mut s = Sources::new();
            let id = s.add(&p, &b);
            let r = overlint::syntax::hcl::parse(id, s.file(id).text());
            n += 1;
            if !r.errors.is_empty() {
                bad += 1;
                println!("{p}");
                for (sp, m) in r.errors.iter().take(3) {
                    let q = s.file(id).position(sp.start);
                    println!("   {}:{} {m}", q.line, q.column)
                }
            }
        }
    }
    println!("{n} files, {bad} bad, {:?}", t.elapsed());
}
