//! Expressions of any shape, written in HCL, in Bicep and as ARM templates have them.

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use std::sync::LazyLock;

/// An expression.
#[derive(Arbitrary, Debug)]
pub enum Expr {
    Null,
    Bool(bool),
    Small(i8),
    Number(u8),
    Text(u8),
    Free(String),
    Name(u8),
    Range(u32, u8),
    List(Vec<Expr>),
    Object(Vec<(Key, Expr)>),
    Call(u8, Vec<Expr>),
    Net(u8, Box<Expr>, Vec<Expr>),
    Pattern(u8, u8, Box<Expr>),
    Format(u8, Vec<Expr>),
    Index(Box<Expr>, Box<Expr>),
    Property(Box<Expr>, Key),
    Splat(Box<Expr>, Key),
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
    Binary(u8, Box<Expr>, Box<Expr>),
    Unary(bool, Box<Expr>),
    Template(Vec<Part>),
    ForList(Box<For>),
    ForObject(Box<For>, Box<Expr>, bool),
    Spread(u8, Box<Expr>),
    Lambda(u8, Box<Expr>, Box<Expr>),
    Heredoc(Vec<Part>),
}

/// A name of a property.
#[derive(Arbitrary, Debug)]
pub enum Key {
    Known(u8),
    Made(Box<Expr>),
}

/// A part of a template.
#[derive(Arbitrary, Debug)]
pub enum Part {
    Text(u8),
    Value(Expr),
    If(Expr, Vec<Part>, Vec<Part>),
    For(Expr, Vec<Part>),
}

/// A loop.
#[derive(Arbitrary, Debug)]
pub struct For {
    over: Expr,
    body: Expr,
    filter: Option<Expr>,
    indexed: bool,
}

const TEXTS: [&str; 32] = [
    "",
    "a",
    "10.0.0.0/8",
    "10.244.0.0/16",
    "10.1.0.0/33",
    "fd00::/8",
    "::/0",
    "0.0.0.0/0",
    "255.255.255.255/32",
    "x,y,z",
    "%s%d%v",
    "%[2]*.[1]*f",
    "{0}{1:x}",
    "{{}}",
    "é🚀\u{301}",
    "true",
    "null",
    "1e309",
    "-1",
    "0x10",
    "2023-11-28T00:00:00Z",
    "P1D",
    "1h",
    "[1,2]",
    "{\"a\":[null]}",
    "a: &a [*a]",
    "(a+)+b",
    "\\",
    "%%{",
    "${",
    "\u{fffd}\r\n\t",
    "DDDD-MM-YYYY'x'",
];

const NUMBERS: [&str; 16] =
    ["0", "1", "-1", "2", "8", "31", "32", "33", "64", "128", "1000", "100000", "9007199254740993", "1e300", "0.1", "-0.000001"];

const PATTERNS: [&str; 12] = [
    "a",
    "(a*)*",
    "(?P<n>x)|(y)",
    "[[:alpha:]]+",
    "^$",
    "(?s).{0,100}",
    "\\\\d+",
    "\\\\p{Greek}",
    "(((((",
    "a{1000}",
    "x*?",
    "(?i:É)",
];

const KEYS: [&str; 12] = ["a", "b", "key", "value", "id", "properties", "A", "for", "if", "0", "name", "é"];

/// Names that the code around declares.
const NAMES: [&str; 10] = ["one", "two", "unknown", "list", "object", "item", "index", "deep", "missing", "text"];

fn pick<'a>(from: &[&'a str], which: u8) -> &'a str {
    from[usize::from(which) % from.len()]
}

/// The names in a table of functions, as the evaluators have it.
fn functions(code: &'static str, more: &[&'static str]) -> Vec<&'static str> {
    let named = |line: &'static str| {
        let line = line.trim().strip_prefix(['f', 'v', 'o'])?.strip_prefix("(\"")?;
        Some(line.split_once('"')?.0)
    };
    let names: Vec<&str> = code.lines().filter_map(named).chain(more.iter().copied()).collect();
    assert!(names.len() > 50, "the table of functions was not found");
    names
}

static TERRAFORM: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    functions(
        include_str!("../../src/eval/terraform/functions/mod.rs"),
        &["try", "can", "templatestring", "templatefile", "nosuch"],
    )
});

static TEMPLATE: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let more =
        ["if", "resourceId", "subscription", "resourceGroup", "reference", "nosuch", "loadJsonContent", "any", "deployment"];
    functions(include_str!("../../src/eval/template/functions/mod.rs"), &more)
});

const NET: [&str; 5] = ["cidrsubnet", "cidrsubnets", "cidrhost", "cidrnetmask", "cidrcontains"];
const TEMPLATE_NET: [&str; 3] = ["cidrSubnet", "cidrHost", "parseCidr"];
const PATTERN: [&str; 4] = ["regex", "regexall", "replace", "fileset"];
const FORMAT: [&str; 3] = ["format", "formatlist", "formatdate"];
const LAMBDAS: [&str; 8] = ["map", "filter", "reduce", "sort", "toObject", "groupBy", "mapValues", "objectKeys"];

/// A range of addresses, right or wrong.
fn range(address: u32, prefix: u8) -> String {
    format!("{}/{}", std::net::Ipv4Addr::from(address), prefix % 34)
}

fn joined<T>(all: &[T], each: impl Fn(&T) -> String) -> String {
    all.iter().map(each).collect::<Vec<_>>().join(", ")
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '$' | '%' => out.extend([c, c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out + "\""
}

/// In quotes of Bicep.
fn bicep_quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n").replace('\r', "\\r");
    format!("'{}'", text.replace("${", "\\${"))
}

/// In quotes of ARM's expressions.
fn arm_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

impl Expr {
    /// As HCL has it.
    pub fn hcl(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(b) => b.to_string(),
            Self::Small(n) => n.to_string(),
            Self::Number(n) => pick(&NUMBERS, *n).to_owned(),
            Self::Text(n) => quoted(pick(&TEXTS, *n)),
            Self::Free(text) => quoted(text),
            Self::Name(n) => match pick(&NAMES, *n) {
                name @ ("item" | "index") => name.to_owned(),
                "unknown" => "var.unknown".to_owned(),
                name => format!("local.{name}"),
            },
            Self::Range(address, prefix) => quoted(&range(*address, *prefix)),
            Self::List(all) => format!("[{}]", joined(all, Self::hcl)),
            Self::Object(all) => format!("{{{}}}", joined(all, |(key, value)| format!("{} = {}", key.hcl(), value.hcl()))),
            Self::Call(n, args) => format!("{}({})", pick(&TERRAFORM, *n), joined(args, Self::hcl)),
            Self::Net(n, of, args) => {
                let args: String = args.iter().map(|arg| format!(", {}", arg.hcl())).collect();
                format!("{}({}{args})", pick(&NET, *n), of.hcl())
            }
            Self::Pattern(n, pattern, of) => match pick(&PATTERN, *n) {
                "replace" => format!("replace({}, \"/{}/\", \"$1\")", of.hcl(), pick(&PATTERNS, *pattern)),
                name => format!("{name}(\"{}\", {})", pick(&PATTERNS, *pattern), of.hcl()),
            },
            Self::Format(n, args) => format!("{}({})", pick(&FORMAT, *n), joined(args, Self::hcl)),
            Self::Index(of, at) => format!("({})[{}]", of.hcl(), at.hcl()),
            Self::Property(of, Key::Known(n)) => format!("({}).{}", of.hcl(), pick(&KEYS, *n)),
            Self::Property(of, Key::Made(key)) => format!("({})[{}]", of.hcl(), key.hcl()),
            Self::Splat(of, Key::Known(n)) => format!("({})[*].{}", of.hcl(), pick(&KEYS, *n)),
            Self::Splat(of, Key::Made(key)) => format!("({}).*[{}]", of.hcl(), key.hcl()),
            Self::Conditional(of, yes, no) => format!("({} ? {} : {})", of.hcl(), yes.hcl(), no.hcl()),
            Self::Binary(n, a, b) => {
                let operators = ["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||"];
                format!("({} {} {})", a.hcl(), pick(&operators, *n), b.hcl())
            }
            Self::Unary(not, of) => format!("{}({})", if *not { "!" } else { "-" }, of.hcl()),
            Self::Template(parts) => format!("\"{}\"", parts.iter().map(Part::hcl).collect::<String>()),
            Self::Heredoc(parts) => {
                format!(
                    "join(\"\", [<<-EOT\n  {}\n  EOT\n])",
                    parts.iter().map(Part::hcl).collect::<String>().replace("\\\"", "\"")
                )
            }
            Self::ForList(l) => format!("[{}{}]", l.hcl(&l.body.hcl()), l.filter()),
            Self::ForObject(l, key, groups) => {
                let body = format!("{} => {}", key.hcl(), l.body.hcl());
                format!("{{{}{}{}}}", l.hcl(&body), if *groups { "..." } else { "" }, l.filter())
            }
            Self::Spread(n, of) => format!("{}({}...)", pick(&TERRAFORM, *n), of.hcl()),
            Self::Lambda(_, of, body) => format!("try({}, {})", of.hcl(), body.hcl()),
        }
    }

    /// As Bicep has it.
    pub fn bicep(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(b) => b.to_string(),
            Self::Small(n) => n.to_string(),
            Self::Number(n) => pick(&NUMBERS, *n).to_owned(),
            Self::Text(n) => bicep_quoted(pick(&TEXTS, *n)),
            Self::Free(text) => bicep_quoted(text),
            Self::Name(n) => pick(&NAMES, *n).to_owned(),
            Self::Range(address, prefix) => bicep_quoted(&range(*address, *prefix)),
            Self::List(all) => format!("[{}]", joined(all, Self::bicep)),
            Self::Object(all) => format!("{{ {} }}", joined(all, |(key, value)| format!("{}: {}", key.bicep(), value.bicep()))),
            Self::Call(n, args) => format!("{}({})", pick(&TEMPLATE, *n), joined(args, Self::bicep)),
            Self::Net(n, of, args) => {
                let args: String = args.iter().map(|arg| format!(", {}", arg.bicep())).collect();
                format!("{}({}{args})", pick(&TEMPLATE_NET, *n), of.bicep())
            }
            Self::Pattern(_, pattern, of) => format!("replace({}, {}, 'x')", of.bicep(), bicep_quoted(pick(&PATTERNS, *pattern))),
            Self::Format(_, args) => format!("format({})", joined(args, Self::bicep)),
            Self::Index(of, at) => format!("({})[{}]", of.bicep(), at.bicep()),
            Self::Property(of, Key::Known(n)) => format!("({}).?{}", of.bicep(), pick(&KEYS, *n)),
            Self::Property(of, Key::Made(key)) => format!("({})[?{}]", of.bicep(), key.bicep()),
            Self::Splat(of, key) => format!("map({}, x => x[{}])", of.bicep(), key.bicep()),
            Self::Conditional(of, yes, no) => format!("({} ? {} : {})", of.bicep(), yes.bicep(), no.bicep()),
            Self::Binary(n, a, b) => {
                let operators = ["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "??", "=~", "!~"];
                format!("({} {} {})", a.bicep(), pick(&operators, *n), b.bicep())
            }
            Self::Unary(not, of) => format!("{}({})", if *not { "!" } else { "-" }, of.bicep()),
            Self::Template(parts) | Self::Heredoc(parts) => format!("'{}'", parts.iter().map(Part::bicep).collect::<String>()),
            Self::ForList(l) | Self::ForObject(l, ..) => {
                let names = if l.indexed { "(item, index)" } else { "item" };
                let over = match &l.filter {
                    Some(filter) => format!("filter({}, {names} => {})", l.over.bicep(), filter.bicep()),
                    None => l.over.bicep(),
                };
                format!("map({over}, {names} => {})", l.body.bicep())
            }
            Self::Spread(_, of) => format!("[...{}]", of.bicep()),
            Self::Lambda(n, of, body) => match pick(&LAMBDAS, *n) {
                "reduce" => format!("reduce({}, one, (item, index) => {})", of.bicep(), body.bicep()),
                "sort" => format!("sort({}, (item, index) => {})", of.bicep(), body.bicep()),
                "objectKeys" => format!("toObject({}, item => string(item), item => {})", of.bicep(), body.bicep()),
                name => format!("{name}({}, item => {})", of.bicep(), body.bicep()),
            },
        }
    }

    /// As ARM templates have it, without the brackets around.
    pub fn arm(&self) -> String {
        match self {
            Self::Null => "null()".to_owned(),
            Self::Bool(b) => format!("{b}()"),
            Self::Small(n) => n.to_string(),
            Self::Number(n) => pick(&NUMBERS, *n).to_owned(),
            Self::Text(n) => arm_quoted(pick(&TEXTS, *n)),
            Self::Free(text) => arm_quoted(text),
            Self::Name(n) => match pick(&NAMES, *n) {
                name @ ("item" | "index") => format!("lambdaVariables('{name}')"),
                "unknown" => "parameters('unknown')".to_owned(),
                name => format!("variables('{name}')"),
            },
            Self::Range(address, prefix) => arm_quoted(&range(*address, *prefix)),
            Self::List(all) => format!("createArray({})", joined(all, Self::arm)),
            Self::Object(all) => {
                format!("createObject({})", joined(all, |(key, value)| format!("{}, {}", key.arm(), value.arm())))
            }
            Self::Call(n, args) => format!("{}({})", pick(&TEMPLATE, *n), joined(args, Self::arm)),
            Self::Net(n, of, args) => {
                let args: String = args.iter().map(|arg| format!(", {}", arg.arm())).collect();
                format!("{}({}{args})", pick(&TEMPLATE_NET, *n), of.arm())
            }
            Self::Pattern(_, pattern, of) => format!("split({}, {})", of.arm(), arm_quoted(pick(&PATTERNS, *pattern))),
            Self::Format(_, args) => format!("format({})", joined(args, Self::arm)),
            Self::Index(of, at) => format!("{}[{}]", of.arm(), at.arm()),
            Self::Property(of, Key::Known(n)) => format!("{}.{}", of.arm(), pick(&KEYS, *n)),
            Self::Property(of, Key::Made(key)) => format!("tryGet({}, {})", of.arm(), key.arm()),
            Self::Splat(of, key) => format!("map({}, lambda('x', lambdaVariables('x')[{}]))", of.arm(), key.arm()),
            Self::Conditional(of, yes, no) => format!("if({}, {}, {})", of.arm(), yes.arm(), no.arm()),
            Self::Binary(n, a, b) => {
                let names = [
                    "add",
                    "sub",
                    "mul",
                    "div",
                    "mod",
                    "equals",
                    "less",
                    "greaterOrEquals",
                    "and",
                    "or",
                    "coalesce",
                    "union",
                    "intersection",
                ];
                format!("{}({}, {})", pick(&names, *n), a.arm(), b.arm())
            }
            Self::Unary(_, of) => format!("not({})", of.arm()),
            Self::Template(parts) | Self::Heredoc(parts) => format!("concat({})", joined(parts, Part::arm)),
            Self::ForList(l) | Self::ForObject(l, ..) => {
                let names = if l.indexed { "'item', 'index'" } else { "'item'" };
                format!("map({}, lambda({names}, {}))", l.over.arm(), l.body.arm())
            }
            Self::Spread(_, of) => format!("flatten({})", of.arm()),
            Self::Lambda(n, of, body) => match pick(&LAMBDAS, *n) {
                "reduce" => format!("reduce({}, 1, lambda('item', 'index', {}))", of.arm(), body.arm()),
                "sort" => format!("sort({}, lambda('item', 'index', {}))", of.arm(), body.arm()),
                name => format!("{name}({}, lambda('item', {}))", of.arm(), body.arm()),
            },
        }
    }
}

impl For {
    fn hcl(&self, body: &str) -> String {
        let names = if self.indexed { "index, item" } else { "item" };
        format!("for {names} in {} : {body}", self.over.hcl())
    }

    fn filter(&self) -> String {
        self.filter.as_ref().map_or_else(String::new, |filter| format!(" if {}", filter.hcl()))
    }
}

impl Key {
    fn hcl(&self) -> String {
        match self {
            Self::Known(n) => quoted(pick(&KEYS, *n)),
            Self::Made(of) => format!("({})", of.hcl()),
        }
    }

    fn bicep(&self) -> String {
        match self {
            Self::Known(n) => bicep_quoted(pick(&KEYS, *n)),
            Self::Made(of) => format!("'${{{}}}'", of.bicep()),
        }
    }

    fn arm(&self) -> String {
        match self {
            Self::Known(n) => arm_quoted(pick(&KEYS, *n)),
            Self::Made(of) => format!("string({})", of.arm()),
        }
    }
}

impl Part {
    fn hcl(&self) -> String {
        let all = |parts: &[Self]| parts.iter().map(Self::hcl).collect::<String>();
        match self {
            Self::Text(n) => quoted(pick(&TEXTS, *n)).trim_matches('"').to_owned(),
            Self::Value(of) => format!("${{{}}}", of.hcl()),
            Self::If(of, yes, no) if no.is_empty() => format!("%{{ if {} ~}} {} %{{ endif }}", of.hcl(), all(yes)),
            Self::If(of, yes, no) => format!("%{{if {}}}{}%{{~ else ~}}{}%{{endif}}", of.hcl(), all(yes), all(no)),
            Self::For(over, body) => format!("%{{ for item in {} }}{}%{{ endfor }}", over.hcl(), all(body)),
        }
    }

    fn bicep(&self) -> String {
        let all = |parts: &[Self]| parts.iter().map(Self::bicep).collect::<String>();
        match self {
            Self::Text(n) => bicep_quoted(pick(&TEXTS, *n)).trim_matches('\'').to_owned(),
            Self::Value(of) => format!("${{{}}}", of.bicep()),
            Self::If(of, yes, no) => format!("${{{} ? '{}' : '{}'}}", of.bicep(), all(yes), all(no)),
            Self::For(over, body) => format!("${{join(map({}, item => '{}'), ',')}}", over.bicep(), all(body)),
        }
    }

    fn arm(&self) -> String {
        match self {
            Self::Text(n) => arm_quoted(pick(&TEXTS, *n)),
            Self::Value(of) => of.arm(),
            Self::If(of, yes, no) => {
                format!("if({}, concat({}), concat({}))", of.arm(), joined(yes, Self::arm), joined(no, Self::arm))
            }
            Self::For(over, body) => {
                format!("join(map({}, lambda('item', concat({}))), ',')", over.arm(), joined(body, Self::arm))
            }
        }
    }
}
