//! What making records needs from outside: ids, and schemas by the ids that records carry.

use std::collections::BTreeMap;
use std::sync::Arc;

use eventctl_core::codec::Style;
use eventctl_core::payload::{KnownSchema, SchemaTexts};
use eventctl_core::produce::Outside;
use tokio::runtime::Handle;

use crate::flow::schema_cache::SchemaCache;

/// How many schemas are held at once: a topic of random bytes has many ids.
const HELD: usize = 4_096;

/// Ids and schemas. It waits for the registry, so it belongs on a thread that is not one of the runtime's.
#[derive(Default)]
pub struct World {
    cache: Option<(Arc<SchemaCache>, Handle)>,
    known: BTreeMap<u32, Option<Arc<KnownSchema>>>,
}

impl World {
    /// A world with a registry. To be made on the runtime that serves the lookups.
    #[must_use]
    pub fn with(cache: SchemaCache) -> World {
        World { cache: Some((Arc::new(cache), Handle::current())), known: BTreeMap::new() }
    }

    fn look_up(&self, id: u32) -> Option<Arc<KnownSchema>> {
        let (cache, runtime) = self.cache.as_ref()?;
        let fetched = runtime.block_on(cache.get(id)).ok()?;
        let needed: Vec<&str> = fetched.needed.iter().map(|needed| needed.schema.text.as_str()).collect();
        let texts = SchemaTexts { id, text: &fetched.schema.text, needed: &needed };
        KnownSchema::compile(&texts, Style::PLAIN).ok().map(Arc::new)
    }
}

impl Outside for World {
    fn id(&mut self, out: &mut String) {
        // Ordered by time, so that the ids of one run stand together.
        let mut text = uuid::Uuid::encode_buffer();
        out.push_str(uuid::Uuid::now_v7().hyphenated().encode_lower(&mut text));
    }

    fn schema(&mut self, id: u32) -> Option<Arc<KnownSchema>> {
        if let Some(known) = self.known.get(&id) {
            return known.clone();
        }
        let found = self.look_up(id);
        if self.known.len() >= HELD {
            self.known.clear();
        }
        self.known.insert(id, found.clone());
        found
    }
}
