//! What discovery takes from a file's text. As long as that stays the same, the sources of a run stay the same but for the text.

use super::closure::Node;
use super::folder::{Text, is_plan};
use super::template::Template;
use crate::eval::plan;
use crate::settings::NAMES;
use crate::syntax::bicep::Dialect;
use crate::syntax::hcl::files::{Role, has_values, role};

/// What discovery takes from the text of a file.
#[derive(Debug, PartialEq, Eq)]
pub struct Imprint(Matter);

#[derive(Debug, PartialEq, Eq)]
enum Matter {
    /// Nothing, and the file itself does not matter either, unless the code reads it.
    Nothing,
    /// Nothing: that the file is there is all that counts.
    Presence,
    /// Of Terraform's code: whether it mentions a cluster, and the names and sources of its module calls.
    Code(bool, Vec<(String, String)>),
    /// Of a template or parameter file.
    Template { kind: &'static str, holds_cluster: bool, calls: Vec<String>, parameters: Vec<String> },
    /// All of it.
    Everything(String),
}

impl Imprint {
    /// Reads it from the text that stands at a path.
    pub fn of(path: &str, text: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_json = name.ends_with(".json") || name.ends_with(".jsonc");
        Self(match role(name) {
            Some(Role::Code | Role::Override) => {
                let file = Text { path: path.to_owned(), bytes: text.into() };
                Matter::Code(plan::mentions_cluster(text.as_bytes()), file.module_calls())
            }
            Some(_) => Matter::Presence,
            None if has_values(name) => Matter::Presence,
            None if NAMES.contains(&name) || matches!(name, ".gitignore" | "bicepconfig.json" | "modules.json") => {
                Matter::Everything(text.to_owned())
            }
            None if is_json && is_plan(path, text.as_bytes()) => {
                Matter::Template { kind: "plan", holds_cluster: true, calls: Vec::new(), parameters: Vec::new() }
            }
            None if is_json || Dialect::of(name).is_some() => template(path, text),
            None => Matter::Nothing,
        })
    }

    /// Whether discovery passes over a file with such a text.
    pub fn is_nothing(&self) -> bool {
        self.0 == Matter::Nothing
    }
}

fn template(path: &str, text: &str) -> Matter {
    let Some(file) = Template::of_text(path, text) else { return Matter::Nothing };
    let mut parameters = file.outline().parameters;
    parameters.sort_unstable();
    let calls = file.calls().iter().map(|call| format!("{} {}", call.name, call.source)).chain(file.names_elsewhere());
    Matter::Template { kind: file.kind.name(), holds_cluster: file.holds_cluster(), calls: calls.collect(), parameters }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(path: &str, before: &str, after: &str) -> bool {
        Imprint::of(path, before) == Imprint::of(path, after)
    }

    #[test]
    fn values_may_change_but_calls_and_clusters_not() {
        let call = |source: &str, cidr: &str| format!("module \"net\" {{\n  source = \"{source}\"\n  cidr = \"{cidr}\"\n}}\n");
        assert!(same("main.tf", &call("./net", "10.0.0.0/8"), &call("./net", "10.0.0.0/9")));
        assert!(!same("main.tf", &call("./net", "10.0.0.0/8"), &call("./vnet", "10.0.0.0/8")));
        assert!(!same("main.tf", "", "resource \"azurerm_kubernetes_cluster\" \"x\" {}"));
        assert!(same("dev.tfvars", "a = 1", "b = 1"));
        assert!(same("main.bicep", "param a string = \'x\'", "param a string = \'y\'"));
        assert!(!same("main.bicep", "param a string", "param b string"));
        assert!(!same("overlint.toml", "", "[network]"));
        assert!(same("notes.yaml", "a: 1", "b: 1"));
        assert!(Imprint::of("package.json", "{}").is_nothing() && !Imprint::of("dev.tfvars", "").is_nothing());
    }
}
