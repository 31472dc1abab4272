//! The gate between a plan and its execution: `Approved` has one constructor, and it is here.
//!
//! Whatever changes a cluster, a registry or a group's offsets takes an `Approved` value, so code that skips the gate
//! does not compile. The gate compares the cluster that answered with the one that was meant, checks each risk by
//! name, and asks for consent by the table of DESIGN.md section 3. It knows neither Kafka nor a terminal: it is
//! handed the id of the cluster that answered and something to ask on.

use std::collections::{BTreeMap, BTreeSet};

use eventctl_core::human;
use eventctl_core::name::ClusterId;
use eventctl_core::risk::Risk;
use eventctl_core::settings::RegistryUrl;

use crate::failure::{Failure, Kind};

/// A plan that passed the gate. Only `pass` makes one; its parts may be taken out, never exchanged.
#[derive(Debug)]
pub struct Approved<P>(P);

impl<P> Approved<P> {
    /// The plan.
    #[must_use]
    pub fn get(&self) -> &P {
        &self.0
    }

    /// Some parts of the plan, still approved. `select` hands out what it borrows from the plan: a function that returns
    /// anything else (only leaked values could pass the compiler) breaks the promise of this type.
    #[must_use]
    pub fn select<T>(&self, select: impl for<'a> FnOnce(&'a P) -> Vec<&'a T>) -> Approved<Vec<&T>> {
        Approved(select(&self.0))
    }
}

impl<T> Approved<Vec<&T>> {
    /// Those of the parts that `keep` keeps.
    #[must_use]
    pub fn only(&self, keep: impl Fn(&T) -> bool) -> Approved<Vec<&T>> {
        Approved(self.0.iter().copied().filter(|part| keep(part)).collect())
    }
}

/// What the gate needs to know of a plan.
pub trait Consequential {
    /// The risks it carries, each with the thing that carries it, in words for the refusal.
    fn risks(&self) -> Vec<(Risk, String)>;
    /// The question that is asked, such as `Apply 12 changes to cluster X?`.
    fn question(&self) -> String;
}

/// How a command consents, by DESIGN.md's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentRule {
    /// The plan is shown and one question asked, unless `--yes`.
    Question,
    /// Typing the command is the consent (except on a protected context).
    Typed,
}

/// A cluster id that somebody wrote down, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The id.
    pub id: ClusterId,
    /// Where it stands, such as `environment prod of topics.yaml`.
    pub origin: String,
}

/// A registry that somebody wrote down, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedRegistry {
    /// Its URLs: any of them is it.
    pub urls: Vec<RegistryUrl>,
    /// Where they stand, such as `environment prod of the catalog`.
    pub origin: String,
}

/// What is to be changed.
#[derive(Debug, Clone, Copy)]
pub enum Live<'a> {
    /// The cluster that answered; none where it gave no id.
    Cluster(Option<&'a ClusterId>),
    /// The registry at these URLs. Registries have no id: the URL is all there is to compare.
    Registry(&'a [RegistryUrl]),
}

/// What the user said and the settings demand.
#[derive(Debug, Clone)]
pub struct Policy {
    /// How this command consents.
    pub rule: ConsentRule,
    /// The risks named with `--allow`.
    pub allowed: BTreeSet<Risk>,
    /// `--yes` was given.
    pub yes: bool,
    /// `--confirm-context NAME`.
    pub confirmed_context: Option<String>,
    /// The context's name, if it is marked `protected`.
    pub protected: Option<String>,
    /// Every cluster id that the catalog's environment or the context names.
    pub expected: Vec<Expected>,
    /// Every registry that the catalog's environment or the context names.
    pub registries: Vec<ExpectedRegistry>,
}

/// Somebody who can be asked: the controlling terminal, or nobody.
pub trait Ask {
    /// Asks a question that `y` or `yes` consents to; `None` without a terminal.
    ///
    /// # Errors
    /// When the terminal breaks while it is asked.
    fn yes(&mut self, question: &str) -> Result<Option<bool>, Failure>;
    /// Asks for a word to be typed; `None` without a terminal.
    ///
    /// # Errors
    /// When the terminal breaks while it is asked.
    fn word(&mut self, question: &str) -> Result<Option<String>, Failure>;
}

/// Lets a plan pass, or says why not. Nothing was changed when it fails.
///
/// # Errors
/// `Refused` for another cluster or registry than was meant and for risks that were not allowed (2), `Usage` where
/// nobody can be asked (2), `Declined` where the answer was no (1).
pub fn pass<P: Consequential>(
    plan: P,
    policy: &Policy,
    live: Live<'_>,
    ask: &mut dyn Ask,
) -> Result<Approved<P>, Failure> {
    match live {
        Live::Cluster(id) => expect_cluster(&policy.expected, id)?,
        Live::Registry(urls) => expect_registry(&policy.registries, urls)?,
    }
    allow_risks(&plan.risks(), &policy.allowed)?;
    consent(&plan.question(), policy, ask)?;
    Ok(Approved(plan))
}

/// Compares the cluster that answered with every id that was written down.
///
/// # Errors
/// `Refused` where one differs, or where an id was written down and the cluster gave none.
pub fn expect_cluster(expected: &[Expected], live: Option<&ClusterId>) -> Result<(), Failure> {
    for Expected { id, origin } in expected {
        match live {
            Some(live) if live == id => {}
            Some(live) => {
                let story = format!("this is cluster {live}, but {origin} expects cluster {id}");
                return Err(Failure::new(Kind::Refused, story)
                    .hint("nothing was changed; check --context and --brokers, or correct the cluster_id"));
            }
            None => {
                let story = format!("the cluster gave no id, but {origin} expects cluster {id}");
                return Err(Failure::new(Kind::Refused, story).hint("nothing was changed"));
            }
        }
    }
    Ok(())
}

/// Compares the registry that is in use with every one that was written down.
///
/// # Errors
/// `Refused` where none of its URLs is one of theirs.
pub fn expect_registry(expected: &[ExpectedRegistry], live: &[RegistryUrl]) -> Result<(), Failure> {
    let text = |urls: &[RegistryUrl]| {
        let urls: Vec<&str> = urls.iter().map(RegistryUrl::as_str).collect();
        urls.join(", ")
    };
    for ExpectedRegistry { urls, origin } in expected {
        if !live.iter().any(|live| urls.iter().any(|url| url.is_same(live))) {
            let story = format!("the registry in use is {}, but {origin} expects {}", text(live), text(urls));
            return Err(Failure::new(Kind::Refused, story)
                .hint("nothing was changed; check --context and --registry, or correct the registry there"));
        }
    }
    Ok(())
}

fn allow_risks(risks: &[(Risk, String)], allowed: &BTreeSet<Risk>) -> Result<(), Failure> {
    let missing: Vec<&(Risk, String)> = risks.iter().filter(|(risk, _)| !allowed.contains(risk)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let mut by_risk: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (risk, thing) in &missing {
        by_risk.entry(risk.name()).or_default().push(thing);
    }
    let names = by_risk.keys().copied().collect::<Vec<_>>().join(",");
    let things = by_risk.iter().map(|(risk, things)| format!("{risk} ({})", human::list(things, 10)));
    let things = things.collect::<Vec<_>>().join(", ");
    let story = format!("the plan carries risks that were not allowed: {things}");
    Err(Failure::new(Kind::Refused, story)
        .hint(format!("nothing was changed; to accept them: --allow {names}")))
}

fn consent(question: &str, policy: &Policy, ask: &mut dyn Ask) -> Result<(), Failure> {
    if let Some(context) = &policy.protected {
        return consent_protected(question, context, policy, ask);
    }
    if policy.yes || policy.rule == ConsentRule::Typed {
        return Ok(());
    }
    match ask.yes(question)? {
        Some(true) => Ok(()),
        Some(false) => Err(declined()),
        None => Err(Failure::usage("consent is needed, and there is no terminal to ask on")
            .hint("nothing was changed; look at the plan, then add --yes")),
    }
}

fn consent_protected(
    question: &str,
    context: &str,
    policy: &Policy,
    ask: &mut dyn Ask,
) -> Result<(), Failure> {
    match &policy.confirmed_context {
        Some(typed) if typed == context => return Ok(()),
        Some(typed) => {
            let story = format!("--confirm-context names `{typed}`, but the context is `{context}`");
            return Err(Failure::usage(story).hint("nothing was changed"));
        }
        None => {}
    }
    let question = format!("{question} Context {context} is protected: type its name to go on:");
    match ask.word(&question)? {
        Some(word) if word == context => Ok(()),
        Some(_) => Err(declined()),
        None => {
            let story = format!(
                "what this would change belongs to context {context}, which is protected, and there is no terminal to \
                 ask on"
            );
            Err(Failure::usage(story).hint(format!(
                "nothing was changed; --yes does not do here: add --confirm-context {context}"
            )))
        }
    }
}

fn declined() -> Failure {
    Failure::new(Kind::Declined, "declined; nothing was changed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Plan(Vec<(Risk, String)>);

    impl Consequential for Plan {
        fn risks(&self) -> Vec<(Risk, String)> {
            self.0.clone()
        }

        fn question(&self) -> String {
            "Do it?".to_owned()
        }
    }

    struct Answers(Option<&'static str>, Vec<String>);

    impl Ask for Answers {
        fn yes(&mut self, question: &str) -> Result<Option<bool>, Failure> {
            self.1.push(question.to_owned());
            Ok(self.0.map(|answer| answer == "yes"))
        }

        fn word(&mut self, question: &str) -> Result<Option<String>, Failure> {
            self.1.push(question.to_owned());
            Ok(self.0.map(str::to_owned))
        }
    }

    fn policy() -> Policy {
        Policy {
            rule: ConsentRule::Question,
            allowed: BTreeSet::new(),
            yes: false,
            confirmed_context: None,
            protected: None,
            expected: Vec::new(),
            registries: Vec::new(),
        }
    }

    fn code(policy: &Policy, risks: Vec<(Risk, String)>, answer: Option<&'static str>) -> u8 {
        let live: ClusterId = "live".parse().unwrap();
        match pass(Plan(risks), policy, Live::Cluster(Some(&live)), &mut Answers(answer, Vec::new())) {
            Ok(_) => 0,
            Err(failure) => failure.code(),
        }
    }

    #[test]
    fn consent_is_given_by_the_table() {
        let typed = Policy { rule: ConsentRule::Typed, ..policy() };
        let yes = Policy { yes: true, ..policy() };
        let protected = Policy { protected: Some("prod".into()), yes: true, ..policy() };
        let protected_typed = Policy { rule: ConsentRule::Typed, ..protected.clone() };
        let confirmed = Policy { confirmed_context: Some("prod".into()), ..protected.clone() };
        let misconfirmed = Policy { confirmed_context: Some("dev".into()), ..protected.clone() };
        let rows = [
            ("question, yes", &policy(), Some("yes"), 0),
            ("question, no", &policy(), Some("no"), 1),
            ("question, nobody", &policy(), None, 2),
            ("--yes, nobody", &yes, None, 0),
            ("typed, nobody", &typed, None, 0),
            ("protected: --yes does not do", &protected, None, 2),
            ("protected: the name does", &protected, Some("prod"), 0),
            ("protected: yes is not the name", &protected, Some("yes"), 1),
            ("protected: typing the command does not do", &protected_typed, None, 2),
            ("protected: confirmed by flag", &confirmed, None, 0),
            ("protected: another name by flag", &misconfirmed, Some("prod"), 2),
        ];
        for (case, policy, answer, expected) in rows {
            assert_eq!(code(policy, Vec::new(), answer), expected, "{case}");
        }
    }

    #[test]
    fn every_risk_is_allowed_by_its_own_name() {
        let risks = || vec![(Risk::Delete, "topic a".to_owned()), (Risk::RetentionCut, "topic b".to_owned())];
        let with =
            |allowed: &[Risk]| Policy { yes: true, allowed: allowed.iter().copied().collect(), ..policy() };
        assert_eq!(code(&with(&[]), risks(), None), 2);
        assert_eq!(code(&with(&[Risk::Delete]), risks(), None), 2);
        assert_eq!(code(&with(&[Risk::DeleteNonempty, Risk::RetentionCut]), risks(), None), 2);
        assert_eq!(code(&with(&[Risk::Delete, Risk::RetentionCut]), risks(), None), 0);
    }

    #[test]
    fn another_cluster_is_refused_before_anything_is_asked() {
        let expected = |id: &str| Expected { id: id.parse().unwrap(), origin: "context dev".into() };
        let wrong = Policy { yes: true, expected: vec![expected("live"), expected("other")], ..policy() };
        let mut answers = Answers(Some("yes"), Vec::new());
        let live: ClusterId = "live".parse().unwrap();
        let failure = pass(Plan(Vec::new()), &wrong, Live::Cluster(Some(&live)), &mut answers).unwrap_err();
        assert_eq!((failure.code(), failure.kind()), (2, Kind::Refused));
        assert!(answers.1.is_empty(), "asked although the cluster is another");
        let without_id = pass(Plan(Vec::new()), &wrong, Live::Cluster(None), &mut answers);
        assert_eq!(without_id.unwrap_err().code(), 2);
    }

    #[test]
    fn another_registry_is_refused_before_anything_is_asked() {
        let urls = |texts: &[&str]| -> Vec<RegistryUrl> {
            texts.iter().map(|text| RegistryUrl::parse(text).unwrap()).collect()
        };
        let expected = |texts: &[&str]| ExpectedRegistry { urls: urls(texts), origin: "context dev".into() };
        let rows = [
            (vec![], urls(&["http://a"]), true),
            (vec![expected(&["http://a"])], urls(&["http://a/"]), true),
            (vec![expected(&["http://A:80/x"])], urls(&["http://a/x"]), true),
            (vec![expected(&["http://b", "http://a"])], urls(&["http://a"]), true),
            (vec![expected(&["http://a"])], urls(&["http://b", "http://a"]), true),
            (vec![expected(&["http://a"])], urls(&["https://a"]), false),
            (vec![expected(&["http://a/x"])], urls(&["http://a/X"]), false),
            (vec![expected(&["http://a"]), expected(&["http://b"])], urls(&["http://a"]), false),
        ];
        for (registries, live, passes) in rows {
            let policy = Policy { registries, ..policy() };
            let mut answers = Answers(Some("yes"), Vec::new());
            let passed = pass(Plan(Vec::new()), &policy, Live::Registry(&live), &mut answers);
            assert_eq!(passed.is_ok(), passes, "{live:?} where {:?} is expected", policy.registries);
            assert_eq!(answers.1.is_empty(), !passes, "asked although the registry is another");
        }
    }
}
