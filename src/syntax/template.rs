//! The one form of templates: what an ARM template or a Bicep file declares. Both front ends make it, one evaluator reads it.
//!
//! Expressions are those of [`crate::syntax::expr`]. What only one language has stays visible in them: ARM's `parameters('x')`,
//! `variables('x')`, `copyIndex('loop')`, `reference(..)` are calls, Bicep's `x`, `resource.properties.y` names and accesses.

use crate::source::{FileId, Span};
use crate::syntax::expr::{Expr, Name};
use std::sync::Arc;

/// The languages of templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// JSON; names of parameters, variables and functions in any letter case.
    Arm,
    /// Bicep.
    Bicep,
}

/// What a template is deployed to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// A resource group.
    #[default]
    ResourceGroup,
    /// A subscription.
    Subscription,
    /// A management group.
    ManagementGroup,
    /// The tenant.
    Tenant,
}

/// A template. Names are unique in each list unless the code is wrong; the first one counts then.
#[derive(Debug)]
pub struct Template {
    /// The file that it stands in.
    pub file: FileId,
    /// The language.
    pub language: Language,
    /// What it is deployed to.
    pub target: Target,
    /// The parameters.
    pub parameters: Vec<Parameter>,
    /// The variables. (A `copy` in ARM's `variables` is a loop here.)
    pub variables: Vec<Variable>,
    /// The types that the template declares, as far as values depend on them.
    pub types: Vec<(Name, Type)>,
    /// The functions that the template declares.
    pub functions: Vec<Function>,
    /// What it takes from other files.
    pub imports: Vec<Import>,
    /// The resources and module calls, in order.
    pub declarations: Vec<Declaration>,
    /// The outputs.
    pub outputs: Vec<Output>,
    /// What could not be read, so that something may be missing here: the place, for "this could not be parsed".
    pub lost: Vec<Span>,
    /// All of it.
    pub span: Span,
}

/// A parameter.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub of: Type,
    /// The values that `@allowed` or `allowedValues` lists.
    pub allowed: Vec<Expr>,
    /// Whether its value is a secret.
    pub secure: bool,
    /// Its default.
    pub default: Option<Expr>,
}

/// A type, as far as values depend on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Type {
    /// What it is.
    pub kind: TypeKind,
    /// Whether null is a value of it, by itself; a named type may still allow it.
    pub nullable: bool,
}

/// The kinds of types.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeKind {
    /// `bool`
    Bool,
    /// `int`, `string`, an array, an object, or anything else.
    Other,
    /// Some texts, and nothing else: `'a' | 'b'`
    Texts(Vec<Arc<str>>),
    /// A type of the template (ARM: a name in `definitions`), or one that it imports, perhaps of a namespace: `types.poolType`
    Named(Vec<Arc<str>>),
}

/// A variable.
#[derive(Debug)]
pub struct Variable {
    /// Its name.
    pub name: Name,
    /// Its value.
    pub value: Expr,
}

/// A function of the user. In ARM its name has the namespace before it: `contoso.uniqueName`.
#[derive(Debug)]
pub struct Function {
    /// Its name.
    pub name: Name,
    /// The names of its parameters. ARM writes `parameters('x')` for them, Bicep `x`.
    pub parameters: Vec<Name>,
    /// What it returns. Nothing of the template but its functions, and in Bicep its variables, is visible there.
    pub body: Expr,
}

/// What a file takes from another one.
#[derive(Debug)]
pub struct Import {
    /// The file as written: a path, or `br:..`. For an ARM template the names are those of `metadata.__bicep_exported_variables!`.
    pub from: Name,
    /// What it takes: `None` for everything under one name, `Some(name there)` for one symbol.
    pub symbol: Option<Name>,
    /// What it is called here.
    pub name: Name,
}

/// An output.
#[derive(Debug)]
pub struct Output {
    /// Its name.
    pub name: Name,
    /// Its value.
    pub value: Expr,
}

/// A resource or a module call, perhaps repeated.
#[derive(Debug)]
pub struct Declaration {
    /// Its symbolic name. ARM templates without symbolic names have none.
    pub symbol: Option<Name>,
    /// Whether it is a resource or a module call.
    pub kind: DeclarationKind,
    /// What tells whether it is deployed at all.
    pub condition: Option<Expr>,
    /// How often.
    pub repeat: Option<Repeat>,
    /// The object: `name`, `location`, `properties` and so on. ARM's `copy`, `condition`, `resources` and (of a module) `template` are
    /// not in it, nor its `type` and `apiVersion`. It may be an expression that makes an object.
    pub body: Expr,
    /// Where it begins: what to point at when no property is to blame. In Bicep `resource aks '..'` without what comes after, in ARM
    /// the `"type": ".."` member.
    pub header: Span,
    /// All of it.
    pub span: Span,
}

/// A resource, or a call of a module.
#[derive(Debug)]
pub enum DeclarationKind {
    /// A resource.
    Resource(Resource),
    /// A Bicep module, or a deployment within an ARM template.
    Module(Module),
}

/// What is particular to a resource.
#[derive(Debug)]
pub struct Resource {
    /// Its type as written: `Microsoft.Network/virtualNetworks`. Of a child that is declared inside its parent (in ARM, when written
    /// so) only the last segment.
    pub of: Name,
    /// The version of the type; an expression in ARM. A child in Bicep may leave it to its parent.
    pub api_version: Option<Expr>,
    /// Whether it is only referred to.
    pub existing: bool,
    /// The resources that are declared inside it.
    pub children: Vec<Declaration>,
}

/// What is particular to a module call.
#[derive(Debug)]
pub struct Module {
    /// What it deploys.
    pub source: Source,
    /// The arguments, an object. Bicep: `params`, with values; ARM: `properties.parameters`, with an object for each that has the
    /// value as `value`, or a `reference` to a secret.
    pub arguments: Option<Expr>,
}

/// What a module call deploys.
#[derive(Debug)]
pub enum Source {
    /// A file, or something of a registry or a template spec, as written: `./net.bicep`, `br/public:avm/..:0.1.0`, in ARM a
    /// `templateLink` with `relativePath`.
    Path(Name),
    /// A template inside the template. With `true` its expressions are worked out in the template around it (ARM's scope "outer",
    /// which is its default); the parameters and variables of its own are not visible then.
    Inline(Box<Template>, bool),
    /// Something else, such as the address of a template: why it is not known, and where that is written.
    Unknown(Arc<str>, Span),
}

/// A loop over a declaration.
#[derive(Debug)]
pub struct Repeat {
    /// The name for the element, in Bicep; in ARM the name of the loop, for `copyIndex('name')`.
    pub name: Name,
    /// The name for the number of the element, in Bicep.
    pub index: Option<Name>,
    /// In Bicep the array, in ARM the number of times.
    pub over: Expr,
}

/// A file with values for the parameters of a template: `.bicepparam`, or JSON.
#[derive(Debug)]
pub struct ParameterFile {
    /// What the expressions in it may refer to: variables, functions, imports. JSON has none.
    pub scope: Template,
    /// The template that a `.bicepparam` names, as written; none after `using none`, and none in JSON.
    pub using: Option<Name>,
    /// The parameter file that it builds on, as written.
    pub extends: Option<Name>,
    /// The values. Strings in JSON are no expressions, and a secret from a key vault is unknown.
    pub values: Vec<Variable>,
}

impl Template {
    /// The files and modules of registries that it calls as modules, as written, those in templates inside it included.
    pub fn called_paths(&self) -> Vec<&Name> {
        let mut paths = Vec::new();
        let mut next: Vec<&Declaration> = self.declarations.iter().collect();
        while let Some(declaration) = next.pop() {
            match &declaration.kind {
                DeclarationKind::Resource(resource) => next.extend(&resource.children),
                DeclarationKind::Module(module) => match &module.source {
                    Source::Path(path) => paths.push(path),
                    Source::Inline(template, _) => next.extend(&template.declarations),
                    Source::Unknown(..) => {}
                },
            }
        }
        paths
    }

    /// An empty template.
    pub fn new(file: FileId, language: Language, span: Span) -> Self {
        Self {
            file,
            language,
            target: Target::default(),
            parameters: Vec::new(),
            variables: Vec::new(),
            types: Vec::new(),
            functions: Vec::new(),
            imports: Vec::new(),
            declarations: Vec::new(),
            outputs: Vec::new(),
            lost: Vec::new(),
            span,
        }
    }
}
