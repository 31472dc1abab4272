//! Which brokers should hold a partition whose number of replicas is not the declared one.
//!
//! librdkafka cannot reassign partitions, so the answer is printed for Kafka's own tool. The choice is the same for
//! the same input: existing replicas stay in their order, new ones go to racks without a replica first, then to the
//! brokers that hold the fewest, then by id. It moves nothing that need not move and does not balance leaders.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::name::TopicName;
use crate::topics::live::{Broker, LivePartition, LiveTopic};

/// What `kafka-reassign-partitions --reassignment-json-file` reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reassignment {
    /// The form's version, 1.
    pub version: u32,
    /// The partitions with the replicas they shall have.
    pub partitions: Vec<ReassignedPartition>,
}

/// One partition's new replicas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReassignedPartition {
    /// The topic.
    pub topic: TopicName,
    /// The partition.
    pub partition: i32,
    /// The brokers that shall hold it, the preferred leader first.
    pub replicas: Vec<i32>,
}

impl Reassignment {
    /// The text of the file for Kafka's own tool.
    #[must_use]
    pub fn to_json(&self) -> String {
        // The structure holds numbers and legal names only: writing it cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// How many replicas each broker holds, counted while reassignments are chosen.
#[derive(Debug, Clone)]
pub(super) struct Load<'a> {
    brokers: &'a [Broker],
    replicas: BTreeMap<i32, usize>,
}

impl<'a> Load<'a> {
    /// Counts the replicas of all topics that can be seen.
    pub(super) fn count<'t>(brokers: &'a [Broker], topics: impl Iterator<Item = &'t LiveTopic>) -> Self {
        let mut replicas: BTreeMap<i32, usize> = BTreeMap::new();
        for partition in topics.flat_map(|topic| &topic.partitions) {
            for broker in &partition.replicas {
                *replicas.entry(*broker).or_default() += 1;
            }
        }
        Load { brokers, replicas }
    }

    /// Chooses replicas for every partition of a topic that has another number of them; none where brokers lack.
    pub(super) fn reassign(&mut self, topic: &LiveTopic, wanted: usize) -> Option<Reassignment> {
        if wanted == 0 || wanted > self.brokers.len() {
            return None;
        }
        let mut partitions = Vec::new();
        for partition in topic.partitions.iter().filter(|partition| partition.replicas.len() != wanted) {
            let replicas = if partition.replicas.len() < wanted {
                self.raise(partition, wanted)
            } else {
                self.lower(partition, wanted)
            };
            partitions.push(ReassignedPartition {
                topic: topic.name.clone(),
                partition: partition.id,
                replicas,
            });
        }
        (!partitions.is_empty()).then_some(Reassignment { version: 1, partitions })
    }

    fn raise(&mut self, partition: &LivePartition, wanted: usize) -> Vec<i32> {
        let mut replicas = partition.replicas.clone();
        while replicas.len() < wanted {
            let best = self
                .brokers
                .iter()
                .filter(|broker| !replicas.contains(&broker.id))
                .min_by_key(|broker| (self.in_rack(&replicas, broker), self.load(broker.id), broker.id));
            // A replica on a broker that is gone takes no place among the live ones, so there is always one left.
            let Some(id) = best.map(|broker| broker.id) else { break };
            *self.replicas.entry(id).or_default() += 1;
            replicas.push(id);
        }
        replicas
    }

    fn lower(&mut self, partition: &LivePartition, wanted: usize) -> Vec<i32> {
        let mut replicas = partition.replicas.clone();
        while replicas.len() > wanted {
            let spare = |id: &i32| Some(*id) != partition.leader;
            let out_of_sync = |id: &i32| spare(id) && !partition.in_sync.contains(id);
            let index = replicas.iter().rposition(out_of_sync).or_else(|| replicas.iter().rposition(spare));
            let Some(index) = index else { break };
            let id = replicas.remove(index);
            self.replicas.entry(id).and_modify(|load| *load = load.saturating_sub(1));
        }
        replicas
    }

    fn load(&self, id: i32) -> usize {
        self.replicas.get(&id).copied().unwrap_or(0)
    }

    /// How many of the replicas lie in the broker's rack; brokers without a rack share none.
    fn in_rack(&self, replicas: &[i32], broker: &Broker) -> usize {
        let Some(rack) = &broker.rack else { return 0 };
        let same = |other: &&Broker| other.rack.as_ref() == Some(rack) && replicas.contains(&other.id);
        self.brokers.iter().filter(same).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broker(id: i32, rack: Option<&str>) -> Broker {
        Broker { id, host: "h".into(), port: 9092, rack: rack.map(str::to_owned) }
    }

    fn topic(partitions: Vec<LivePartition>) -> LiveTopic {
        let config = Ok(crate::topics::live::LiveConfig::default());
        LiveTopic { name: "t".parse().unwrap(), id: None, internal: false, partitions, config }
    }

    fn partition(id: i32, leader: i32, replicas: &[i32], in_sync: &[i32]) -> LivePartition {
        LivePartition { id, leader: Some(leader), replicas: replicas.to_vec(), in_sync: in_sync.to_vec() }
    }

    fn chosen(brokers: &[Broker], partitions: Vec<LivePartition>, wanted: usize) -> Vec<Vec<i32>> {
        let topic = topic(partitions);
        let mut load = Load::count(brokers, std::iter::once(&topic));
        let reassignment = load.reassign(&topic, wanted);
        reassignment.map_or(Vec::new(), |all| all.partitions.into_iter().map(|one| one.replicas).collect())
    }

    #[test]
    fn replicas_stay_in_order_and_new_ones_go_to_the_least_loaded_broker_then_by_id() {
        let brokers = [broker(1, None), broker(2, None), broker(3, None)];
        let partitions =
            vec![partition(0, 1, &[1], &[1]), partition(1, 1, &[1], &[1]), partition(2, 3, &[3], &[3])];
        assert_eq!(chosen(&brokers, partitions, 2), [vec![1, 2], vec![1, 2], vec![3, 1]].to_vec());
    }

    #[test]
    fn a_new_replica_prefers_a_rack_that_has_none() {
        let brokers = [broker(1, Some("a")), broker(2, Some("a")), broker(3, Some("b"))];
        let partitions = vec![partition(0, 1, &[1], &[1]), partition(1, 3, &[3, 1, 2], &[3, 1, 2])];
        assert_eq!(chosen(&brokers, partitions, 2), [vec![1, 3], vec![3, 1]].to_vec());
    }

    #[test]
    fn a_lower_number_drops_replicas_out_of_sync_first_then_the_last_and_never_the_leader() {
        let brokers = [broker(1, None), broker(2, None), broker(3, None)];
        let partitions = vec![
            partition(0, 1, &[1, 2, 3], &[1, 2, 3]),
            partition(1, 3, &[1, 2, 3], &[1, 2, 3]),
            partition(2, 1, &[1, 2, 3], &[1, 3]),
        ];
        assert_eq!(chosen(&brokers, partitions, 2), [vec![1, 2], vec![1, 3], vec![1, 3]].to_vec());
    }

    #[test]
    fn partitions_that_are_right_and_clusters_that_are_too_small_give_nothing() {
        let brokers = [broker(1, None), broker(2, None)];
        assert!(chosen(&brokers, vec![partition(0, 1, &[1, 2], &[1, 2])], 2).is_empty());
        assert!(chosen(&brokers, vec![partition(0, 1, &[1, 2], &[1, 2])], 3).is_empty());
    }

    #[test]
    fn the_json_is_what_kafkas_tool_reads() {
        let partitions =
            vec![ReassignedPartition { topic: "t".parse().unwrap(), partition: 0, replicas: vec![1, 2] }];
        let expected = r#"{"version":1,"partitions":[{"topic":"t","partition":0,"replicas":[1,2]}]}"#;
        assert_eq!(Reassignment { version: 1, partitions }.to_json(), expected);
    }
}
