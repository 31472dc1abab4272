//! Topics: what the catalog declares, what the cluster has, and what lies between them.

pub mod apply;
pub mod change;
pub mod declared;
pub mod export;
pub mod internal;
pub mod live;
pub mod plan;
pub mod report;
pub mod settings;
