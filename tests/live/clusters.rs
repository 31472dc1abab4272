//! The clusters that tests run against, and waiting without sleeping blindly.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::oracle::checked;
use crate::world::{World, repository};

/// Own clusters are started one at a time: the machine is small, and a broken broker must break one test only.
static OWN: Mutex<()> = Mutex::new(());

/// The names that `dev/cluster env` prints.
fn environment(name: &str) -> BTreeMap<String, String> {
    let mut command = Command::new(repository().join("dev/cluster"));
    let text = checked(command.args(["env", "--name", name]));
    text.lines()
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.into(), value.into()))
        .collect()
}

/// The shared development cluster, and a prefix that is one test's own.
pub(crate) struct Shared {
    pub(crate) prefix: String,
    pub(crate) brokers: String,
    pub(crate) registry: String,
}

impl Shared {
    /// The shared cluster, for a test of this name. Fails where it does not run.
    pub(crate) fn cluster(test: &str) -> Shared {
        let mut status = Command::new(repository().join("dev/cluster"));
        let running = status.arg("status").output().expect("dev/cluster").status.success();
        assert!(running, "the shared cluster does not run: dev/cluster up");
        let mut environment = environment("dev");
        let mut get = |key: &str| environment.remove(key).expect(key);
        let (brokers, registry) = (get("BROKERS"), get("REGISTRY"));
        Shared { prefix: format!("t-{test}-{}-", std::process::id()), brokers, registry }
    }

    /// A name with the test's prefix.
    pub(crate) fn name(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// An empty world whose settings point at the cluster.
    pub(crate) fn world(&self) -> World {
        let world = World::empty();
        world.write("eventctl.yaml", settings(&self.brokers));
        world
    }
}

/// The settings file of a world whose context `dev` has these brokers.
pub(crate) fn settings(brokers: &str) -> String {
    let list = brokers.split(',').map(|broker| format!("\"{broker}\"")).collect::<Vec<_>>().join(", ");
    format!("current: dev\ncontexts:\n  dev:\n    brokers: [{list}]\n")
}

impl Drop for Shared {
    fn drop(&mut self) {
        // Deleted by Kafka's own tool: a pattern it takes as a regular expression over whole names.
        let pattern = format!("{}.*", self.prefix.replace('.', "\\."));
        let mut command = Command::new(repository().join("dev/cluster"));
        let _ = command.args(["exec", "topics", "--delete", "--if-exists", "--topic", &pattern]).output();
    }
}

/// A cluster of a test's own, which ends with it.
pub(crate) struct Own {
    pub(crate) name: String,
    environment: BTreeMap<String, String>,
    _serial: MutexGuard<'static, ()>,
}

impl Own {
    /// Starts a cluster with further parameters of `dev/cluster up`.
    pub(crate) fn start(test: &str, parameters: &[&str]) -> Own {
        let serial = OWN.lock().unwrap_or_else(PoisonError::into_inner);
        let name = format!("own-{test}-{}", std::process::id());
        let (owner, base) = (std::process::id().to_string(), free_base_port().to_string());
        let mut command = Command::new(repository().join("dev/cluster"));
        command.args(["up", "--name", &name, "--base-port", &base, "--owner", &owner]).args(parameters);
        checked(&mut command);
        let environment = environment(&name);
        Own { name, environment, _serial: serial }
    }

    /// One of the names that `dev/cluster env` prints.
    pub(crate) fn get(&self, key: &str) -> &str {
        self.environment.get(key).unwrap_or_else(|| panic!("{key} in dev/cluster env"))
    }

    /// Runs `dev/cluster WORD… --name NAME`.
    pub(crate) fn cluster(&self, words: &[&str]) {
        let mut command = Command::new(repository().join("dev/cluster"));
        checked(command.args(words).args(["--name", &self.name]));
    }

    /// An empty world whose settings point at the cluster.
    pub(crate) fn world(&self) -> World {
        let world = World::empty();
        world.write("eventctl.yaml", settings(self.get("BROKERS")));
        world
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        let mut command = Command::new(repository().join("dev/cluster"));
        let _ = command.args(["down", "--purge", "--name", &self.name]).output();
    }
}

/// A port whose neighbours are free too, as far as can be known.
fn free_base_port() -> u16 {
    let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let candidates = (0..40).map(|step| 20_000 + 200 * ((std::process::id() + step) % 40) as u16);
    let mut candidates = candidates.filter(|base| (*base..*base + 60).all(free));
    candidates.next().expect("a range of free ports")
}

/// Waits until something holds; fails with its name when it does not in time.
pub(crate) fn until(what: &str, limit: Duration, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + limit;
    while !holds() {
        assert!(Instant::now() < deadline, "not in {limit:?}: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
