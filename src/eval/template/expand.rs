//! How often a declaration is deployed: its instances, and what the names in each mean.

use super::Evaluator;
use super::declaration::Deployed;
use super::expr::TOO_MUCH_WORK;
use super::instance::{Env, Instance, Slots};
use super::loops::{RESOURCE_LOOP, loop_name};
use crate::source::Span;
use crate::syntax::template::{Declaration, Language, Repeat};
use crate::value::{Unknown, Val, Value};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// Declarations that are repeated more often are not expanded.
const MOST_REPEATS: usize = 2_000;
/// What an instance costs, in steps.
const COST: usize = 10;

impl<'t> Evaluator<'t> {
    /// All instances of a declaration; one that stands for all where their number is not known.
    pub(super) fn expand(
        &self,
        instance: &Rc<Instance<'t>>,
        declaration: &'t Declaration,
        parent: Option<&Rc<Deployed<'t>>>,
    ) -> Rc<Vec<Rc<Deployed<'t>>>> {
        let at: *const Declaration = declaration;
        // What is declared inside something repeated has instances for each of these.
        let cached = parent.is_none_or(|p| p.declaration.repeat.is_none());
        if let Some(known) = instance.cache.borrow().declarations.get(&at.addr()).filter(|_| cached) {
            return Rc::clone(known);
        }
        let made = Rc::new(self.expand_new(instance, declaration, parent));
        if cached {
            instance.cache.borrow_mut().declarations.insert(at.addr(), Rc::clone(&made));
        }
        made
    }

    fn expand_new(
        &self,
        instance: &Rc<Instance<'t>>,
        declaration: &'t Declaration,
        parent: Option<&Rc<Deployed<'t>>>,
    ) -> Vec<Rc<Deployed<'t>>> {
        let env = Env::of(instance);
        let env = parent.map_or(env, |p| Env { within: Some(Rc::clone(p)), ..p.env.clone() });
        let base = self.label(instance, declaration, parent);
        let make = |env: Env<'t>, suffix: &str, repeated: Option<Val>| {
            Rc::new(Deployed {
                declaration,
                instance: Rc::clone(instance),
                parent: parent.cloned(),
                env,
                address: format!("{base}{suffix}").into(),
                repeated,
                members: Slots::default(),
                seen: RefCell::default(),
            })
        };
        let Some(repeat) = &declaration.repeat else { return vec![make(env, "", None)] };
        match self.rounds(repeat, &env) {
            Ok(envs) => envs.into_iter().enumerate().map(|(i, env)| make(env, &format!("[{i}]"), None)).collect(),
            Err(why) => {
                let any = Val::new(Value::Unknown(Arc::new(why.nameless())), repeat.over.span);
                vec![make(any_round(repeat, &env, &any), "[?]", Some(any))]
            }
        }
    }

    /// What the names mean in each round of a loop, or why its rounds are not known.
    fn rounds(&self, repeat: &'t Repeat, env: &Env<'t>) -> Result<Vec<Env<'t>>, Arc<Unknown>> {
        let over = self.eval(&repeat.over, env);
        let unknown = |reason: String| Arc::new(Unknown::new(reason, Some(repeat.over.span)));
        let is_arm = env.instance.template.language == Language::Arm;
        let count = match &over.value {
            Value::List(items) if !is_arm => items.len(),
            Value::Number(n) if is_arm && *n >= 0.0 && n.fract() == 0.0 => *n as usize,
            Value::Unknown(unknown) => return Err(Arc::clone(unknown)),
            _ => return Err(unknown("the loop runs over something that is no array".into())),
        };
        if count > MOST_REPEATS {
            return Err(unknown(format!("a loop that runs more than {MOST_REPEATS} times is not worked out")));
        }
        if !self.step(COST * count) {
            return Err(unknown(TOO_MUCH_WORK.into()));
        }
        let null = Val::new(Value::Null, repeat.name.span);
        let round = |i: usize| match is_arm {
            true => copy_round(repeat, env, number(i, repeat.name.span)),
            false => {
                let element = over.value.as_items().and_then(|items| items.get(i)).unwrap_or(&null);
                self.in_loop(&repeat.name, repeat.index.as_ref(), &over, element, i, env)
            }
        };
        Ok((0..count).map(round).collect())
    }

    /// How users call a declaration.
    fn label(&self, instance: &Instance<'t>, declaration: &'t Declaration, parent: Option<&Rc<Deployed<'t>>>) -> String {
        let at: *const Declaration = declaration;
        let own = instance.index.labels.get(&at).map_or("", String::as_str);
        match parent {
            Some(parent) => format!("{}::{own}", parent.address),
            None if instance.address.is_empty() => own.to_owned(),
            None => format!("{}.{own}", instance.address),
        }
    }
}

fn number(i: usize, site: Span) -> Val {
    Val::new(Value::Number(i as f64), site)
}

/// A round of ARM's `copy`.
fn copy_round<'t>(repeat: &Repeat, env: &Env<'t>, index: Val) -> Env<'t> {
    env.bind(RESOURCE_LOOP, index.clone()).bind(loop_name(&repeat.name.text), index)
}

/// One round that stands for all.
fn any_round<'t>(repeat: &Repeat, env: &Env<'t>, any: &Val) -> Env<'t> {
    if env.instance.template.language == Language::Arm {
        return copy_round(repeat, env, any.clone());
    }
    let env = env.bind(Arc::clone(&repeat.name.text), any.clone());
    match &repeat.index {
        Some(index) => env.bind(Arc::clone(&index.text), any.clone()),
        None => env,
    }
}
