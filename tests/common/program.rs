//! The program as users run it, in a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A folder with files, which is a git repository as far as overlint can tell.
pub struct Project {
    folder: TempDir,
}

impl Project {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join(".git")).unwrap();
        let project = Self { folder };
        files.iter().for_each(|(path, text)| project.write(path, text));
        project
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// Runs `overlint check` with arguments.
    pub fn check(&self, args: &[&str]) -> Run {
        self.run_in("", &[&["check"], args].concat())
    }

    /// Runs overlint with arguments.
    pub fn run(&self, args: &[&str]) -> Run {
        self.run_in("", args)
    }

    /// Runs overlint in a folder of the project.
    pub fn run_in(&self, folder: &str, args: &[&str]) -> Run {
        run(&self.path(folder), args)
    }

    /// What is found: `path:line rule`, one a line.
    pub fn found(&self, args: &[&str]) -> Vec<String> {
        self.check(&[&["--format", "compact"], args].concat()).found()
    }
}

/// How a run ended, and what it wrote.
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    /// The lines of the compact format as `path:line rule`.
    pub fn found(&self) -> Vec<String> {
        let line = |line: &str| {
            let mut place = line.splitn(3, ':');
            let rule = line.rsplit('[').next().unwrap().trim_end_matches(']');
            format!("{}:{} {rule}", place.next().unwrap(), place.next().unwrap())
        };
        self.out.lines().map(line).collect()
    }
}

/// Runs the program without the environment of whoever runs the tests.
pub fn run(folder: &Path, args: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_overlint"));
    let Output { status, stdout, stderr } =
        command.env_clear().current_dir(folder).args(args).stdin(Stdio::null()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: status.code().expect("not ended by a signal"), out: text(stdout), err: text(stderr) }
}
