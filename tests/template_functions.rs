//! The functions of ARM templates and Bicep: examples of Azure's documentation and of other projects' tests, and what examples cannot
//! show: what is known of partly unknown values, names, places and bounds.

#![allow(clippy::unwrap_used)]

use overlint::eval::template::functions::{call, call_lambda};
use overlint::source::{FileId, Sources, Span};
use overlint::value::{At, Hop, Hops, Map, Term, TermPart, Unknown, Val, Value};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, LazyLock};

fn span(start: usize, end: usize) -> Span {
    static FILE: LazyLock<FileId> = LazyLock::new(|| Sources::new().add("main.bicep", b""));
    Span::new(*FILE, start, end)
}

/// The call that all tests make.
fn site() -> Span {
    span(100, 200)
}

fn at(value: Value) -> Val {
    Val::new(value, span(110, 120))
}

/// A value from its JSON form.
fn val(json: &Json) -> Val {
    at(match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => Value::Number(number.as_f64().unwrap()),
        Json::String(text) => Value::string(text.as_str()),
        Json::Array(items) => Value::list(items.iter().map(val).collect()),
        Json::Object(entries) => Value::map(entries.iter().map(|(key, item)| (key.as_str().into(), val(item))).collect()),
    })
}

/// A value as JSON; `None` if any of it is unknown. Numbers are compared as `f64`.
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    function: String,
    args: Vec<Json>,
    /// What the source says, unless it says that the call is refused.
    #[serde(default, deserialize_with = "present")]
    is: Option<Json>,
    #[serde(default)]
    refused: bool,
    source: String,
    /// Why overlint answers otherwise.
    unmet: Option<String>,
}

/// Null is a result too.
fn present<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(from).map(Some)
}

#[test]
fn agrees_with_the_examples_of_others() {
    let (mut count, mut wrong) = (0, Vec::new());
    for name in ["reference.json", "bicep.json", "psrule.json"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/vectors/templates").join(name);
        let vectors: Vec<Vector> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        for vector in vectors {
            assert!(vector.is.is_some() != vector.refused, "{name}: {}", vector.function);
            assert!(!vector.source.is_empty());
            count += 1;
            let args: Vec<Val> = vector.args.iter().map(val).collect();
            let result = call(&vector.function, &args, site()).unwrap();
            let met = match &vector.is {
                Some(wanted) => plain(&result.value) == plain(&val(wanted).value),
                None => result.value.as_unknown().is_some(),
            };
            if met == vector.unmet.is_some() {
                wrong.push(format!("{name}: {}{} is {}", vector.function, json!(vector.args), short(&result.value)));
            }
        }
    }
    assert!(count > 600, "{count}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A value in short: texts and numbers as JSON, unknowns as `?name`, or `?reason` without a name; an open map with `..` behind its entries.
fn short(value: &Value) -> String {
    let all = |items: &[Val]| items.iter().map(|item| short(&item.value)).collect::<Vec<_>>().join(" ");
    match value {
        Value::Unknown(unknown) => match &unknown.term {
            Some(term) => {
                format!("?{}", term.0.iter().map(|part| Term([part.clone()].into()).to_string()).collect::<Vec<_>>().join("+"))
            }
            None => format!("?{}", unknown.reason),
        },
        Value::List(items) | Value::Set(items) => format!("[{}]", all(items)),
        Value::Map(map) => {
            let mut parts: Vec<String> = map.entries.iter().map(|(key, item)| format!("{key}={}", short(&item.value))).collect();
            parts.extend(map.open.as_ref().map(|_| "..".to_owned()));
            format!("{{{}}}", parts.join(" "))
        }
        Value::Number(number) => number.to_string(),
        _ => plain(value).unwrap().to_string(),
    }
}

fn unknown(parts: &[TermPart]) -> Val {
    let unknown = Unknown::new("why", Some(span(7, 9)));
    at(Value::Unknown(Arc::new(unknown.called((!parts.is_empty()).then(|| Term(parts.into()))))))
}

/// A parameter without a value.
fn x() -> Val {
    unknown(&[TermPart::Symbol("x".into())])
}

fn y() -> Val {
    unknown(&[TermPart::Symbol("y".into())])
}

/// Something of which not even a name is known.
fn what() -> Val {
    unknown(&[])
}

/// `snet-${x}`
fn named() -> Val {
    unknown(&[TermPart::Text("snet-".into()), TermPart::Symbol("x".into())])
}

fn id() -> Val {
    unknown(&[TermPart::Attribute("vnet".into(), "id".into())])
}

fn list(items: &[Val]) -> Val {
    at(Value::list(items.to_vec()))
}

fn map(entries: &[(&str, Val)], open: bool) -> Val {
    let entries: BTreeMap<Arc<str>, Val> = entries.iter().map(|(key, val)| ((*key).into(), val.clone())).collect();
    let open = open.then(|| Arc::new(Unknown::new("open", None)));
    at(Value::Map(Arc::new(Map { entries, open, ..Map::default() })))
}

fn text(text: &str) -> Val {
    val(&json!(text))
}

fn n(number: i64) -> Val {
    val(&json!(number))
}

#[track_caller]
fn check(function: &str, args: &[Val], expected: &str) {
    assert_eq!(short(&call(function, args, site()).unwrap().value), expected, "{function}");
}

#[test]
fn names_are_found_in_any_letter_case_and_others_are_not() {
    check("TOLOWER", &[text("A")], "\"a\"");
    for name in ["resourceId", "utcNow", "newGuid", "if", "map", "nothing"] {
        assert!(call(name, &[], site()).is_none(), "{name}");
    }
}

#[test]
fn the_result_for_an_unknown_argument_is_called_by_the_call() {
    let t = || val(&json!(true));
    for (function, args, expected) in [
        ("length", vec![x()], "?length(x)"),
        ("ADD", vec![x(), n(1)], "?add(x, 1)"),
        ("add", vec![n(1), what()], "?why"),
        ("last", vec![x()], "?last(x)"),
        ("split", vec![x(), text("/")], "?split(x, \"/\")"),
        ("cidrSubnet", vec![x(), n(24), n(0)], "?cidrSubnet(x, 24, 0)"),
        ("equals", vec![x(), text("a")], "?equals(x, \"a\")"),
        ("equals", vec![x(), x()], "true"),
        ("equals", vec![what(), what()], "?why"),
        ("not", vec![x()], "?not(x)"),
        ("not", vec![unknown(&[TermPart::Symbol("not(x)".into())])], "?x"),
        ("and", vec![t(), x()], "?x"),
        ("and", vec![x(), y(), t()], "?and(x, y)"),
        ("and", vec![x(), val(&json!(false))], "false"),
        ("or", vec![what(), t()], "true"),
        ("or", vec![what(), x()], "?why"),
        ("uniqueString", vec![text("a"), text("b")], "?uniqueString(\"a\", \"b\")"),
        ("uniqueString", vec![x()], "?uniqueString(x)"),
        ("guid", vec![x(), text("b")], "?guid(x, \"b\")"),
        ("tryGet", vec![x(), text("a"), n(0)], "?x.a[0]"),
        ("json", vec![x()], "?json(x)"),
        ("array", vec![x()], "?array(x)"),
        ("array", vec![id()], "[?vnet.id]"),
        ("union", vec![x(), y()], "?union(x, y)"),
        ("replace", vec![x(), text("a"), text("b")], "?replace(x, \"a\", \"b\")"),
    ] {
        check(function, &args, expected);
    }
}

#[test]
fn known_parts_of_texts_stay_known() {
    for (function, args, expected) in [
        ("format", vec![text("a{0}/{1}{{}}"), x(), n(2)], "?\"a\"+x+\"/2{}\""),
        ("format", vec![text("{0}"), x()], "?x"),
        ("format", vec![text("{0:D2}"), x()], "?format(\"{0:D2}\", x)"),
        ("format", vec![text("{0}{1}"), x(), what()], "?why"),
        ("format", vec![text("{0}"), named()], "?\"snet-\"+x"),
        ("concat", vec![text("a"), x(), text("b"), text("c")], "?\"a\"+x+\"bc\""),
        ("concat", vec![text("a"), n(1), val(&json!(true))], "\"a1True\""),
        ("join", vec![list(&[text("a"), x()]), text("-")], "?\"a-\"+x"),
        ("join", vec![list(&[text("a"), text("b")]), x()], "?\"a\"+x+\"b\""),
        ("toLower", vec![unknown(&[TermPart::Text("A".into()), TermPart::Symbol("x".into())])], "?\"a\"+toLower(x)"),
        ("toLower", vec![unknown(&[TermPart::Symbol("toLower(x)".into())])], "?toLower(x)"),
        ("toUpper", vec![id()], "?toUpper(vnet.id)"),
        ("take", vec![named(), n(4)], "\"snet\""),
        ("take", vec![named(), n(6)], "?take(\"snet-\"x, 6)"),
        ("skip", vec![named(), n(2)], "?\"et-\"+x"),
        ("substring", vec![named(), n(1), n(3)], "\"net\""),
        ("first", vec![named()], "\"s\""),
        ("startsWith", vec![named(), text("SNET")], "true"),
        ("startsWith", vec![named(), text("vnet")], "false"),
        ("startsWith", vec![named(), text("snet-a")], "?startsWith(\"snet-\"x, \"snet-a\")"),
        ("endsWith", vec![named(), text("a")], "?endsWith(\"snet-\"x, \"a\")"),
        ("contains", vec![named(), text("net")], "true"),
        ("contains", vec![named(), text("vm")], "?contains(\"snet-\"x, \"vm\")"),
        ("empty", vec![named()], "false"),
        ("empty", vec![id()], "false"),
        ("empty", vec![x()], "?empty(x)"),
        ("empty", vec![unknown(&[TermPart::Symbol("uniqueString(x)".into())])], "false"),
        ("equals", vec![named(), text("vnet-a")], "false"),
        ("equals", vec![named(), text("snet-a")], "?equals(\"snet-\"x, \"snet-a\")"),
        ("equals", vec![named(), text("snet")], "false"),
        ("equals", vec![named(), val(&json!(null))], "false"),
        ("equals", vec![named(), val(&json!(["snet-"]))], "false"),
        ("equals", vec![id(), val(&json!(null))], "false"),
        ("equals", vec![x(), val(&json!(null))], "?equals(x, null)"),
        ("coalesce", vec![id(), text("a")], "?vnet.id"),
        ("coalesce", vec![x(), text("a"), what()], "?why"),
        ("coalesce", vec![val(&json!(null)), x(), text("a")], "?coalesce(x, \"a\")"),
        ("coalesce", vec![val(&json!(null)), x()], "?x"),
        ("string", vec![named()], "?\"snet-\"+x"),
        ("string", vec![x()], "?string(x)"),
        ("uniqueString", vec![named()], "?uniqueString(\"snet-\"x)"),
    ] {
        check(function, &args, expected);
    }
}

#[test]
fn known_parts_of_arrays_and_objects_stay_known() {
    let half = || list(&[text("a"), x()]);
    let null = || val(&json!(null));
    for (function, args, expected) in [
        ("concat", vec![half(), list(&[text("b")])], "[\"a\" ?x \"b\"]"),
        ("concat", vec![half(), y()], "?why"),
        ("length", vec![half()], "2"),
        ("empty", vec![half()], "false"),
        ("first", vec![half()], "\"a\""),
        ("last", vec![half()], "?x"),
        ("contains", vec![half(), text("a")], "true"),
        ("contains", vec![half(), text("b")], "?why"),
        ("contains", vec![half(), x()], "true"),
        ("take", vec![half(), n(1)], "[\"a\"]"),
        ("indexOf", vec![half(), text("b")], "?why"),
        ("flatten", vec![list(&[half(), half()])], "[\"a\" ?x \"a\" ?x]"),
        ("flatten", vec![list(&[half(), x()])], "?why"),
        ("union", vec![half(), list(&[text("b")])], "?why"),
        ("union", vec![half(), list(&[text("a"), x()])], "?why"),
        ("union", vec![list(&[x()]), list(&[x()])], "[?x]"),
        ("union", vec![list(&[id()]), list(&[n(1)])], "[?vnet.id 1]"),
        ("union", vec![map(&[("a", n(1))], false), x(), map(&[("b", n(2))], false)], "{a=?why b=2 ..}"),
        ("union", vec![x(), map(&[("b", map(&[("c", n(1))], false))], false)], "{b={c=1 ..} ..}"),
        (
            "union",
            vec![map(&[("a", n(1))], false), map(&[("b", n(2))], true), map(&[("c", n(3))], false)],
            "{a=?open b=2 c=3 ..}",
        ),
        (
            "union",
            vec![map(&[("a", map(&[("x", n(1))], false))], false), map(&[("A", map(&[("y", n(2))], false))], false)],
            "{a={x=1 y=2}}",
        ),
        ("union", vec![map(&[("a", n(1))], false), map(&[("a", x())], false)], "{a=?x}"),
        ("union", vec![map(&[("a", map(&[], false))], false), map(&[("a", x())], false)], "{a=?why}"),
        (
            "union",
            vec![map(&[("a", n(1)), ("b", null())], false), map(&[("a", null()), ("b", null())], false)],
            "{a=?whether null replaces a value here is not worked out b=null}",
        ),
        ("union", vec![null(), null()], "?Azure refuses union(): there is no object and no array"),
        (
            "shallowMerge",
            vec![list(&[map(&[("a", map(&[("x", n(1))], false))], false), map(&[("a", map(&[], false))], false)])],
            "{a={}}",
        ),
        ("shallowMerge", vec![list(&[map(&[("a", n(1))], false), x(), map(&[("b", n(1))], false)])], "{a=?why b=1 ..}"),
        ("intersection", vec![map(&[("a", n(1))], false), map(&[("a", n(1))], true)], "?open"),
        ("intersection", vec![half(), list(&[text("b")])], "?why"),
        ("createObject", vec![text("a"), n(1), x(), n(2), text("b"), n(3)], "{a=?why b=3 ..}"),
        ("items", vec![map(&[("a", x())], false)], "[{key=\"a\" value=?x}]"),
        ("items", vec![map(&[("a", x())], true)], "?open"),
        ("objectKeys", vec![map(&[("a", x())], false)], "[\"a\"]"),
        ("tryGet", vec![map(&[("Abc", n(1))], false), text("aBC")], "1"),
        ("tryGet", vec![map(&[("a", n(1))], true), text("b")], "?open"),
        ("tryGet", vec![null(), text("b")], "null"),
        ("contains", vec![map(&[("Abc", x())], false), text("abc")], "true"),
        ("contains", vec![map(&[("a", n(1))], true), text("a")], "true"),
        ("contains", vec![map(&[("a", n(1))], true), text("b")], "?open"),
        ("empty", vec![map(&[("a", n(1))], true)], "false"),
        ("empty", vec![map(&[], true)], "?open"),
        ("length", vec![map(&[], true)], "?open"),
        ("equals", vec![map(&[("a", n(1))], true), map(&[("a", n(1))], false)], "?open"),
        ("equals", vec![map(&[("a", n(1)), ("b", n(1))], false), map(&[("a", n(1))], false)], "false"),
        ("equals", vec![list(&[x(), n(1)]), list(&[y(), n(2)])], "false"),
        ("string", vec![half()], "?why"),
        ("max", vec![list(&[n(1), x()])], "?why"),
    ] {
        check(function, &args, expected);
    }
}

#[test]
fn says_in_words_what_azure_refuses() {
    for (function, args, expected) in [
        ("cidrSubnet", vec![text("10.0.0.0/24"), n(24), n(1)], "10.0.0.0/24 has no /24 number 1, but 1, from 0"),
        ("cidrSubnet", vec![text("10.0.0.0/24"), n(16), n(0)], "10.0.0.0/24 has no ranges with prefix length 16"),
        ("cidrHost", vec![text("10.0.0.0/30"), n(2)], "10.0.0.0/30 has no host number 2, but 2, from 0"),
        ("cidrHost", vec![text("10.0.0.0"), n(2)], "\"10.0.0.0\" is not an address range: it has no prefix length such as /16"),
        ("toLower", vec![n(1)], "number where a string is needed"),
        ("length", vec![], "it takes 1 arguments, not 0"),
        ("div", vec![n(1), n(0)], "nothing can be divided by 0"),
        ("replace", vec![text("a"), text(""), text("b")], "the text to replace is empty"),
        ("format", vec![text("{1}"), n(1)], "the format uses argument 1 of 1"),
        ("format", vec![text("}"), n(1)], "the format has a } without {"),
        ("split", vec![text("a"), list(&[])], ""),
    ] {
        let result = call(function, &args, site()).unwrap();
        let reason = result.value.as_unknown().unwrap().reason.to_string();
        assert!(reason.ends_with(expected), "{reason}");
    }
    check(
        "mul",
        &[n(1 << 52), n(1 << 52)],
        "?Azure refuses mul(): the result of 4503599627370496 and 4503599627370496 does not fit into 64 bits",
    );
}

#[test]
fn formats_as_dotnet_does() {
    for (format, arg, expected) in [
        ("{0:D2}", n(5), "05"),
        ("{0:d3}", n(-5), "-005"),
        ("{0:000}", n(12), "012"),
        ("{0:X}", n(255), "FF"),
        ("{0:x4}", n(255), "00ff"),
        ("{0:X}", n(-1), "FFFFFFFFFFFFFFFF"),
        ("{0:N0}", n(-1234567), "-1,234,567"),
        ("{0:N2}", n(999), "999.00"),
        ("{0:F1}", n(3), "3.0"),
        ("{0,5}|", n(42), "   42|"),
        ("{0,-5}|", text("ab"), "ab   |"),
        ("{0,4:D2}", n(7), "  07"),
        ("{{{0}}}", text("a"), "{a}"),
        ("{0}{0}", text("a"), "aa"),
        ("{0:D2}", text("a"), "a"),
        ("{0}", val(&json!(["it's"])), "['it\\'s']"),
    ] {
        check("format", &[text(format), arg], &json!(expected).to_string());
    }
    for format in ["{0:C}", "{0:N}", "{0:#}", "{0", "{}", "{a}", "{0:D999}"] {
        assert!(call("format", &[text(format), n(1)], site()).unwrap().value.as_unknown().is_some(), "{format}");
    }
}

#[test]
fn numbers_round_and_end_as_in_64_bits() {
    for (function, a, b, expected) in [
        ("div", -7, 2, "-3"),
        ("mod", -7, 2, "-1"),
        ("mod", 7, -2, "1"),
        ("sub", 0, 5, "-5"),
        ("div", i64::from(i32::MIN), -1, "2147483648"),
    ] {
        check(function, &[n(a), n(b)], expected);
    }
    check("int", &[text(" -12 ")], "-12");
    check("add", &[n(1 << 53), n(1)], "?add(9007199254740992, 1)");
}

#[test]
fn reads_json_that_is_not_strict() {
    for (json, expected) in [
        ("{a: 'b', // c\n 'd': [1, 2,], /* e */ \"f\": true,}", "{a=\"b\" d=[1 2] f=true}"),
        ("{'a': \"it's\"}", "{a=\"it's\"}"),
        ("{'a': 'say \"x\"'}", "{a=\"say \\\"x\\\"\"}"),
        (" 'x,]' ", "\"x,]\""),
        ("1.5", "1.5"),
        ("[-1e3]", "[-1000]"),
    ] {
        check("json", &[text(json)], expected);
    }
    for bad in ["", "{", "{'a'}", "'a", "nul", "/", "{'a':1 'b':2}"] {
        assert!(call("json", &[text(bad)], site()).unwrap().value.as_unknown().is_some(), "{bad}");
    }
}

#[test]
fn points_in_time() {
    for (args, expected) in [
        (["2020-04-07 14:53:14Z", "-P9D", "u"], "2020-03-29 14:53:14Z"),
        (["2020-02-28T23:00:00Z", "PT1H", "yyyy-MM-ddTHH:mm:ssZ"], "2020-02-29T00:00:00Z"),
        (["2020-02-28T23:00:00+02:00", "P1DT1H30M5S", "yyyyMMdd HH:mm:ss"], "2020-02-29 22:30:05"),
    ] {
        let expected = expected.replace("2020-02-29 2", "20200229 2");
        check("dateTimeAdd", &args.map(text), &json!(expected).to_string());
    }
    check("dateTimeToEpoch", &[text("2020-04-07T16:53:14+02:00")], "1586271194");
    for bad in ["P", "P1M", "1D", "P-1D", "PT", "P1DT"] {
        let result = call("dateTimeAdd", &[text("2020-02-28T23:00:00Z"), text(bad), text("u")], site()).unwrap();
        assert!(result.value.as_unknown().is_some() || bad == "PT" || bad == "P1DT", "{bad}");
    }
}

/// All subnets and hosts of ranges of both families, counted by address.
#[test]
fn ranges_agree_with_counting() {
    for (network, bits) in [("10.1.2.0", 32u32), ("fd00:1::", 128)] {
        for prefix in bits - 8..=bits {
            let range: ipnet::IpNet = format!("{network}/{prefix}").parse().unwrap();
            for new in prefix..=bits {
                let subnets: Vec<ipnet::IpNet> = range.subnets(new as u8).unwrap().collect();
                for (i, subnet) in subnets.iter().enumerate() {
                    let args = [text(&range.to_string()), n(i64::from(new)), n(i as i64)];
                    check("cidrSubnet", &args, &json!(subnet.to_string()).to_string());
                }
                let args = [text(&range.to_string()), n(i64::from(new)), n(subnets.len() as i64)];
                assert!(call("cidrSubnet", &args, site()).unwrap().value.as_unknown().is_some());
            }
            let first = range.network();
            let last = range.broadcast();
            let usable = (0u32..256).map(|i| match first {
                std::net::IpAddr::V4(a) => std::net::IpAddr::V4((u32::from(a) + i).into()),
                std::net::IpAddr::V6(a) => std::net::IpAddr::V6((u128::from(a) + u128::from(i)).into()),
            });
            let usable: Vec<_> = usable.filter(|a| range.contains(a) && *a != first && (bits == 128 || *a != last)).collect();
            for (i, host) in usable.iter().enumerate() {
                check("cidrHost", &[text(&range.to_string()), n(i as i64)], &json!(host.to_string()).to_string());
            }
            let beyond = call("cidrHost", &[text(&range.to_string()), n(usable.len() as i64)], site()).unwrap();
            assert!(beyond.value.as_unknown().is_some(), "{range}");
        }
    }
}

fn dogs() -> Val {
    val(&json!([
        { "name": "Evie", "age": 5 }, { "name": "Casper", "age": 3 }, { "name": "Indy", "age": 2 }, { "name": "Kira", "age": 8 }
    ]))
}

fn get(val: &Val, key: &str) -> Val {
    call("tryGet", &[val.clone(), text(key)], site()).unwrap()
}

#[track_caller]
fn check_lambda(function: &str, args: &[Val], apply: &dyn Fn(usize, &[Val]) -> Val, expected: &str) {
    assert_eq!(short(&call_lambda(function, args, apply, site()).unwrap().value), expected, "{function}");
}

/// The examples of Microsoft's page on lambda functions and of `EvaluationTests.cs` in `Azure/bicep`.
#[test]
fn lambdas() {
    let hole = || at(Value::Null);
    let by = |f: &'static str| move |_: usize, v: &[Val]| call(f, &v[..2.min(v.len())], site()).unwrap();
    let even = |i: usize, v: &[Val]| {
        let rest = call("mod", &[v[i].clone(), n(2)], site()).unwrap();
        call("equals", &[rest, n(0)], site()).unwrap()
    };
    let numbers = || val(&json!([0, 1, 2, 3]));
    check_lambda("Filter", &[numbers(), hole()], &|_, v| even(0, v), "[0 2]");
    check_lambda("filter", &[val(&json!(["a", "b", "c", "d"])), hole()], &|_, v| even(1, v), "[\"a\" \"c\"]");
    check_lambda("map", &[dogs(), hole()], &|_, v| get(&v[0], "name"), "[\"Evie\" \"Casper\" \"Indy\" \"Kira\"]");
    check_lambda("map", &[val(&json!([])), hole()], &|_, _| hole(), "[]");
    check_lambda("map", &[val(&json!(["a", "b"])), hole()], &|_, v| v[1].clone(), "[0 1]");
    check_lambda("reduce", &[val(&json!([1, 2, 3, 4, 5])), n(1), hole()], &by("mul"), "120");
    check_lambda("reduce", &[val(&json!(["abc", "def"])), text(""), hole()], &by("concat"), "\"abcdef\"");
    check_lambda("reduce", &[val(&json!([{ "a": 1 }, { "b": 2 }])), val(&json!({})), hole()], &by("union"), "{a=1 b=2}");
    check_lambda("reduce", &[val(&json!([])), n(0), hole()], &by("add"), "0");
    check_lambda("reduce", &[numbers(), n(0), hole()], &|_, v| v[2].clone(), "3");
    check_lambda("sort", &[val(&json!([8, 3, 10, -13, 5])), hole()], &by("less"), "[-13 3 5 8 10]");
    check_lambda("sort", &[val(&json!(["ghi", "abc", "def"])), hole()], &by("greater"), "[\"ghi\" \"def\" \"abc\"]");
    check_lambda("sort", &[val(&json!([])), hole()], &by("less"), "[]");
    let younger = |_: usize, v: &[Val]| call("lessOrEquals", &[get(&v[0], "age"), get(&v[1], "age")], site()).unwrap();
    let sorted = call_lambda("sort", &[dogs(), hole()], &younger, site()).unwrap();
    check_lambda("map", &[sorted, hole()], &|_, v| get(&v[0], "name"), "[\"Indy\" \"Casper\" \"Evie\" \"Kira\"]");
    let name = |_: usize, v: &[Val]| get(&v[0], "name");
    check_lambda(
        "toObject",
        &[val(&json!([{ "name": "a", "v": 1 }, { "name": "b", "v": 2 }])), hole()],
        &name,
        "{a={name=\"a\" v=1} b={name=\"b\" v=2}}",
    );
    let pair = |i: usize, v: &[Val]| get(&v[0], if i == 1 { "name" } else { "age" });
    check_lambda("toObject", &[dogs(), hole(), hole()], &pair, "{Casper=3 Evie=5 Indy=2 Kira=8}");
    let types = || val(&json!([{ "t": "a", "v": 1 }, { "t": "b", "v": 4 }, { "t": "a", "v": 7 }]));
    let grouped = |i: usize, v: &[Val]| get(&v[0], if i == 1 { "t" } else { "v" });
    check_lambda("groupBy", &[types(), hole()], &grouped, "{a=[{t=\"a\" v=1} {t=\"a\" v=7}] b=[{t=\"b\" v=4}]}");
    check_lambda("groupBy", &[types(), hole(), hole()], &grouped, "{a=[1 7] b=[4]}");
    let twice = |_: usize, v: &[Val]| call("mul", &[v[0].clone(), n(2)], site()).unwrap();
    check_lambda("mapValues", &[val(&json!({ "a": 123, "b": 456 })), hole()], &twice, "{a=246 b=912}");
    assert!(call_lambda("length", &[], &|_, _| hole(), site()).is_none());
}

#[test]
fn lambdas_of_what_is_not_known() {
    let hole = || at(Value::Null);
    let same = |_: usize, v: &[Val]| v[0].clone();
    check_lambda("map", &[x(), hole()], &same, "?why");
    check_lambda("map", &[list(&[n(1), x()]), hole()], &same, "[1 ?x]");
    check_lambda("filter", &[list(&[n(1)]), hole()], &|_, _| x(), "?why");
    check_lambda(
        "filter",
        &[list(&[n(1)]), hole()],
        &same,
        "?Azure refuses filter(): number where a bool as what the lambda returns is needed",
    );
    check_lambda("sort", &[list(&[n(1), n(2)]), hole()], &|_, _| x(), "?why");
    check_lambda("sort", &[list(&[x()]), hole()], &|_, _| x(), "[?x]");
    check_lambda("toObject", &[list(&[text("a"), x(), text("b")]), hole()], &same, "{a=?why b=\"b\" ..}");
    check_lambda("toObject", &[list(&[text("a"), text("A")]), hole()], &same, "?two values for the key \"A\" are not worked out");
    check_lambda("groupBy", &[list(&[text("a"), x()]), hole()], &same, "?why");
    check_lambda("mapValues", &[map(&[("a", n(1))], true), hole()], &same, "{a=1 ..}");
    check_lambda("map", &[list(&[])], &same, "?Azure refuses map(): it takes 2 arguments, not 1");
}

/// An order that contradicts itself must not end anything but the sorting.
#[test]
fn sorting_by_nonsense_ends() {
    let calls = RefCell::new(0u32);
    let nonsense = |_: usize, _: &[Val]| {
        *calls.borrow_mut() += 1;
        at(Value::Bool(calls.borrow().count_ones().is_multiple_of(2)))
    };
    let items: Vec<Val> = (0..1000).map(n).collect();
    let sorted = call_lambda("sort", &[list(&items), at(Value::Null)], &nonsense, site()).unwrap();
    assert_eq!(sorted.value.as_items().unwrap().len(), 1000);
}

#[test]
fn elements_keep_their_place_and_new_values_are_at_the_call() {
    let hop = |start, end| Hop { label: "variable names".into(), span: span(start, end), resource: None };
    let element = |start| Val::new(Value::string("a"), span(start, start + 3));
    let names = Val {
        value: Value::list(vec![element(11), element(16)]),
        at: At { site: span(110, 115), hops: Hops::from_vec(vec![hop(10, 20)]) },
    };
    let last = call("last", std::slice::from_ref(&names), site()).unwrap();
    assert_eq!(last.at.site, span(110, 115));
    assert_eq!(last.at.hops, Hops::from_vec(vec![hop(16, 19)]));
    let literal = call("first", &[Val::new(Value::list(vec![element(111)]), span(110, 120))], site()).unwrap();
    assert_eq!(literal.at.site, span(111, 114));
    let joined = call("join", &[names, text("-")], site()).unwrap();
    assert_eq!(joined.at.site, site());
    assert_eq!(joined.at.hops, Hops::from_vec(vec![hop(10, 20)]));
    let unknown = call("toLower", &[x()], site()).unwrap();
    assert_eq!(unknown.value.as_unknown().unwrap().span, Some(span(7, 9)));
}

#[test]
fn nothing_grows_beyond_bounds() {
    let long = text(&"a".repeat(1 << 20));
    let many = list(&vec![n(1); 100_000]);
    for (function, args) in [
        ("concat", vec![long.clone(), text("a")]),
        ("padLeft", vec![text("a"), n(2_000_000)]),
        ("format", vec![text("{0,2000000}"), n(1)]),
        ("format", vec![text("{0}{0}"), long.clone()]),
        ("replace", vec![long.clone(), text("a"), text("bb")]),
        ("join", vec![list(&[long.clone(), long.clone()]), text("")]),
        ("concat", vec![many.clone(), many.clone()]),
        ("flatten", vec![list(&[many.clone(), many.clone()])]),
        ("uriComponent", vec![text(&"/".repeat(1 << 20))]),
    ] {
        assert!(call(function, &args, site()).unwrap().value.as_unknown().is_some(), "{function}");
    }
    // Text and names that double with each step, and values that hold one another.
    let mut deep = x();
    for _ in 0..400 {
        deep = call("concat", &[deep.clone(), deep.clone()], site()).unwrap();
        deep = call("toLower", &[deep], site()).unwrap();
        deep = call("toUpper", &[deep], site()).unwrap();
    }
    let mut nested = n(1);
    for _ in 0..400 {
        nested = call("createArray", &[nested.clone(), nested.clone()], site()).unwrap();
    }
    for (function, args) in [
        ("equals", vec![nested.clone(), nested.clone()]),
        ("string", vec![nested.clone()]),
        ("union", vec![nested.clone(), list(&[nested.clone()])]),
        ("contains", vec![nested.clone(), nested]),
    ] {
        assert!(call(function, &args, site()).unwrap().value.as_unknown().is_some(), "{function}");
    }
    let names: Vec<Val> = (0..100_000).map(|i| text(&i.to_string())).collect();
    let twice = call("union", &[list(&names), list(&names)], site()).unwrap();
    assert_eq!(twice.value.as_items().unwrap().len(), 100_000);
}
