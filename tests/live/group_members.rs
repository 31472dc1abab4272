//! Members of groups that are not ours: Kafka's own consumers and kcat, each ended with its test.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use crate::world::repository;

/// A process, with all that it started.
pub(crate) struct Consumer(Child);

impl Consumer {
    /// Kafka's console consumer of a cluster that `dev/cluster` started, with properties of its own.
    pub(crate) fn java(cluster: &str, topic: &str, properties: &[&str]) -> Consumer {
        let mut command = tool(cluster, "console-consumer");
        command.args(["--topic", topic]);
        for property in properties {
            command.args(["--command-property", property]);
        }
        Consumer::start(command)
    }

    /// Kafka's console consumer of share groups.
    pub(crate) fn sharing(cluster: &str, brokers: &str, topic: &str, group: &str) -> Consumer {
        let mut command = tool(cluster, "org.apache.kafka.tools.consumer.ConsoleShareConsumer");
        command.args(["--bootstrap-server", brokers, "--topic", topic, "--group", group]);
        Consumer::start(command)
    }

    /// kcat as a member of a classic group.
    pub(crate) fn kcat(brokers: &str, topic: &str, group: &str, settings: &[&str]) -> Consumer {
        let mut command = Command::new("kcat");
        command.args(["-b", brokers, "-X", "auto.offset.reset=earliest"]);
        for setting in settings {
            command.args(["-X", setting]);
        }
        command.args(["-G", group, topic]);
        Consumer::start(command)
    }

    /// Lets it stand still, as a process that hangs does: it keeps its place until its session is over.
    pub(crate) fn pause(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    pub(crate) fn resume(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        // The group of processes, since `dev/cluster` is a shell around the consumer.
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill").args([signal, "--", &group]).output();
    }

    fn start(mut command: Command) -> Consumer {
        command.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Consumer(command.spawn().expect("a consumer"))
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        self.signal("-TERM");
        // One that stands still would not hear it.
        self.resume();
        let _ = self.0.wait();
    }
}

fn tool(cluster: &str, class: &str) -> Command {
    let mut command = Command::new(repository().join("dev/cluster"));
    command.args(["exec", "--name", cluster, class]);
    command
}
