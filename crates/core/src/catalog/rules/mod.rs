//! The rules a catalog obeys beyond its form: what no table can say, because it joins two places.

mod names;
mod states;
mod topics;

use super::SchemaFiles;
use super::written::Written;
use crate::yaml::Diagnostics;

/// Adds everything that is wrong with a catalog beyond its form.
pub(super) fn check(written: &Written, schemas: Option<&SchemaFiles>, findings: &mut Diagnostics) {
    topics::settings(written, findings);
    topics::replication(written, findings);
    topics::keys(written, findings);
    topics::events(written, schemas, findings);
    names::check(written, findings);
    states::check(written, findings);
}
