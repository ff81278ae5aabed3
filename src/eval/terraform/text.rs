//! Templates to texts, known or with a name.

use super::Evaluator;
use super::convert::{self, Stop};
use super::expr::{Env, Eval, EvalError, TOO_MUCH_WORK, error};
use crate::source::Span;
use crate::syntax::hcl::ast::TemplatePart;
use crate::value::{At, Hops, Term, TermPart, Unknown, Val, Value};
use std::sync::Arc;

/// Longer strings are unknown.
const LONGEST_STRING: usize = 1 << 20;
/// A step counts for so many bytes of a text that is made: it takes memory.
const BYTES_A_STEP: usize = 16;

impl<'m> Evaluator<'m> {
    pub(super) fn template(&self, parts: &[TemplatePart], site: Span, env: Env<'_, 'm>) -> Eval {
        // "${x}" alone is x itself, whatever its type.
        if let [TemplatePart::Interpolation(only)] = parts {
            return Ok(self.eval(only, env)?.placed(site));
        }
        let mut text = TemplateText::default();
        self.template_parts(parts, site, env, &mut text)?;
        if !self.step(text.length / BYTES_A_STEP) {
            return Ok(Val::unknown(TOO_MUCH_WORK, site));
        }
        Ok(text.finish(site))
    }

    fn template_parts(
        &self,
        parts: &[TemplatePart],
        site: Span,
        env: Env<'_, 'm>,
        text: &mut TemplateText,
    ) -> Result<(), EvalError> {
        for part in parts {
            if text.length > LONGEST_STRING || !self.step(1) {
                text.unknown = Some(Arc::new(Unknown::new("this string is too long to be worked out", Some(site))));
                return Ok(());
            }
            match part {
                TemplatePart::Text(t) => text.push(TermPart::Text(Arc::clone(t))),
                TemplatePart::Interpolation(e) => text.push_val(&self.eval(e, env)?)?,
                TemplatePart::If(condition, then, otherwise) => {
                    let condition = self.eval(condition, env)?;
                    match self.truth(&condition, site)? {
                        Ok(yes) => self.template_parts(if yes { then } else { otherwise }, site, env, text)?,
                        Err(unknown) => text.push_val(&unknown)?,
                    }
                }
                TemplatePart::For(key_name, value_name, collection, content) => {
                    let collection = self.eval(collection, env)?;
                    let items = match self.elements(&collection, site)? {
                        Ok(items) => items,
                        Err(unknown) => {
                            text.push_val(&unknown)?;
                            continue;
                        }
                    };
                    for (key, value) in items {
                        let value_name = env.bind(value_name, value);
                        let inner = env.with(&value_name);
                        let key_name = key_name.as_deref().map(|name| inner.bind(name, key));
                        self.template_parts(content, site, key_name.as_ref().map_or(inner, |n| inner.with(n)), text)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// `format` with something unknown among its arguments, where all that it does is to put them into a text: a template by another name,
/// whose known parts still tell what an id names.
pub(super) fn formatted(args: &[Val], site: Span) -> Option<Eval> {
    let (pattern, values) = args.split_first()?;
    let pattern = pattern.value.as_str()?;
    if !values.iter().any(|v| v.value.as_unknown().is_some()) {
        return None;
    }
    let mut text = TemplateText::default();
    let mut values = values.iter();
    let mut pieces = pattern.split('%');
    text.push(TermPart::Text(pieces.next()?.into()));
    while let Some(piece) = pieces.next() {
        if let Some(rest) = piece.strip_prefix('s') {
            if let Err(refused) = text.push_val(values.next()?) {
                return Some(Err(refused));
            }
            text.push(TermPart::Text(rest.into()));
        } else if piece.is_empty() {
            // `%%`
            text.push(TermPart::Text(format!("%{}", pieces.next()?).into()));
        } else {
            return None;
        }
    }
    values.next().is_none().then(|| Ok(text.finish(site)))
}

/// A template's text in the making.
#[derive(Default)]
struct TemplateText {
    parts: Vec<TermPart>,
    /// The text since the last part.
    tail: String,
    /// Set when a part is unknown; without a name as soon as one part has none.
    unknown: Option<Arc<Unknown>>,
    hops: Hops,
    length: usize,
}

impl TemplateText {
    fn push(&mut self, part: TermPart) {
        match part {
            TermPart::Text(text) => {
                self.length += text.len();
                self.tail.push_str(&text);
            }
            part => {
                self.end_text();
                self.parts.push(part);
            }
        }
    }

    fn end_text(&mut self) {
        if !self.tail.is_empty() {
            self.parts.push(TermPart::Text(std::mem::take(&mut self.tail).into()));
        }
    }

    fn push_val(&mut self, val: &Val) -> Result<(), EvalError> {
        self.hops = self.hops.then(&val.at.hops);
        if let Value::Unknown(unknown) = &val.value {
            if let Some(term) = &unknown.term {
                term.0.iter().for_each(|p| self.push(p.clone()));
            }
            if self.unknown.is_none() || unknown.term.is_none() {
                self.unknown = Some(Arc::clone(unknown));
            }
            return Ok(());
        }
        match convert::to_string(&val.value) {
            Ok(text) => self.push(TermPart::Text(text)),
            Err(Stop::Unknown(unknown)) => self.unknown = Some(unknown),
            Err(Stop::Refused(reason)) => return error(reason, val.at.site),
        }
        Ok(())
    }

    fn finish(mut self, site: Span) -> Val {
        let value = match self.unknown.take() {
            Some(unknown) => {
                self.end_text();
                let term = unknown.term.as_ref().map(|_| Term(self.parts.into()));
                Value::Unknown(Arc::new(Unknown { term, ..(*unknown).clone() }))
            }
            None => Value::string(self.tail),
        };
        Val { value, at: At { site, hops: self.hops } }
    }
}
