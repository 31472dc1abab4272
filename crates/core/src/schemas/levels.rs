//! Which level of compatibility a subject is held to, and who says so.

use std::fmt;

use crate::catalog::{Compatibility, Expectations, Layer};

/// The level where nobody names one: that of a registry which was never told another.
pub const ASSUMED: Compatibility = Compatibility::Backward;

/// A level and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// The level.
    pub level: Compatibility,
    /// Who says so.
    pub origin: Origin,
}

/// Who says which level a subject is held to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The command line.
    Flag,
    /// A part of the catalog, and the environment that alone says so.
    Catalog(Layer, Option<String>),
    /// Nobody.
    Assumed,
}

/// The levels of all subjects.
#[derive(Debug, Clone, Copy)]
pub struct Levels<'a> {
    catalog: Option<&'a Expectations>,
    tried: Option<Compatibility>,
}

impl<'a> Levels<'a> {
    /// The levels that a catalog declares, where there is one; a level that is to be tried replaces all of them.
    #[must_use]
    pub fn new(catalog: Option<&'a Expectations>, tried: Option<Compatibility>) -> Self {
        Levels { catalog, tried }
    }

    /// The levels of a subject, at least one: where environments differ, each of theirs. What the base leaves open is
    /// held to the level that is assumed, and so is a subject that the catalog does not name.
    #[must_use]
    pub fn of(&self, subject: &str) -> Vec<Level> {
        if let Some(level) = self.tried {
            return vec![Level { level, origin: Origin::Flag }];
        }
        let declared = self.catalog.and_then(|catalog| catalog.levels.get(subject));
        let mut levels: Vec<Level> = Vec::new();
        for said in declared.into_iter().flatten() {
            let origin = match said.level {
                Some(_) => Origin::Catalog(said.layer, said.environment.clone()),
                None => Origin::Assumed,
            };
            let level = said.level.unwrap_or(ASSUMED);
            if !levels.iter().any(|known| known.level == level) {
                levels.push(Level { level, origin });
            }
        }
        if levels.is_empty() {
            levels.push(Level { level: ASSUMED, origin: Origin::Assumed });
        }
        levels
    }
}

impl Origin {
    /// A word for programs: `flag`, `event`, `topic`, `defaults`, `assumed`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Origin::Flag => "flag",
            Origin::Catalog(layer, _) => layer.name(),
            Origin::Assumed => "assumed",
        }
    }

    /// The environment that alone says so.
    #[must_use]
    pub fn environment(&self) -> Option<&str> {
        if let Origin::Catalog(_, environment) = self { environment.as_deref() } else { None }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = self.level;
        match &self.origin {
            Origin::Flag => write!(formatter, "{level} (--level)"),
            Origin::Catalog(layer, None) => write!(formatter, "{level} ({})", layer.name()),
            Origin::Catalog(layer, Some(environment)) => {
                write!(formatter, "{level} ({} in {environment})", layer.name())
            }
            Origin::Assumed => write!(formatter, "{level} (none is declared, this one is assumed)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;
    use crate::yaml::Source;

    const CATALOG: &str = "\
version: 1
topics:
  a: { events: { E: { subject: s, compatibility: FULL }, F: { subject: t } } }
  b: { compatibility: FORWARD, events: { G: { subject: u } } }
environments:
  p: { topics: { a: { compatibility: NONE } } }
  q: { defaults: { compatibility: BACKWARD } }
";

    #[test]
    fn a_subject_is_held_to_every_level_that_is_declared() {
        let catalog = catalog::load(&Source::new("f", CATALOG), None).catalog.unwrap();
        let rows = [
            ("s", vec!["FULL (event)"]),
            ("t", vec!["BACKWARD (none is declared, this one is assumed)", "NONE (topic in p)"]),
            ("u", vec!["FORWARD (topic)"]),
            ("unknown", vec!["BACKWARD (none is declared, this one is assumed)"]),
        ];
        let levels = Levels::new(Some(catalog.expectations()), None);
        for (subject, expected) in rows {
            let told: Vec<String> = levels.of(subject).iter().map(ToString::to_string).collect();
            assert_eq!(told, expected, "{subject}");
        }
        let tried = Levels::new(Some(catalog.expectations()), Some(Compatibility::None)).of("s");
        assert_eq!(tried, [Level { level: Compatibility::None, origin: Origin::Flag }]);
        assert_eq!(Levels::new(None, None).of("s")[0].origin.as_str(), "assumed");
    }
}
