//! Types, as far as values depend on them.

use crate::syntax::bicep::ast;
use crate::syntax::expr::{ExprKind, Name};
use crate::syntax::template::{Type, TypeKind};
use std::sync::Arc;

/// The types that Bicep has itself, other than `bool`.
const BUILT_IN: [&str; 5] = ["string", "int", "array", "object", "any"];

const NULL: Type = Type { kind: TypeKind::Other, nullable: true };

/// A type as declared.
pub fn lower(of: ast::Type) -> Type {
    let kind = match of.kind {
        ast::TypeKind::Nullable(of) => return Type { nullable: true, ..lower(*of) },
        ast::TypeKind::NonNull(of) => non_null(lower(*of)),
        ast::TypeKind::Union(all) => return union(all),
        ast::TypeKind::Literal(value) => match value.kind {
            ExprKind::Null => return NULL,
            ExprKind::Bool(_) => TypeKind::Bool,
            ExprKind::String(text) => TypeKind::Texts(vec![text]),
            _ => TypeKind::Other,
        },
        ast::TypeKind::Name(name) => named(vec![name.text]),
        ast::TypeKind::Property(of, name) => path(*of, name).map_or(TypeKind::Other, named),
        _ => TypeKind::Other,
    };
    Type { kind, nullable: false }
}

/// Whether a type is one of arrays.
pub fn is_array(of: &ast::Type) -> bool {
    match &of.kind {
        ast::TypeKind::Array(_) | ast::TypeKind::Tuple(_) => true,
        ast::TypeKind::Name(name) => *name.text == *"array",
        ast::TypeKind::Nullable(of) | ast::TypeKind::NonNull(of) => is_array(of),
        _ => false,
    }
}

/// A named type may be nullable, and what else it is does not matter then.
fn non_null(of: Type) -> TypeKind {
    match of.kind {
        TypeKind::Named(_) => TypeKind::Other,
        kind => kind,
    }
}

/// `a.b.c`, if there are but names.
fn path(of: ast::Type, name: Name) -> Option<Vec<Arc<str>>> {
    let mut names = match of.kind {
        ast::TypeKind::Name(first) => vec![first.text],
        ast::TypeKind::Property(of, name) => path(*of, name)?,
        _ => return None,
    };
    names.push(name.text);
    Some(names)
}

fn named(names: Vec<Arc<str>>) -> TypeKind {
    let built_in = match names.as_slice() {
        [name] => name,
        [namespace, name] if **namespace == *"sys" => name,
        _ => return TypeKind::Named(names),
    };
    match &**built_in {
        "bool" => TypeKind::Bool,
        name if BUILT_IN.contains(&name) => TypeKind::Other,
        _ => TypeKind::Named(names),
    }
}

/// `null` among the members says that the union is nullable, and nothing else.
fn union(all: Vec<ast::Type>) -> Type {
    let mut all: Vec<Type> = all.into_iter().map(lower).collect();
    let nullable = all.iter().any(|of| of.nullable);
    all.retain(|of| *of != NULL);
    let mut kinds = all.into_iter().map(|of| of.kind);
    let first = kinds.next().unwrap_or(TypeKind::Other);
    Type { kind: kinds.fold(first, either), nullable }
}

fn either(one: TypeKind, other: TypeKind) -> TypeKind {
    match (one, other) {
        (TypeKind::Bool, TypeKind::Bool) => TypeKind::Bool,
        (TypeKind::Texts(mut texts), TypeKind::Texts(more)) => {
            texts.extend(more);
            TypeKind::Texts(texts)
        }
        _ => TypeKind::Other,
    }
}
