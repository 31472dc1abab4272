//! What the flags of producing take.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use eventctl_core::catalog::{Encoding, KeyEncoding, Partitioner};
use eventctl_core::produce::OnError;

/// What a line that is refused does to those behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wrong {
    Stop,
    Skip,
    RejectFile(PathBuf),
}

impl Wrong {
    pub(super) fn rule(&self) -> OnError {
        match self {
            Wrong::Stop => OnError::Stop,
            Wrong::Skip => OnError::Skip,
            Wrong::RejectFile(_) => OnError::Reject,
        }
    }
}

pub(super) fn on_error(text: &str) -> Result<Wrong, String> {
    match (text, text.split_once('=')) {
        ("stop", _) => Ok(Wrong::Stop),
        ("skip", _) => Ok(Wrong::Skip),
        (_, Some(("reject-file", file))) if !file.is_empty() => Ok(Wrong::RejectFile(file.into())),
        _ => Err("it is stop, skip or reject-file=FILE".to_owned()),
    }
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let time = crate::commands::duration(text)?;
    if time > Duration::from_secs(86_400) { Err("it is at most 1d".to_owned()) } else { Ok(time) }
}

pub(super) fn rate(text: &str) -> Result<NonZeroU32, String> {
    text.parse().map_err(|_| "it is a whole number from 1".to_owned())
}

/// Avro and envelopes need to know events and schemas, which the catalog has.
pub(super) fn encoding(text: &str) -> Result<Encoding, String> {
    match Encoding::of(text) {
        Some(encoding @ (Encoding::Json | Encoding::Text | Encoding::Raw)) => Ok(encoding),
        Some(_) => Err("events and schemas of a topic stand in the catalog: add it there".to_owned()),
        None => Err("it is json, string or raw".to_owned()),
    }
}

pub(super) fn key_encoding(text: &str) -> Result<KeyEncoding, String> {
    KeyEncoding::of(text).ok_or_else(|| one_of(KeyEncoding::WORDS))
}

pub(super) fn partitioner(text: &str) -> Result<Partitioner, String> {
    Partitioner::of(text).ok_or_else(|| one_of(Partitioner::WORDS))
}

fn one_of(words: &[(&str, &str)]) -> String {
    let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    format!("it is one of {}", words.join(", "))
}
