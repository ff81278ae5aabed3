//! Terraform's functions called one by one, for what recorded answers (see `tests/oracle`) cannot show: what is known of a partly unknown
//! value, names, places and bounds.

#![allow(clippy::unwrap_used)]

use overlint::eval::terraform::functions::{Failure, call};
use overlint::source::{Sources, Span};
use overlint::value::{At, Hop, Hops, Map, Term, TermPart, Unknown, Val, Value};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;

fn span(start: usize, end: usize) -> Span {
    Span::new(Sources::new().add("main.tf", b""), start, end)
}

/// The call that all tests make.
fn site() -> Span {
    span(100, 200)
}

/// An argument from its JSON form, written within the call.
fn val(json: &Json) -> Val {
    let at = At::new(span(110, 120));
    let value = match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => Value::Number(number.as_f64().unwrap()),
        Json::String(text) => Value::string(text.as_str()),
        Json::Array(items) => Value::list(items.iter().map(val).collect()),
        Json::Object(entries) if entries.contains_key("$unknown") => {
            Value::Unknown(Arc::new(Unknown::new("var.unknown has no value", Some(span(7, 9)))))
        }
        Json::Object(entries) if entries.contains_key("$set") => {
            return call("toset", &[val(&entries["$set"])], span(110, 120)).unwrap();
        }
        Json::Object(entries) => Value::map(entries.iter().map(|(key, item)| (key.as_str().into(), val(item))).collect()),
    };
    Val { value, at }
}

/// A result as JSON; `None` if any of it is unknown. Numbers are compared as `f64`.
fn plain(value: &Value) -> Option<Json> {
    let all = |items: &[Val]| items.iter().map(|item| plain(&item.value)).collect::<Option<Vec<_>>>().map(Json::Array);
    match value {
        Value::Null => Some(Json::Null),
        Value::Bool(truth) => Some(json!(truth)),
        Value::Number(number) => Some(json!(number)),
        Value::String(text) => Some(json!(text.as_ref())),
        Value::List(items) | Value::Set(items) => all(items),
        Value::Map(map) if map.open.is_some() => None,
        Value::Map(map) => {
            let entries = map.entries.iter().map(|(key, item)| Some((key.to_string(), plain(&item.value)?)));
            entries.collect::<Option<serde_json::Map<_, _>>>().map(Json::Object)
        }
        Value::Unknown(_) => None,
    }
}

fn unknown(reason: &str) -> Val {
    let reason = Unknown::new(reason, Some(span(7, 9)));
    Val::new(Value::Unknown(Arc::new(reason)), span(110, 120))
}

fn named(reason: &str, parts: &[TermPart]) -> Val {
    let unknown = Unknown::new(reason, Some(span(7, 9))).called(Some(Term(parts.into())));
    Val::new(Value::Unknown(Arc::new(unknown)), span(110, 120))
}

fn subnet_id() -> Val {
    named("azurerm_subnet.a.id is known after apply", &[TermPart::Attribute("azurerm_subnet.a".into(), "id".into())])
}

fn list(items: &[Val]) -> Val {
    Val::new(Value::list(items.to_vec()), span(110, 120))
}

fn map(entries: &[(&str, Val)], open: Option<&str>) -> Val {
    let entries: BTreeMap<Arc<str>, Val> = entries.iter().map(|(key, val)| ((*key).into(), val.clone())).collect();
    let open = open.map(|reason| Arc::new(Unknown::new(reason, None)));
    Val::new(Value::Map(Arc::new(Map { entries, open, ..Map::default() })), span(110, 120))
}

fn text(text: &str) -> Val {
    val(&json!(text))
}

/// A result in short: texts and numbers as JSON, unknowns as `?reason`, an open map with `..reason` behind its entries.
fn short(value: &Value) -> String {
    let all = |items: &[Val]| items.iter().map(|item| short(&item.value)).collect::<Vec<_>>().join(" ");
    match value {
        Value::Unknown(unknown) => format!("?{}", unknown.reason),
        Value::List(items) | Value::Set(items) => format!("[{}]", all(items)),
        Value::Map(map) => {
            let mut parts: Vec<String> = map.entries.iter().map(|(key, item)| format!("{key}={}", short(&item.value))).collect();
            parts.extend(map.open.as_ref().map(|open| format!("..{}", open.reason)));
            format!("{{{}}}", parts.join(" "))
        }
        _ => plain(value).unwrap().to_string(),
    }
}

fn known_part(function: &str, args: &[Val]) -> String {
    match call(function, args, site()) {
        Ok(result) => short(&result.value),
        Err(failure) => format!("{failure:?}"),
    }
}

#[test]
fn keeps_the_known_parts_of_partly_unknown_values() {
    let u = || unknown("u");
    let one = || val(&json!(1));
    let half = || list(&[text("a"), u()]);
    for (function, args, expected) in [
        ("concat", vec![half(), list(&[text("b")])], "[\"a\" ?u \"b\"]"),
        ("merge", vec![map(&[("a", u())], None), map(&[("b", one())], None)], "{a=?u b=1.0}"),
        ("merge", vec![map(&[("a", one())], None), u(), map(&[("b", one())], None)], "{a=?u b=1.0 ..u}"),
        ("keys", vec![map(&[("a", u())], None)], "[\"a\"]"),
        ("values", vec![map(&[("a", u()), ("b", one())], None)], "[?u 1.0]"),
        ("zipmap", vec![list(&[text("x"), text("y")]), half()], "{x=\"a\" y=?u}"),
        ("tolist", vec![list(&[one(), u(), text("a")])], "[\"1\" ?u \"a\"]"),
        ("tomap", vec![map(&[("a", one()), ("b", u())], Some("o"))], "{a=1.0 b=?u ..o}"),
        ("toset", vec![list(&[text("b"), u(), text("a"), text("b")])], "[\"a\" \"b\" ?u]"),
        ("slice", vec![half(), val(&json!(0)), one()], "[\"a\"]"),
        ("reverse", vec![half()], "[?u \"a\"]"),
        ("chunklist", vec![half(), one()], "[[\"a\"] [?u]]"),
        ("setproduct", vec![half(), list(&[one()])], "[[\"a\" 1.0] [?u 1.0]]"),
        ("setunion", vec![list(&[text("b")]), half()], "[\"a\" \"b\" ?u]"),
        ("setsubtract", vec![list(&[text("b")]), half()], "?u"),
        ("formatlist", vec![text("%s!"), half()], "[\"a!\" ?u]"),
        ("flatten", vec![list(&[half()])], "?u"),
        ("flatten", vec![list(&[list(&[text("a"), subnet_id()])])], "[\"a\" ?azurerm_subnet.a.id is known after apply]"),
        ("coalesce", vec![text("a"), u()], "\"a\""),
        ("coalesce", vec![u(), text("a")], "?u"),
        ("alltrue", vec![list(&[u(), val(&json!(false))])], "false"),
        ("anytrue", vec![list(&[u(), val(&json!(true))])], "true"),
        ("contains", vec![half(), text("a")], "true"),
        ("contains", vec![half(), text("b")], "?u"),
        ("length", vec![half()], "2.0"),
        ("one", vec![list(&[u()])], "?u"),
    ] {
        assert_eq!(known_part(function, &args), expected, "{function}");
    }
}

#[test]
fn open_maps_may_have_other_keys() {
    let open = || map(&[("a", val(&json!(1)))], Some("o"));
    for (function, args, expected) in [
        ("lookup", vec![open(), text("a"), text("d")], "1.0"),
        ("lookup", vec![open(), text("b"), text("d")], "?o"),
        ("lookup", vec![open(), text("b")], "?o"),
        ("keys", vec![open()], "?o"),
        ("values", vec![open()], "?o"),
        ("length", vec![open()], "?o"),
        ("jsonencode", vec![open()], "?o"),
        ("merge", vec![open(), map(&[("b", val(&json!(2)))], None)], "{a=1.0 b=2.0 ..o}"),
        ("merge", vec![map(&[("a", val(&json!(0))), ("b", val(&json!(2)))], None), open()], "{a=1.0 b=?o ..o}"),
        ("contains", vec![list(&[open()]), map(&[("a", val(&json!(2)))], None)], "false"),
        ("contains", vec![list(&[open()]), map(&[("a", val(&json!(1)))], None)], "?o"),
    ] {
        assert_eq!(known_part(function, &args), expected, "{function}");
    }
}

#[test]
fn known_starts_decide_startswith() {
    let id = named("u", &[TermPart::Text("10.".into()), TermPart::Symbol("var.x".into())]);
    for (prefix, expected) in [("10.", "true"), ("1", "true"), ("", "true"), ("192", "false"), ("10.1", "?u")] {
        assert_eq!(known_part("startswith", &[id.clone(), text(prefix)]), expected, "{prefix}");
    }
}

fn term(val: &Val) -> Option<&Term> {
    val.value.as_unknown().and_then(|unknown| unknown.term.as_ref())
}

#[test]
fn an_unknown_keeps_its_name_only_where_it_is_handed_on() {
    for (function, args) in [
        ("tostring", vec![subnet_id()]),
        ("element", vec![list(&[subnet_id()]), val(&json!(0))]),
        ("lookup", vec![map(&[("a", subnet_id())], None), text("a")]),
        ("one", vec![list(&[subnet_id()])]),
        ("nonsensitive", vec![subnet_id()]),
    ] {
        assert!(term(&call(function, &args, site()).unwrap()).is_some(), "{function}");
    }
    for (function, args) in
        [("lower", vec![subnet_id()]), ("coalesce", vec![subnet_id(), text("a")]), ("tonumber", vec![subnet_id()])]
    {
        let result = call(function, &args, site()).unwrap();
        assert!(term(&result).is_none(), "{function}");
        let unknown = result.value.as_unknown().unwrap();
        assert_eq!((unknown.reason.as_ref(), unknown.span), ("azurerm_subnet.a.id is known after apply", Some(span(7, 9))));
    }
    // Equal names are equal values.
    assert_eq!(known_part("contains", &[list(&[subnet_id()]), subnet_id()]), "true");
}

#[test]
fn results_know_where_they_came_from() {
    let from = |label: &str, mut val: Val| {
        val.at.hops = Hops::from_vec(vec![Hop { label: label.into(), span: span(1, 2), resource: None }]);
        val
    };
    let labels = |val: &Val| val.at.hops.iter().map(|hop| (hop.label.to_string(), hop.span)).collect::<Vec<_>>();
    let made = call(
        "cidrsubnet",
        &[from("local.range", text("10.0.0.0/8")), from("local.bits", val(&json!(8))), val(&json!(1))],
        site(),
    );
    let both = vec![("local.range".to_owned(), span(1, 2)), ("local.bits".to_owned(), span(1, 2))];
    assert_eq!(labels(&made.unwrap()), both);
    let joined = call("join", &[text("."), list(&[from("local.range", text("a")), from("local.bits", text("b"))])], site());
    assert_eq!(labels(&joined.unwrap()), both);
    // What is written within the call needs no hop of its own, what is written elsewhere does.
    let here = call("coalesce", &[val(&json!(null)), from("local.range", text("a"))], site()).unwrap();
    assert_eq!(labels(&here), [("local.range".to_owned(), span(1, 2))]);
    let elsewhere = from("default of var.x", text("10.0.0.0/8")).placed(span(300, 310));
    let chosen = call("lookup", &[map(&[("a", elsewhere.clone())], None), text("a")], site()).unwrap();
    assert_eq!(labels(&chosen), [("chosen by lookup()".to_owned(), span(300, 310)), ("default of var.x".to_owned(), span(1, 2))]);
    let merged = call("merge", &[map(&[("a", elsewhere)], None)], site()).unwrap();
    let Value::Map(merged) = &merged.value else { panic!() };
    assert_eq!(merged.entries["a"].at.site, span(300, 310));
    let late = call("timestamp", &[], site()).unwrap();
    assert_eq!(late.value.as_unknown().unwrap().span, Some(site()));
}

#[test]
fn nothing_grows_without_bounds() {
    let long = text(&"a".repeat(1 << 20));
    let many = call("range", &[val(&json!(1000))], site()).unwrap();
    let mut deep = list(&[]);
    for _ in 0..300 {
        deep = list(&[deep]);
    }
    // Shared parts: 2^40 of them, if each were looked at.
    let mut wide = list(&[text("a")]);
    for _ in 0..40 {
        wide = list(&[wide.clone(), wide]);
    }
    let huge = val(&json!(2_000_000));
    for (function, args) in [
        ("replace", vec![long.clone(), text("a"), long.clone()]),
        ("replace", vec![long.clone(), text("/a/"), long.clone()]),
        ("join", vec![text(","), list(&[long.clone(), long.clone()])]),
        ("split", vec![text(""), long.clone()]),
        ("regexall", vec![text("a"), long.clone()]),
        ("indent", vec![huge.clone(), text("a\nb")]),
        ("format", vec![text("%2000000d"), val(&json!(1))]),
        ("format", vec![text("%.2000000f"), val(&json!(1))]),
        ("setproduct", vec![many.clone(), many.clone(), many]),
        ("regex", vec![text("(?:\\p{L}{1000}){1000}"), text("a")]),
    ]
    .into_iter()
    .chain(
        ["jsonencode", "flatten", "tolist", "toset", "distinct", "setunion"]
            .into_iter()
            .flat_map(|f| [(f, vec![deep.clone()]), (f, vec![wide.clone()])]),
    ) {
        assert!(known_part(function, &args).starts_with('?'), "{function}: {}", known_part(function, &args));
    }
    assert!(known_part("contains", &[list(&[wide.clone()]), wide.clone()]).starts_with('?'));
    let numbers = call("range", &[val(&json!(1024))], site()).unwrap();
    assert_eq!(known_part("length", &[numbers]), "1024.0");
}

#[test]
fn failures_name_the_function() {
    assert_eq!(call("nosuch", &[], site()).unwrap_err(), Failure::NoSuchFunction);
    assert_eq!(call("core::nosuch", &[], site()).unwrap_err(), Failure::NoSuchFunction);
    let args = [text("10.0.0.0/16"), val(&json!(4)), val(&json!(16))];
    let expected = "cidrsubnet: an extension by 4 bits has no room for subnet number 16".to_owned();
    assert_eq!(call("core::cidrsubnet", &args, site()).unwrap_err(), Failure::Error(expected));
    let expected = "upper: argument 1: list where a string is needed".to_owned();
    assert_eq!(call("upper", &[list(&[])], site()).unwrap_err(), Failure::Error(expected));
}
