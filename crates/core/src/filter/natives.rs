//! The functions that filters call: jaq's, those that this program replaces, and those that stand for variables.

use std::cell::Cell;

use jaq_core::box_iter::box_once;
use jaq_core::data::HasLut;
use jaq_core::load::parse::Def;
use jaq_core::native::{Fun, bome, run, v};
use jaq_core::{DataT, Error, Exn, Lut, RunPtr, ValXs};
use jaq_json::{Num, Val};
use jaq_std::ValT as _;

use super::meta::{Meta, Variable};
use super::pattern::{Expression, Patterns};
use super::rewrite::{INSIDE, MULTIPLY, RECORD, STEP, TEST};
use super::value;

/// How long a text may become by being repeated, in bytes.
const REPEATED_LIMIT: usize = 16 << 20;
/// How many digits a product may have, about.
const PRODUCT_LIMIT: usize = 20_000;

/// Functions that reach outside; with them the definitions that are made of them.
const LEFT_OUT: [&str; 12] = [
    "debug",
    "debug_empty",
    "env",
    "halt",
    "halt_error",
    "inputs",
    "localtime",
    "now",
    "stderr",
    "stderr_empty",
    "strflocaltime",
    "input",
];
/// Functions of jaq that are replaced.
const REPLACED: [&str; 5] = ["fromjson", "length", "matches", "split_matches", "split_"];

/// What jaq hands to functions.
pub(super) struct Kind;

/// One run of a filter.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    pub(super) lut: &'a Lut<Kind>,
    pub(super) record: &'a Record<'a>,
}

/// The record that a filter runs over.
pub(super) struct Record<'a> {
    pub(super) meta: &'a Meta<'a>,
    pub(super) patterns: &'a Patterns,
    /// How many steps are left.
    pub(super) steps: Cell<u64>,
}

impl Record<'_> {
    /// Counts a step. Nothing in a filter catches the error of one too many.
    fn step<'a>(&self) -> Result<(), Exn<'a, Val>> {
        self.steps.set(self.steps.get().checked_sub(1).ok_or_else(|| Exn::halt(0))?);
        Ok(())
    }
}

impl DataT for Kind {
    type V<'a> = Val;
    type Data<'a> = Run<'a>;
}

impl<'a> HasLut<'a, Kind> for Run<'a> {
    fn lut(&self) -> &'a Lut<Kind> {
        self.lut
    }
}

/// All functions that are compiled.
pub(super) fn functions() -> impl Iterator<Item = Fun<Kind>> {
    let known = jaq_core::funs::<Kind>().chain(jaq_std::funs::<Kind>()).chain(jaq_json::funs::<Kind>());
    known
        .filter(|(name, ..)| !LEFT_OUT.contains(name) && !REPLACED.contains(name))
        .chain(replaced().into_iter().chain(record()).map(|native| run::<Kind>(native)))
}

/// All functions that are written in jq.
pub(super) fn definitions() -> Vec<Def<&'static str>> {
    let known = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    known.filter(|definition| !LEFT_OUT.contains(&definition.name)).collect()
}

type Native = (&'static str, Box<[jaq_core::Bind]>, RunPtr<Kind>);

fn one<'a>(value: Result<Val, String>) -> ValXs<'a, Val> {
    bome(value.map_err(Error::str))
}

fn replaced() -> [Native; 9] {
    [
        (STEP, v(0), |cv| {
            let step = cv.0.data().record.step();
            box_once(step.map(|()| cv.1))
        }),
        (INSIDE, v(0), |cv| {
            let record = cv.0.data().record;
            let mut left = vec![cv.1];
            // jq's own way calls itself for each level, once for each value and level.
            Box::new(std::iter::from_fn(move || {
                let value = left.pop()?;
                match &value {
                    Val::Arr(items) => left.extend(items.iter().rev().cloned()),
                    Val::Obj(members) => left.extend(members.values().rev().cloned()),
                    _ => {}
                }
                Some(record.step().map(|()| value))
            }))
        }),
        (MULTIPLY, v(2), |mut cv| {
            let right = cv.0.pop_var();
            let left = cv.0.pop_var();
            if too_large(&left, &right) || too_large(&right, &left) {
                return one(Err("the product is too large".to_owned()));
            }
            bome(left * right)
        }),
        (TEST, v(2), |mut cv| {
            let flags = cv.0.pop_var();
            let text = cv.0.pop_var();
            let value = cv.1;
            let found =
                with_pattern(cv.0.data().record.patterns, &text, &flags, |pattern| pattern.is_in(&value));
            one(found.and_then(|found| found.map(Val::from).ok_or_else(|| not_a_text(&value))))
        }),
        ("matches", v(2), |cv| matches(cv, false, true)),
        ("split_matches", v(2), |cv| matches(cv, true, true)),
        ("split_", v(2), |cv| matches(cv, true, false)),
        ("fromjson", v(0), |cv| {
            let read = cv.1.as_utf8_bytes().ok_or_else(|| not_a_text(&cv.1)).and_then(|bytes| {
                let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
                value::read(text, None).map_err(|error| format!("this is not JSON: {error}"))
            });
            one(read)
        }),
        ("length", v(0), |cv| {
            let length = match cv.1 {
                Val::Null => Ok(0_usize.into()),
                Val::Bool(value) => Err(format!("{value} has no length")),
                Val::Num(Num::Int(number)) => Ok(Val::from(number.unsigned_abs())),
                Val::Num(number) if Val::Num(number.clone()) < Val::from(0_usize) => {
                    return bome(-Val::Num(number));
                }
                number @ Val::Num(_) => Ok(number),
                Val::TStr(text) => Ok(text.iter().filter(|byte| **byte & 0xc0 != 0x80).count().into()),
                Val::BStr(bytes) => Ok(bytes.len().into()),
                Val::Arr(items) => Ok(items.len().into()),
                Val::Obj(members) => Ok(members.len().into()),
            };
            one(length)
        }),
    ]
}

/// Whether this text as many times as that number, or the product of two numbers, is more than one record may cost.
fn too_large(one: &Val, other: &Val) -> bool {
    match (one, other) {
        (Val::TStr(text) | Val::BStr(text), Val::Num(number)) => match number {
            Num::Int(times) => usize::try_from(*times).is_ok_and(|times| {
                text.len().saturating_mul(times) > REPEATED_LIMIT || times > REPEATED_LIMIT
            }),
            Num::BigInt(_) => true,
            _ => false,
        },
        (Val::Num(Num::BigInt(one)), Val::Num(Num::BigInt(other))) => {
            // A digit is more than three bits.
            usize::try_from(one.bits().saturating_add(other.bits()) / 3)
                .is_ok_and(|digits| digits > PRODUCT_LIMIT)
        }
        _ => false,
    }
}

fn not_a_text(value: &Val) -> String {
    let what = match value {
        Val::Null => "null",
        Val::Bool(_) => "a boolean",
        Val::Num(_) => "a number",
        Val::BStr(_) => "bytes",
        Val::TStr(_) => "a string",
        Val::Arr(_) => "an array",
        Val::Obj(_) => "an object",
    };
    format!("expected a string, found {what}")
}

fn with_pattern<T>(
    patterns: &Patterns,
    text: &Val,
    flags: &Val,
    run: impl FnOnce(&Expression) -> T,
) -> Result<T, String> {
    let written = |value: &Val| match value {
        Val::Null => Ok(String::new()),
        value => {
            let bytes = value.as_utf8_bytes().ok_or_else(|| not_a_text(value))?;
            std::str::from_utf8(bytes).map(str::to_owned).map_err(|error| error.to_string())
        }
    };
    patterns.with(&written(text)?, &written(flags)?, run)
}

fn matches<'a>(mut cv: jaq_core::Cv<'a, Kind>, between: bool, matches: bool) -> ValXs<'a, Val> {
    let flags = cv.0.pop_var();
    let text = cv.0.pop_var();
    let value = cv.1;
    let patterns = cv.0.data().record.patterns;
    let parts = with_pattern(patterns, &text, &flags, |pattern| pattern.parts(&value, between, matches));
    one(parts
        .and_then(|parts| parts.map(|parts| parts.into_iter().collect()).ok_or_else(|| not_a_text(&value))))
}

/// Functions that stand for the variables of a record.
fn record() -> [Native; 6] {
    fn of<'a>(cv: &jaq_core::Cv<'a, Kind>, variable: Variable) -> ValXs<'a, Val> {
        one(variable.of(cv.0.data().record.meta).map_err(|error| error.to_string()))
    }
    let [topic, partition, offset, timestamp, key, headers] = RECORD;
    [
        (topic, v(0), |cv| of(&cv, Variable::Topic)),
        (partition, v(0), |cv| of(&cv, Variable::Partition)),
        (offset, v(0), |cv| of(&cv, Variable::Offset)),
        (timestamp, v(0), |cv| of(&cv, Variable::Timestamp)),
        (key, v(0), |cv| of(&cv, Variable::Key)),
        (headers, v(0), |cv| of(&cv, Variable::Headers)),
    ]
}
