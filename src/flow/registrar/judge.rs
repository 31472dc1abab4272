//! Asks a registry what it says of versions that are to be added. Nothing is registered.

use eventctl_core::schemas::register::{Question, RegistryVerdict};

use super::survey::{content, each};
use crate::registry::{Against, Comparison, Refusal, Registry, RegistryError, SchemaContent};

/// Asks all questions, and answers in their order.
pub async fn ask(registry: &Registry, questions: Vec<Question>) -> Vec<(Question, RegistryVerdict)> {
    let asked = each(questions, |question| {
        let registry = registry.clone();
        async move {
            let verdict = one(&registry, &question).await;
            (question, verdict)
        }
    });
    let mut answers = asked.await;
    answers.sort_by(|(a, _), (b, _)| (&a.subject, a.file).cmp(&(&b.subject, b.file)));
    answers
}

async fn one(registry: &Registry, question: &Question) -> RegistryVerdict {
    let schema = content(&question.text, &question.references);
    match compare(registry, question, &schema, Against::All).await {
        Some(verdict) => verdict,
        None => by_versions(registry, question, &schema).await,
    }
}

/// Where the server lacks the call that a registration corresponds to: all versions one by one where the level counts
/// them all, the newest otherwise.
async fn by_versions(registry: &Registry, question: &Question, schema: &SchemaContent) -> RegistryVerdict {
    let not_offered =
        || RegistryVerdict::NotAsked { why: "the server offers no compatibility call".to_owned() };
    if question.transitive == Some(false) {
        return compare(registry, question, schema, Against::Latest).await.unwrap_or_else(not_offered);
    }
    let mut reasons = Vec::new();
    let newest = question.versions.last().copied();
    let mut newest_fits = true;
    for version in &question.versions {
        match compare(registry, question, schema, Against::Version(*version)).await {
            Some(RegistryVerdict::Incompatible { reasons: found }) => {
                newest_fits &= newest != Some(*version);
                reasons.extend(found.into_iter().map(|reason| format!("version {version}: {reason}")));
            }
            // A version that was deleted since counts no more.
            Some(RegistryVerdict::Compatible | RegistryVerdict::NewSubject) => {}
            Some(other) => return other,
            None => return not_offered(),
        }
    }
    if reasons.is_empty() {
        return RegistryVerdict::Compatible;
    }
    if question.transitive.is_none() && newest_fits {
        let why =
            "it does not fit an older version, and whether the level counts those is not known".to_owned();
        return RegistryVerdict::NotAsked { why };
    }
    RegistryVerdict::Incompatible { reasons }
}

/// One comparison; none where the server does not offer the call.
async fn compare(
    registry: &Registry,
    question: &Question,
    schema: &SchemaContent,
    against: Against,
) -> Option<RegistryVerdict> {
    let verdict = match registry.compatibility(&question.subject, schema, against).await {
        Ok(Comparison::Verdict(verdict)) if verdict.compatible => RegistryVerdict::Compatible,
        Ok(Comparison::Verdict(verdict)) => RegistryVerdict::Incompatible { reasons: verdict.reasons },
        Ok(Comparison::NewSubject | Comparison::NoVersion) => RegistryVerdict::NewSubject,
        Ok(Comparison::NotOffered) => return None,
        Err(error) if error.refusal() == Some(Refusal::InvalidSchema) => {
            RegistryVerdict::Invalid { reason: words(&error) }
        }
        Err(error) => RegistryVerdict::Unknown { fault: error.fault() },
    };
    Some(verdict)
}

/// The server's own words where it has any.
pub(super) fn words(error: &RegistryError) -> String {
    if error.message().is_empty() { error.to_string() } else { error.message().to_owned() }
}
