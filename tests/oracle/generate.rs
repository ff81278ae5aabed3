//! Expressions by chance: the same seed gives the same ones.

/// A source of chance (SplitMix64).
pub struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn percent(&mut self, n: usize) -> bool {
        self.below(100) < n
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

/// What an expression gives, if nothing goes wrong in it.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Number,
    Text,
    Truth,
    Numbers,
    Texts,
    Truths,
    Objects,
    Set,
    Map,
    Object,
    Null,
}

const KINDS: &[Kind] = &[
    Kind::Number,
    Kind::Text,
    Kind::Truth,
    Kind::Numbers,
    Kind::Texts,
    Kind::Truths,
    Kind::Objects,
    Kind::Set,
    Kind::Map,
    Kind::Object,
    Kind::Null,
];

/// The values that every operator and conversion is tried on.
const VALUES: &[&str] = &[
    "0",
    "1",
    "-2",
    "1.5",
    "\"1\"",
    "\"\"",
    "\"a\"",
    "\"true\"",
    "true",
    "false",
    "null",
    "[]",
    "[1, 2]",
    "[\"1\", \"2\"]",
    "[\"a\", 1]",
    "[null]",
    "{}",
    "{ a = 1 }",
    "{ a = \"1\" }",
    "{ b = true }",
    "toset([\"a\"])",
    "toset([1, 2])",
    "tolist([1, 2])",
    "tomap({ a = 1 })",
    "var.no_string",
    "var.no_list",
    "var.list",
    "var.set",
    "var.map",
    "var.objects",
    "local.tuple",
    "var.u",
    "var.u_string",
    "var.u_number",
    "var.u_bool",
    "var.u_list",
    "var.u_set",
    "var.u_map",
    "var.u_object",
    "local.half",
    "local.half_map",
    "local.half_object",
];

const OPERATORS: &[&str] = &["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||"];

/// What the functions take. A letter stands for an argument; + repeats the last one, ? makes it optional.
/// a anything, n number, w small whole number, s text, b truth, l list, L list of texts, N of numbers, B of truths, S set, m map,
/// r regular expression, c range, t time, d duration, f format, F format of a time, j JSON, y base64, v CSV, e encoding, p path.
const FUNCTIONS: &[(&str, &str)] = &[
    ("abs", "n"),
    ("alltrue", "B"),
    ("anytrue", "B"),
    ("base64decode", "y"),
    ("base64encode", "s"),
    ("base64sha256", "s"),
    ("base64sha512", "s"),
    ("basename", "p"),
    ("can", "a"),
    ("ceil", "n"),
    ("chomp", "s"),
    ("chunklist", "lw"),
    ("cidrhost", "cw"),
    ("cidrnetmask", "c"),
    ("cidrsubnet", "cww"),
    ("cidrsubnets", "cw+"),
    ("coalesce", "aa+"),
    ("coalesce", "s+"),
    ("coalescelist", "l+"),
    ("compact", "L"),
    ("concat", "l+"),
    ("contains", "la"),
    ("contains", "Ls"),
    ("csvdecode", "v"),
    ("dirname", "p"),
    ("distinct", "l"),
    ("element", "lw"),
    ("endswith", "ss"),
    ("ephemeralasnull", "a"),
    ("flatten", "l"),
    ("floor", "n"),
    ("format", "fa+"),
    ("format", "fs+"),
    ("formatdate", "Ft"),
    ("formatlist", "fL+"),
    ("indent", "ws"),
    ("index", "la"),
    ("index", "Ls"),
    ("join", "sL+"),
    ("jsondecode", "j"),
    ("jsonencode", "a"),
    ("keys", "m"),
    ("length", "a"),
    ("length", "l"),
    ("log", "nn"),
    ("lookup", "ms"),
    ("lookup", "msa"),
    ("lower", "s"),
    ("matchkeys", "LLL"),
    ("max", "n+"),
    ("md5", "s"),
    ("merge", "m+"),
    ("min", "n+"),
    ("nonsensitive", "a"),
    ("one", "l"),
    ("parseint", "sw"),
    ("pow", "ww"),
    ("range", "w"),
    ("range", "ww"),
    ("range", "www"),
    ("regex", "rs"),
    ("regexall", "rs"),
    ("replace", "sss"),
    ("replace", "srs"),
    ("reverse", "l"),
    ("setintersection", "S+"),
    ("setproduct", "ll+"),
    ("setproduct", "Sl"),
    ("setsubtract", "SS"),
    ("setunion", "S+"),
    ("sha1", "s"),
    ("sha256", "s"),
    ("sha512", "s"),
    ("signum", "n"),
    ("slice", "lww"),
    ("sort", "L"),
    ("split", "ss"),
    ("startswith", "ss"),
    ("strcontains", "ss"),
    ("strrev", "s"),
    ("substr", "sww"),
    ("sum", "N"),
    ("textdecodebase64", "ye"),
    ("textencodebase64", "se"),
    ("timeadd", "td"),
    ("timecmp", "tt"),
    ("title", "s"),
    ("tobool", "a"),
    ("tobool", "b"),
    ("tolist", "a"),
    ("tolist", "l"),
    ("tomap", "a"),
    ("tomap", "m"),
    ("tonumber", "a"),
    ("tonumber", "n"),
    ("toset", "a"),
    ("toset", "l"),
    ("tostring", "a"),
    ("tostring", "s"),
    ("transpose", "m"),
    ("trim", "ss"),
    ("trimprefix", "ss"),
    ("trimspace", "s"),
    ("trimsuffix", "ss"),
    ("try", "a+"),
    ("upper", "s"),
    ("urlencode", "s"),
    ("uuidv5", "es"),
    ("values", "m"),
    ("zipmap", "Ll"),
];

/// Makes expressions.
pub struct Generator {
    chance: Chance,
    /// Out of a hundred leaves, so many are unknown.
    unknowns: usize,
    /// Out of a hundred expressions, so many are of another kind than is needed.
    surprises: usize,
    /// The names of `for` that are in scope.
    names: Vec<(&'static str, Kind)>,
}

type Make = fn(&mut Generator) -> String;

/// The classes, and how many expressions of each a set holds.
pub const CLASSES: &[(&str, usize, Make)] = &[
    ("operators", 800, Generator::operator_on_values),
    ("conversions", 350, Generator::conversion),
    ("conditionals", 550, Generator::conditional_on_values),
    ("templates", 600, Generator::template_of_any),
    ("heredocs", 150, Generator::heredoc),
    ("for", 600, Generator::for_of_any),
    ("splats and indexes", 500, Generator::steps),
    ("objects and tuples", 300, Generator::construction),
    ("try and can", 250, Generator::try_or_can),
    ("functions", 1300, Generator::function_by_its_types),
    ("functions of anything", 400, Generator::function_of_anything),
    ("nested", 500, Generator::nested),
    ("nested, partly unknown", 700, Generator::nested_unknown),
];

/// Different expressions of one class.
pub fn class(seed: u64, name: &str, count: usize, make: Make) -> Vec<String> {
    let salt = name.bytes().fold(seed, |salt, byte| salt.wrapping_mul(0x100_0000_01b3) ^ u64::from(byte));
    let mut generator = Generator { chance: Chance(salt), unknowns: 0, surprises: 1, names: Vec::new() };
    let mut seen = std::collections::BTreeSet::new();
    let mut made = Vec::new();
    while made.len() < count {
        let expression = make(&mut generator);
        if expression.len() < 180 && seen.insert(expression.clone()) {
            made.push(expression);
        }
    }
    made
}

impl Generator {
    fn value(&mut self) -> String {
        self.chance.pick(VALUES).to_owned()
    }

    fn operator_on_values(&mut self) -> String {
        match self.chance.below(20) {
            0 => format!("-{}", self.value()),
            1 => format!("!{}", self.value()),
            2 => {
                let [a, b] = [0; 2].map(|_| self.chance.pick(OPERATORS));
                format!("{} {a} {} {b} {}", self.number(1), self.number(1), self.number(1))
            }
            3 => {
                let [a, b] = [0; 2].map(|_| self.chance.pick(&["&&", "||", "=="]));
                format!("{} {a} {} {b} !{}", self.truth(1), self.truth(1), self.truth(0))
            }
            _ => format!("{} {} {}", self.value(), self.chance.pick(OPERATORS), self.value()),
        }
    }

    fn conversion(&mut self) -> String {
        let function = self.chance.pick(&["tostring", "tonumber", "tobool", "tolist", "toset", "tomap"]);
        let inner = match self.chance.below(4) {
            0 => self.value(),
            1 => format!("[{}, {}]", self.value(), self.value()),
            2 => format!("{{ x = {}, y = {} }}", self.value(), self.value()),
            _ => self.any(1),
        };
        let other = self.chance.pick(&["tolist", "toset", "length", "jsonencode"]);
        if self.chance.percent(20) { format!("{other}({function}({inner}))") } else { format!("{function}({inner})") }
    }

    fn conditional_on_values(&mut self) -> String {
        let condition = match self.chance.below(4) {
            0 => "var.u_bool".to_owned(),
            1 => self.value(),
            2 => self.chance.pick(&["true", "false"]).to_owned(),
            _ => self.truth(2),
        };
        let (a, b) = if self.chance.percent(50) {
            (self.value(), self.value())
        } else {
            let kind = self.chance.pick(KINDS);
            (self.of(kind, 1), self.of(kind, 1))
        };
        match self.chance.below(4) {
            0 => format!("[{condition} ? {a} : {b}, 1]"),
            1 => format!("jsonencode({condition} ? {a} : {b})"),
            _ => format!("{condition} ? {a} : {b}"),
        }
    }

    fn template_of_any(&mut self) -> String {
        self.unknowns = self.chance.pick(&[0, 0, 25]);
        let parts = 1 + self.chance.below(3);
        format!("\"{}\"", (0..parts).map(|_| self.template_part(1 + parts % 2)).collect::<String>())
    }

    fn template_part(&mut self, depth: usize) -> String {
        let [a, b, c] = [0; 3].map(|_| self.chance.pick(&["", "", "", "~"]));
        let text =
            self.chance.pick(&["", " ", "x", " y ", "\\n", "  \\n  ", "$${z}", "%%{z}", "$ ", "% ", "\\t\\\"", "\\u00e9", "10."]);
        match self.chance.below(if depth == 0 { 2 } else { 6 }) {
            0 => text.to_owned(),
            1 => format!("${{{a}{}{b}}}", self.text(1)),
            2 => format!("{text}${{{a}{}{b}}}{text}", self.any(1)),
            3 => format!("%{{{a} if {} {b}}}{}%{{{c} endif }}", self.truth(1), self.template_part(depth - 1)),
            4 => {
                let (yes, no) = (self.template_part(depth - 1), self.template_part(depth - 1));
                format!("%{{ if {} {a}}}{text}{yes}%{{{b} else {c}}}{no}{text}%{{ endif {a}}}", self.truth(1))
            }
            _ => {
                let collection = self.collection(1);
                self.names.push(("v", Kind::Text));
                let body = self.template_part(depth - 1);
                self.names.pop();
                format!("%{{{a} for v in {collection} {b}}}{text}${{v}}{body}%{{ endfor {c}}}")
            }
        }
    }

    fn heredoc(&mut self) -> String {
        self.unknowns = self.chance.pick(&[0, 0, 25]);
        let dash = self.chance.pick(&["", "-"]);
        let lines = 1 + self.chance.below(4);
        let mut text = format!("<<{dash}EOT\n");
        for _ in 0..lines {
            let indent = self.chance.pick(&["", "  ", "    ", "\t"]).replace('\t', " ");
            let line = match self.chance.below(6) {
                0 => String::new(),
                1 => self.chance.pick(&["plain", "\\n \"quoted\"", "$${x}", "a % b", "EOTX", "end \\"]).to_owned(),
                2 => format!("%{{ if {} ~}}\n{indent}yes\n{indent}%{{ endif ~}}", self.truth(1)),
                3 => format!("%{{ for v in {} }}\n{indent}- ${{v}}\n{indent}%{{~ endfor }}", self.collection(1)),
                4 => format!("${{~ {} }} x", self.text(1)),
                _ => format!("a ${{{}}} b", self.any(1)),
            };
            text.push_str(&format!("{indent}{line}\n"));
        }
        text + if dash == "-" { "  EOT\n" } else { "EOT\n" }
    }

    fn for_of_any(&mut self) -> String {
        self.unknowns = self.chance.pick(&[0, 0, 20]);
        self.for_expression(2)
    }

    fn for_expression(&mut self, depth: usize) -> String {
        let (collection, kind) = match self.chance.below(6) {
            0 => (self.of(Kind::Texts, 1), Kind::Text),
            1 => (self.of(Kind::Numbers, 1), Kind::Number),
            2 => (self.of(Kind::Map, 1), Kind::Text),
            3 => (self.of(Kind::Set, 1), Kind::Text),
            4 => (self.of(Kind::Objects, 1), Kind::Object),
            _ => (self.value(), Kind::Text),
        };
        let with_key = self.chance.percent(50);
        let names = if with_key { "k, v" } else { "v" };
        self.names.push(("v", kind));
        if with_key {
            self.names.push(("k", Kind::Text));
        }
        let value = if self.chance.percent(60) { self.of(kind, depth - 1) } else { self.any(depth - 1) };
        let condition = if self.chance.percent(35) { format!(" if {}", self.for_condition(kind)) } else { String::new() };
        let made = match self.chance.below(5) {
            0 | 1 => format!("[for {names} in {collection} : {value}{condition}]"),
            2 => {
                let key = if with_key { "k".to_owned() } else { self.of(Kind::Text, 1) };
                format!("{{ for {names} in {collection} : {key} => {value}{condition} }}")
            }
            3 => format!("{{ for {names} in {collection} : {} => {value}{condition} }}", self.of(Kind::Text, 1)),
            _ => format!("{{ for {names} in {collection} : {} => {value}...{condition} }}", self.of(Kind::Text, 1)),
        };
        self.names.truncate(self.names.len() - 1 - usize::from(with_key));
        made
    }

    fn for_condition(&mut self, kind: Kind) -> String {
        match (self.chance.below(4), kind) {
            (0, _) => self.truth(1),
            (1, _) => "v != null".to_owned(),
            (_, Kind::Number) => format!("v > {}", self.chance.below(3)),
            (_, Kind::Object) => format!("v.size != {}", self.chance.below(3)),
            _ => format!("v != {}", self.of(Kind::Text, 0)),
        }
    }

    fn steps(&mut self) -> String {
        self.unknowns = self.chance.pick(&[0, 0, 25]);
        let from = match self.chance.below(5) {
            0 => {
                self.chance.pick(&["local.deep", "var.objects", "local.deep.list", "local.pairs", "local.half_object"]).to_owned()
            }
            1 => format!("({})", self.any(1)),
            2 => self.chance.pick(VALUES).to_owned(),
            3 => self
                .chance
                .pick(&["[[1, 2], [3]]", "[{ a = [{ b = 1 }] }, { a = [] }]", "{ a = { b = [1] } }", "[null, { a = 1 }]"])
                .to_owned(),
            _ => self
                .chance
                .pick(&[
                    "var.list",
                    "var.map",
                    "var.set",
                    "var.no_list",
                    "var.no_object",
                    "var.u_list",
                    "var.u_map",
                    "var.u_object",
                    "var.u",
                    "local.half",
                    "local.half_map",
                ])
                .to_owned(),
        };
        let steps = 1 + self.chance.below(3);
        let mut made = from;
        for _ in 0..steps {
            let step = match self.chance.below(14) {
                0 | 1 => "[*]".to_owned(),
                2 => ".*".to_owned(),
                3 => "[0]".to_owned(),
                4 => ".0".to_owned(),
                5 => format!("[{}]", self.number(1)),
                6 => format!("[{}]", self.text(1)),
                7 => "[\"one\"]".to_owned(),
                8 => format!(
                    "[{}]",
                    self.chance.pick(&[
                        "-1",
                        "1.5",
                        "\"0\"",
                        "\"1\"",
                        "null",
                        "true",
                        "99",
                        "var.u_number",
                        "var.u_string",
                        "var.u"
                    ])
                ),
                9 => ".name".to_owned(),
                10 => ".a".to_owned(),
                11 => ".tags".to_owned(),
                _ => self.chance.pick(&[".id", ".b", ".size", ".list", ".inner", "[\"odd key\"]", ".missing", ".1"]).to_owned(),
            };
            made.push_str(&step);
        }
        // The scanner of HCL reads `.0.1` as a number.
        if made.contains(".0.1") || made.contains(".1.0") || made.contains(".0.0") || made.contains(".1.1") {
            made = made.replace(".0.", "[0].").replace(".1.", "[1].");
        }
        match self.chance.below(8) {
            0 => format!("try({made}, \"none\")"),
            1 => format!("length({made})"),
            _ => made,
        }
    }

    fn construction(&mut self) -> String {
        self.unknowns = self.chance.pick(&[0, 0, 25]);
        let entry = |g: &mut Self| {
            let key = match g.chance.below(7) {
                0 | 1 => g.chance.pick(&["a", "b", "a-b", "true", "null", "for1"]).to_owned(),
                2 => g.chance.pick(&["\"a\"", "\"x y\"", "\"${local.s}\"", "\"a${local.n}\"", "1", "1.5"]).to_owned(),
                3 => format!("({})", g.text(1)),
                4 => format!("({})", g.any(1)),
                5 => g.chance.pick(&["(null)", "(var.u_string)", "(var.u)", "(true)", "(1)", "(local.none)"]).to_owned(),
                _ => g.chance.pick(&["(local.s)", "\"k${var.u_string}\"", "(\"a\")", "(var.no_string)"]).to_owned(),
            };
            format!("{key} {} {}", g.chance.pick(&["=", ":"]), g.any(1))
        };
        let count = self.chance.below(4);
        match self.chance.below(3) {
            0 => format!("[{}]", (0..count).map(|_| self.any(1)).collect::<Vec<_>>().join(", ")),
            _ => {
                let entries = (0..count).map(|_| entry(self)).collect::<Vec<_>>();
                let (separator, end) = self.chance.pick(&[(", ", ""), ("\n", "\n"), (",\n", ",\n")]);
                format!("{{ {}{} }}", entries.join(separator), if entries.is_empty() { "" } else { end })
            }
        }
    }

    fn try_or_can(&mut self) -> String {
        self.unknowns = self.chance.pick(&[0, 20, 40]);
        let risky = |g: &mut Self| match g.chance.below(5) {
            0 => g.steps(),
            1 => g.function_of_anything(),
            2 => g
                .chance
                .pick(&["local.pairs.d", "var.list[9]", "null + 1", "tonumber(\"x\")", "var.no_object.name", "{}.a"])
                .to_owned(),
            3 => g.operator_on_values(),
            _ => g.any(1),
        };
        match self.chance.below(5) {
            0 => format!("can({})", risky(self)),
            1 => format!("try({}, {}, {})", risky(self), risky(self), self.any(0)),
            2 => format!("try({})", risky(self)),
            3 => format!("[try({}, null)]", risky(self)),
            _ => format!("try({}, {})", risky(self), self.any(0)),
        }
    }

    fn nested(&mut self) -> String {
        self.unknowns = 0;
        self.any(4)
    }

    fn nested_unknown(&mut self) -> String {
        self.unknowns = 30;
        self.any(4)
    }

    fn function_of_anything(&mut self) -> String {
        let (name, types) = self.chance.pick(FUNCTIONS);
        let count = (types.trim_end_matches('+').len() + self.chance.pick(&[0, 0, 0, 0, 1]))
            .saturating_sub(self.chance.pick(&[0, 0, 0, 0, 1]));
        let args: Vec<String> = (0..count).map(|_| self.value()).collect();
        format!("{name}({})", args.join(", "))
    }

    fn function_by_its_types(&mut self) -> String {
        self.unknowns = self.chance.pick(&[0, 0, 0, 30]);
        let function = self.chance.pick(FUNCTIONS);
        self.call(function, 2)
    }

    fn call(&mut self, (name, types): (&'static str, &'static str), depth: usize) -> String {
        let mut letters: Vec<char> = types.trim_end_matches('+').chars().collect();
        if types.ends_with('+') {
            let last = letters[letters.len() - 1];
            let more = self.chance.below(3);
            letters.extend(std::iter::repeat_n(last, more));
            if name == "format" || name == "formatlist" {
                return self.format_call(name, letters.len() - 1, depth);
            }
            if self.chance.percent(8) {
                let list: Vec<String> = letters[1..].iter().map(|c| self.argument(*c, depth)).collect();
                return format!("{name}({}, [{}]...)", self.argument(letters[0], depth), list.join(", "));
            }
        }
        let args: Vec<String> = letters.into_iter().map(|c| self.argument(c, depth)).collect();
        format!("{name}({})", args.join(", "))
    }

    fn format_call(&mut self, name: &str, count: usize, depth: usize) -> String {
        let verbs: String = (0..count)
            .map(|_| {
                self.chance.pick(&[
                    "%s", "%s", "%q", "%v", "%#v", "%d", "%5d", "%05d", "%.2f", "%t", "%x", "%-4s|", "%%%s", "%g", "%3s", "%+d",
                    "%e", "%[1]s",
                ])
            })
            .collect();
        let args: Vec<String> = (0..count)
            .map(|_| match (name, self.chance.below(3)) {
                ("formatlist", 0 | 1) => self.of(Kind::Texts, depth - 1),
                ("formatlist", _) => self.of(Kind::Text, depth - 1),
                (_, 0) => self.number(depth - 1),
                (_, 1) => self.any(depth - 1),
                _ => self.text(depth - 1),
            })
            .collect();
        format!("{name}(\"{verbs}\", {})", args.join(", "))
    }

    fn argument(&mut self, letter: char, depth: usize) -> String {
        let depth = depth.saturating_sub(1);
        let one_of = |g: &mut Self, texts: &[&str]| format!("\"{}\"", g.chance.pick(texts));
        if self.chance.percent(self.unknowns / 2) && !matches!(letter, 'a' | 'l' | 'L' | 'm' | 'S') {
            return self.chance.pick(&["var.u", "var.u_string", "var.u_number", "var.no_string"]).to_owned();
        }
        match letter {
            'n' => self.number(depth),
            'w' => self
                .chance
                .pick(&["0", "1", "2", "3", "4", "8", "10", "16", "-1", "\"2\"", "local.n", "var.number", "1.5"])
                .to_owned(),
            's' => self.text(depth),
            'b' => self.truth(depth),
            'l' => {
                let kind = self.chance.pick(&[Kind::Texts, Kind::Numbers, Kind::Objects, Kind::Truths, Kind::Texts, Kind::Set]);
                self.of(kind, depth)
            }
            'L' => self.of(Kind::Texts, depth),
            'N' => self.of(Kind::Numbers, depth),
            'B' => self.of(Kind::Truths, depth),
            'S' => self.of(Kind::Set, depth),
            'm' => self.of(Kind::Map, depth),
            'r' => one_of(
                self,
                &[
                    "a",
                    "[a-z]+",
                    "^([0-9]+)\\\\.([0-9]+)",
                    "(?P<x>[a-z])(?P<y>.)",
                    "/b/",
                    "/[aeiou]/",
                    "\\\\d+",
                    "(?i)ABC",
                    "/(.)b/",
                    "a|b",
                    "$",
                    "/$/",
                ],
            ),
            'c' => one_of(
                self,
                &[
                    "10.0.0.0/8",
                    "10.1.0.0/16",
                    "10.1.2.3/24",
                    "192.168.0.0/28",
                    "0.0.0.0/0",
                    "10.0.0.0/32",
                    "fd00::/48",
                    "fd00:fd12:3456::/64",
                    "10.0.0.0",
                    "10.0.0.0/33",
                    "010.0.0.0/8",
                ],
            ),
            't' => one_of(
                self,
                &[
                    "2024-02-29T12:30:45Z",
                    "2017-11-22T00:00:00Z",
                    "2020-01-01T00:00:00+02:00",
                    "1999-12-31T23:59:59-05:30",
                    "yesterday",
                ],
            ),
            'd' => one_of(self, &["1h", "-30m", "1h30m10s", "24h", "0.5h", "1d", "100ms", ""]),
            'F' => one_of(
                self,
                &[
                    "DD MMM YYYY hh:mm ZZZ",
                    "EEEE, DD-MMM-YY hh:mm:ss ZZZ",
                    "YYYY-MM-DD'T'hh:mm:ssZ",
                    "HH:mm aa",
                    "M/D",
                    "'a",
                    "x",
                ],
            ),
            'j' => one_of(
                self,
                &["[1, 2.5, null]", "{\\\"a\\\": [true]}", "\\\"x\\\"", "", "{", "1e3", "{\\\"a\\\": 1, \\\"a\\\": 2}", "nul"],
            ),
            'y' => one_of(self, &["YWJj", "YQ==", "YQ", "w6k=", "", "!", "YQBiAA=="]),
            'v' => one_of(self, &["a,b\\n1,2\\n3,4\\n", "a\\n", "", "a,a\\n1,2", "a,b\\n1", "a,b\\n\\\"x,y\\\",2"]),
            'e' => one_of(self, &["UTF-8", "UTF-16LE", "dns", "url", "oid"]),
            'p' => one_of(self, &["a/b.txt", "/a", "a/", "", ".", "../x/./y", "a//b/../c"]),
            _ => self.any(depth),
        }
    }

    /// An expression of any kind.
    fn any(&mut self, depth: usize) -> String {
        let kind = self.chance.pick(KINDS);
        self.of(kind, depth)
    }

    /// Something that can be iterated.
    fn collection(&mut self, depth: usize) -> String {
        let kind = self.chance.pick(&[Kind::Texts, Kind::Numbers, Kind::Set, Kind::Map, Kind::Texts]);
        self.of(kind, depth)
    }

    fn number(&mut self, depth: usize) -> String {
        self.of(Kind::Number, depth)
    }

    fn text(&mut self, depth: usize) -> String {
        self.of(Kind::Text, depth)
    }

    fn truth(&mut self, depth: usize) -> String {
        self.of(Kind::Truth, depth)
    }

    /// An expression of a kind, or seldom of another.
    fn of(&mut self, kind: Kind, depth: usize) -> String {
        let kind = if self.chance.percent(self.surprises) { self.chance.pick(KINDS) } else { kind };
        if depth == 0 || self.chance.percent(25) {
            return self.leaf(kind);
        }
        let d = depth - 1;
        match self.chance.below(12) {
            0 => format!("({} ? {} : {})", self.truth(d), self.of(kind, d), self.of(kind, d)),
            1 => format!("try({}, {})", self.of(kind, d), self.of(kind, d)),
            2 => match kind {
                Kind::Texts | Kind::Numbers | Kind::Map if depth > 1 => self.for_expression(d.max(1)),
                _ => format!("[{}][0]", self.of(kind, d)),
            },
            3 => format!("{{ x = {} }}.x", self.of(kind, d)),
            _ => self.made(kind, d),
        }
    }

    fn made(&mut self, kind: Kind, d: usize) -> String {
        match kind {
            Kind::Number => match self.chance.below(4) {
                0 => format!("({} {} {})", self.number(d), self.chance.pick(&["+", "-", "*", "/", "%"]), self.number(d)),
                1 => format!("-{}", self.number(d)),
                2 => format!("length({})", self.collection(d)),
                _ => {
                    let function = self.chance.pick(&[
                        ("max", "n+"),
                        ("min", "nn"),
                        ("abs", "n"),
                        ("ceil", "n"),
                        ("floor", "n"),
                        ("sum", "N"),
                        ("index", "Ls"),
                    ]);
                    self.call(function, d + 1)
                }
            },
            Kind::Text => match self.chance.below(4) {
                0 => format!("\"{}{}\"", self.template_part(d.min(1)), self.template_part(0)),
                1 => format!("element({}, {})", self.of(Kind::Texts, d), self.leaf(Kind::Number)),
                _ => {
                    let function = self.chance.pick(&[
                        ("lower", "s"),
                        ("upper", "s"),
                        ("join", "sL"),
                        ("replace", "sss"),
                        ("format", "fs+"),
                        ("substr", "sww"),
                        ("cidrsubnet", "cww"),
                        ("cidrhost", "cw"),
                        ("lookup", "mss"),
                        ("coalesce", "s+"),
                        ("trimspace", "s"),
                        ("tostring", "n"),
                        ("one", "L"),
                        ("jsonencode", "a"),
                    ]);
                    self.call(function, d + 1)
                }
            },
            Kind::Truth => match self.chance.below(7) {
                0 => format!("({} {} {})", self.truth(d), self.chance.pick(&["&&", "||"]), self.truth(d)),
                1 => format!("!{}", self.truth(d)),
                2 => format!("({} {} {})", self.number(d), self.chance.pick(&["<", "<=", ">", ">="]), self.number(d)),
                3 => format!("({} {} {})", self.text(d), self.chance.pick(&["==", "!="]), self.text(d)),
                4 => format!("({} {} null)", self.any(d), self.chance.pick(&["==", "!="])),
                5 => format!("can({})", self.any(d)),
                _ => {
                    let function = self.chance.pick(&[
                        ("contains", "Ls"),
                        ("alltrue", "B"),
                        ("anytrue", "B"),
                        ("startswith", "ss"),
                        ("endswith", "ss"),
                        ("strcontains", "ss"),
                    ]);
                    self.call(function, d + 1)
                }
            },
            Kind::Numbers => match self.chance.below(3) {
                0 => format!("range({})", self.chance.below(4)),
                1 => format!("[for x in {} : length(x)]", self.of(Kind::Texts, d)),
                _ => format!("[{}, {}]", self.number(d), self.number(d)),
            },
            Kind::Texts => match self.chance.below(5) {
                0 => format!("[{}]", self.text(d)),
                1 => format!("[{}, {}]", self.text(d), self.text(d)),
                2 => format!("{}[*].name", self.of(Kind::Objects, d)),
                _ => {
                    let function = self.chance.pick(&[
                        ("concat", "L+"),
                        ("compact", "L"),
                        ("distinct", "L"),
                        ("keys", "m"),
                        ("values", "m"),
                        ("sort", "L"),
                        ("split", "ss"),
                        ("reverse", "L"),
                        ("tolist", "S"),
                        ("slice", "Lww"),
                        ("flatten", "l"),
                        ("coalescelist", "LL"),
                        ("formatlist", "fL"),
                        ("cidrsubnets", "cw+"),
                        ("matchkeys", "LLL"),
                    ]);
                    self.call(function, d + 1)
                }
            },
            Kind::Truths => format!("[{}, {}]", self.truth(d), self.truth(d)),
            Kind::Objects => match self.chance.below(3) {
                0 => format!("[{}, {}]", self.of(Kind::Object, d), self.of(Kind::Object, d)),
                1 => format!("[for n in {} : {{ name = n, size = 1 }}]", self.of(Kind::Texts, d)),
                _ => format!("[{{ name = {}, size = {} }}]", self.text(d), self.number(d)),
            },
            Kind::Set => {
                let function = self.chance.pick(&[
                    ("toset", "L"),
                    ("toset", "L"),
                    ("setunion", "SS"),
                    ("setintersection", "SS"),
                    ("setsubtract", "SS"),
                    ("toset", "N"),
                ]);
                self.call(function, d + 1)
            }
            Kind::Map => match self.chance.below(5) {
                0 => format!("{{ a = {}, b = {} }}", self.text(d), self.text(d)),
                1 => format!("{{ for k, v in {} : k => v }}", self.of(Kind::Map, d)),
                2 => format!("{{ ({}) = {} }}", self.text(d), self.text(d)),
                _ => {
                    let function = self.chance.pick(&[("merge", "mm+"), ("tomap", "m"), ("zipmap", "LL")]);
                    self.call(function, d + 1)
                }
            },
            Kind::Object => format!("{{ name = {}, size = {} }}", self.text(d), self.number(d)),
            Kind::Null => "null".to_owned(),
        }
    }

    fn leaf(&mut self, kind: Kind) -> String {
        let named: Vec<&str> = self.names.iter().filter(|(_, k)| *k == kind).map(|(name, _)| *name).collect();
        if !named.is_empty() && self.chance.percent(60) {
            return self.chance.pick(&named).to_owned();
        }
        let unknown = self.chance.percent(self.unknowns);
        let known: &[&str] = match kind {
            Kind::Number => {
                &["0", "1", "2", "3", "10", "-1", "1.5", "0.25", "\"4\"", "local.n", "var.number", "local.deep.list[0].id"]
            }
            Kind::Text => &[
                "\"a\"",
                "\"\"",
                "\"b\"",
                "\"abc\"",
                "\"A b\"",
                "\" x \"",
                "\"one\"",
                "\"7\"",
                "local.s",
                "var.string",
                "\"a,b\"",
                "\"10.0.0.1\"",
                "local.pairs.b",
                "var.not_null",
            ],
            Kind::Truth => &["true", "false", "\"true\"", "\"false\"", "local.t", "var.no_string == null"],
            Kind::Numbers => &["[1, 2]", "[]", "[3, \"1\"]", "local.counts", "[0]"],
            Kind::Texts => {
                &["[\"a\", \"b\"]", "[]", "[\"\"]", "[\"a\", 1]", "[\"b\", null]", "var.list", "local.texts", "[\"abc\", \"a\"]"]
            }
            Kind::Truths => &["[true]", "[]", "[true, false]", "[\"true\"]", "[true, null]"],
            Kind::Objects => &["var.objects", "[{ name = \"n\", size = 2 }]", "[]", "local.deep.list"],
            Kind::Set => &["var.set", "toset([])", "toset([\"a\", \"z\"])", "toset([1, 2])", "toset([\"a\"])"],
            Kind::Map => &["var.map", "{}", "{ a = \"x\" }", "{ one = 1, b = null }", "local.pairs", "tomap({ a = \"y\" })"],
            Kind::Object => &["{ name = \"o\", size = 3 }", "var.objects[1]", "local.deep", "{}"],
            Kind::Null => &["null", "var.no_string", "var.no_list", "local.none", "var.no_object"],
        };
        let open: &[&str] = match kind {
            Kind::Number => &["var.u_number", "var.u", "local.half_object.list[1]", "length(var.u_list)"],
            Kind::Text => &["var.u_string", "var.u", "local.half[1]", "\"10.${var.u_string}\"", "local.half_map.b"],
            Kind::Truth => &["var.u_bool", "var.u", "var.u_string == \"a\"", "var.u_number > 1"],
            Kind::Numbers => &["[1, var.u_number]", "var.u", "local.half_object.list"],
            Kind::Texts => &["local.half", "var.u_list", "var.u", "[var.u_string]"],
            Kind::Truths => &["[true, var.u_bool]", "var.u", "[var.u_bool, false]"],
            Kind::Objects => &["[var.u_object]", "[{ name = var.u_string, size = 1 }]", "var.u"],
            Kind::Set => &["var.u_set", "toset(local.half)", "var.u"],
            Kind::Map => &["local.half_map", "var.u_map", "var.u", "{ a = var.u_string }"],
            Kind::Object => &["local.half_object", "var.u_object", "var.u"],
            Kind::Null => &["var.u"],
        };
        self.chance.pick(if unknown { open } else { known }).to_owned()
    }
}
