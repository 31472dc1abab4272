//! The reading itself: to the ends, the last records, or as a member of a group.

use eventctl_core::catalog::{Catalog, Environment};
use eventctl_core::consume::Summary;
use eventctl_core::name::GroupName;
use eventctl_core::scan::ScanEnd;

use super::{Args, OrderName, ProtocolName, StartName};
use crate::commands::Context;
use crate::failure::Failure;
use crate::flow::consume::member::{self, Consumed, Join};
use crate::flow::consume::{self, Consume};
use crate::flow::merged::{self, Last};
use crate::flow::range::{self, Ranges};
use crate::flow::scan::Scanned;
use crate::gate::{self, Live};
use crate::kafka::member::{Beginning, GroupProtocol};

/// Reads and shows.
pub(super) async fn all(
    args: &Args,
    ranges: &Ranges,
    consume: Consume,
    cx: &Context,
) -> Result<(Scanned, Summary), Failure> {
    let (scanned, consume) = match args.order {
        Some(OrderName::Time) => cx.watch_in_time(ranges, consume).await?,
        None => cx.watch(ranges, consume).await?,
    };
    Ok((scanned, consume.finish()?))
}

/// Shows the last records of all. Where offsets hold no records, more of them are read.
pub(super) async fn last(
    most: usize,
    ranges: &mut Ranges,
    consume: Consume,
    cx: &Context,
) -> Result<(Scanned, Summary), Failure> {
    let whole = ranges.clone();
    let mut window = i64::try_from(most).unwrap_or(i64::MAX).max(1);
    let means = cx.scan_means()?;
    loop {
        let cut = range::last_offsets(&whole, window);
        let (scanned, last) = merged::scan(&cut, &means, Last::new(most)).await?;
        let records = last.records();
        let is_whole = cut.topics.iter().zip(&whole.topics).all(|(cut, whole)| cut.frozen == whole.frozen);
        if records.len() >= most || is_whole || scanned.end != ScanEnd::Ends {
            *ranges = cut;
            let summary = consume::show_all(records, consume).await?;
            return Ok((scanned, summary));
        }
        window = window.saturating_mul(8);
    }
}

pub(super) async fn as_member(
    args: &Args,
    group: &GroupName,
    (catalog, ranges): (Option<(&Catalog, &Environment)>, &Ranges),
    consume: Consume,
    cx: &Context,
) -> Result<Consumed, Failure> {
    let join = Join {
        group: group.clone(),
        topics: ranges.names(),
        protocol: match args.group_protocol {
            None | Some(ProtocolName::Classic) => GroupProtocol::Classic,
            Some(ProtocolName::Consumer) => GroupProtocol::Consumer,
        },
        beginning: match args.group_start {
            None | Some(StartName::Earliest) => Beginning::Earliest,
            Some(StartName::Latest) => Beginning::Latest,
        },
        isolation: ranges.isolation,
    };
    let live = ranges.cluster.as_ref();
    let policy = cx.typed_policy(args.confirm_context.as_deref(), catalog, live)?;
    let join = gate::pass(join, &policy, Live::Cluster(live), &mut cx.terminal())?;
    member::consume(join, ranges, &cx.scan_means()?, consume).await
}
