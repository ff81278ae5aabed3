//! What the evaluator knows of files: where the code's paths lead, how much is read, and templates that are files.

use super::convert::{self, Outcome, Stop};
use super::expr::{Env, Eval, EvalError, TOO_MUCH_WORK, error};
use super::functions::{self, Files};
use super::module::literal;
use super::{Evaluator, Instance};
use crate::source::{Entry, FileId, ReadError, Span, join, relative};
use crate::syntax::hcl::ast::{Expr, ExprKind, Step};
use crate::syntax::hcl::{is_local_source, lower};
use crate::value::{Hop, Map, Val, Value};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

/// A root module may read so many files and folders, those that are read again included.
const MOST_READS: usize = 5_000;
/// A root module may read so many bytes, files that are read again included.
const MOST_BYTES: usize = 64 << 20;
/// Longer texts are no templates, in bytes.
const LONGEST_TEMPLATE: usize = 1 << 20;

/// How much a root module has read.
#[derive(Default)]
pub(super) struct Reads {
    files: Cell<usize>,
    bytes: Cell<usize>,
}

/// What can be used in a template that comes from elsewhere: its variables, and functions.
pub(super) struct Scope {
    variables: Arc<Map>,
    /// Whether it may use functions that look at files.
    files: bool,
}

impl<'m> Evaluator<'m> {
    /// `path.module`: the way from the root module's folder to that of this module, as the sources of the calls give it.
    pub(super) fn path_of(&self, instance: &Instance<'m>) -> String {
        let Some(caller) = &instance.caller else { return ".".to_owned() };
        let source = caller.call.body.attribute("source").and_then(|a| literal(&a.expr)).map(|(source, _)| source);
        match source.filter(|source| is_local_source(source)) {
            Some(source) => match join(&self.path_of(&caller.instance), &source).as_str() {
                "" => ".".to_owned(),
                path => path.to_owned(),
            },
            None => relative(&self.root_folder, &instance.module.folder),
        }
    }

    /// Counts a read; fails when there were too many.
    fn count_read(&self, bytes: usize) -> Outcome<()> {
        self.reads.files.set(self.reads.files.get() + 1);
        self.reads.bytes.set(self.reads.bytes.get().saturating_add(bytes));
        if self.reads.files.get() > MOST_READS || self.reads.bytes.get() > MOST_BYTES {
            return Err(Stop::undecided("this module reads too many files"));
        }
        // Whatever is done with the bytes takes time, too.
        if self.step(1 + bytes / 64) { Ok(()) } else { Err(Stop::undecided(TOO_MUCH_WORK)) }
    }

    /// Fails for a function that a template must not use.
    pub(super) fn allowed_in_template(&self, name: &str, site: Span) -> Result<(), EvalError> {
        let scope = self.template.borrow();
        let Some(scope) = &*scope else { return Ok(()) };
        match name {
            "templatefile" | "templatestring" => error(format!("{name} cannot be used inside a template"), site),
            _ if !scope.files && name.starts_with("file") => {
                error(format!("{name} cannot be used inside the template of templatestring"), site)
            }
            _ => Ok(()),
        }
    }

    /// The value of a name in a template; `None` outside of templates.
    pub(super) fn template_variable(&self, name: &str, site: Span) -> Result<Option<Val>, EvalError> {
        let scope = self.template.borrow();
        let Some(scope) = &*scope else { return Ok(None) };
        match (scope.variables.entries.get(name), &scope.variables.open) {
            (Some(val), _) => Ok(Some(val.clone())),
            (None, Some(open)) => Ok(Some(Val::new(Value::Unknown(Arc::new(open.nameless())), site))),
            (None, None) => error(format!("the template is given no {name}"), site),
        }
    }

    /// `templatefile(path, variables)`
    pub(super) fn templatefile(&self, args: &[Val], site: Span, env: Env<'_, 'm>) -> Eval {
        let [path, variables] = args else { return error("templatefile: takes 2 arguments", site) };
        let text = match functions::call_with("file", std::slice::from_ref(path), site, self) {
            Ok(text) => text,
            Err(functions::Failure::Error(message)) => return error(message.replacen("file", "templatefile", 1), site),
            Err(functions::Failure::NoSuchFunction) => return error("templatefile: file is missing", site),
        };
        let file = text.at.hops.iter().next().cloned();
        self.render("templatefile", &text, file.as_ref(), variables, true, site, env)
    }

    /// `templatestring(reference, variables)`
    pub(super) fn templatestring(&self, args: &[Expr], site: Span, env: Env<'_, 'm>) -> Eval {
        self.allowed_in_template("templatestring", site)?;
        let [template, variables] = args else { return error("templatestring: takes 2 arguments", site) };
        if !is_reference(template) {
            return error("templatestring: the template must be a reference to a string", site);
        }
        let template = self.eval(template, env)?;
        let variables = self.eval(variables, env)?;
        let text = match convert::to_string(&template.value) {
            Ok(text) => Val { value: Value::String(text), at: template.at.clone() },
            Err(Stop::Unknown(_)) => template,
            Err(Stop::Refused(reason)) => return error(format!("templatestring: {reason}"), site),
        };
        let rendered = self.render("templatestring", &text, None, &variables, false, site, env)?;
        match convert::to_string(&rendered.value) {
            Ok(text) => Ok(Val { value: Value::String(text), at: rendered.at }),
            Err(Stop::Unknown(_)) => Ok(rendered),
            Err(Stop::Refused(reason)) => error(format!("templatestring: {reason}"), site),
        }
    }

    /// The value of a template. `file` is the place of its first line, when it is the text of a file.
    #[expect(clippy::too_many_arguments, reason = "each is another thing that the two functions above differ in")]
    fn render(
        &self,
        function: &str,
        template: &Val,
        file: Option<&Hop>,
        variables: &Val,
        files: bool,
        site: Span,
        env: Env<'_, 'm>,
    ) -> Eval {
        let text = match &template.value {
            Value::String(text) => text,
            Value::Unknown(_) => return Ok(template.clone().placed(site)),
            other => return error(format!("{function}: {} where a string is needed", other.kind()), site),
        };
        let variables = match &variables.value {
            Value::Map(map) => Arc::clone(map),
            Value::Unknown(_) => return Ok(variables.clone().placed(site)),
            other => return error(format!("{function}: the variables are {}, not a map", other.kind()), site),
        };
        if let Some(name) = variables.entries.keys().find(|name| !is_identifier(name)) {
            return error(format!("{function}: {name:?} cannot be the name of a variable"), site);
        }
        if text.len() > LONGEST_TEMPLATE || !self.step(text.len() / 16) {
            return Ok(Val::unknown("this template is too long to be worked out", site));
        }
        let origin = match file {
            Some(hop) => lower::Origin::File { file: hop.span.file, offset: 0 },
            None => lower::Origin::Place(site),
        };
        let template = match lower::whole_template(text, origin) {
            Ok(template) => template,
            Err(fault) if fault.too_much => return Ok(Val::new(Value::unknown(fault.message, fault.span), site)),
            Err(fault) => return error(format!("{function}: {}", fault.message), fault.span),
        };
        // Names bound around the call mean nothing in the template.
        let inner = Env { instance: env.instance, repeat: None, names: None };
        let outer = self.template.replace(Some(Rc::new(Scope { variables, files })));
        let rendered = self.eval(&template, inner);
        self.template.replace(outer);
        let mut rendered = rendered?.placed(site);
        if let Some(hop) = file {
            rendered.at.hops = rendered.at.hops.behind(hop.clone());
        }
        Ok(rendered)
    }
}

/// Whether an expression names something elsewhere: `local.template`, `data.http.x.body`.
fn is_reference(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Name(_) => true,
        ExprKind::Traversal(root, steps) => {
            matches!(root.kind, ExprKind::Name(_))
                && steps.iter().all(|step| matches!(step, Step::Attribute(..) | Step::Index(_)))
        }
        _ => false,
    }
}

fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_') && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
}

impl Files for Evaluator<'_> {
    fn read(&self, path: &str) -> Outcome<Result<Arc<[u8]>, ReadError>> {
        let read = self.sources.read(&join(&self.root_folder, path), &self.root_folder);
        self.count_read(read.as_ref().map_or(0, |bytes| bytes.len()))?;
        Ok(read)
    }

    fn list(&self, folder: &str) -> Outcome<Result<Vec<Entry>, ReadError>> {
        let entries = self.sources.list(&join(&self.root_folder, folder), &self.root_folder);
        self.count_read(entries.as_ref().map_or(0, |entries| 64 * entries.len()))?;
        Ok(entries)
    }

    fn file_id(&self, path: &str, text: &str) -> Option<FileId> {
        self.sources.late_file(&join(&self.root_folder, path), text)
    }

    fn text_of(&self, file: FileId) -> &str {
        self.sources.file(file).text()
    }
}
