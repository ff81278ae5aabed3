//! Files of parameters.

use super::value::{Language, Reader, get, member_name, unreadable};
use crate::syntax::expr::{Expr, ExprKind};
use crate::syntax::json::{Node, Value};
use crate::syntax::template::{ParameterFile, Template, Variable};

impl Reader<'_> {
    /// Reads a file of parameters.
    pub(super) fn parameters(&mut self, node: &Node) -> ParameterFile {
        let mut scope = Template::new(self.file, super::LANGUAGE, node.span);
        scope.lost = self.broken_in(node.span);
        let members = self.section(node, "parameters", &mut scope.lost).into_iter();
        let values = members.map(|member| Variable { name: member_name(member), value: self.given(&member.value) }).collect();
        ParameterFile { scope, using: None, extends: None, values }
    }

    /// A value that is given: `{ "value": .. }`, or where it is.
    fn given(&mut self, node: &Node) -> Expr {
        if let Some(value) = get(node, "value") {
            return self.read(value, Language::Parameters);
        }
        let why = match node.value {
            Value::Object(_) if get(node, "reference").is_some() => "it is a secret in a key vault",
            Value::Object(_) if get(node, "expression").is_some() => "an expression gives it when the template is deployed",
            Value::Invalid => return Expr::new(unreadable(), node.span),
            _ => {
                self.error(node.span, "a parameter needs a value or a reference here");
                "it has no value here"
            }
        };
        Expr::new(ExprKind::Unknown(why.into()), node.span)
    }
}
