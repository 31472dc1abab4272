//! Everything that runs: it joins the doors and carries out what the core decided. It knows no terminal and no page.

pub mod diagnose;
pub mod key_schema;
pub mod provision;
pub mod registrar;
pub mod schema_cache;
pub mod schemas;
pub mod survey;
