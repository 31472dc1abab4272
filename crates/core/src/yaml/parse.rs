//! Builds the positioned tree from the events of the YAML scanner, without recursion and within limits.
//!
//! It decides what of YAML is read: one document, texts as keys, each key once, aliases within a budget. Tags, merge
//! keys and several documents are refused, because each makes a file mean something other than what it shows. What
//! the tree should look like is not known here: see `shape`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span as Marks};

use super::diagnostic::{Diagnostic, Diagnostics, shown};
use super::node::{Entry, Key, Node, Scalar, Style, Value};
use super::source::{SIZE_LIMIT, Source, Span};

/// How deep lists and mappings may be nested.
pub const DEPTH_LIMIT: usize = 64;
/// How many nodes a file may have.
pub const NODE_LIMIT: usize = 500_000;
/// How many nodes the anchors and aliases of a file may copy.
pub const ALIAS_LIMIT: usize = 100_000;

/// Reads a file's tree. An empty file is a null node at its beginning.
///
/// # Errors
/// Everything that is wrong with the file as YAML, by position.
pub fn parse(source: &Source) -> Result<Node, Vec<Diagnostic>> {
    let mut findings = Diagnostics::new(&source.name);
    match read(source, &mut findings) {
        Some(node) if findings.is_free_of_errors() => Ok(node),
        _ => Err(findings.finish()),
    }
}

/// Reads a file's tree and adds what is wrong to the findings. There is a tree even where a key is repeated or a tag
/// was left out, so that its reader can report what else is wrong; there is none where the text is not YAML.
pub fn read(source: &Source, findings: &mut Diagnostics) -> Option<Node> {
    if source.text.len() > SIZE_LIMIT {
        let message = format!("the file has {} bytes; {SIZE_LIMIT} are allowed", source.text.len());
        findings.error(Span::start(), &message);
        return None;
    }
    if !refuse_control_characters(&source.text, findings) {
        return None;
    }
    let places = Places::of(&source.text);
    let mut builder = Builder::new(&places, findings);
    for event in Parser::new_from_str(places.text) {
        match event {
            Ok((event, marks)) => builder.take(event, places.span(&marks))?,
            Err(error) => {
                builder.refuse(&error);
                return None;
            }
        }
    }
    Some(builder.root.unwrap_or(Node { value: Value::Null, span: Span::start() }))
}

fn refuse_control_characters(text: &str, findings: &mut Diagnostics) -> bool {
    let bad = text.char_indices().find(|(at, c)| match c {
        '\n' | '\t' => false,
        '\r' => text.as_bytes().get(at + 1) != Some(&b'\n'),
        '\u{feff}' => *at != 0,
        _ => c.is_control(),
    });
    let Some((at, character)) = bad else { return true };
    let mut span = Span::after(text.get(..at).unwrap_or_default());
    span.end = at + character.len_utf8();
    let what = match character {
        '\r' => "a carriage return without a line feed".to_owned(),
        '\u{feff}' => "a byte order mark inside the file".to_owned(),
        _ => format!("the control character U+{:04X}", u32::from(character)),
    };
    let help = "remove it; in a quoted text it can be written as an escape such as \"\\t\"";
    findings.error_with_help(span, &format!("{what} is not allowed"), help);
    false
}

/// Turns the scanner's lines and columns into byte offsets of the whole source. Its character indices are not used:
/// behind a directive with a character of several bytes they are wrong (saphyr-parser 0.3.4).
struct Places<'text> {
    /// The text without a byte order mark.
    text: &'text str,
    /// The bytes of the mark.
    skipped: usize,
    /// The byte offset of each character; none where each character is one byte.
    bytes: Option<Vec<u32>>,
    /// The index, in characters, of each line's first character.
    lines: Vec<u32>,
    /// The empty span behind the text: the scanner reads a line feed there even where there is none.
    end: Span,
}

impl<'text> Places<'text> {
    fn of(whole: &'text str) -> Self {
        let text = whole.strip_prefix('\u{feff}').unwrap_or(whole);
        let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let bytes = (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| small(at)).collect());
        let breaks = text.chars().enumerate().filter(|(_, c)| *c == '\n').map(|(index, _)| small(index + 1));
        let lines = std::iter::once(0).chain(breaks).collect();
        Self { text, skipped: whole.len() - text.len(), bytes, lines, end: Span::after(whole) }
    }

    fn byte(&self, mark: &Marker) -> usize {
        let Some(line) = self.lines.get(mark.line().saturating_sub(1)) else { return self.text.len() };
        let index = *line as usize + mark.col();
        let offset = match &self.bytes {
            None => index,
            Some(bytes) => bytes.get(index).map_or(self.text.len(), |at| *at as usize),
        };
        offset.min(self.text.len())
    }

    fn span(&self, marks: &Marks) -> Span {
        let start = self.byte(&marks.start);
        if start == self.text.len() {
            return self.end;
        }
        let written = self.text.get(start..self.byte(&marks.end)).unwrap_or_default().trim_end();
        Span {
            start: start + self.skipped,
            end: start + written.len() + self.skipped,
            line: marks.start.line(),
            column: marks.start.col() + 1,
        }
    }
}

/// A list or mapping that is not yet closed.
struct Frame {
    span: Span,
    anchor: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Entries { entries: Vec<Entry>, key: Slot },
}

/// The key whose value comes next.
enum Slot {
    /// A key comes next.
    Open,
    /// A value comes next.
    Filled(Key),
    /// A value comes next, and is thrown away with its bad key.
    Refused,
}

struct Builder<'all> {
    places: &'all Places<'all>,
    findings: &'all mut Diagnostics,
    frames: Vec<Frame>,
    root: Option<Node>,
    anchors: BTreeMap<usize, Node>,
    documents: usize,
    nodes: usize,
    copied: usize,
}

impl<'all> Builder<'all> {
    fn new(places: &'all Places<'all>, findings: &'all mut Diagnostics) -> Self {
        Self {
            places,
            findings,
            frames: Vec::new(),
            root: None,
            anchors: BTreeMap::new(),
            documents: 0,
            nodes: 0,
            copied: 0,
        }
    }

    /// Takes one event. None ends the reading: the reason is among the findings.
    fn take(&mut self, event: Event<'_>, span: Span) -> Option<()> {
        match event {
            Event::DocumentStart(_) => self.document(span),
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.is_some(), span);
                self.complete(Node { value: scalar(text, style), span }, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_tag(tag.is_some(), span);
                self.open(Frame { span, anchor, content: Content::List(Vec::new()) })
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_tag(tag.is_some(), span);
                let content = Content::Entries { entries: Vec::new(), key: Slot::Open };
                self.open(Frame { span, anchor, content })
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Some(()),
        }
    }

    fn document(&mut self, span: Span) -> Option<()> {
        self.documents += 1;
        if self.documents > 1 {
            let message = "the file holds a second document; only one is read";
            self.findings.error_with_help(span, message, "remove the line `---`, or use a second file");
            return None;
        }
        Some(())
    }

    fn refuse_tag(&mut self, tagged: bool, span: Span) {
        if tagged {
            let message = "tags such as `!!str` or `!include` are not read";
            self.findings.error_with_help(span, message, "remove the word that begins with `!`");
        }
    }

    fn open(&mut self, frame: Frame) -> Option<()> {
        if self.frames.len() >= DEPTH_LIMIT {
            let message = format!("lists and mappings are nested more than {DEPTH_LIMIT} levels deep");
            self.findings.error(frame.span, &message);
            return None;
        }
        self.frames.push(frame);
        Some(())
    }

    fn close(&mut self, end: Span) -> Option<()> {
        let Frame { mut span, anchor, content } = self.frames.pop()?;
        let value = match content {
            Content::List(items) => {
                span.end = items.last().map_or(span.end, |item| item.span.end).max(span.end);
                Value::Sequence(items)
            }
            Content::Entries { entries, .. } => {
                let last =
                    entries.last().map_or(span.end, |entry| entry.value.span.end.max(entry.key.span.end));
                span.end = last.max(span.end);
                Value::Mapping(self.unique(entries))
            }
        };
        // The end of a block is an empty span on a later line; that of a closing bracket may reach past it.
        if !end.is_empty() && end.start >= span.end {
            span.end = end.start + 1;
        }
        self.complete(Node { value, span }, anchor)
    }

    /// Keeps the first entry of each key, and reports the others.
    fn unique(&mut self, entries: Vec<Entry>) -> Vec<Entry> {
        let mut first: BTreeMap<&str, Span> = BTreeMap::new();
        let mut repeated: BTreeSet<usize> = BTreeSet::new();
        for (index, Entry { key, .. }) in entries.iter().enumerate() {
            if let Some(earlier) = first.get(key.text.as_str()) {
                let message = format!("the key {} is written twice", shown(&key.text));
                let finding = Diagnostic::error(self.findings.source(), key.span, &message)
                    .with_label(*earlier, "first written here")
                    .with_help("keep one of the two");
                self.findings.push(finding);
                repeated.insert(index);
            } else {
                first.insert(&key.text, key.span);
            }
        }
        let keep = |(index, entry)| (!repeated.contains(&index)).then_some(entry);
        entries.into_iter().enumerate().filter_map(keep).collect()
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Option<()> {
        if let Some(node) = self.anchors.get(&anchor).cloned() {
            if self.frames.len() + node.depth() > DEPTH_LIMIT {
                let message =
                    format!("with this alias, the file is nested more than {DEPTH_LIMIT} levels deep");
                self.findings.error(span, &message);
                return None;
            }
            self.pay_for_copy(&node, span)?;
            return self.complete(node, 0);
        }
        let message = if self.frames.iter().any(|frame| frame.anchor == anchor) {
            "this alias stands inside the value it repeats"
        } else {
            "this alias repeats an anchor that is not there"
        };
        self.findings.error_with_help(span, message, "write the value out");
        None
    }

    fn pay_for_copy(&mut self, node: &Node, span: Span) -> Option<()> {
        self.copied += node.count();
        if self.copied > ALIAS_LIMIT {
            let message = format!("the file's anchors and aliases repeat more than {ALIAS_LIMIT} values");
            self.findings.error_with_help(span, &message, "write the values out, or repeat less");
            return None;
        }
        Some(())
    }

    /// Puts a finished node where it belongs.
    fn complete(&mut self, node: Node, anchor: usize) -> Option<()> {
        self.nodes += 1;
        if self.nodes > NODE_LIMIT {
            self.findings.error(node.span, &format!("the file has more than {NODE_LIMIT} values"));
            return None;
        }
        if anchor != 0 {
            self.pay_for_copy(&node, node.span)?;
            self.anchors.insert(anchor, node.clone());
        }
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(node);
            return Some(());
        };
        match &mut frame.content {
            Content::List(items) => items.push(node),
            Content::Entries { entries, key } => match std::mem::replace(key, Slot::Open) {
                Slot::Open => *key = key_of(node, self.findings),
                Slot::Filled(key) => entries.push(Entry { key, value: node }),
                Slot::Refused => {}
            },
        }
        Some(())
    }

    /// Reports where the text stops being YAML.
    fn refuse(&mut self, error: &ScanError) {
        if let Some(tab) = self.tab_indent_near(error.marker().line()) {
            self.findings.error_with_help(tab, "the line is indented with a tab", "indent with spaces");
            return;
        }
        let span = self.places.span(&Marks::empty(*error.marker()));
        if error.info() == "recursion limit exceeded" {
            let message = format!("lists and mappings are nested more than {DEPTH_LIMIT} levels deep");
            self.findings.error(span, &message);
            return;
        }
        let message = format!("this is not valid YAML: {}", error.info());
        self.findings.error(span, &message);
    }

    /// Finds a tab in the indentation of a line or of the next one: the scanner may stop before it.
    fn tab_indent_near(&self, line: usize) -> Option<Span> {
        let mut start = self.places.skipped;
        for (index, text) in self.places.text.split_inclusive('\n').enumerate().take(line + 1) {
            let indent = text.len() - text.trim_start_matches([' ', '\t']).len();
            let tab = text.get(..indent).and_then(|indent| indent.find('\t'));
            if let Some(tab) = tab.filter(|_| index + 1 >= line) {
                let start = start + tab;
                return Some(Span { start, end: start + 1, line: index + 1, column: tab + 1 });
            }
            start += text.len();
        }
        None
    }
}

fn scalar(text: Cow<'_, str>, style: ScalarStyle) -> Value {
    let style = if style == ScalarStyle::Plain { Style::Plain } else { Style::Quoted };
    if style == Style::Plain && matches!(text.as_ref(), "" | "~" | "null" | "Null" | "NULL") {
        return Value::Null;
    }
    Value::Scalar(Scalar { text: text.into_owned(), style })
}

fn key_of(node: Node, findings: &mut Diagnostics) -> Slot {
    let Node { value, span } = node;
    match value {
        Value::Scalar(Scalar { text, style: Style::Plain }) if text == "<<" => {
            let message = "merge keys (`<<`) are not read: they hide where a value comes from";
            findings.error_with_help(span, message, "write the values out, or move them to `defaults`");
            Slot::Refused
        }
        Value::Scalar(Scalar { text, .. }) => Slot::Filled(Key { text, span }),
        Value::Null => {
            findings.error_with_help(span, "a key is missing or null", "write a text before the colon");
            Slot::Refused
        }
        Value::Mapping(_) | Value::Sequence(_) => {
            let help = "where a text with `{` or `[` is meant, put it in quotes";
            findings.error_with_help(span, "a key must be a text, not a list or a mapping", help);
            Slot::Refused
        }
    }
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
