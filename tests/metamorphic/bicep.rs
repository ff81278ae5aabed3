//! Mutants of Bicep files.

use crate::edit::{Kind, Literal, Mutant, file, half, range, replaced};
use overlint::syntax::bicep::ast::{Resource, Statement, StatementKind};
use overlint::syntax::bicep::{self, Dialect};
use overlint::syntax::expr::{Element, Expr, ExprKind, Member, Part};
use std::fmt::Write as _;
use std::ops::Range;

/// All mutants of a template.
pub fn mutants(code: &str) -> Vec<Mutant> {
    let statements = bicep::parse(file(), code, Dialect::Template).statements;
    let template = Template { code, literals: literals(&statements), statements };
    let mut mutants = vec![
        template.with_defaults(),
        template.with_variables(),
        template.called_with_values(),
        template.called(" = ", "", "mutant."),
        template.called(" = [for i in range(0, 1): ", "]", "mutant[0]."),
        template.reversed(),
        Mutant::same("lines end in CRLF", vec![("main.bicep", code.replace('\n', "\r\n"))]),
        template.laid_out_otherwise(),
    ];
    mutants.push(template.without_any_value());
    mutants.extend(template.literals.iter().flat_map(|literal| template.without_value(literal)));
    mutants
}

struct Template<'c> {
    code: &'c str,
    statements: Vec<Statement>,
    literals: Vec<Literal>,
}

impl Template<'_> {
    fn text(&self, at: &Range<usize>) -> &str {
        &self.code[at.clone()]
    }

    /// The code with names in place of literals, and these lines behind it, one for each.
    fn moved(&self, declare: impl Fn(usize, &str, &str) -> String) -> String {
        let edits = self.literals.iter().enumerate().map(|(number, l)| (l.at.clone(), format!("mutant{number}")));
        format!("{}\n{}", replaced(self.code, edits.collect()), self.for_each_literal(declare))
    }

    /// `make` for the number, type and text of each literal.
    fn for_each_literal(&self, make: impl Fn(usize, &str, &str) -> String) -> String {
        let all = self.literals.iter().enumerate();
        all.map(|(number, literal)| make(number, word(literal.kind), self.text(&literal.at))).collect()
    }

    fn with_defaults(&self) -> Mutant {
        let code = self.moved(|number, kind, text| format!("param mutant{number} {kind} = {text}\n"));
        Mutant::same("literals are defaults of parameters", vec![("main.bicep", code)])
    }

    fn with_variables(&self) -> Mutant {
        let code = self.moved(|number, _, text| format!("var mutant{number} = {text}\n"));
        Mutant::same("literals are variables", vec![("main.bicep", code)])
    }

    fn called_with_values(&self) -> Mutant {
        let inner = self.moved(|number, kind, _| format!("param mutant{number} {kind}\n"));
        let arguments = self.for_each_literal(|number, _, text| format!("    mutant{number}: {text}\n"));
        let files = vec![("main.bicep", self.root(" = ", "", &arguments)), ("inner.bicep", inner)];
        Mutant::same("literals are arguments of a module", files).within("mutant.")
    }

    fn called(&self, before: &str, after: &str, prefix: &'static str) -> Mutant {
        let files = vec![("main.bicep", self.root(before, after, "")), ("inner.bicep", self.code.to_owned())];
        Mutant::same(&format!("in a module{before}..{after}"), files).within(prefix)
    }

    /// A template that calls another one; its parameters are passed on where they have no default.
    fn root(&self, before: &str, after: &str, arguments: &str) -> String {
        let mut root = String::new();
        let mut call = format!("module mutant './inner.bicep'{before}{{\n  name: 'mutant'\n  params: {{\n{arguments}");
        for statement in &self.statements {
            match &statement.kind {
                StatementKind::TargetScope(_) | StatementKind::Type(..) => root += self.text(&range(statement.span)),
                StatementKind::Parameter(parameter) if parameter.value.is_none() => {
                    root += self.text(&range(statement.span));
                    writeln!(call, "    {0}: {0}", parameter.name.text).unwrap();
                }
                _ => continue,
            }
            root.push('\n');
        }
        format!("{root}{call}  }}\n}}{after}\n")
    }

    fn reversed(&self) -> Mutant {
        let code = self.statements.iter().rev().map(|s| format!("{}\n", self.text(&range(s.span)))).collect();
        Mutant::same("statements in reverse", vec![("main.bicep", code)])
    }

    /// Comments and white space before statements and values, and at the ends of lines.
    fn laid_out_otherwise(&self) -> Mutant {
        let starts = self.statements.iter().map(|s| range(s.span).start);
        let mut edits: Vec<_> = starts.map(|start| (start..start, "\n\n// ' { a comment\n\n".to_owned())).collect();
        edits.extend(self.literals.iter().map(|l| (l.at.start..l.at.start, "\t/* ' } */ ".to_owned())));
        Mutant::same("other white space, comments", vec![("main.bicep", replaced(self.code, edits))])
    }

    fn without_any_value(&self) -> Mutant {
        let code = self.moved(|number, kind, _| format!("param mutant{number} {kind}\n"));
        Mutant::unknown("all without values", vec![("main.bicep", code)])
    }

    /// One literal, or a part of it, is a parameter that has no value, or hangs on one.
    fn without_value(&self, literal: &Literal) -> Vec<Mutant> {
        let (at, text) = (&literal.at, self.text(&literal.at));
        let line = self.code[..at.start].lines().count();
        let mutant = |make: fn(&str, Vec<(&str, String)>) -> Mutant, what: &str, kind: &str, new: String| {
            let code = replaced(self.code, vec![(at.clone(), new)]);
            let files = vec![("main.bicep", format!("{code}\nparam mutant {kind}\n"))];
            make(&format!("{text} in line {line} {what}"), files)
        };
        let mut mutants = vec![
            mutant(Mutant::unknown, "without a value", word(literal.kind), "mutant".to_owned()),
            mutant(Mutant::unknown_in_part, "on a condition", "bool", format!("(mutant ? {text} : null)")),
        ];
        if let Some(end) = text.strip_prefix('\'').and_then(half) {
            mutants.push(mutant(Mutant::unknown_in_part, "half without a value", "string", format!("'${{mutant}}{end}")));
        }
        mutants
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::String => "string",
        Kind::Number => "int",
        Kind::Bool => "bool",
    }
}

fn literals(statements: &[Statement]) -> Vec<Literal> {
    let mut found = Vec::new();
    for statement in statements {
        match &statement.kind {
            StatementKind::Resource(resource) => in_resource(resource, &mut found),
            StatementKind::Module(module) => in_expression(&module.body.object, &mut found),
            _ => {}
        }
    }
    found
}

fn in_resource(resource: &Resource, found: &mut Vec<Literal>) {
    resource.body.each.iter().for_each(|each| in_expression(&each.over, found));
    resource.body.condition.iter().for_each(|condition| in_expression(condition, found));
    in_expression(&resource.body.object, found);
    for child in &resource.children {
        if let StatementKind::Resource(child) = &child.kind {
            in_resource(child, found);
        }
    }
}

fn in_expression(expr: &Expr, found: &mut Vec<Literal>) {
    let kind = match &expr.kind {
        ExprKind::String(_) => Kind::String,
        ExprKind::Number(_) => Kind::Number,
        ExprKind::Bool(_) => Kind::Bool,
        ExprKind::Interpolation(parts) => {
            let values = parts.iter().filter_map(|part| if let Part::Value(value) = part { Some(value) } else { None });
            return values.for_each(|value| in_expression(value, found));
        }
        ExprKind::Array(elements) => {
            return elements.iter().for_each(|element| match element {
                Element::Value(value) | Element::Spread(value) => in_expression(value, found),
            });
        }
        ExprKind::Object(members) => {
            return members.iter().for_each(|member| match member {
                Member::Property(_, value) | Member::Spread(value) => in_expression(value, found),
            });
        }
        // Paths of files must be known when the template is compiled.
        ExprKind::Call(call) if call.name.text.starts_with("load") => return,
        kind => return kind.for_each_child(|child| in_expression(child, found)),
    };
    found.push(Literal { at: range(expr.span), kind });
}
