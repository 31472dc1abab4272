//! How partitions look: of keys, and planned.

mod placed;
mod planned;
