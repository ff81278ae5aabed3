//! Terraform's functions: those of Terraform 1.11 without `try`, `can`, `templatefile` and `templatestring`, which the evaluator handles.
//! The ones that look at files ask [`Files`] for them.
//!
//! A result is known only if it is the same for every value that the unknown parts may turn out to have. Where a function is not
//! worked out, or a limit is reached, the result is unknown and says so. See `convert` for how numbers differ from Terraform's.

mod args;
mod collection;
mod encoding;
mod file;
mod format;
mod glob;
mod hash;
mod net;
mod numeric;
mod pattern;
mod string;
mod time;
mod typeconv;
mod yaml;
mod yaml_text;

use super::convert::{Outcome, Stop};
use crate::eval::outcome::hops;
use crate::source::{Entry, FileId, ReadError, Span};
use crate::value::{At, Unknown, Val, Value};
use args::Param::{Any, Bools, Known, List, NotNull, Number, Set, Text, Texts};
use args::{Args, Param};
pub use encoding::parse_json;
pub use hash::uuid_v5;
use std::sync::Arc;
pub use string::work;

/// Why a call has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// There is no such function here.
    NoSuchFunction,
    /// Terraform refuses the call; `try` and `can` catch this. In words for the user, starting with the function's name.
    Error(String),
}

/// What functions can see of files. Paths are as the code gives them: relative to the folder where Terraform runs.
pub trait Files {
    /// The content of a file.
    fn read(&self, path: &str) -> Outcome<Result<Arc<[u8]>, ReadError>>;

    /// What a folder holds, sorted by name.
    fn list(&self, folder: &str) -> Outcome<Result<Vec<Entry>, ReadError>>;

    /// The name for spans of a file that was read, if it has one.
    fn file_id(&self, path: &str, text: &str) -> Option<FileId>;

    /// The text that spans of a file are in.
    fn text_of(&self, file: FileId) -> &str;
}

/// For calls that have to do without files.
struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &str) -> Outcome<Result<Arc<[u8]>, ReadError>> {
        Err(Stop::undecided("files are not read here"))
    }

    fn list(&self, _: &str) -> Outcome<Result<Vec<Entry>, ReadError>> {
        Err(Stop::undecided("files are not read here"))
    }

    fn file_id(&self, _: &str, _: &str) -> Option<FileId> {
        None
    }

    fn text_of(&self, _: FileId) -> &str {
        ""
    }
}

/// What a function returns.
enum Answer {
    /// A new value, which came through the places of all arguments.
    Made(Value),
    /// An argument or a part of one, which keeps the places that it came through.
    Given(Val),
}

struct Function {
    name: &'static str,
    params: &'static [Param],
    /// Any number of further arguments.
    rest: Option<Param>,
    run: fn(&Args) -> Outcome<Answer>,
}

const fn f(name: &'static str, params: &'static [Param], run: fn(&Args) -> Outcome<Answer>) -> Function {
    Function { name, params, rest: None, run }
}

const fn v(name: &'static str, params: &'static [Param], rest: Param, run: fn(&Args) -> Outcome<Answer>) -> Function {
    Function { name, params, rest: Some(rest), run }
}

/// All functions, sorted by name.
static FUNCTIONS: &[Function] = &[
    f("abs", &[Number], numeric::abs),
    f("abspath", &[NotNull], file::abspath),
    f("alltrue", &[Bools], collection::alltrue),
    f("anytrue", &[Bools], collection::anytrue),
    f("base64decode", &[Text], encoding::base64decode),
    f("base64encode", &[Text], encoding::base64encode),
    f("base64gzip", &[Text], typeconv::not_implemented),
    f("base64sha256", &[Text], hash::base64sha256),
    f("base64sha512", &[Text], hash::base64sha512),
    f("basename", &[Text], string::basename),
    v("bcrypt", &[Text], Number, typeconv::differs_each_run),
    f("ceil", &[Number], numeric::ceil),
    f("chomp", &[Text], string::chomp),
    f("chunklist", &[List, Number], collection::chunklist),
    f("cidrhost", &[Text, Number], net::cidrhost),
    f("cidrnetmask", &[Text], net::cidrnetmask),
    f("cidrsubnet", &[Text, Number, Number], net::cidrsubnet),
    v("cidrsubnets", &[Text], Number, net::cidrsubnets),
    v("coalesce", &[], Any, collection::coalesce),
    v("coalescelist", &[], Any, collection::coalescelist),
    f("compact", &[Texts], collection::compact),
    v("concat", &[Known], Known, collection::concat),
    f("contains", &[Known, NotNull], collection::contains),
    f("csvdecode", &[Text], encoding::csvdecode),
    f("dirname", &[Text], string::dirname),
    f("distinct", &[List], collection::distinct),
    f("element", &[Known, Number], collection::element),
    f("endswith", &[Text, Text], string::endswith),
    f("ephemeralasnull", &[Any], typeconv::unchanged),
    f("file", &[NotNull], file::file),
    f("filebase64", &[NotNull], file::filebase64),
    f("filebase64sha256", &[NotNull], file::filebase64sha256),
    f("filebase64sha512", &[NotNull], file::filebase64sha512),
    f("fileexists", &[NotNull], file::fileexists),
    f("filemd5", &[NotNull], file::filemd5),
    f("fileset", &[NotNull, Text], glob::fileset),
    f("filesha1", &[NotNull], file::filesha1),
    f("filesha256", &[NotNull], file::filesha256),
    f("filesha512", &[NotNull], file::filesha512),
    f("flatten", &[Known], collection::flatten),
    f("floor", &[Number], numeric::floor),
    v("format", &[Text], Any, string::format),
    f("formatdate", &[Text, Text], time::formatdate),
    v("formatlist", &[Text], Any, string::formatlist),
    f("indent", &[Number, Text], string::indent),
    f("index", &[Known, Known], collection::index),
    f("issensitive", &[Any], typeconv::issensitive),
    v("join", &[Text], Texts, string::join),
    f("jsondecode", &[Text], encoding::jsondecode),
    f("jsonencode", &[Any], encoding::jsonencode),
    f("keys", &[NotNull], collection::keys),
    f("length", &[NotNull], collection::length),
    v("list", &[], Any, typeconv::removed),
    f("log", &[Number, Number], numeric::log),
    v("lookup", &[NotNull, Text], Any, collection::lookup),
    f("lower", &[Text], string::lower),
    v("map", &[], Any, typeconv::removed),
    f("matchkeys", &[List, List, List], collection::matchkeys),
    v("max", &[], Number, numeric::max),
    f("md5", &[Text], hash::md5),
    v("merge", &[], Any, collection::merge),
    v("min", &[], Number, numeric::min),
    f("nonsensitive", &[Any], typeconv::unchanged),
    f("one", &[Known], collection::one),
    f("parseint", &[Known, Number], numeric::parseint),
    f("pathexpand", &[Text], typeconv::pathexpand),
    f("plantimestamp", &[], typeconv::differs_each_run),
    f("pow", &[Number, Number], numeric::pow),
    v("range", &[], Number, numeric::range),
    f("regex", &[Text, Text], string::regex),
    f("regexall", &[Text, Text], string::regexall),
    f("replace", &[Text, Text, Text], string::replace),
    f("reverse", &[Known], collection::reverse),
    f("rsadecrypt", &[Text, Text], typeconv::not_implemented),
    f("sensitive", &[Any], typeconv::unchanged),
    v("setintersection", &[Set], Set, collection::setintersection),
    v("setproduct", &[], Known, collection::setproduct),
    f("setsubtract", &[Set, Set], collection::setsubtract),
    v("setunion", &[Set], Set, collection::setunion),
    f("sha1", &[Text], hash::sha1),
    f("sha256", &[Text], hash::sha256),
    f("sha512", &[Text], hash::sha512),
    f("signum", &[Number], numeric::signum),
    f("slice", &[Known, Number, Number], collection::slice),
    f("sort", &[Texts], string::sort),
    f("split", &[Text, Text], string::split),
    f("startswith", &[NotNull, Text], string::startswith),
    f("strcontains", &[Text, Text], string::strcontains),
    f("strrev", &[Text], string::strrev),
    f("substr", &[Text, Number, Number], string::substr),
    f("sum", &[Known], numeric::sum),
    f("textdecodebase64", &[Text, Text], encoding::textdecodebase64),
    f("textencodebase64", &[Text, Text], encoding::textencodebase64),
    f("timeadd", &[Text, Text], time::timeadd),
    f("timecmp", &[Text, Text], time::timecmp),
    f("timestamp", &[], typeconv::differs_each_run),
    f("title", &[Text], string::title),
    f("tobool", &[Any], typeconv::tobool),
    f("tolist", &[Any], typeconv::tolist),
    f("tomap", &[Any], typeconv::tomap),
    f("tonumber", &[Any], typeconv::tonumber),
    f("toset", &[Any], typeconv::toset),
    f("tostring", &[Any], typeconv::tostring),
    f("transpose", &[Known], collection::transpose),
    f("trim", &[Text, Text], string::trim),
    f("trimprefix", &[Text, Text], string::trimprefix),
    f("trimspace", &[Text], string::trimspace),
    f("trimsuffix", &[Text, Text], string::trimsuffix),
    f("type", &[Any], typeconv::console_only),
    f("upper", &[Text], string::upper),
    f("urlencode", &[Text], encoding::urlencode),
    f("uuid", &[], typeconv::differs_each_run),
    f("uuidv5", &[Text, Text], hash::uuidv5),
    f("values", &[Known], collection::values),
    f("yamldecode", &[Text], yaml::yamldecode),
    f("yamlencode", &[Any], yaml_text::yamlencode),
    f("zipmap", &[Texts, Known], collection::zipmap),
];

/// Calls a function by its name, with or without `core::`. `site` is the whole call.
///
/// The result is written at `site`. A new value came through all places that the arguments came through. A value that is handed on (an
/// element, the first argument that is not empty) keeps its own; if it is written outside of the call, that place comes first.
/// Unknown results keep the reason and the place that makes them unknown, but not the name of the unknown, unless it is handed on.
pub fn call(name: &str, args: &[Val], site: Span) -> Result<Val, Failure> {
    call_with(name, args, site, &NoFiles)
}

/// The same for a call that may look at files.
pub fn call_with(name: &str, args: &[Val], site: Span, files: &dyn Files) -> Result<Val, Failure> {
    let name = name.strip_prefix("core::").unwrap_or(name);
    let found = FUNCTIONS.binary_search_by(|function| function.name.cmp(name)).ok().and_then(|i| FUNCTIONS.get(i));
    let function = found.ok_or(Failure::NoSuchFunction)?;
    let answer = Args::new(function.params, function.rest, args, site, files).and_then(|args| (function.run)(&args));
    let value = match answer {
        Ok(Answer::Given(val)) if within(val.at.site, site) => return Ok(val.placed(site)),
        Ok(Answer::Given(val)) => return Ok(val.used_at(site, &format!("chosen by {name}()"), None)),
        Ok(Answer::Made(value)) => value,
        Err(Stop::Unknown(unknown)) => nameless(&unknown, site),
        Err(Stop::Refused(reason)) => return Err(Failure::Error(format!("{name}: {reason}"))),
    };
    Ok(Val { value, at: At { site, hops: hops(args) } })
}

fn within(inner: Span, outer: Span) -> bool {
    inner.file == outer.file && outer.start <= inner.start && inner.end <= outer.end
}

/// An unknown for the same reason that is not the same value. What has no place of its own is due to the call.
fn nameless(unknown: &Unknown, site: Span) -> Value {
    Value::Unknown(Arc::new(Unknown { span: Some(unknown.span.unwrap_or(site)), ..unknown.nameless() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(FUNCTIONS.is_sorted_by(|a, b| a.name < b.name));
    }
}
