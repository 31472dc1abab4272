//! Which filters compare fields and variables with literals, and nothing else.

use jaq_core::load::parse::{BinaryOp, Term};
use jaq_core::ops::Cmp;
use jaq_core::path::{Opt, Part};
use jaq_json::{Num, Val};

use super::{Fast, Literal, LiteralKind, SLOTS, Source, Test, Tree};
use crate::filter::meta::Variable;
use crate::filter::rewrite::literal;
use crate::filter::value;
use crate::filter::words::VARIABLES;

impl Fast {
    /// The fast form of a filter, where it has one.
    pub(in crate::filter) fn of(term: &Term<&str>) -> Option<Self> {
        let mut fast = Fast { tree: Tree::All(Vec::new()), fields: Vec::new() };
        fast.tree = tree(term, &mut fast.fields)?;
        Some(fast)
    }
}

type Fields = Vec<Vec<Box<str>>>;

fn tree(term: &Term<&str>, fields: &mut Fields) -> Option<Tree> {
    match term {
        Term::BinOp(left, BinaryOp::And, right) => {
            let mut trees = vec![tree(left, fields)?, tree(right, fields)?];
            // Both sides in a row, so that a long chain is no deep tree.
            if let Some(Tree::All(_)) = trees.first() {
                let last = trees.pop()?;
                let Some(Tree::All(mut first)) = trees.pop() else { return None };
                first.push(last);
                return Some(Tree::All(first));
            }
            Some(Tree::All(trees))
        }
        Term::BinOp(left, BinaryOp::Or, right) => {
            let mut trees = vec![tree(left, fields)?, tree(right, fields)?];
            if let Some(Tree::Any(_)) = trees.first() {
                let last = trees.pop()?;
                let Some(Tree::Any(mut first)) = trees.pop() else { return None };
                first.push(last);
                return Some(Tree::Any(first));
            }
            Some(Tree::Any(trees))
        }
        Term::BinOp(inner, BinaryOp::Pipe(None), not) if matches!(&**not, Term::Call("not", none) if none.is_empty()) => {
            Some(Tree::Not(Box::new(tree(inner, fields)?)))
        }
        Term::BinOp(left, BinaryOp::Cmp(operator), right) => {
            let (source, operator, literal) = match (literal_of(left), literal_of(right)) {
                (None, Some(literal)) => (left, *operator, literal),
                (Some(literal), None) => (right, turned(*operator), literal),
                _ => return None,
            };
            let source = source_of(source, fields)?;
            Some(Tree::Test(Test { source, compared: Some((operator, literal)) }))
        }
        other => Some(Tree::Test(Test { source: source_of(other, fields)?, compared: None })),
    }
}

/// The operator with its sides exchanged.
fn turned(operator: Cmp) -> Cmp {
    match operator {
        Cmp::Lt => Cmp::Gt,
        Cmp::Le => Cmp::Ge,
        Cmp::Gt => Cmp::Lt,
        Cmp::Ge => Cmp::Le,
        same @ (Cmp::Eq | Cmp::Ne) => same,
    }
}

fn literal_of(term: &Term<&str>) -> Option<Literal> {
    let value = match term {
        Term::Num(number) => value::number(number),
        Term::Neg(inner) => match &**inner {
            Term::Num(number) => (-value::number(number)).ok()?,
            _ => return None,
        },
        Term::Call("null", none) if none.is_empty() => Val::Null,
        Term::Call("true", none) if none.is_empty() => Val::Bool(true),
        Term::Call("false", none) if none.is_empty() => Val::Bool(false),
        Term::Str(..) => {
            let text = literal(term)?;
            let value = value::string(&text);
            return Some(Literal { value, kind: LiteralKind::Text(text.into()) });
        }
        _ => return None,
    };
    let kind = match &value {
        Val::Num(Num::Int(number)) => i64::try_from(*number).map_or(LiteralKind::Other, LiteralKind::Integer),
        _ => LiteralKind::Other,
    };
    Some(Literal { value, kind })
}

fn source_of(term: &Term<&str>, fields: &mut Fields) -> Option<Source> {
    match term {
        Term::Var(name) => {
            let at = VARIABLES.iter().position(|variable| variable == name)?;
            Some(Source::Variable(*Variable::ALL.get(at)?))
        }
        Term::Path(head, path) => {
            let mut names = Vec::with_capacity(path.0.len());
            for (part, optional) in &path.0 {
                let (Part::Index(name), Opt::Essential) = (part, optional) else { return None };
                let name = literal(name)?;
                // Paths of projections know no such names.
                if name.is_empty() || name.contains('.') {
                    return None;
                }
                names.push(name.into_boxed_str());
            }
            match &**head {
                Term::Id => field(names, fields),
                Term::Var("$headers") => match <[Box<str>; 1]>::try_from(names) {
                    Ok([name]) => Some(Source::Header(name)),
                    Err(_) => None,
                },
                _ => None,
            }
        }
        _ => None,
    }
}

fn field(names: Vec<Box<str>>, fields: &mut Fields) -> Option<Source> {
    if let Some(at) = fields.iter().position(|known| *known == names) {
        return Some(Source::Field(at));
    }
    fields.push(names);
    // One slot more is for what a prefix leads to.
    (slots(fields) < SLOTS).then_some(Source::Field(fields.len() - 1))
}

/// How many slots the fields and all that lies on the way to them take.
fn slots(fields: &Fields) -> usize {
    let mut paths: Vec<&[Box<str>]> =
        fields.iter().flat_map(|names| (1..=names.len()).filter_map(|end| names.get(..end))).collect();
    paths.sort_unstable();
    paths.dedup();
    paths.len()
}
