//! Mutants of Terraform code.

use crate::edit::{Kind, Literal, Mutant, file, half, range, replaced};
use overlint::syntax::hcl::{self, ast};
use std::fmt::Write as _;
use std::ops::Range;

/// All mutants of a root module of one file.
pub fn mutants(code: &str) -> Vec<Mutant> {
    let tree = hcl::parse(file(), code).body;
    let module = Module { code, literals: literals(&tree, code), tree };
    let mut mutants = vec![module.with_defaults(), module.with_locals(), module.called_with_values()];
    mutants.extend([
        module.in_an_object(),
        module.in_expressions(),
        module.called("count = 1", "module.mutant[0]."),
        module.called("for_each = { k = 1 }", "module.mutant[\"k\"]."),
        module.reversed(),
        module.in_files(),
        module.laid_out_otherwise(),
    ]);
    if !code.contains("<<") {
        mutants.push(Mutant::same("lines end in CRLF", vec![("main.tf", code.replace('\n', "\r\n"))]));
        mutants.push(module.as_json());
    }
    mutants.push(module.without_any_value());
    mutants.extend(module.literals.iter().flat_map(|literal| module.without_value(literal)));
    mutants
}

struct Module<'c> {
    code: &'c str,
    tree: ast::Body,
    literals: Vec<Literal>,
}

impl Module<'_> {
    fn text(&self, at: &Range<usize>) -> &str {
        &self.code[at.clone()]
    }

    /// The code with each literal replaced by the name of what has its value.
    fn moved(&self, by: &str) -> String {
        let edits = self.literals.iter().enumerate().map(|(number, l)| (l.at.clone(), format!("{by}.mutant{number}")));
        replaced(self.code, edits.collect())
    }

    /// `make` for the number, type and text of each literal.
    fn for_each_literal(&self, make: impl Fn(usize, &str, &str) -> String) -> String {
        let all = self.literals.iter().enumerate();
        all.map(|(number, literal)| make(number, word(literal.kind), self.text(&literal.at))).collect()
    }

    fn with_defaults(&self) -> Mutant {
        let variables = self.for_each_literal(|number, kind, text| {
            format!("variable \"mutant{number}\" {{\n  type    = {kind}\n  default = {text}\n}}\n")
        });
        Mutant::same("literals are defaults of variables", vec![("main.tf", self.moved("var")), ("variables.tf", variables)])
    }

    fn with_locals(&self) -> Mutant {
        let locals = self.for_each_literal(|number, _, text| format!("  mutant{number} = {text}\n"));
        let locals = format!("locals {{\n{locals}}}\n");
        Mutant::same("literals are locals", vec![("main.tf", self.moved("local")), ("locals.tf", locals)])
    }

    /// In one object; its attributes are optional, and their defaults are the literals.
    fn in_an_object(&self) -> Mutant {
        let attributes = self.for_each_literal(|number, kind, text| format!("    mutant{number} = optional({kind}, {text})\n"));
        let variable = format!("variable \"all\" {{\n  type = object({{\n{attributes}  }})\n  default = {{}}\n}}\n");
        Mutant::same("literals in a variable's type", vec![("main.tf", self.moved("var.all")), ("variables.tf", variable)])
    }

    /// As values of functions and operators that give back what they are given.
    fn in_expressions(&self) -> Mutant {
        let make = |(number, literal): (usize, &Literal)| {
            let text = self.text(&literal.at);
            let text = match number % 4 {
                0 => format!("[{text}][0]"),
                1 => format!("lookup({{ a = {text} }}, \"a\", null)"),
                2 => format!("(var.mutant ? {text} : {text})"),
                _ => format!("coalesce(null, try(tonumber(\"x\"), {text}))"),
            };
            (literal.at.clone(), text)
        };
        let code = replaced(self.code, self.literals.iter().enumerate().map(make).collect());
        let variable = "variable \"mutant\" {\n  type = bool\n}\n".to_owned();
        Mutant::same("literals in expressions", vec![("main.tf", code), ("variables.tf", variable)])
    }

    fn called_with_values(&self) -> Mutant {
        let arguments = self.for_each_literal(|number, _, text| format!("  mutant{number} = {text}\n"));
        let variables = self.for_each_literal(|number, _, _| format!("variable \"mutant{number}\" {{}}\n"));
        let files =
            vec![("main.tf", self.root(&arguments)), ("child/main.tf", self.moved("var")), ("child/variables.tf", variables)];
        Mutant::same("literals are arguments of a module", files).within("module.mutant.")
    }

    /// All of it in a module that is called with one more argument.
    fn called(&self, argument: &str, prefix: &'static str) -> Mutant {
        let files = vec![("main.tf", self.root(&format!("  {argument}\n"))), ("child/main.tf", self.code.to_owned())];
        Mutant::same(&format!("in a module with {argument}"), files).within(prefix)
    }

    /// A root module that calls another one; its variables are passed on.
    fn root(&self, arguments: &str) -> String {
        let mut root = String::new();
        let mut call = format!("module \"mutant\" {{\n  source = \"./child\"\n{arguments}");
        for (block, at) in self.blocks() {
            match &*block.keyword {
                "terraform" | "provider" => root += self.text(&at),
                "variable" => {
                    // The conditions stay with the variable in the module.
                    let attributes =
                        block.body.attributes.iter().map(|a| format!("{} = {}\n", a.name, self.text(&range(a.expr.span))));
                    let name = &block.labels[0];
                    writeln!(root, "variable \"{name}\" {{\n{}}}", attributes.collect::<String>()).unwrap();
                    writeln!(call, "  {name} = var.{name}").unwrap();
                }
                _ => {}
            }
        }
        format!("{root}\n{call}}}\n")
    }

    /// The blocks of the file, each up to the next one.
    fn blocks(&self) -> Vec<(&ast::Block, Range<usize>)> {
        let starts = self.tree.blocks.iter().map(|block| range(block.header).start);
        let ends = starts.clone().skip(1).chain([self.code.len()]);
        self.tree.blocks.iter().zip(starts.zip(ends)).map(|(block, (start, end))| (block, start..end)).collect()
    }

    fn reversed(&self) -> Mutant {
        let code = self.blocks().iter().rev().map(|(_, at)| format!("{}\n", self.text(at))).collect();
        Mutant::same("blocks in reverse", vec![("main.tf", code)])
    }

    fn in_files(&self) -> Mutant {
        let mut mutant = Mutant::same("each block in a file", Vec::new());
        let files = self.blocks().into_iter().enumerate();
        mutant.files = files.map(|(number, (_, at))| (format!("{number}.tf"), self.text(&at).to_owned())).collect();
        mutant
    }

    /// Other white space before names that start a line, and comments.
    fn laid_out_otherwise(&self) -> Mutant {
        let mut edits = Vec::new();
        self.lay_out(&self.tree, &mut edits);
        Mutant::same("other white space, comments", vec![("main.tf", replaced(self.code, edits))])
    }

    fn lay_out(&self, body: &ast::Body, edits: &mut Vec<(Range<usize>, String)>) {
        let names = body.attributes.iter().map(|a| a.name_span).chain(body.blocks.iter().map(|b| b.header));
        for start in names.map(|span| range(span).start) {
            let line = self.code[..start].rfind('\n').map_or(0, |at| at + 1);
            if self.code[line..start].trim().is_empty() {
                edits.push((line..start, "\n\t\t# \"} a comment\n\n\t".to_owned()));
            }
        }
        edits.extend(body.attributes.iter().map(|a| {
            let start = range(a.expr.span).start;
            (start..start, "\t/* \" { */ ".to_owned())
        }));
        body.blocks.iter().for_each(|block| self.lay_out(&block.body, edits));
    }

    fn as_json(&self) -> Mutant {
        let mut mutant = Mutant::same("as JSON", Vec::new());
        let files = self.tree.blocks.iter().enumerate();
        mutant.files =
            files.map(|(number, block)| (format!("{number}.tf.json"), crate::json::file(block, self.code).to_string())).collect();
        mutant
    }

    fn without_any_value(&self) -> Mutant {
        let variables = self.for_each_literal(|number, kind, _| format!("variable \"mutant{number}\" {{\n  type = {kind}\n}}\n"));
        Mutant::unknown("all without values", vec![("main.tf", self.moved("var")), ("variables.tf", variables)])
    }

    /// One literal, or a part of it, is a variable that has no value, or hangs on one.
    fn without_value(&self, literal: &Literal) -> Vec<Mutant> {
        let (at, text) = (&literal.at, self.text(&literal.at));
        let line = self.code[..at.start].lines().count();
        let mutant = |make: fn(&str, Vec<(&str, String)>) -> Mutant, what: &str, kind: &str, new: String| {
            let code = replaced(self.code, vec![(at.clone(), new)]);
            let variable = format!("variable \"mutant\" {{\n  type = {kind}\n}}\n");
            make(&format!("{text} in line {line} {what}"), vec![("main.tf", code), ("variables.tf", variable)])
        };
        let mut mutants = vec![
            mutant(Mutant::unknown, "without a value", word(literal.kind), "var.mutant".to_owned()),
            mutant(Mutant::unknown_in_part, "on a condition", "bool", format!("(var.mutant ? {text} : null)")),
        ];
        if let Some(end) = text.strip_prefix('"').and_then(half) {
            mutants.push(mutant(Mutant::unknown_in_part, "half without a value", "string", format!("\"${{var.mutant}}{end}")));
        }
        mutants
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::String => "string",
        Kind::Number => "number",
        Kind::Bool => "bool",
    }
}

/// Attributes whose values Terraform wants as they are.
const FIXED: &[&str] = &["depends_on", "provider", "providers", "source", "version", "iterator"];

fn literals(file: &ast::Body, code: &str) -> Vec<Literal> {
    let mut found = Vec::new();
    for block in file.blocks.iter().filter(|b| matches!(&*b.keyword, "resource" | "data" | "module")) {
        let is_azapi = block.labels.first().is_some_and(|of| of.starts_with("azapi_"));
        let skipped = if is_azapi { "type" } else { "" };
        for attribute in block.body.attributes.iter().filter(|a| &*a.name != skipped) {
            in_attribute(attribute, code, &mut found);
        }
        block.body.blocks.iter().for_each(|inner| in_block(inner, code, &mut found));
    }
    found
}

fn in_block(block: &ast::Block, code: &str, found: &mut Vec<Literal>) {
    if matches!(&*block.keyword, "lifecycle" | "provisioner" | "connection") {
        return;
    }
    block.body.attributes.iter().for_each(|attribute| in_attribute(attribute, code, found));
    block.body.blocks.iter().for_each(|inner| in_block(inner, code, found));
}

fn in_attribute(attribute: &ast::Attribute, code: &str, found: &mut Vec<Literal>) {
    if !FIXED.contains(&&*attribute.name) {
        in_expression(&attribute.expr, code, found);
    }
}

fn in_expression(expr: &ast::Expr, code: &str, found: &mut Vec<Literal>) {
    use ast::ExprKind as E;
    let mut all = |exprs: &mut dyn Iterator<Item = &ast::Expr>| exprs.for_each(|e| in_expression(e, code, found));
    let kind = match &expr.kind {
        E::String(_) if code[range(expr.span)].starts_with('"') => Kind::String,
        E::Number(_) => Kind::Number,
        E::Bool(_) => Kind::Bool,
        E::Tuple(items) => return all(&mut items.iter()),
        E::Object(entries) => return all(&mut entries.iter().map(|(_, value)| value)),
        E::Call(call) => return all(&mut call.args.iter()),
        E::Conditional(three) => return all(&mut three.iter()),
        E::Negate(of) | E::Not(of) => return all(&mut std::iter::once(&**of)),
        E::Binary(left, _, right) => return all(&mut [&**left, &**right].into_iter()),
        E::For(each) => return all(&mut [&each.collection, &each.value].into_iter().chain(&each.key).chain(&each.condition)),
        E::Traversal(of, steps) => {
            let indexes = steps.iter().filter_map(|step| if let ast::Step::Index(index) = step { Some(index) } else { None });
            return all(&mut std::iter::once(&**of).chain(indexes));
        }
        E::Template(parts) => {
            return all(&mut parts.iter().filter_map(|part| match part {
                ast::TemplatePart::Interpolation(inner) => Some(inner),
                _ => None,
            }));
        }
        E::String(_) | E::Invalid | E::Null | E::Name(_) => return,
    };
    found.push(Literal { at: range(expr.span), kind });
}
