//! YAML documents as values. Parsed by `granit-parser`; what the parts mean is decided here, as Terraform or Bicep does.
//!
//! `granit-parser` reads YAML 1.2, the parsers of the two are relatives of libyaml. They agree on what people write. Of the parsers'
//! common test suite, which looks for the corners, some documents are read here that Terraform refuses, and a few the other way round.

mod scalar;

use crate::eval::outcome::{Outcome, Stop};
use crate::source::{FileId, Span};
use crate::value::{At, Val, Value};
use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, StrInput, Tag};
use scalar::Style;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

/// Documents nested deeper are not worked out.
const DEEPEST: usize = 100;
/// Documents with more values are not worked out, where those that `<<` copies count once more.
const MOST_VALUES: usize = 100_000;
/// Longer texts are not parsed, in bytes.
const LONGEST: usize = 4 << 20;

/// Whose YAML it is: they do not agree on what a scalar without quotes is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Terraform's `yamldecode`.
    Terraform,
    /// Bicep's `loadYamlContent`.
    Bicep,
}

/// Where the values of a document lie.
#[derive(Clone, Debug)]
pub enum Places {
    /// Each in this file, of which the document is the text.
    File(FileId),
    /// All at one place: the text is from no file.
    One(At),
}

/// The value of a document.
///
/// # Errors
/// What is wrong with the text, or why it is not worked out.
pub fn read(text: &str, dialect: Dialect, places: Places) -> Outcome<Val> {
    if text.len() > LONGEST {
        return Err(Stop::undecided(format!("YAML of more than {} MiB is not worked out", LONGEST >> 20)));
    }
    let options = granit_parser::options! { block_scalar_eof_without_line_feed: true, emit_comments: false };
    let parser = Parser::new_from_str_with_options(text, options);
    let mut reader = Reader { parser, dialect, places, anchors: HashMap::new(), left: MOST_VALUES };
    reader.document().map(|document| document.val)
}

struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    dialect: Dialect,
    places: Places,
    /// Values with anchors, by the anchors' numbers. A number of which there is no value is that of a value that is not complete.
    anchors: HashMap<usize, Node>,
    /// How many values there may still be.
    left: usize,
}

#[derive(Clone)]
struct Node {
    val: Val,
    /// Where it is written.
    range: Range<usize>,
    /// How many levels are below it, those of aliases included.
    height: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Outcome<(Event<'t>, Range<usize>)> {
        let (event, span) = match self.parser.next() {
            Some(next) => next.map_err(|error| refused(&error))?,
            None => return Err(Stop::refused("not YAML: the text ends too early")),
        };
        Ok((event, span.byte_range().unwrap_or(0..0)))
    }

    fn document(&mut self) -> Outcome<Node> {
        if !matches!(self.next()?.0, Event::StreamStart) {
            return Err(Stop::refused("not YAML"));
        }
        match self.next()?.0 {
            Event::DocumentStart(_, version) if version.is_none_or(|v| (v.major, v.minor) == (1, 1)) => {}
            Event::DocumentStart(..) => return Err(Stop::refused("YAML of this version is not taken")),
            // An empty text has no document, and both say so.
            _ => return Err(Stop::refused("there is no YAML document")),
        }
        let (event, range) = self.next()?;
        let node = self.node(event, range, DEEPEST)?;
        let end = (self.next()?.0, self.next()?.0);
        match end {
            (Event::DocumentEnd, Event::StreamEnd) => Ok(node),
            _ => Err(Stop::refused("there is more than one YAML document")),
        }
    }

    /// A value as it is written.
    fn made(&self, value: Value, range: Range<usize>, height: usize) -> Node {
        let at = match &self.places {
            Places::File(file) => At::new(Span::new(*file, range.start, range.end)),
            Places::One(at) => at.clone(),
        };
        Node { val: Val { value, at }, range, height }
    }

    fn node(&mut self, event: Event<'t>, range: Range<usize>, depth: usize) -> Outcome<Node> {
        let Some(depth) = depth.checked_sub(1) else { return Err(too_deep()) };
        self.count(1)?;
        let (node, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let value = match scalar::value(self.dialect, tag_name(tag.as_deref())?, &text, style_of(style)) {
                    Err(Stop::Unknown(unknown)) => Value::Unknown(unknown),
                    value => value?,
                };
                (self.made(value, range, 0), anchor)
            }
            Event::Alias(anchor) => return self.alias(anchor, depth),
            Event::SequenceStart(_, anchor, tag) => {
                expect_tag(tag, "seq")?;
                (self.sequence(range, depth)?, anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                expect_tag(tag, "map")?;
                (self.mapping(range, depth)?, anchor)
            }
            _ => return Err(Stop::refused("there is no YAML document")),
        };
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn count(&mut self, values: usize) -> Outcome<()> {
        let left = self.left.checked_sub(values);
        self.left = left.ok_or_else(|| Stop::undecided(format!("YAML with more than {MOST_VALUES} values is not worked out")))?;
        Ok(())
    }

    fn alias(&self, anchor: usize, depth: usize) -> Outcome<Node> {
        let node = self.anchors.get(&anchor).ok_or_else(|| Stop::refused("a YAML alias stands in its own anchor"))?;
        // What it stands for is shared, not copied, but others will walk it.
        if node.height > depth { Err(too_deep()) } else { Ok(node.clone()) }
    }

    fn sequence(&mut self, start: Range<usize>, depth: usize) -> Outcome<Node> {
        let (mut items, mut range, mut height) = (Vec::new(), start, 0);
        loop {
            let (event, place) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                return Ok(self.made(Value::list(items), end_at(range, place), height));
            }
            let is_alias = matches!(event, Event::Alias(_));
            let node = self.node(event, place, depth)?;
            if !is_alias {
                range.end = range.end.max(node.range.end);
            }
            height = height.max(node.height + 1);
            items.push(node.val);
        }
    }

    fn mapping(&mut self, start: Range<usize>, depth: usize) -> Outcome<Node> {
        let (mut entries, mut range, mut height) = (BTreeMap::new(), start, 0);
        loop {
            let (event, place) = self.next()?;
            let (text, style, tag) = match event {
                Event::MappingEnd => return Ok(self.made(Value::map(entries), end_at(range, place), height)),
                Event::Scalar(text, style, _, tag) => (text, style_of(style), tag),
                _ => return Err(Stop::refused("a YAML key is no string")),
            };
            let merges = tag.is_none() && text == "<<";
            let key = if merges { Arc::from("<<") } else { scalar::key(self.dialect, tag_name(tag.as_deref())?, &text, style)? };
            let (event, place) = self.next()?;
            let is_alias = matches!(event, Event::Alias(_));
            let node = self.node(event, place, depth)?;
            if !is_alias {
                range.end = range.end.max(node.range.end);
            }
            height = height.max(node.height + 1);
            if merges {
                self.merge(&node.val.value, &mut entries)?;
            } else {
                entries.insert(key, node.val);
            }
        }
    }

    /// `<<`: the entries of another mapping. Later keys win, whoever gives them.
    fn merge(&mut self, value: &Value, entries: &mut BTreeMap<Arc<str>, Val>) -> Outcome<()> {
        match value {
            Value::Map(map) => {
                self.count(map.entries.len())?;
                entries.extend(map.entries.iter().map(|(key, val)| (Arc::clone(key), val.clone())));
                Ok(())
            }
            // Terraform 1.11 refuses a list here, later ones take it.
            Value::List(_) => Err(Stop::undecided("whether << takes a list depends on the version of the tool")),
            other => Err(Stop::refused(format!("a YAML mapping cannot take over {}", other.kind()))),
        }
    }
}

fn too_deep() -> Stop {
    Stop::undecided(format!("YAML nested more than {DEEPEST} deep is not worked out"))
}

/// A collection in brackets ends with them, one without ends with its last part: the parser notices its end only later.
fn end_at(range: Range<usize>, end: Range<usize>) -> Range<usize> {
    range.start..if end.is_empty() { range.end } else { range.end.max(end.end) }
}

fn refused(error: &ScanError) -> Stop {
    match error.kind() {
        ErrorKind::RecursionLimitExceeded => too_deep(),
        _ => Stop::refused(format!("not YAML: {} in line {}", error.info(), error.marker().line())),
    }
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
        ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
    }
}

fn expect_tag(tag: Option<Cow<'_, Tag>>, expected: &str) -> Outcome<()> {
    match tag_name(tag.as_deref())? {
        "" => Ok(()),
        name if name == expected => Ok(()),
        name => Err(Stop::refused(format!("the tag !!{name} is not supported here"))),
    }
}

/// The name of one of YAML's own tags; "" where there is none.
fn tag_name(tag: Option<&Tag>) -> Outcome<&'static str> {
    let Some(tag) = tag else { return Ok("") };
    let known = ["str", "binary", "bool", "int", "float", "null", "timestamp", "seq", "map"];
    let whole = format!("{}{}", tag.handle(), tag.suffix());
    let whole = whole.strip_prefix("!!").or_else(|| whole.strip_prefix("tag:yaml.org,2002:"));
    known
        .into_iter()
        .find(|name| Some(*name) == whole)
        .ok_or_else(|| Stop::refused(format!("the YAML tag {}{} is not supported", tag.original_handle(), tag.suffix())))
}
