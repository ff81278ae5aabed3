//! Module calls and nested deployments: what they deploy, where, with which arguments.

use super::declaration::Deployed;
use super::ids::Place;
use super::instance::{Argument, Arguments, Instance};
use super::names::entry;
use super::{DEEPEST_CALL, Evaluator};
use crate::model::Undecided;
use crate::syntax::template::{DeclarationKind, Language, Source, Target, Template};
use crate::value::{TermPart, Unknown, Val, Value};
use std::rc::Rc;
use std::sync::Arc;

impl<'t> Evaluator<'t> {
    /// The template that a module call deploys, as it deploys it; or why that is not known.
    pub(super) fn module(&self, deployed: &Rc<Deployed<'t>>) -> Result<Rc<Instance<'t>>, Undecided> {
        let at = Rc::as_ptr(deployed).addr();
        if let Some(known) = deployed.instance.cache.borrow().modules.get(&at) {
            return known.clone();
        }
        let busy = Undecided::new(format!("{} refers to itself", deployed.address), Some(deployed.declaration.header));
        deployed.instance.cache.borrow_mut().modules.insert(at, Err(busy));
        let made = self.new_module(deployed);
        deployed.instance.cache.borrow_mut().modules.insert(at, made.clone());
        made
    }

    fn new_module(&self, deployed: &Rc<Deployed<'t>>) -> Result<Rc<Instance<'t>>, Undecided> {
        let header = deployed.declaration.header;
        let undecided = |reason: Arc<str>, span| Undecided::new(reason, Some(span));
        let DeclarationKind::Module(module) = &deployed.declaration.kind else {
            return Err(undecided("this is no module".into(), header));
        };
        let callers = [&*deployed.instance.callers, &[deployed.instance.template]].concat();
        if callers.len() > DEEPEST_CALL || !self.has_room() {
            return Err(undecided("modules call one another too often to be worked out".into(), header));
        }
        let (template, outer) = match &module.source {
            Source::Path(path) => {
                let from = self.sources.file(deployed.instance.template.file).path();
                let (_, template) = self.templates.called(from, path).map_err(|reason| undecided(reason.into(), path.span))?;
                if callers.iter().any(|caller| std::ptr::eq(*caller, template)) {
                    return Err(undecided("this module calls itself".into(), path.span));
                }
                (template, false)
            }
            Source::Inline(template, outer) => (&**template, *outer),
            Source::Unknown(why, span) => return Err(undecided(Arc::clone(why), *span)),
        };
        let address = Arc::clone(&deployed.address);
        let place = self.place_of(deployed);
        let place = place.unwrap_or_else(|_| Place::unknown(&deployed.address));
        let place = place.fitting(template.target, &deployed.address);
        if outer {
            // Functions such as resourceGroup() tell of the template around it, too.
            let env = deployed.env.clone();
            return Ok(self.instance(template, address, place, Arguments::default(), callers, Some(env)));
        }
        let arguments = self.arguments(deployed, template);
        Ok(self.instance(template, address, place, arguments, callers, None))
    }

    /// The arguments of a call.
    fn arguments(&self, deployed: &Deployed<'t>, template: &'t Template) -> Arguments {
        let mut arguments = Arguments::default();
        let DeclarationKind::Module(module) = &deployed.declaration.kind else { return arguments };
        let Some(written) = &module.arguments else { return arguments };
        let given = self.eval(written, &deployed.env);
        let in_envelope = deployed.env.instance.template.language == Language::Arm;
        match &given.value {
            Value::Map(map) => {
                arguments.open = map.open.clone();
                for (name, val) in &map.entries {
                    let label = format!("argument {name} of {}", deployed.address).into();
                    let val = if in_envelope { in_value(val) } else { given.element(val) };
                    arguments.values.insert(name.to_ascii_lowercase().into(), Argument { val, label });
                }
            }
            Value::Unknown(unknown) => arguments.open = Some(Arc::new(unknown.nameless())),
            Value::Null => {}
            other => {
                let reason = format!("the arguments of {} are {}, not an object", deployed.address, other.kind());
                arguments.open = Some(Arc::new(Unknown::new(reason, Some(template.span))));
            }
        }
        arguments
    }
}

/// The value of an argument in ARM: `{ "value": .. }`, or a reference to a secret.
fn in_value(argument: &Val) -> Val {
    let site = argument.at.site;
    match &argument.value {
        Value::Map(_) => match entry(argument, "value", site) {
            Some(val) => val,
            None if entry(argument, "reference", site).is_some() => Val::unknown("it is a secret in a key vault", site),
            None => Val::new(Value::Null, site),
        },
        _ => argument.clone(),
    }
}

impl Place {
    /// A place of which nothing is known.
    pub fn unknown(address: &str) -> Self {
        Self {
            subscription: Some(vec![TermPart::Symbol(format!("the subscription of {address}").into())]),
            group: Some(vec![TermPart::Symbol(format!("the resource group of {address}").into())]),
        }
    }

    /// The same as a place for a template with this target.
    fn fitting(self, target: Target, address: &str) -> Self {
        let unknown = Self::unknown(address);
        match target {
            Target::ResourceGroup => {
                Self { subscription: self.subscription.or(unknown.subscription), group: self.group.or(unknown.group) }
            }
            Target::Subscription => Self { subscription: self.subscription.or(unknown.subscription), group: None },
            Target::ManagementGroup | Target::Tenant => Self { subscription: None, group: None },
        }
    }
}
