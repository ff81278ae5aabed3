//! JSON: texts in, trees with places out.

use overlint::source::{FileId, Sources, Span};
use overlint::syntax::json::{DEEPEST, Node, Parsed, Value, parse};
use std::fmt::Write as _;

fn file() -> FileId {
    Sources::new().add("x.json", b"")
}

fn read(text: &str) -> Parsed {
    parse(file(), text)
}

/// A value in one line; `?` for what could not be read.
fn show(node: &Node) -> String {
    let list = |parts: Vec<String>| parts.join(",");
    match &node.value {
        Value::Invalid => "?".to_owned(),
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => format!("{text:?}"),
        Value::Array(items) => format!("[{}]", list(items.iter().map(show).collect())),
        Value::Object(members) => {
            format!("{{{}}}", list(members.iter().map(|m| format!("{}:{}", m.name, show(&m.value))).collect()))
        }
    }
}

/// The places as written.
fn faults<'a>(text: &'a str, found: &[(Span, String)]) -> Vec<&'a str> {
    found.iter().map(|(span, _)| slice(text, *span)).collect()
}

fn slice(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize).unwrap_or("no range of characters")
}

#[test]
fn values() {
    for (text, value) in [
        ("null", "null"),
        (" true ", "true"),
        ("-0.5e+3", "-500"),
        ("12345678901", "12345678901"),
        (r#""a\"\\\/\b\f\n\r\tA""#, r#""a\"\\/\u{8}\u{c}\n\r\tA""#),
        (r#""é\u00e9\ud83d\ude00""#, r#""éé😀""#),
        (r#""\ud800""#, "\"\u{fffd}\""),
        (r#""\ud800x\udc00""#, "\"\u{fffd}x\u{fffd}\""),
        (r#""\ud800\ud83d\ude00""#, "\"\u{fffd}😀\""),
        ("[]", "[]"),
        ("{}", "{}"),
        (r#"{"a":[1,{"b":null}],"a":"x"}"#, r#"{a:[1,{b:null}],a:"x"}"#),
        ("\r\n[1\t,\n2]\n", "[1,2]"),
    ] {
        let parsed = read(text);
        assert_eq!(show(&parsed.root), value, "{text}");
        assert!(parsed.errors.is_empty() && parsed.extensions.is_empty(), "{text}: {parsed:?}");
    }
}

#[test]
fn the_last_of_equal_names_is_what_get_gives() {
    let parsed = read(r#"{"a":1,"b":2,"a":3}"#);
    assert_eq!(parsed.root.get("a").and_then(Node::as_number), Some(3.0));
    assert!(parsed.root.get("c").is_none());
}

#[test]
fn places() {
    let text = r#" {"a" : [1, "zwei"]} "#;
    let parsed = read(text);
    let member = &parsed.root.members()[0];
    assert_eq!(slice(text, parsed.root.span), r#"{"a" : [1, "zwei"]}"#);
    assert_eq!(slice(text, member.name_span), r#""a""#);
    assert_eq!(slice(text, member.value.span), r#"[1, "zwei"]"#);
    assert_eq!(slice(text, member.value.items()[1].span), r#""zwei""#);
}

#[test]
fn extensions_are_read_and_told() {
    let text = "// a\n{\"a\": [1, 2,], /* b */ \"b\": \"x\ny\",}";
    let parsed = read(text);
    assert_eq!(show(&parsed.root), r#"{a:[1,2],b:"x\ny"}"#);
    assert!(parsed.errors.is_empty(), "{parsed:?}");
    assert_eq!(faults(text, &parsed.extensions), ["// a", ",", "/* b */", "\n", ","]);
}

#[test]
fn mistakes_cost_little() {
    for (text, value, wrong) in [
        ("", "?", ""),
        ("{", "{}", "{"),
        ("[1 2]", "[1,2]", "2"),
        ("[1,,2]", "[1,2]", ","),
        ("[01, .5, 5., +5, nil, 1e, -]", "[?,?,?,?,?,?,?]", "01"),
        (r#"{"a" 1, "b": 2}"#, "{a:?,b:2}", r#""a""#),
        (r#"{"a": , "b": 2}"#, "{a:?,b:2}", ","),
        (r#"{"a":}"#, "{a:?}", "}"),
        (r#"{a: 1, "b": 2}"#, "{b:2}", "a"),
        (r#"{"a": [1, 2, "b": 3}"#, r#"{a:[1,2,"b",?,3]}"#, "["),
        (r#"{"a": 1]}"#, "{a:1}", "]"),
        ("[1] 2", "[1]", "2"),
        (r#"{"a": "x\q"}"#, r#"{a:"xq"}"#, r"\q"),
        ("{\"a\": \"x\n}", "{a:\"x\"}", "\""),
        ("{\"a\": 1 /* ", "{a:1}", "{"),
        ("[\u{e9}]", "[?]", "\u{e9}"),
    ] {
        let parsed = read(text);
        assert_eq!(show(&parsed.root), value, "{text}");
        assert_eq!(faults(text, &parsed.errors).first(), Some(&wrong), "{text}: {:?}", parsed.errors);
    }
}

#[test]
fn depth_and_the_number_of_errors_are_bounded() {
    let nested = |depth: usize| format!("[{}{}, 1]", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&nested(DEEPEST - 1)).errors.is_empty());
    let parsed = read(&nested(1_000_000));
    assert_eq!(parsed.errors.len(), 1);
    assert_eq!(parsed.root.items().len(), 2);
    assert!(read(&"[".repeat(1_000_000)).errors.len() <= 2);
    assert!(read(&"]".repeat(1_000_000)).errors.len() <= 20);
    assert!(read(&"{\"a\":".repeat(1_000_000)).errors.len() <= 20);
    assert_eq!(read(&"[?".repeat(100_000)).errors.len(), 20);
    assert_eq!(read(&"[1,]".repeat(2)).extensions.len(), 1);
}

#[test]
fn large_texts_take_linear_time() {
    let mut text = String::from("[");
    for i in 0..100_000 {
        write!(text, "{{\"name\": \"resource{i}\", \"value\": [{i}, \"\\u00e9\"]}},").unwrap();
    }
    text.push_str("null]");
    let parsed = read(&text);
    assert!(parsed.errors.is_empty());
    assert_eq!(parsed.root.items().len(), 100_001);
    assert!(!read(&"\"".repeat(200_001)).errors.is_empty());
    assert!(!read(&format!("\"{}", "\n\\\"".repeat(200_000))).errors.is_empty());
}
