//! Everything that runs: it joins the doors and carries out what the core decided. It knows no terminal and no page.

pub mod consume;
pub mod diagnose;
pub mod groups;
pub mod judged;
pub mod key_schema;
pub mod known_schemas;
pub mod lanes;
pub mod member;
pub mod merged;
pub mod provision;
pub mod range;
pub mod registrar;
pub mod scan;
pub mod schema_cache;
pub mod schemas;
pub mod send;
pub mod sightings;
pub mod sink;
pub mod skew;
pub mod survey;
pub mod usage;
pub mod window;
