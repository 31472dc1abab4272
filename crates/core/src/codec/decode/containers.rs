//! Arrays, maps and records whose fields come in another order.

use super::program::{NO_TAG, Piece};
use super::run::{Run, Stop};
use crate::codec::input::{Block, Malformed};
use crate::codec::{DEPTH_LIMIT, input::Input};
use crate::json;

/// Up to so many keys of a map are compared each with each.
const FEW_KEYS: usize = 8;

/// An array or a map whose items are being read.
#[derive(Debug)]
pub(super) struct Loop<'d> {
    /// How many items are left in the block.
    left: u64,
    /// Where the block began and how many bytes it has, if that is known.
    block: Option<(usize, usize)>,
    /// The number of the item that is being read.
    pub(super) index: u64,
    /// A map's key that is being read.
    pub(super) key: Option<&'d [u8]>,
    /// Where the text begins.
    start: usize,
    /// How many keys are kept of maps around this one.
    keys: usize,
}

impl<'d> Run<'_, 'd, '_> {
    fn block(&mut self, empty: bool) -> Result<Option<Block>, Malformed> {
        self.input.block(empty, &mut self.empty_items_left)
    }

    /// An array or a map whose bracket was just written, and whose first item is at its beginning.
    fn begun(&self, block: Block) -> Loop<'d> {
        Loop {
            left: block.count - 1,
            block: block.size.map(|size| (self.input.at(), size)),
            index: 0,
            key: None,
            start: self.out.len() - 1,
            keys: self.keys.len(),
        }
    }

    /// Begins an array behind its bracket, or ends it at once.
    pub(super) fn array(&mut self, empty: bool, end: u32) -> Result<(), Stop> {
        self.deeper()?;
        match self.block(empty)? {
            Some(block) => {
                let begun = self.begun(block);
                self.loops.push(begun);
            }
            None => {
                self.out.push(b']');
                self.depth -= 1;
                self.next = end as usize;
            }
        }
        Ok(())
    }

    /// Ends an item, and begins the next one or ends the array.
    pub(super) fn next_item(&mut self, empty: bool, item: u32) -> Result<(), Stop> {
        if self.another(empty)? {
            self.out.push(b',');
            self.next = item as usize;
        } else {
            self.out.push(b']');
            self.loops.pop();
            self.depth -= 1;
        }
        Ok(())
    }

    /// Tells whether another item follows.
    fn another(&mut self, empty: bool) -> Result<bool, Stop> {
        if self.out.len() > self.limit {
            return Err(Stop::Long);
        }
        let Some(open) = self.loops.last_mut() else { return Ok(false) };
        open.index += 1;
        open.key = None;
        if open.left > 0 {
            open.left -= 1;
            return Ok(true);
        }
        if let Some((start, stated)) = open.block {
            let found = self.input.at() - start;
            if found != stated {
                return Err(Stop::Malformed(Malformed::BlockSize { stated, found }));
            }
        }
        let block = self.input.block(empty, &mut self.empty_items_left)?;
        let Some(block) = block else { return Ok(false) };
        open.left = block.count - 1;
        open.block = block.size.map(|size| (self.input.at(), size));
        Ok(true)
    }

    /// Begins a map behind its brace, or ends it at once.
    pub(super) fn map(&mut self, end: u32) -> Result<(), Stop> {
        self.deeper()?;
        match self.block(false)? {
            Some(block) => {
                // The map is open only once its first key is known.
                let begun = self.begun(block);
                let key = self.key()?;
                self.loops.push(Loop { key: Some(key), ..begun });
            }
            None => {
                self.out.push(b'}');
                self.depth -= 1;
                self.next = end as usize;
            }
        }
        Ok(())
    }

    fn key(&mut self) -> Result<&'d [u8], Stop> {
        let before: Input<'d> = self.input;
        let key = self.input.bytes()?;
        json::write_utf8(key, self.out).map_err(|_| self.back(before, Malformed::Utf8))?;
        self.out.push(b':');
        self.keys.push(key);
        Ok(key)
    }

    /// Ends a value of a map, and begins the next one or ends the map.
    pub(super) fn next_value(&mut self, tag: u32, value: u32) -> Result<(), Stop> {
        if self.another(false)? {
            self.out.push(b',');
            self.next = value as usize;
            let key = self.key()?;
            if let Some(open) = self.loops.last_mut() {
                open.key = Some(key);
            }
            return Ok(());
        }
        let base = self.loops.last().map_or(0, |open| open.keys);
        let keys = self.keys.get_mut(base..).unwrap_or_default();
        if let Some(key) = twice(keys) {
            if let Some(open) = self.loops.last_mut() {
                open.key = Some(key);
            }
            return Err(Stop::KeyTwice);
        }
        let only = if let [only] = keys { Some(*only) } else { None };
        self.keys.truncate(base);
        self.out.push(b'}');
        let start = self.loops.pop().map_or(0, |open| open.start);
        match only {
            Some(key) if tag != NO_TAG => self.tag_map(tag, key, start)?,
            _ => {}
        }
        self.depth -= 1;
        Ok(())
    }

    /// Tags a map of one key which would itself be read as a tag.
    fn tag_map(&mut self, tag: u32, key: &[u8], start: usize) -> Result<(), Stop> {
        let names = self.program.tags.get(tag as usize).map_or(&[][..], |tag| &tag.keys);
        if names.binary_search_by(|name| name.as_bytes().cmp(key)).is_err() {
            return Ok(());
        }
        if self.depth >= DEPTH_LIMIT {
            return Err(Stop::Malformed(Malformed::Deep(DEPTH_LIMIT)));
        }
        self.insert_tag(tag, start);
        Ok(())
    }

    /// Puts the fields that were written since the marks in the reader's order, with what stands between them.
    pub(super) fn reorder(&mut self, number: u32) {
        let Some(order) = self.program.orders.get(number as usize) else { return };
        let marks = self.marks.split_off(self.marks.len().saturating_sub(order.fields));
        let Some(start) = marks.first().copied() else { return };
        let fields = self.out.split_off(start);
        let field = |number: usize| {
            let place = |number: usize| marks.get(number).map_or(fields.len(), |mark| mark - start);
            fields.get(place(number)..place(number + 1)).unwrap_or_default()
        };
        for piece in &order.pieces {
            self.out.extend_from_slice(match *piece {
                Piece::Text(text) => self.program.text(text),
                Piece::Field(index) => field(index as usize),
            });
        }
    }
}

/// A key that stands twice.
fn twice<'d>(keys: &mut [&'d [u8]]) -> Option<&'d [u8]> {
    if keys.len() <= FEW_KEYS {
        let mut rest = &*keys;
        while let [first, others @ ..] = rest {
            if others.contains(first) {
                return Some(first);
            }
            rest = others;
        }
        return None;
    }
    keys.sort_unstable();
    let mut pairs = keys.windows(2);
    pairs.find_map(|pair| if let [one, other] = pair { (one == other).then_some(*one) } else { None })
}
