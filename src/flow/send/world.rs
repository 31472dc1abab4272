//! What making records needs from outside: ids, and schemas by the ids that records carry.

use std::sync::Arc;

use eventctl_core::codec::Style;
use eventctl_core::codec::wire::Framing;
use eventctl_core::payload::KnownSchema;
use eventctl_core::produce::Outside;

use crate::flow::known_schemas::{KnownSchemas, Source};

/// Ids and schemas. It waits for the registry, so it belongs on a thread that is not one of the runtime's.
#[derive(Default)]
pub struct World {
    schemas: Option<KnownSchemas>,
}

impl World {
    /// A world with a registry. To be made on the runtime that serves the lookups.
    #[must_use]
    pub fn with(source: Source) -> World {
        World { schemas: Some(KnownSchemas::new(Some(source), Style::PLAIN)) }
    }
}

impl Outside for World {
    fn id(&mut self, out: &mut String) {
        // Ordered by time, so that the ids of one run stand together.
        let mut text = uuid::Uuid::encode_buffer();
        out.push_str(uuid::Uuid::now_v7().hyphenated().encode_lower(&mut text));
    }

    fn schema(&mut self, id: u32) -> Option<Arc<KnownSchema>> {
        self.schemas.as_mut()?.get(Framing::Id(id)).ok()
    }
}
