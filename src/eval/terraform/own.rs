//! Which places of a root module are in the user's own code.

use super::Modules;
use crate::eval::own;
use crate::source::{FileId, Sources, Span};
use std::cell::RefCell;
use std::collections::HashMap;

/// Moves places out of modules that are not the user's own code.
pub struct Own<'m> {
    modules: &'m Modules,
    sources: &'m Sources,
    root: &'m str,
    /// The call that brings a file in, if the file is not the user's own.
    calls: RefCell<HashMap<FileId, Option<Span>>>,
}

impl<'m> Own<'m> {
    /// For the code below the root module of a folder.
    pub fn new(root: &'m str, modules: &'m Modules, sources: &'m Sources) -> Self {
        Self { modules, sources, root, calls: RefCell::default() }
    }

    fn downloaded(&self, place: Span) -> Option<Span> {
        self.modules.outer_call(self.root, self.sources.file(place.file).path())
    }
}

impl own::Own for Own<'_> {
    fn call(&self, place: Span) -> Option<Span> {
        *self.calls.borrow_mut().entry(place.file).or_insert_with(|| match self.modules.known.call(place) {
            Some(call) => Some(self.downloaded(call).unwrap_or(call)),
            None => self.downloaded(place),
        })
    }

    fn stand_in(&self, place: Span) -> Option<Span> {
        self.modules.known.call(place).and_then(|_| self.call(place))
    }
}
