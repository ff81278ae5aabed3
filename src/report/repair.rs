//! Repairs: what to change in the files so that a finding goes away.

use crate::source::Span;
use std::fmt;

/// Whether a repair can be made without looking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// What is written is refused for certain, and the new text is what the code means.
    Safe,
    /// It changes what is deployed, or rests on a guess: somebody should look at it.
    Unsafe,
}

impl fmt::Display for Safety {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
        })
    }
}

/// One change of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edit {
    /// What is replaced; empty where something is only put in.
    pub span: Span,
    /// What comes in its place.
    pub text: String,
}

impl Edit {
    /// Whether both cannot be made: they change the same characters, or put something in at one place.
    pub fn clashes(&self, other: &Edit) -> bool {
        let (a, b) = (self.span, other.span);
        a.file == b.file && (a.start < b.end && b.start < a.end || a.start == b.start)
    }
}

/// Changes that belong together and make a finding go away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// What they do, for a menu: `Set pod_cidr to 10.244.0.0/16`.
    pub title: String,
    /// Whether somebody should look at them.
    pub safety: Safety,
    /// The changes, which do not clash, sorted.
    pub edits: Vec<Edit>,
}

impl Repair {
    /// Both repairs as one, for a finding that is told once for several clusters or scenarios; `None` where they do not go together.
    pub fn and(self, other: Self) -> Option<Self> {
        let mut edits = self.edits;
        for edit in other.edits {
            if edits.contains(&edit) {
                continue;
            }
            if edits.iter().any(|known| known.clashes(&edit)) {
                return None;
            }
            edits.push(edit);
        }
        edits.sort();
        Some(Self { title: self.title, safety: self.safety.max(other.safety), edits })
    }
}
