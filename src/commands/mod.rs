//! One file per verb, `Args` above `run`; a family is a folder. No command names another command's file.

mod arguments;
pub mod check;
pub mod completions;
pub mod config;
pub mod consume;
mod context;
pub mod doctor;
pub mod groups;
pub mod lag;
pub mod partition;
pub mod produce;
pub mod schema;
pub mod topics;

pub use arguments::duration;
pub use context::{ConsentArgs, Context, SchemaDesk, SchemaFolderArgs, check as check_schemas, subjects};
