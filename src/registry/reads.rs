//! The calls that change nothing. They are repeated and passed on to the next URL where that may help.

use serde_json::{Value, json};

use super::Registry;
use super::answers;
use super::error::{Refusal, RegistryError, RegistryErrorKind};
use super::exchange::Call;
use super::path;
use super::values::{
    Against, Comparison, Found, LevelWord, Mode, Reference, Registered, SchemaContent, SchemaType, Scope,
    SubjectLevel, SubjectVersion, VersionName,
};
use eventctl_core::catalog::Compatibility;

/// A subject that nobody has: how a registry answers for its level tells whether it can say "not set".
const NOBODYS_SUBJECT: &str = "eventctl.no-such-subject";

impl Registry {
    /// The names of all subjects, in the registry's order.
    ///
    /// # Errors
    /// Why they cannot be told.
    pub async fn subjects(&self, scope: Scope) -> Result<Vec<String>, RegistryError> {
        self.ask(Call::get(format!("/subjects{}", path::scope(scope))), answers::subjects).await
    }

    /// The numbers of a subject's versions, in ascending order.
    ///
    /// # Errors
    /// Why they cannot be told.
    pub async fn versions(&self, subject: &str, scope: Scope) -> Result<Found<Vec<u32>>, RegistryError> {
        let path = format!("{}/versions{}", path::subject(subject)?, path::scope(scope));
        found(self.ask(Call::get(path), answers::versions).await)
    }

    /// A version of a subject with its schema.
    ///
    /// # Errors
    /// Why it cannot be told.
    pub async fn version(
        &self,
        subject: &str,
        version: VersionName,
    ) -> Result<Found<Registered>, RegistryError> {
        let path = format!("{}/versions/{version}", path::subject(subject)?);
        found(self.ask(Call::get(path), |body| answers::registered(body, subject, version)).await)
    }

    /// A version of a subject with its schema, also where it was softly deleted.
    ///
    /// # Errors
    /// Why it cannot be told.
    pub async fn version_or_deleted(
        &self,
        subject: &str,
        number: u32,
    ) -> Result<Found<Registered>, RegistryError> {
        let path =
            format!("{}/versions/{number}{}", path::subject(subject)?, path::scope(Scope::WithDeleted));
        let read = |body: &[u8]| answers::registered(body, subject, VersionName::Number(number));
        found(self.ask(Call::get(path), read).await)
    }

    /// The schema of an id, as records name it. It stays there when its versions are softly deleted.
    ///
    /// # Errors
    /// Why it cannot be told.
    pub async fn schema_by_id(&self, id: u32) -> Result<Found<SchemaContent>, RegistryError> {
        let call = Call::get(format!("/schemas/ids/{id}"));
        found(self.ask(call, |body| answers::schema(body, id)).await)
    }

    /// The versions that have this schema, in order of their subjects.
    ///
    /// # Errors
    /// Why they cannot be told; `NotOffered` by old servers.
    pub async fn versions_of_id(&self, id: u32) -> Result<Found<Vec<SubjectVersion>>, RegistryError> {
        found(self.ask(Call::get(format!("/schemas/ids/{id}/versions")), answers::usages).await)
    }

    /// The version under which a subject has this very schema, references included.
    ///
    /// # Errors
    /// Why it cannot be told.
    pub async fn lookup(
        &self,
        subject: &str,
        schema: &SchemaContent,
        normalize: bool,
    ) -> Result<Found<Registered>, RegistryError> {
        let path = format!("{}{}", path::subject(subject)?, path::normal_form(normalize));
        let read = |body: &[u8]| answers::registered(body, subject, VersionName::Latest);
        found(self.ask(Call::ask(path, candidate(schema)), read).await)
    }

    /// Whether a schema might be registered, and why not. Nothing is registered.
    ///
    /// # Errors
    /// Why it cannot be told; `InvalidSchema` where the registry cannot read the schema.
    pub async fn compatibility(
        &self,
        subject: &str,
        schema: &SchemaContent,
        against: Against,
    ) -> Result<Comparison, RegistryError> {
        let base = path::comparison(subject)?;
        let path = match against {
            Against::All => format!("{base}?verbose=true"),
            Against::Latest => format!("{base}/latest?verbose=true"),
            Against::Version(number) => format!("{base}/{number}?verbose=true"),
        };
        let answer = self.ask(Call::ask(path, candidate(schema)), answers::verdict).await;
        let error = match answer {
            Ok(verdict) => return Ok(Comparison::Verdict(verdict)),
            Err(error) => error,
        };
        match (error.kind(), against) {
            (RegistryErrorKind::NotOffered, _) => Ok(Comparison::NotOffered),
            (RegistryErrorKind::Refused(Refusal::NoSubject), _) => Ok(Comparison::NewSubject),
            // A subject without a newest version has none at all.
            (RegistryErrorKind::Refused(Refusal::NoVersion), Against::All | Against::Latest) => {
                Ok(Comparison::NewSubject)
            }
            (RegistryErrorKind::Refused(Refusal::NoVersion), Against::Version(_)) => {
                Ok(Comparison::NoVersion)
            }
            _ => Err(error),
        }
    }

    /// The level by which a subject's next version will be judged, and where it comes from.
    ///
    /// # Errors
    /// Why it cannot be told; `Denied` where the levels may not be seen.
    pub async fn level(&self, subject: &str) -> Result<SubjectLevel, RegistryError> {
        match self.own_level(subject).await {
            Ok(level) if level.known() == Some(Compatibility::None) => {
                if self.tells_unset().await? {
                    return Ok(SubjectLevel::Own(level));
                }
                self.global_level().await.map(|default| SubjectLevel::NoneOrUnset { default })
            }
            Ok(level) => Ok(SubjectLevel::Own(level)),
            Err(error) => match error.refusal() {
                Some(Refusal::NoLevel) => self.default_level(subject).await.map(SubjectLevel::Default),
                // Apicurio's answer for a subject that it does not have yet.
                Some(Refusal::NoSubject) => self.global_level().await.map(SubjectLevel::Default),
                _ => Err(error),
            },
        }
    }

    /// The registry's default level.
    ///
    /// # Errors
    /// Why it cannot be told.
    pub async fn global_level(&self) -> Result<LevelWord, RegistryError> {
        self.ask(Call::get(path::level(None)?), answers::level).await
    }

    /// What the registry lets happen; `NotOffered` where it has no modes (Apicurio).
    ///
    /// # Errors
    /// Why it cannot be told.
    pub async fn mode(&self) -> Result<Mode, RegistryError> {
        self.ask(Call::get("/mode".to_owned()), answers::mode).await
    }

    /// The ids of the schemas that refer to a version. Apicurio also answers with none where there is no such version.
    ///
    /// # Errors
    /// Why they cannot be told.
    pub async fn referenced_by(&self, subject: &str, version: u32) -> Result<Found<Vec<u32>>, RegistryError> {
        let path = format!("{}/versions/{version}/referencedby", path::subject(subject)?);
        found(self.ask(Call::get(path), answers::ids).await)
    }

    async fn own_level(&self, subject: &str) -> Result<LevelWord, RegistryError> {
        let call = Call::get(path::level(Some(subject))?);
        self.ask(call, answers::level).await
    }

    /// The default that holds for a subject: on some servers it depends on the context that its name says.
    async fn default_level(&self, subject: &str) -> Result<LevelWord, RegistryError> {
        let call = Call::get(format!("{}?defaultToGlobal=true", path::level(Some(subject))?));
        match self.ask(call, answers::level).await {
            Err(error) if matches!(error.refusal(), Some(Refusal::NoLevel | Refusal::NoSubject)) => {
                self.global_level().await
            }
            answer => answer,
        }
    }

    /// Whether this registry tells a subject without a level from one whose level is NONE. Confluent and Karapace say
    /// 40408 for a subject without one, also where there is no such subject; Apicurio 2 does not know that code.
    async fn tells_unset(&self) -> Result<bool, RegistryError> {
        if let Some(tells) = self.tells_unset.get() {
            return Ok(*tells);
        }
        let tells = match self.own_level(NOBODYS_SUBJECT).await {
            Ok(_) => false,
            Err(error) => match error.refusal() {
                Some(refusal) => refusal == Refusal::NoLevel,
                // Who may not ask about others' subjects is not told; the safe answer is the graver one.
                None if error.kind() == RegistryErrorKind::Denied => false,
                None => return Err(error),
            },
        };
        Ok(*self.tells_unset.get_or_init(|| tells))
    }
}

/// A schema as the API takes it. Older servers know no `schemaType`, so Avro goes without.
pub(super) fn candidate(schema: &SchemaContent) -> String {
    let mut body = serde_json::Map::new();
    body.insert("schema".to_owned(), Value::from(schema.text.as_str()));
    if schema.schema_type != SchemaType::Avro {
        body.insert("schemaType".to_owned(), Value::from(schema.schema_type.as_str()));
    }
    if !schema.references.is_empty() {
        let reference = |Reference { name, subject, version }: &Reference| json!({ "name": name, "subject": subject, "version": version });
        body.insert("references".to_owned(), schema.references.iter().map(reference).collect());
    }
    Value::from(body).to_string()
}

fn found<T>(answer: Result<T, RegistryError>) -> Result<Found<T>, RegistryError> {
    let error = match answer {
        Ok(thing) => return Ok(Found::Here(thing)),
        Err(error) => error,
    };
    match error.refusal() {
        Some(Refusal::NoSubject) => Ok(Found::NoSubject),
        Some(Refusal::NoVersion) => Ok(Found::NoVersion),
        Some(Refusal::NoSchema) => Ok(Found::NoSchema),
        _ => Err(error),
    }
}
