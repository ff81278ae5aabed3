//! `validation` blocks of variables: conditions that do not hold.

use super::expr::Env;
use super::reference::prefix;
use super::{Calls, Evaluator, Instance, convert};
use crate::syntax::hcl::ast::{Block, ExprKind};
use crate::tree::{Resource, Validation, Verdict, is_within};
use crate::value::{Val, Value};
use std::rc::Rc;
use std::sync::Arc;

impl<'m> Evaluator<'m> {
    /// The conditions that do not hold, or of which that is not known although the value is, in a module instance and all that it calls.
    /// Only instances that hold, directly or not, one of these resources are looked at.
    pub(super) fn validations(&self, instance: &Rc<Instance<'m>>, resources: &[Resource], into: &mut Vec<Validation>) {
        if !resources.iter().any(|r| is_within(&r.module, &instance.address)) {
            return;
        }
        for (name, block) in &instance.module.variables {
            into.extend(block.body.blocks("validation").filter_map(|b| self.validation(instance, name, block, b)));
        }
        for (name, call) in &instance.module.calls {
            if let Calls::Resolved { instances, .. } = &*self.calls(instance, name, call) {
                instances.iter().for_each(|called| self.validations(called, resources, into));
            }
        }
    }

    fn validation(&self, instance: &Rc<Instance<'m>>, name: &Arc<str>, variable: &Block, block: &Block) -> Option<Validation> {
        let condition = block.body.attribute("condition")?;
        let (value, _) = self.variable(instance, name, variable.header).ok()?;
        if value.value.as_unknown().is_some() {
            return None;
        }
        let env = Env { instance, repeat: None, names: None };
        let held = self.value(&condition.expr, env);
        let verdict = match convert::to_bool(&held.value) {
            Ok(true) => return None,
            Ok(false) => Verdict::Fails(self.error_message(variable, block, env)),
            // What is not known of the value is no news here: the rules that need it say so.
            Err(convert::Stop::Unknown(unknown)) if convert::wholly_known(&value).is_ok() => Verdict::Unknown(unknown),
            Err(_) => return None,
        };
        let value = if is_secret(variable) { Val { value: Value::Null, at: value.at } } else { value };
        let input = format!("{}var.{name}", prefix(instance)).into();
        Some(Validation { module: Arc::clone(&instance.address), input, value, condition: condition.expr.span, verdict })
    }

    /// What the code says about a value that is refused, if that is known and may be shown.
    fn error_message(&self, variable: &Block, block: &Block, env: Env<'_, 'm>) -> Option<Arc<str>> {
        let message = block.body.attribute("error_message")?;
        if is_secret(variable) && !matches!(message.expr.kind, ExprKind::String(_)) {
            return None;
        }
        convert::to_string(&self.value(&message.expr, env).value).ok()
    }
}

/// Whether the values of a variable are not to be shown.
fn is_secret(variable: &Block) -> bool {
    ["sensitive", "ephemeral"]
        .iter()
        .any(|name| variable.body.attribute(name).is_some_and(|a| !matches!(a.expr.kind, ExprKind::Bool(false))))
}
