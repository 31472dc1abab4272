//! Independent witnesses: kcat and Kafka's own tools, never our own code.

use std::process::{Command, Output};

use crate::world::repository;

/// Runs one of Kafka's own tools against a cluster that `dev/cluster` started; returns its stdout.
pub(crate) fn java(cluster: &str, tool: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(repository().join("dev/cluster"));
    command.args(["exec", "--name", cluster, tool]).args(arguments);
    checked(&mut command)
}

/// Runs `kcat -L` and returns its text.
pub(crate) fn kcat_metadata(brokers: &str) -> String {
    checked(Command::new("kcat").args(["-L", "-b", brokers]))
}

/// Runs a command that must succeed; returns its stdout.
pub(crate) fn checked(command: &mut Command) -> String {
    let Output { status, stdout, stderr } =
        command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let stdout = String::from_utf8_lossy(&stdout).into_owned();
    assert!(status.success(), "{command:?}: {status}\n{stdout}\n{}", String::from_utf8_lossy(&stderr));
    stdout
}
