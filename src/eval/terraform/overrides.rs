//! Override files: their blocks are merged into blocks of the same name elsewhere in the module.
//!
//! Source: developer.hashicorp.com/terraform/language/files/override, and `internal/configs/module_merge.go` of Terraform 1.11.

use crate::source::Span;
use crate::syntax::hcl::ast::{Attribute, Block, Body};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Merges the blocks of override files, in order, into the others. Returns what Terraform would refuse.
pub fn merge(base: &mut Vec<Block>, overriding: Vec<Block>) -> Vec<(Span, String)> {
    let mut places: HashMap<Name, usize> = base.iter().enumerate().map(|(i, block)| (Name::of(block), i)).collect();
    let mut errors = Vec::new();
    for block in overriding {
        let found = places.get(&Name::of(&block)).and_then(|i| base.get_mut(*i));
        match (&*block.keyword, found) {
            ("locals", _) => merge_locals(base, block, &mut errors),
            ("terraform", _) => merge_required_providers(base, block),
            ("variable" | "output" | "module" | "resource" | "data" | "ephemeral" | "provider", Some(found)) => {
                merge_body(&mut found.body, block.body);
            }
            ("variable" | "output" | "module" | "resource" | "data" | "ephemeral", None) => {
                let name = block.labels.join(".");
                errors.push((block.header, format!("there is no {} {name} that this could override", block.keyword)));
            }
            _ => {
                places.insert(Name::of(&block), base.len());
                base.push(block);
            }
        }
    }
    errors
}

/// What tells a block from others: its keyword and labels; of a provider, its alias too.
#[derive(PartialEq, Eq, Hash)]
struct Name(Arc<str>, Vec<Arc<str>>);

impl Name {
    fn of(block: &Block) -> Self {
        let alias = block.body.attribute("alias").and_then(|a| super::module::literal(&a.expr)).map(|(alias, _)| alias);
        let labels = block.labels.iter().cloned().chain(alias.filter(|_| &*block.keyword == "provider"));
        Self(Arc::clone(&block.keyword), labels.collect())
    }
}

/// Attributes replace attributes; nested blocks replace all blocks of their type. Only `lifecycle` is merged.
fn merge_body(base: &mut Body, overriding: Body) {
    overriding.attributes.into_iter().for_each(|attribute| replace(base, attribute));
    let merges = |block: &Block| &*block.keyword == "lifecycle";
    let (merged, replacing): (Vec<_>, Vec<_>) = overriding.blocks.into_iter().partition(merges);
    let replaced: HashSet<Arc<str>> = replacing.iter().map(kind).collect();
    base.blocks.retain(|block| !replaced.contains(&kind(block)));
    base.blocks.extend(replacing);
    for block in merged {
        match base.blocks.iter_mut().find(|b| merges(b)) {
            Some(found) => merge_body(&mut found.body, block.body),
            None => base.blocks.push(block),
        }
    }
}

/// The type of the nested blocks that a block is, or makes.
fn kind(block: &Block) -> Arc<str> {
    let made = block.labels.first().filter(|_| &*block.keyword == "dynamic");
    Arc::clone(made.unwrap_or(&block.keyword))
}

fn replace(body: &mut Body, attribute: Attribute) {
    match body.attributes.iter_mut().find(|a| a.name == attribute.name) {
        Some(found) => *found = attribute,
        None => body.attributes.push(attribute),
    }
}

fn merge_locals(base: &mut [Block], block: Block, errors: &mut Vec<(Span, String)>) {
    for attribute in block.body.attributes {
        let all = base.iter_mut().filter(|b| &*b.keyword == "locals").flat_map(|b| &mut b.body.attributes);
        match { all }.find(|a| a.name == attribute.name) {
            Some(found) => *found = attribute,
            None => errors.push((attribute.name_span, format!("there is no local.{} that this could override", attribute.name))),
        }
    }
}

/// Of `terraform` blocks only the required providers matter here; each provider is replaced by itself.
fn merge_required_providers(base: &mut Vec<Block>, block: Block) {
    let of = |b: &Block| &*b.keyword == "required_providers";
    let providers = block.body.blocks.iter().filter(|b| of(b)).flat_map(|b| &b.body.attributes).map(|a| Arc::clone(&a.name));
    let providers: HashSet<Arc<str>> = providers.collect();
    for nested in base.iter_mut().filter(|b| &*b.keyword == "terraform").flat_map(|b| &mut b.body.blocks).filter(|b| of(b)) {
        nested.body.attributes.retain(|a| !providers.contains(&a.name));
    }
    base.push(block);
}
