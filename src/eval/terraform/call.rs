//! Function calls: `try` and `can`, which look at how their arguments fail, and all others, which look at values.

use super::expr::{Env, Eval, TOO_MUCH_WORK, error, unknown_from};
use super::naming::{is_id, risk};
use super::text::formatted;
use super::{Evaluator, functions};
use crate::eval::naming::{called, made, named};
use crate::eval::outcome::size;
use crate::source::Span;
use crate::syntax::hcl::ast::Call;
use crate::value::{Val, Value};

/// Functions that give another value each time they are called.
const DIFFERS: &[&str] = &["uuid", "timestamp", "plantimestamp", "bcrypt"];

/// A search by a regular expression that takes more steps is not made.
const MOST_WORK: usize = 300_000;

impl<'m> Evaluator<'m> {
    pub(super) fn call(&self, call: &Call, site: Span, env: Env<'_, 'm>) -> Eval {
        let name = call.name.strip_prefix("core::").unwrap_or(&call.name);
        match name {
            "try" => return self.try_call(call, site, env),
            "can" => {
                let [arg] = call.args.as_slice() else { return error("can takes one argument", site) };
                return Ok(match self.eval(arg, env) {
                    Ok(val) => match val.value.as_unknown().filter(|_| !is_id(&val)).or(risk(arg, &val).as_ref()) {
                        Some(unknown) => named(unknown_from(unknown, site, &[&val]), called("can", &[&val])),
                        None => made(Value::Bool(true), site, &[&val]),
                    },
                    Err(_) => Val::new(Value::Bool(false), site),
                });
            }
            "templatestring" => return self.templatestring(&call.args, site, env),
            _ => self.allowed_in_template(name, site)?,
        }
        let mut args = call.args.iter().map(|e| self.eval(e, env)).collect::<Result<Vec<_>, _>>()?;
        if call.expand_final
            && let Some(last) = args.pop()
        {
            match self.elements(&last, site)? {
                Ok(items) => args.extend(items.into_iter().map(|(_, v)| v)),
                Err(unknown) => return Ok(unknown),
            }
        }
        let work = functions::work(name, &args);
        if work > MOST_WORK {
            let why = "the regular expression is too much work for a text of this length";
            return Ok(made(Value::unknown(why, site), site, &args.iter().collect::<Vec<_>>()));
        }
        if !self.step(args.iter().map(|a| size(a, 3)).sum::<usize>().saturating_add(work)) {
            return Ok(Val::unknown(TOO_MUCH_WORK, site));
        }
        if name == "format"
            && let Some(text) = formatted(&args, site)
        {
            return text;
        }
        // An id is never null, so the first one of several choices is the one that counts.
        if name == "coalesce"
            && let Some(first) = args.iter().find(|a| !a.value.is_null()).filter(|a| is_id(a))
        {
            return Ok(first.clone().placed(site));
        }
        if name == "templatefile" {
            return self.templatefile(&args, site, env);
        }
        match functions::call_with(name, &args, site, self) {
            // The same function of the same things is the same thing, known or not.
            Ok(val) if val.value.as_unknown().is_some_and(|u| u.term.is_none()) && !DIFFERS.contains(&name) => {
                let name = called(name, &args.iter().collect::<Vec<_>>());
                Ok(named(val, name))
            }
            Ok(val) => Ok(val),
            Err(functions::Failure::Error(message)) => error(message, site),
            Err(functions::Failure::NoSuchFunction) => Ok(made(
                Value::unknown(format!("the function {name} is not evaluated"), site),
                site,
                &args.iter().collect::<Vec<_>>(),
            )),
        }
    }

    /// `try`: the first argument that is no error. One that is unknown may turn out to be an error, so it ends the search; and if it may
    /// be an error because of a part, nothing is known of it.
    fn try_call(&self, call: &Call, site: Span, env: Env<'_, 'm>) -> Eval {
        let mut last = error("try needs an argument", site);
        for arg in &call.args {
            last = self.eval(arg, env);
            if let Ok(val) = last {
                return Ok(match risk(arg, &val) {
                    Some(unknown) => unknown_from(&unknown, site, &[&val]),
                    None => val.placed(site),
                });
            }
        }
        last
    }
}
