//! Function calls: those that know where a template is deployed, or what else it declares; and what is known only at deployment.

use super::Evaluator;
use super::instance::{Env, key};
use super::loops::{RESOURCE_LOOP, lambda_variable, loop_name};
use super::names::opaque;
use crate::eval::naming;
use crate::source::Span;
use crate::syntax::expr::{Call, Expr, ExprKind};
use crate::syntax::template::Language;
use crate::value::{Term, Unknown, Val, Value};
use std::sync::Arc;

/// The name that `parameters('name')` goes by in the body of a function.
pub(super) fn local_parameter(name: &str) -> Arc<str> {
    format!("parameters({})", name.to_ascii_lowercase()).into()
}

/// The known text of an argument.
pub(super) fn text_arg(arg: &Val) -> Option<Arc<str>> {
    match &arg.value {
        Value::String(text) => Some(Arc::clone(text)),
        _ => None,
    }
}

/// Namespaces that the language has.
const NAMESPACES: [&str; 2] = ["sys", "az"];

/// What only the deployment, the machine or a secret store tells.
const AT_DEPLOYMENT: [&str; 15] = [
    "deployer",
    "externalinput",
    "fail",
    "getsecret",
    "managementgroup",
    "newguid",
    "pickzones",
    "providers",
    "readcliarg",
    "readcliargument",
    "readenvironmentvariable",
    "roledefinitions",
    "tenant",
    "tologicalzone",
    "utcnow",
];

impl<'t> Evaluator<'t> {
    pub(super) fn call(&self, call: &'t Call, site: Span, env: &Env<'t>) -> Val {
        let on = match &call.on {
            None => None,
            Some(Expr { kind: ExprKind::Name(name), .. }) if NAMESPACES.contains(&&**name) && env.local(name).is_none() => None,
            Some(on) => Some(on),
        };
        let name = &*call.name.text;
        if let Some(on) = on {
            return self.call_on(on, call, site, env);
        }
        if call.on.is_none()
            && let Some((function, owner)) = self.function(None, name, &env.instance)
        {
            return self.call_function(function, owner, self.args(call, env), site);
        }
        let lower = name.to_ascii_lowercase();
        let arg = |i: usize| call.args.get(i);
        match (lower.as_str(), call.args.as_slice()) {
            ("parameters", [name]) => self.arm_parameter(name, site, env),
            ("variables", [name]) => self.arm_variable(name, site, env),
            ("lambdavariables", [name]) => self.bound(name, lambda_variable, "lambda", site, env),
            ("copyindex", _) => self.copy_index(call, site, env),
            ("if", [condition, then, otherwise]) => self.conditional(condition, then, otherwise, site, env),
            ("and", _) => self.logical(&call.args, false, site, env),
            ("or", _) => self.logical(&call.args, true, site, env),
            ("coalesce", _) => self.coalesce(&call.args, site, env),
            ("any", [value]) => self.eval(value, env).placed(site),
            ("nameof", [of]) => self.name_of(of, site),
            ("reference", _) => match self.referenced(call, env) {
                Some(target) => self.target_value(&target, site),
                None => self.foreign("reference", call, site, env),
            },
            ("references", _) => match self.all_referenced(call, site, env) {
                Some(all) => all,
                None => self.foreign("references", call, site, env),
            },
            (
                "resourceid"
                | "subscriptionresourceid"
                | "tenantresourceid"
                | "extensionresourceid"
                | "managementgroupresourceid",
                _,
            ) => self.resource_id(&lower, &self.args(call, env), site, &env.instance.place),
            ("resourcegroup", _) => self.resource_group(&self.args(call, env), site, &env.instance.place),
            ("subscription", _) => self.subscription(&self.args(call, env), site, &env.instance.place),
            ("deployment", _) => opaque("what deploys this is known only at deployment", "deployment()", site),
            ("environment", _) => opaque("the cloud is known only at deployment", "environment()", site),
            ("loadtextcontent" | "loadfileasbase64" | "loadjsoncontent" | "loadyamlcontent" | "loaddirectoryfileinfo", _) => {
                self.load(&lower, &self.args(call, env), site, &env.instance)
            }
            (list, _) if is_list(list) => self.foreign(name, call, site, env),
            (known, _) if AT_DEPLOYMENT.contains(&known) => self.foreign(name, call, site, env),
            _ => match self.lambda_call(call, site, env) {
                Some(val) => val,
                None if arg(0).is_none() && matches!(lower.as_str(), "true" | "false") => {
                    Val::new(Value::Bool(lower == "true"), site)
                }
                None => self.apply(name, &self.args(call, env), site),
            },
        }
    }

    pub(super) fn args(&self, call: &'t Call, env: &Env<'t>) -> Vec<Val> {
        call.args.iter().map(|arg| self.eval(arg, env)).collect()
    }

    /// A function of something: of a namespace, of what is imported as a whole, of a resource.
    fn call_on(&self, on: &'t Expr, call: &'t Call, site: Span, env: &Env<'t>) -> Val {
        let name = &*call.name.text;
        if let ExprKind::Name(namespace) = &on.kind
            && let Some((function, owner)) = self.function(Some(namespace), name, &env.instance)
        {
            return self.call_function(function, owner, self.args(call, env), site);
        }
        let what = self.short(on.span);
        let term = Term::symbol(format!("{what}.{name}()"));
        let unknown = Unknown::new(format!("what {what}.{name}() gives is known only at deployment"), Some(site));
        Val::new(Value::Unknown(Arc::new(unknown.called(Some(term)))), site)
    }

    fn literal_arg(&self, arg: &'t Expr, env: &Env<'t>) -> Option<Arc<str>> {
        text_arg(&self.eval(arg, env))
    }

    fn arm_parameter(&self, name: &'t Expr, site: Span, env: &Env<'t>) -> Val {
        let Some(name) = self.literal_arg(name, env) else { return Val::unknown("which parameter is meant is not known", site) };
        if let Some(val) = env.local(&local_parameter(&name)) {
            return val.clone().placed(site);
        }
        match env.instance.index.parameters.get(&key(Language::Arm, &name)).filter(|_| !env.in_function) {
            Some(parameter) => self.read_parameter(&env.instance, parameter, site),
            None => Val::unknown(format!("there is no parameter {name}"), site),
        }
    }

    fn arm_variable(&self, name: &'t Expr, site: Span, env: &Env<'t>) -> Val {
        let Some(name) = self.literal_arg(name, env) else { return Val::unknown("which variable is meant is not known", site) };
        match env.instance.index.variables.get(&key(Language::Arm, &name)) {
            Some(variable) => self.variable(&env.instance, variable).used_at(site, &format!("variable {name}"), None),
            None => Val::unknown(format!("there is no variable {name}"), site),
        }
    }

    /// What something binds under the name that is an argument.
    fn bound(&self, name: &'t Expr, spell: fn(&str) -> Arc<str>, what: &str, site: Span, env: &Env<'t>) -> Val {
        let bound = self.literal_arg(name, env).and_then(|name| env.local(&spell(&name)).cloned());
        bound.map_or_else(|| Val::unknown(format!("there is no such {what} here"), site), |val| val.placed(site))
    }

    /// `copyIndex()`, `copyIndex(offset)`, `copyIndex('loop')`, `copyIndex('loop', offset)`
    fn copy_index(&self, call: &'t Call, site: Span, env: &Env<'t>) -> Val {
        let args = self.args(call, env);
        let (named, offset) = match args.as_slice() {
            [Val { value: Value::String(name), .. }, rest @ ..] => (loop_name(name), rest.first()),
            rest => (RESOURCE_LOOP.into(), rest.first()),
        };
        match (env.local(&named), offset) {
            (Some(index), None) => index.clone().placed(site),
            (Some(index), Some(offset)) => self.apply("add", &[index.clone(), offset.clone()], site),
            (None, _) => Val::unknown("there is no such loop here", site),
        }
    }

    fn name_of(&self, of: &Expr, site: Span) -> Val {
        let text = match &of.kind {
            ExprKind::Name(name) => Arc::clone(name),
            ExprKind::Property(_, _, name) => Arc::clone(&name.text),
            _ => return Val::unknown("this has no name", site),
        };
        Val::new(Value::String(text), site)
    }

    /// What a function gives that asks Azure, a secret store or the machine.
    fn foreign(&self, name: &str, call: &'t Call, site: Span, env: &Env<'t>) -> Val {
        let args = self.args(call, env);
        let unknown = Unknown::new(format!("what {name}() gives is known only at deployment"), Some(site));
        // A new GUID is another one each time.
        let term = naming::called(name, &args.iter().collect::<Vec<_>>()).filter(|_| !name.eq_ignore_ascii_case("newGuid"));
        Val::new(Value::Unknown(Arc::new(unknown.called(term.map(Term::symbol)))), site)
    }
}

/// Functions that ask a resource for its keys: `listKeys`, `listAdminCredential`.
fn is_list(name: &str) -> bool {
    name.strip_prefix("list").is_some_and(|rest| !rest.is_empty())
}
