//! Which groups are looked at, and what is expected of them: by the catalog, and by limits that were given for all.

use std::collections::BTreeMap;

use super::facts::Expectation;
use crate::catalog::{Consumer, Environment};
use crate::name::{GroupName, NameError, TopicName};
use crate::pattern::{PatternError, Patterns, is_glob};

/// Limits that were given for all groups; they win over the catalog's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// The lag of a partition in records above which there is a finding.
    pub max_lag: Option<i64>,
    /// The same in time, in milliseconds.
    pub max_time_lag: Option<i64>,
}

/// What is expected of groups, by name.
pub type Expectations = BTreeMap<GroupName, Vec<Expectation>>;

/// Why words are no selection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// It is no name.
    #[error("`{0}` is no consumer group: {1}")]
    Name(String, NameError),
    /// It looks like a glob and is none.
    #[error(transparent)]
    Pattern(#[from] PatternError),
}

/// Which groups are looked at.
#[derive(Debug, Clone)]
pub struct Selection {
    declared: Expectations,
    named: Vec<GroupName>,
    /// The globs.
    globs: Patterns,
    /// Every group that can be seen.
    all: bool,
    limits: Limits,
}

/// The groups of one sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The groups, by name, with what is expected of them.
    pub groups: Vec<(GroupName, Vec<Expectation>)>,
    /// How many can be seen besides.
    pub others: usize,
}

/// What a catalog expects of the groups that it declares.
#[must_use]
pub fn declared(environment: &Environment) -> Expectations {
    let mut all = Expectations::new();
    let mut add = |topic: &TopicName, consumer: &Consumer| {
        let expectations = all.entry(consumer.group.clone()).or_default();
        // A shared dead-letter topic stands under each of its sources.
        if expectations.iter().all(|known: &Expectation| known.topic.as_ref() != Some(topic)) {
            expectations.push(Expectation {
                topic: Some(topic.clone()),
                max_lag: consumer.max_lag,
                max_time_lag: consumer.max_time_lag,
                start: consumer.start,
                declared: true,
            });
        }
    };
    for topic in &environment.topics {
        topic.consumers.iter().for_each(|consumer| add(&topic.name, consumer));
        if let Some(dlq) = &topic.dlq {
            dlq.consumers.iter().for_each(|consumer| add(&dlq.topic, consumer));
        }
    }
    all
}

impl Selection {
    /// The groups that names and globs mean; without any, those that are declared, and where none is, all.
    ///
    /// # Errors
    /// A word that is neither.
    pub fn new(
        words: &[String],
        declared: Expectations,
        limits: Limits,
        all: bool,
    ) -> Result<Selection, SelectionError> {
        let (globs, names): (Vec<String>, Vec<String>) =
            words.iter().cloned().partition(|word| is_glob(word));
        let name = |word: String| word.parse().map_err(|error| SelectionError::Name(word, error));
        let mut named = names.into_iter().map(name).collect::<Result<Vec<GroupName>, _>>()?;
        let globs = Patterns::new(&globs)?;
        let all = all || (words.is_empty() && declared.is_empty());
        if words.is_empty() {
            named.extend(declared.keys().cloned());
        }
        Ok(Selection { declared, named, globs, all, limits })
    }

    /// True where the groups that can be seen decide what is looked at.
    #[must_use]
    pub fn depends_on_listing(&self) -> bool {
        self.all || !self.globs.is_empty()
    }

    /// True where a limit holds for a group that may be looked at: one that was given, or the catalog's.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        let limits = |expected: &Expectation| expected.max_lag.or(expected.max_time_lag).is_some();
        let chosen = |name: &GroupName| self.all || self.named.contains(name) || self.matches(name);
        self.limits != Limits::default()
            || self.declared.iter().any(|(name, expected)| chosen(name) && expected.iter().any(limits))
    }

    fn matches(&self, name: &GroupName) -> bool {
        self.globs.choose(name.as_str())
    }

    /// The groups to look at, of those that can be seen. What was named is looked at in any case.
    #[must_use]
    pub fn of(&self, listed: &[GroupName]) -> Chosen {
        let mut chosen: BTreeMap<GroupName, Vec<Expectation>> = BTreeMap::new();
        let seen = listed.iter().filter(|name| self.all || self.matches(name));
        for name in self.named.iter().chain(seen) {
            chosen.entry(name.clone()).or_insert_with(|| self.expected(name));
        }
        let others = listed.iter().filter(|name| !chosen.contains_key(*name)).count();
        Chosen { groups: chosen.into_iter().collect(), others }
    }

    fn expected(&self, name: &GroupName) -> Vec<Expectation> {
        let mut expected = self.declared.get(name).cloned().unwrap_or_default();
        let Limits { max_lag, max_time_lag } = self.limits;
        if max_lag.is_none() && max_time_lag.is_none() {
            return expected;
        }
        for it in &mut expected {
            it.max_lag = max_lag.or(it.max_lag);
            it.max_time_lag = max_time_lag.or(it.max_time_lag);
        }
        expected.push(Expectation { topic: None, max_lag, max_time_lag, start: None, declared: false });
        expected
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(words: &[&str]) -> Vec<GroupName> {
        words.iter().map(|word| word.parse().unwrap()).collect()
    }

    fn expectations(names: &[&str]) -> Expectations {
        let expectation = |max_lag| Expectation {
            topic: Some("t".parse().unwrap()),
            max_lag,
            max_time_lag: None,
            start: None,
            declared: true,
        };
        names.iter().map(|name| (name.parse().unwrap(), vec![expectation(Some(7))])).collect()
    }

    #[test]
    fn words_choose_groups() {
        let listed = names(&["a1", "a2", "b1", "declared"]);
        type Row<'a> = (&'a [&'a str], &'a [&'a str], bool, &'a [&'a str], usize);
        let rows: [Row<'_>; 7] = [
            (&[], &["declared"], false, &["declared"], 3),
            (&[], &[], false, &["a1", "a2", "b1", "declared"], 0),
            (&[], &["declared", "gone"], true, &["a1", "a2", "b1", "declared", "gone"], 0),
            (&["a*"], &["declared"], false, &["a1", "a2"], 2),
            (&["a*", "b1", "a1"], &[], false, &["a1", "a2", "b1"], 1),
            (&["nowhere"], &[], false, &["nowhere"], 4),
            (&["z*"], &[], false, &[], 4),
        ];
        for (words, declared, all, expected, others) in rows {
            let words: Vec<String> = words.iter().map(ToString::to_string).collect();
            let selection = Selection::new(&words, expectations(declared), Limits::default(), all).unwrap();
            let chosen = selection.of(&listed);
            let groups: Vec<&str> = chosen.groups.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!((groups.as_slice(), chosen.others), (expected, others), "{words:?} {declared:?}");
        }
    }

    #[test]
    fn limits_for_all_win_over_the_catalogs() {
        let limits = Limits { max_lag: Some(3), max_time_lag: None };
        let selection = Selection::new(&[], expectations(&["g"]), limits, true).unwrap();
        let chosen = selection.of(&names(&["other"]));
        let limit = |place: usize, of: usize| chosen.groups[place].1[of].max_lag;
        assert_eq!((limit(0, 0), limit(0, 1), limit(1, 0)), (Some(3), Some(3), Some(3)));
        assert!(chosen.groups[0].1[0].declared && !chosen.groups[1].1[0].declared);
    }

    #[test]
    fn it_is_known_whether_any_limit_holds() {
        let none = Limits::default();
        let time = Limits { max_time_lag: Some(1), ..none };
        // Words, limits that were given, declared with a limit, all groups.
        type Row<'a> = (&'a [&'a str], Limits, &'a [&'a str], bool, bool);
        let rows: [Row<'_>; 9] = [
            (&[], none, &[], false, false),
            (&["g"], none, &[], false, false),
            (&["g"], time, &[], false, true),
            (&["g"], Limits { max_lag: Some(0), ..none }, &[], false, true),
            (&["g"], none, &["g"], false, true),
            (&["g"], none, &["other"], false, false),
            (&["g*"], none, &["other", "g1"], false, true),
            (&[], none, &["other"], false, true),
            (&[], none, &["other"], true, true),
        ];
        for (words, limits, limited, all, expected) in rows {
            let words: Vec<String> = words.iter().map(ToString::to_string).collect();
            let selection = Selection::new(&words, expectations(limited), limits, all).unwrap();
            assert_eq!(selection.is_limited(), expected, "{words:?} {limits:?} {limited:?}");
        }
        let mut declared = expectations(&["g"]);
        declared.values_mut().flatten().for_each(|expected| expected.max_lag = None);
        assert!(!Selection::new(&[], declared, none, false).unwrap().is_limited());
    }

    #[test]
    fn what_is_neither_name_nor_glob_is_told() {
        let new =
            |word: &str| Selection::new(&[word.to_owned()], Expectations::new(), Limits::default(), false);
        assert!(matches!(new("a[").unwrap_err(), SelectionError::Pattern(error) if error.pattern == "a["));
        assert!(matches!(new("").unwrap_err(), SelectionError::Name(..)));
    }
}
