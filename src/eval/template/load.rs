//! Files that the code loads: `loadTextContent` and its kin, within the repository.

use super::Evaluator;
use super::call::text_arg;
use super::instance::Instance;
use crate::eval::outcome::Stop;
use crate::eval::yaml::{self, Dialect, Places};
use crate::source::{FileId, ReadError, Span, join, parent};
use crate::syntax::json;
use crate::value::{At, Val, Value};
use std::sync::Arc;

/// A root template may load so many bytes, files that are loaded again included.
const MOST_BYTES: usize = 64 << 20;

impl<'t> Evaluator<'t> {
    /// A call of one of the functions that load files, by its name in lower case.
    pub(super) fn load(&self, function: &str, args: &[Val], site: Span, instance: &Instance<'t>) -> Val {
        let Some(path) = args.first().and_then(text_arg) else { return Val::unknown("which file is loaded is not known", site) };
        if function == "loaddirectoryfileinfo" {
            return Val::unknown("the files of a folder are not listed", site);
        }
        let asker = self.sources.file(instance.template.file).path();
        let path = join(parent(asker), &path.replace('\\', "/"));
        let bytes = match self.sources.read(&path, asker) {
            Ok(bytes) => bytes,
            Err(ReadError::Missing) => return Val::unknown(format!("{path} does not exist"), site),
            Err(ReadError::Folder) => return Val::unknown(format!("{path} is a folder"), site),
            Err(ReadError::Refused(why)) => return Val::unknown(format!("{path} {why}"), site),
        };
        self.reads.set(self.reads.get().saturating_add(bytes.len()));
        if self.reads.get() > MOST_BYTES || !self.step(1 + bytes.len() / 64) {
            return Val::unknown("this template loads too many files", site);
        }
        let Ok(text) = std::str::from_utf8(&bytes) else { return Val::unknown(format!("{path} is not UTF-8"), site) };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let file = self.sources.late_file(&path, text);
        let loaded = |value| {
            let val = Val::new(value, site);
            file.map_or(val.clone(), |file| {
                Val::new(val.value, Span::new(file, 0, 0)).used_at(site, &format!("file {path}"), None)
            })
        };
        match function {
            "loadtextcontent" => loaded(Value::string(text)),
            "loadfileasbase64" => self.apply("base64", &[Val::new(Value::string(text), site)], site),
            "loadjsoncontent" => match file.and_then(|file| from_json(file, text)) {
                Some(val) => self.part(val.used_at(site, &format!("file {path}"), None), args.get(1), site),
                None => Val::unknown(format!("{path} is no JSON"), site),
            },
            _ => match yaml::read(text, Dialect::Bicep, file.map_or_else(|| Places::One(At::new(site)), Places::File)) {
                Ok(val) => self.part(val.used_at(site, &format!("file {path}"), None), args.get(1), site),
                Err(Stop::Unknown(unknown)) => Val::new(Value::Unknown(unknown), site),
                Err(Stop::Refused(why)) => Val::unknown(format!("{path} cannot be loaded: {why}"), site),
            },
        }
    }

    /// The part of a JSON document that the second argument of `loadJsonContent` picks: names joined by dots, indexes in brackets.
    fn part(&self, whole: Val, path: Option<&Val>, site: Span) -> Val {
        let Some(path) = path.filter(|p| !p.value.is_null()) else { return whole };
        let Some(path) = text_arg(path) else { return Val::unknown("which part is loaded is not known", site) };
        let mut val = whole;
        for step in path.trim_start_matches(['$', '.']).split(['.', '[']).filter(|s| !s.is_empty()) {
            let step = step.trim_end_matches(']').trim_matches(['\'', '"']);
            let found = match &val.value {
                Value::List(items) => step.parse::<usize>().ok().and_then(|i| items.get(i)).map(|item| val.element(item)),
                _ => super::names::entry(&val, step, site),
            };
            val = match found {
                Some(found) => found,
                None => return Val::unknown(format!("there is no {path} in the file"), site),
            };
        }
        val
    }
}

/// A JSON document as a value, each part at its own place.
fn from_json(file: FileId, text: &str) -> Option<Val> {
    let parsed = json::parse(file, text);
    parsed.errors.is_empty().then(|| from_node(&parsed.root))
}

fn from_node(node: &json::Node) -> Val {
    let value = match &node.value {
        json::Value::Invalid | json::Value::Null => Value::Null,
        json::Value::Bool(truth) => Value::Bool(*truth),
        json::Value::Number(number) => Value::Number(*number),
        json::Value::String(text) => Value::String(Arc::clone(text)),
        json::Value::Array(items) => Value::list(items.iter().map(from_node).collect()),
        json::Value::Object(members) => Value::map(members.iter().map(|m| (Arc::clone(&m.name), from_node(&m.value))).collect()),
    };
    Val::new(value, node.span)
}
