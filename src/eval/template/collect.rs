//! The resources that a template deploys, with those of the modules that it calls.

use super::declaration::{Deployed, is_written_out};
use super::ids::segments;
use super::instance::Instance;
use super::light::light;
use super::{Evaluated, Evaluator, Templates};
use crate::eval::naming;
use crate::eval::own::Own;
use crate::eval::places::headed;
use crate::model::Undecided;
use crate::source::Span;
use crate::syntax::template::{Declaration, DeclarationKind, Module, Resource, Source};
use crate::tree;
use crate::value::{Map, TermPart, Unknown, Val, Value};
use std::rc::Rc;
use std::sync::Arc;

/// So many resources that rules look at are collected of a root template.
const MOST_RESOURCES: usize = 20_000;

impl<'t> Evaluator<'t> {
    /// Collects the resources of the wanted kinds.
    pub(super) fn collect(&self, instance: &Rc<Instance<'t>>, wanted: &dyn Fn(&str) -> bool, into: &mut Evaluated) {
        for place in &instance.template.lost {
            let why = Undecided::new("this could not be parsed, so something may be missing here", Some(*place));
            let path = self.sources.file(instance.template.file).path();
            into.unresolved.push((if instance.address.is_empty() { path } else { &instance.address }.to_owned(), why));
        }
        self.collect_from(instance, &instance.template.declarations, None, None, wanted, into);
    }

    fn collect_from(
        &self,
        instance: &Rc<Instance<'t>>,
        declarations: &'t [Declaration],
        parent: Option<&Rc<Deployed<'t>>>,
        doubt: Option<&Val>,
        wanted: &dyn Fn(&str) -> bool,
        into: &mut Evaluated,
    ) {
        for declaration in declarations {
            for deployed in self.expand(instance, declaration, parent).iter() {
                if self.resources.get() > MOST_RESOURCES {
                    return;
                }
                let condition = declaration.condition.as_ref().map(|c| self.eval(c, &deployed.env));
                let own_doubt = match condition.as_ref().map(|c| (c, self.assumed(c))) {
                    Some((_, Ok(false))) => continue,
                    Some((_, Ok(true))) | None => None,
                    Some((condition, Err(unknown))) => {
                        Some(Val { value: Value::Unknown(self.doubted(&unknown, condition)), at: condition.at.clone() })
                    }
                };
                let doubt = doubt.or(own_doubt.as_ref()).or(deployed.repeated.as_ref());
                match &declaration.kind {
                    DeclarationKind::Resource(resource) => {
                        if wanted(&deployed.kind()) {
                            self.resources.set(self.resources.get() + 1);
                            if self.resources.get() > MOST_RESOURCES {
                                let why = format!("there are more than {MOST_RESOURCES} clusters, networks and the like");
                                let why = Undecided::new(why, Some(declaration.header));
                                return into.unresolved.push((deployed.address.to_string(), why));
                            }
                            into.resources.push(self.resource(deployed, resource, doubt));
                        }
                        self.collect_from(instance, &resource.children, Some(deployed), doubt, wanted, into);
                    }
                    DeclarationKind::Module(call) => match self.module(deployed) {
                        Ok(module) => {
                            let mut new = Evaluated::default();
                            self.collect(&module, wanted, &mut new);
                            let foreign = |span: Span| self.templates.is_foreign(span.file);
                            if foreign(module.template.span) && !foreign(declaration.header) {
                                new = Foreign { templates: self.templates, call: declaration.header }.moved(new);
                            }
                            let unsure = new.resources.iter_mut().filter(|r| r.repeated.is_none());
                            unsure.for_each(|r| r.repeated = doubt.cloned());
                            into.resources.extend(new.resources);
                            into.unresolved.extend(new.unresolved);
                        }
                        Err(_) if is_beside_the_point(call, self.templates) => {}
                        Err(why) => into.unresolved.push((deployed.address.to_string(), why)),
                    },
                }
            }
        }
    }

    /// Why it is not known whether something is deployed.
    fn doubted(&self, unknown: &Arc<Unknown>, condition: &Val) -> Arc<Unknown> {
        let choice = self.choice(unknown, condition.at.site).map(|(choice, _)| Arc::new(choice));
        Arc::new(Unknown { choice: choice.or_else(|| unknown.choice.clone()), ..unknown.nameless() })
    }

    /// A resource in the form that the model reads (see `model/arm.rs`).
    fn resource(&self, deployed: &Rc<Deployed<'t>>, resource: &Resource, doubt: Option<&Val>) -> tree::Resource {
        let declaration = deployed.declaration;
        let header = declaration.header;
        let body = light(self.eval(&declaration.body, &deployed.env));
        let mut map = match &body.value {
            Value::Map(map) => (**map).clone(),
            Value::Unknown(unknown) => Map { open: Some(Arc::clone(unknown)), ..Map::default() },
            _ => Map::default(),
        };
        if is_written_out(&declaration.body) {
            map.open = None;
        }
        let (id, parent) = self.ids(deployed);
        let name = naming::parts(&id).and_then(|parts| segments(&parts).pop());
        if let (Some(name), Some(written)) = (name, map.entries.iter().find(|(k, _)| k.eq_ignore_ascii_case("name"))) {
            let (key, written) = (Arc::clone(written.0), written.1.clone());
            let why = || Unknown::new("this name is known only at deployment", Some(written.at.site));
            let value = match &written.value {
                // It keeps its reason.
                Value::Unknown(unknown) if !is_text_after_slash(unknown) => written.value.clone(),
                _ => naming::text(name, why),
            };
            map.entries.insert(key, Val { value, at: written.at });
        }
        map.entries.insert("id".into(), id);
        map.entries.insert("parent".into(), parent);
        map.entries.insert("apiVersion".into(), self.api_version(deployed, header));
        let headed = |(key, val): (Arc<str>, Val)| (key, headed(&val, self.sources));
        map.entries = map.entries.into_iter().map(headed).collect();
        tree::Resource {
            address: Arc::clone(&deployed.address),
            kind: deployed.kind(),
            module: Arc::clone(&deployed.instance.address),
            existing: resource.existing,
            header,
            body: Arc::new(map),
            repeated: doubt.cloned(),
        }
    }
}

fn is_beside_the_point(call: &Module, templates: &Templates) -> bool {
    matches!(&call.source, Source::Path(path) if templates.is_beside_the_point(&path.text))
}

/// Moves places out of modules that are not the user's own code.
struct Foreign<'t> {
    templates: &'t Templates,
    /// The user's own call of the outermost one.
    call: Span,
}

impl Own for Foreign<'_> {
    fn call(&self, place: Span) -> Option<Span> {
        self.templates.is_foreign(place.file).then_some(self.call)
    }

    fn stand_in(&self, place: Span) -> Option<Span> {
        self.templates.stands_in(place.file).then_some(self.call)
    }
}

impl Foreign<'_> {
    fn moved(&self, evaluated: Evaluated) -> Evaluated {
        let why = |why: Undecided| Undecided { span: why.span.map(|s| self.call(s).unwrap_or(s)), ..why };
        Evaluated {
            resources: evaluated.resources.into_iter().map(|r| self.resource(r)).collect(),
            unresolved: evaluated.unresolved.into_iter().map(|(call, reason)| (call, why(reason))).collect(),
            ..evaluated
        }
    }
}

/// Whether an unknown name has known parts with a slash, as `'${vnet}/aks'` has.
fn is_text_after_slash(unknown: &Unknown) -> bool {
    let text = |part: &TermPart| matches!(part, TermPart::Text(t) if t.contains('/'));
    unknown.term.as_ref().is_some_and(|t| t.0.iter().any(text))
}
