//! Expressions in a form to read.

use overlint::syntax::expr::{Access, Element, Expr, ExprKind as E, From, Member, Name, Part};

/// An expression with each operation in parentheses.
pub fn show(expr: &Expr) -> String {
    match &expr.kind {
        E::Unknown(why) => format!("<{why}>"),
        E::Placeholder(text) => format!("<{text}>"),
        E::Null => "null".to_owned(),
        E::Bool(b) => b.to_string(),
        E::Number(n) => n.to_string(),
        E::String(s) => format!("{s:?}"),
        E::Interpolation(parts) => format!(
            "`{}`",
            list(parts, |p| match p {
                Part::Text(text) => format!("{text:?}"),
                Part::Value(value) => show(value),
            })
        ),
        E::Array(all) => format!(
            "[{}]",
            list(all, |e| match e {
                Element::Value(value) => show(value),
                Element::Spread(of) => format!("...{}", show(of)),
            })
        ),
        E::Object(all) => format!(
            "{{{}}}",
            list(all, |m| match m {
                Member::Property(key, value) => format!("{}: {}", show(key), show(value)),
                Member::Spread(of) => format!("...{}", show(of)),
            })
        ),
        E::Name(name) => name.to_string(),
        E::Property(of, access, name) => format!("{}.{}{}", show(of), safe(*access), name.text),
        E::Index(two, access, from) => {
            let end = if *from == From::End { "^" } else { "" };
            format!("{}[{}{end}{}]", show(&two[0]), safe(*access), show(&two[1]))
        }
        E::Child(of, name) => format!("{}::{}", show(of), name.text),
        E::NonNull(of) => format!("{}!", show(of)),
        E::Group(of) => format!("group({})", show(of)),
        E::Call(call) => {
            let on = call.on.as_ref().map_or_else(String::new, |on| format!("{}.", show(on)));
            format!("{on}{}({})", call.name.text, list(&call.args, show))
        }
        E::Unary(operator, of) => format!("({operator:?} {})", show(of)),
        E::Binary(two, operator) => format!("({} {operator:?} {})", show(&two[0]), show(&two[1])),
        E::Conditional(three) => format!("({} ? {} : {})", show(&three[0]), show(&three[1]), show(&three[2])),
        E::Lambda(lambda) => format!("(({}) => {})", names(&lambda.parameters), show(&lambda.body)),
        E::For(all) => {
            let index = all.each.index.as_ref().map_or_else(String::new, |i| format!(", {}", i.text));
            format!("[for {}{index} in {}: {}]", all.each.item.text, show(&all.each.over), show(&all.body))
        }
    }
}

/// Things, with commas between.
pub fn list<A>(all: &[A], show: impl Fn(&A) -> String) -> String {
    all.iter().map(show).collect::<Vec<_>>().join(", ")
}

/// Names, with commas between.
pub fn names(all: &[Name]) -> String {
    list(all, |name| name.text.to_string())
}

fn safe(access: Access) -> &'static str {
    if access == Access::Safe { "?" } else { "" }
}
