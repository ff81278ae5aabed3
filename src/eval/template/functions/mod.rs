//! The functions of ARM templates and Bicep that need nothing but their arguments, and those that take lambdas. Operators are functions
//! too, as they are in what Bicep compiles to.
//!
//! A result is known only if it is the same for every value that the unknown parts may turn out to have. What Azure refuses, and what is
//! not worked out here, is an unknown value that says why.
//!
//! Sources: Microsoft's reference of template functions and of Bicep functions; the tests of `Azure/bicep`, which run Azure's own code.
//! `testdata/vectors/templates/` has the examples.

mod args;
mod array;
mod cidr;
mod compare;
mod date;
mod encoding;
mod format;
mod json;
mod lambda;
mod logical;
mod numeric;
mod object;
mod search;
mod string;
mod union;
mod uri;

use crate::eval::naming::called;
use crate::eval::outcome::{Outcome, Stop, hops};
use crate::source::Span;
use crate::value::{At, Term, Unknown, Val, Value};
use args::Args;
use args::Param::{self, Any, Int, Known, List, Map, NotNull, Text};
pub use lambda::call_lambda;
use std::sync::Arc;

/// What a function returns.
enum Answer {
    /// A new value, which came through the places of all arguments.
    Made(Value),
    /// An argument or a part of one, which keeps its place.
    Given(Val),
}

struct Function {
    /// As it is spelled in the reference, and in the names of unknown values.
    name: &'static str,
    params: &'static [Param],
    /// Further arguments that may be left out.
    optional: &'static [Param],
    /// Any number of further arguments.
    rest: Option<Param>,
    run: fn(&Args) -> Outcome<Answer>,
}

type Run = fn(&Args) -> Outcome<Answer>;

const fn f(name: &'static str, params: &'static [Param], run: Run) -> Function {
    Function { name, params, optional: &[], rest: None, run }
}

const fn o(name: &'static str, params: &'static [Param], optional: &'static [Param], run: Run) -> Function {
    Function { name, params, optional, rest: None, run }
}

const fn v(name: &'static str, params: &'static [Param], rest: Param, run: Run) -> Function {
    Function { name, params, optional: &[], rest: Some(rest), run }
}

/// All functions, sorted by name.
static FUNCTIONS: &[Function] = &[
    f("add", &[Int, Int], numeric::add),
    v("and", &[], Any, logical::and),
    f("array", &[NotNull], array::array),
    f("base64", &[Text], encoding::base64),
    f("base64ToJson", &[Text], encoding::base64_to_json),
    f("base64ToString", &[Text], encoding::base64_to_string),
    f("bool", &[Known], logical::bool),
    f("buildUri", &[Map], uri::build_uri),
    f("cidrHost", &[Text, Int], cidr::cidr_host),
    f("cidrSubnet", &[Text, Int, Int], cidr::cidr_subnet),
    v("coalesce", &[], Any, logical::coalesce),
    v("concat", &[NotNull], NotNull, string::concat),
    f("contains", &[NotNull, Any], search::contains),
    v("createArray", &[], Any, array::create_array),
    v("createObject", &[], Any, object::create_object),
    f("dataUri", &[Known], encoding::data_uri),
    f("dataUriToString", &[Text], encoding::data_uri_to_string),
    o("dateTimeAdd", &[Text, Text], &[Text], date::date_time_add),
    f("dateTimeFromEpoch", &[Int], date::date_time_from_epoch),
    f("dateTimeToEpoch", &[Text], date::date_time_to_epoch),
    f("div", &[Int, Int], numeric::div),
    f("empty", &[Any], search::empty),
    f("endsWith", &[NotNull, Text], search::ends_with),
    f("equals", &[Any, Any], compare::equals),
    f("false", &[], logical::r#false),
    f("first", &[NotNull], array::first),
    f("flatten", &[List], array::flatten),
    f("float", &[Known], numeric::float),
    v("format", &[Text], Any, format::format),
    f("greater", &[Known, Known], compare::greater),
    f("greaterOrEquals", &[Known, Known], compare::greater_or_equals),
    v("guid", &[Text], Text, encoding::guid),
    f("indexFromEnd", &[List, Int], array::index_from_end),
    f("indexOf", &[Known, Any], search::index_of),
    f("int", &[Known], numeric::int),
    v("intersection", &[Known, Known], Known, union::intersection),
    f("items", &[Map], object::items),
    f("join", &[List, NotNull], string::join),
    f("json", &[Text], json::json),
    f("last", &[NotNull], array::last),
    f("lastIndexOf", &[Known, Any], search::last_index_of),
    f("length", &[Known], search::length),
    f("less", &[Known, Known], compare::less),
    f("lessOrEquals", &[Known, Known], compare::less_or_equals),
    v("max", &[Known], Known, numeric::max),
    v("min", &[Known], Known, numeric::min),
    f("mod", &[Int, Int], numeric::modulo),
    f("mul", &[Int, Int], numeric::mul),
    f("not", &[Any], logical::not),
    f("null", &[], object::null),
    f("objectKeys", &[Map], object::object_keys),
    v("or", &[], Any, logical::or),
    o("padLeft", &[Known, Int], &[Text], string::pad_left),
    f("parseCidr", &[Text], cidr::parse_cidr),
    f("parseUri", &[Text], uri::parse_uri),
    f("range", &[Int, Int], array::range),
    f("replace", &[NotNull, Text, Text], string::replace),
    f("shallowMerge", &[List], union::shallow_merge),
    f("skip", &[NotNull, Int], array::skip),
    f("split", &[NotNull, Known], string::split),
    f("startsWith", &[NotNull, Text], search::starts_with),
    f("string", &[NotNull], string::string),
    f("sub", &[Int, Int], numeric::sub),
    o("substring", &[NotNull, Int], &[Int], string::substring),
    f("take", &[NotNull, Int], array::take),
    f("toLower", &[NotNull], string::to_lower),
    f("toUpper", &[NotNull], string::to_upper),
    f("trim", &[Text], string::trim),
    f("true", &[], logical::r#true),
    v("tryGet", &[Any, Known], Known, object::try_get),
    f("tryIndexFromEnd", &[Any, Any], array::try_index_from_end),
    v("union", &[Any, Any], Any, union::union),
    v("uniqueString", &[Text], Text, encoding::unique_string),
    f("uri", &[Text, Text], uri::uri),
    f("uriComponent", &[Text], uri::uri_component),
    f("uriComponentToString", &[Text], uri::uri_component_to_string),
];

/// Calls a function by its name, in any letter case. `None` when there is none of this name that needs only its arguments.
///
/// What Azure would refuse is an unknown value that says why. A new value is written at `site` and came through all places that the
/// arguments came through; an element of an argument keeps its own place. An unknown result keeps the reason and the place that make it
/// unknown and, where all arguments have names, has the call as its name.
pub fn call(name: &str, args: &[Val], site: Span) -> Option<Val> {
    let function = FUNCTIONS.iter().find(|function| function.name.eq_ignore_ascii_case(name))?;
    let outcome = Args::new(function, args, site).and_then(|args| (function.run)(&args));
    Some(finish(function.name, args, site, outcome, true))
}

/// The value that an outcome is. An unknown one has the call as its name, if the arguments are all that it depends on.
fn finish(name: &str, args: &[Val], site: Span, outcome: Outcome<Answer>, pure: bool) -> Val {
    let value = match outcome {
        Ok(Answer::Given(val)) => return val,
        Ok(Answer::Made(value)) => value,
        Err(Stop::Unknown(unknown)) => {
            let term = if pure { called(name, &args.iter().collect::<Vec<_>>()).map(Term::symbol) } else { None };
            Value::Unknown(Arc::new(nameless(&unknown, site).called(term)))
        }
        Err(Stop::Refused(reason)) => Value::unknown(format!("Azure refuses {name}(): {reason}"), site),
    };
    Val { value, at: At { site, hops: hops(args) } }
}

/// An unknown for the same reason that is not the same value. What has no place of its own is due to the call.
fn nameless(unknown: &Unknown, site: Span) -> Unknown {
    Unknown { span: Some(unknown.span.unwrap_or(site)), ..unknown.nameless() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(FUNCTIONS.is_sorted_by(|a, b| a.name.to_ascii_lowercase() < b.name.to_ascii_lowercase()));
    }
}
