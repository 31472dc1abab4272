//! What a decoder does, step by step: one flat list, in which every step first writes a text that was prepared and then
//! reads something.

use crate::codec::skip::{SkipEntry, Skips};
use crate::schema::LogicalType;

/// A part of [`Program::texts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Text {
    pub(super) start: u32,
    pub(super) end: u32,
}

/// A step. What may need a tag where it stands in a union has the tag's number, or [`NO_TAG`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// What is written first.
    pub(super) text: Text,
    pub(super) action: Action,
}

/// The number of no tag.
pub(super) const NO_TAG: u32 = u32::MAX;

#[derive(Debug, Clone, Copy)]
pub(super) enum Action {
    /// Nothing more.
    Write,
    Boolean,
    Int,
    Long,
    Float {
        tag: u32,
    },
    Double {
        tag: u32,
    },
    /// A number that the reader has as another kind of float; no such number is without a JSON number.
    Promoted(Promotion),
    /// A float that the reader has as a double.
    FloatAsDouble {
        tag: u32,
    },
    String {
        tag: u32,
    },
    Base64 {
        tag: u32,
    },
    Latin {
        tag: u32,
    },
    FixedBase64 {
        size: u32,
        tag: u32,
    },
    FixedLatin {
        size: u32,
        tag: u32,
    },
    Decimal {
        scale: u32,
    },
    FixedDecimal {
        size: u32,
        scale: u32,
    },
    Uuid,
    Duration,
    IntTime(LogicalType),
    LongTime(LogicalType),
    /// A symbol; its text is at its number from `first` on.
    Enum {
        first: u32,
        symbols: u32,
    },
    /// A branch; its place is at its number from `first` on.
    Union {
        first: u32,
        branches: u32,
    },
    Jump(u32),
    /// The items of an array, which follow; `empty` where they take no bytes. Goes on at `end` where there are none.
    Array {
        empty: bool,
        end: u32,
    },
    NextItem {
        empty: bool,
        item: u32,
    },
    /// The values of a map, which follow.
    Map {
        end: u32,
    },
    NextValue {
        tag: u32,
        value: u32,
    },
    /// The steps of a record, by its number.
    Record(u32),
    /// The end of a record, or of the whole value.
    End,
    /// The beginning of a tagged value, which is an object more.
    Open,
    Close,
    /// Passes over what the reader does not have.
    Skip(SkipEntry),
    /// Keeps the place where a field's text begins.
    Mark,
    /// Puts the fields of a record in the reader's order.
    Reorder(u32),
    /// What the reader cannot read, by the number of its reason.
    Fail(u32),
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Promotion {
    IntToFloat,
    LongToFloat,
    IntToDouble,
    LongToDouble,
}

/// The tag that a value in a union needs now and then.
#[derive(Debug)]
pub(super) struct Tag {
    /// What is written before the value; a brace is written behind it.
    pub(super) open: Text,
    /// The keys of a map that would make it look like a tagged value where it has no other.
    pub(super) keys: Vec<Box<str>>,
}

/// How a record is put in order.
#[derive(Debug)]
pub(super) struct Order {
    /// How many fields were written.
    pub(super) fields: usize,
    pub(super) pieces: Vec<Piece>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Piece {
    Text(Text),
    /// A field, by its number in the order they were written.
    Field(u32),
}

/// What an enum's number becomes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Symbol {
    Text(Text),
    /// The reader does not have it, as the reason of this number says of the text.
    Missing {
        text: Text,
        reason: u32,
    },
}

/// Where a step stands in the value: the way there from the beginning of its record.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// The beginning of a record's steps, or of all.
    Top,
    /// In a field.
    Field { of: u32, name: u32 },
    /// In an item of an array.
    Item { of: u32 },
    /// In a value of a map.
    Value { of: u32 },
}

/// The number of [`Place::Top`] among the places.
pub(super) const TOP: u32 = 0;

/// All that a decoder is.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) steps: Vec<Step>,
    /// For each step the number of its place.
    pub(super) step_places: Vec<u32>,
    pub(super) places: Vec<Place>,
    pub(super) names: Vec<Box<str>>,
    pub(super) texts: Vec<u8>,
    /// Where the steps of each record begin.
    pub(super) records: Vec<u32>,
    pub(super) branches: Vec<u32>,
    pub(super) symbols: Vec<Symbol>,
    pub(super) tags: Vec<Tag>,
    pub(super) orders: Vec<Order>,
    pub(super) reasons: Vec<Box<str>>,
    pub(super) skips: Skips,
}

impl Program {
    pub(super) fn new(skips: Skips) -> Self {
        Program {
            steps: Vec::new(),
            step_places: Vec::new(),
            places: vec![Place::Top],
            names: Vec::new(),
            texts: Vec::new(),
            records: Vec::new(),
            branches: Vec::new(),
            symbols: Vec::new(),
            tags: Vec::new(),
            orders: Vec::new(),
            reasons: Vec::new(),
            skips,
        }
    }

    #[inline]
    pub(super) fn text(&self, text: Text) -> &[u8] {
        self.texts.get(text.start as usize..text.end as usize).unwrap_or_default()
    }

    pub(super) fn reason(&self, number: u32) -> &str {
        self.reasons.get(number as usize).map_or("", |reason| reason)
    }
}
