//! librdkafka's C functions behind safe ones. The only folder with `unsafe` in it.
//!
//! Every native object has an owner that frees it (`object`), every string is copied and may be NULL or no UTF-8
//! (`text`), and every number that a broker may make up stays a number (`raw`, `code`). A `Handle` is a client with a
//! queue and a thread (`dispatch`); the other files are one family of calls each, as values in and values out. This
//! folder knows librdkafka's names and codes and nothing of what follows from them: that is decided by its neighbours.
#![allow(unsafe_code, reason = "the door to a C library; every other folder is kept free of it")]

pub(super) mod anywhere;
pub(super) mod batch;
pub(super) mod code;
pub(super) mod config;
pub(super) mod configs;
pub(super) mod consumer;
pub(super) mod dispatch;
pub(super) mod groups;
pub(super) mod handle;
pub(super) mod member;
pub(super) mod metadata;
pub(super) mod offsets;
pub(super) mod options;
pub(super) mod send;
pub(super) mod topics;
pub(super) mod transactions;

mod certificate;
mod client;
mod headers;
mod heard;
mod object;
mod queue;
mod raw;
mod text;
