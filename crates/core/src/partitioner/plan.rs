//! How many partitions to declare: the rule of DESIGN.md section 5, every step by itself.

use serde::Serialize;

use crate::catalog::PARTITIONS_LIMIT;

/// The document's kind in JSON.
pub const PLAN_KIND: &str = "partition.plan";

/// How many events a second one partition is planned for.
pub const EVENTS_PER_PARTITION: u64 = 10_000;

/// The most events a second that are planned for.
pub const EVENTS_LIMIT: u64 = 1_000_000_000;

/// What partitions are planned for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanRequest {
    /// Events a second at the peak; from 1 to [`EVENTS_LIMIT`], and what lies outside is taken for the nearest of them.
    pub events_per_second: u64,
    /// The consumers that one group shall have, where that is known.
    pub consumers: Option<u32>,
}

/// How many partitions to declare, and how that comes about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartitionPlan {
    /// Events a second at the peak.
    pub events_per_second: u64,
    /// How many of them one partition is planned for.
    pub events_per_partition: u64,
    /// The consumers of one group.
    pub consumers: Option<u32>,
    /// Step 1: the rate divided by what one partition takes, rounded up.
    pub needed: u64,
    /// Step 2: half as many more, rounded up.
    pub with_reserve: u64,
    /// Step 3: at least one for each consumer.
    pub with_consumers: u64,
    /// Step 4, and the answer: the next power of two.
    pub partitions: u64,
    /// The same with step 2 rounded down.
    pub rounded_down: RoundedDown,
    /// How the consumers share the partitions.
    pub spread: Option<Spread>,
    /// What the numbers do not say, a sentence each.
    pub notes: Vec<String>,
}

/// What rounding down in step 2 leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoundedDown {
    /// Step 2.
    pub with_reserve: u64,
    /// The answer.
    pub partitions: u64,
}

/// How the consumers of one group share the partitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// What each has at least.
    pub fewest: u64,
    /// What each has at most.
    pub most: u64,
    /// How many have the most; all where both numbers are the same.
    pub busiest: u64,
}

/// Plans partitions.
#[must_use]
pub fn plan(request: PlanRequest) -> PartitionPlan {
    let PlanRequest { events_per_second, consumers } = request;
    let events_per_second = events_per_second.clamp(1, EVENTS_LIMIT);
    let needed = events_per_second.div_ceil(EVENTS_PER_PARTITION);
    // One and a half times as many; neither can overflow below the limit of events.
    let (with_reserve, down) = ((needed * 3).div_ceil(2), needed * 3 / 2);
    let at_least = |partitions: u64| partitions.max(u64::from(consumers.unwrap_or(0)));
    let with_consumers = at_least(with_reserve);
    let partitions = with_consumers.next_power_of_two();
    let rounded_down = RoundedDown { with_reserve: down, partitions: at_least(down).next_power_of_two() };
    let spread =
        consumers.filter(|consumers| *consumers > 0).map(|consumers| spread(partitions, consumers.into()));
    let mut plan = PartitionPlan {
        events_per_second,
        events_per_partition: EVENTS_PER_PARTITION,
        consumers,
        needed,
        with_reserve,
        with_consumers,
        partitions,
        rounded_down,
        spread,
        notes: Vec::new(),
    };
    plan.notes = notes(&plan);
    plan
}

fn spread(partitions: u64, consumers: u64) -> Spread {
    let (fewest, left) = (partitions / consumers, partitions % consumers);
    if left == 0 {
        Spread { fewest, most: fewest, busiest: consumers }
    } else {
        Spread { fewest, most: fewest + 1, busiest: left }
    }
}

fn notes(plan: &PartitionPlan) -> Vec<String> {
    let mut notes = Vec::new();
    if plan.partitions != plan.with_consumers {
        notes.push(format!(
            "the power of two is a habit, not a need: Kafka runs as well with {}",
            plan.with_consumers
        ));
    }
    if let (Some(consumers), Some(Spread { fewest, most, busiest })) = (plan.consumers, plan.spread)
        && fewest != most
    {
        let even = plan.with_consumers.div_ceil(consumers.into()) * u64::from(consumers);
        notes.push(format!(
            "{busiest} of {consumers} consumers would have {most} partitions and the others {fewest}; {even} are shared evenly"
        ));
    }
    if i64::try_from(plan.partitions).is_ok_and(|partitions| partitions > PARTITIONS_LIMIT) {
        notes.push(format!(
            "a catalog declares at most {PARTITIONS_LIMIT} partitions for a topic: use several topics"
        ));
    }
    notes.push(
        "partitions can be added later, but keys then move to other ones: declare enough at once".to_owned(),
    );
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_is_rounded_as_it_says() {
        // rate, consumers: needed, with reserve, with consumers, partitions; rounded down: with reserve, partitions.
        let rows = [
            (1, None, [1, 2, 2, 2], [1, 1]),
            (10_000, None, [1, 2, 2, 2], [1, 1]),
            (10_001, None, [2, 3, 3, 4], [3, 4]),
            (20_000, None, [2, 3, 3, 4], [3, 4]),
            (30_000, None, [3, 5, 5, 8], [4, 4]),
            (50_000, None, [5, 8, 8, 8], [7, 8]),
            (100_000, None, [10, 15, 15, 16], [15, 16]),
            (110_000, None, [11, 17, 17, 32], [16, 16]),
            (1_000_000, None, [100, 150, 150, 256], [150, 256]),
            (50_000, Some(6), [5, 8, 8, 8], [7, 8]),
            (50_000, Some(12), [5, 8, 12, 16], [7, 16]),
            (50_000, Some(16), [5, 8, 16, 16], [7, 16]),
            (1, Some(1), [1, 2, 2, 2], [1, 1]),
            (0, Some(0), [1, 2, 2, 2], [1, 1]),
            (EVENTS_LIMIT, None, [100_000, 150_000, 150_000, 262_144], [150_000, 262_144]),
            (u64::MAX, Some(u32::MAX), [100_000, 150_000, 4_294_967_295, 1 << 32], [150_000, 1 << 32]),
        ];
        for (rate, consumers, steps, down) in rows {
            let plan = plan(PlanRequest { events_per_second: rate, consumers });
            let found = [plan.needed, plan.with_reserve, plan.with_consumers, plan.partitions];
            assert_eq!(found, steps, "{rate} events/s, {consumers:?} consumers");
            let RoundedDown { with_reserve, partitions } = plan.rounded_down;
            assert_eq!([with_reserve, partitions], down, "{rate} events/s, {consumers:?} consumers");
        }
    }

    #[test]
    fn consumers_share_what_there_is() {
        let rows = [(16, 12, (1, 2, 4)), (16, 16, (1, 1, 16)), (16, 1, (16, 16, 1)), (2, 3, (0, 1, 2))];
        for (partitions, consumers, (fewest, most, busiest)) in rows {
            assert_eq!(spread(partitions, consumers), Spread { fewest, most, busiest });
        }
        let uneven = plan(PlanRequest { events_per_second: 50_000, consumers: Some(12) });
        assert!(
            uneven.notes.iter().any(|note| note
                == "4 of 12 consumers would have 2 partitions and the others 1; 12 are shared evenly")
        );
        let large = plan(PlanRequest { events_per_second: EVENTS_LIMIT, consumers: None });
        assert!(large.notes.iter().any(|note| note.contains("use several topics")), "{:?}", large.notes);
    }
}
