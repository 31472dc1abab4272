//! Writing records against a real cluster: what is stored, refused, unknown; all or none.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::time::{Duration, Instant};

use eventctl::kafka::offsets::Isolation;
use eventctl::kafka::settled::is_visible;
use eventctl::kafka::transaction::CommitEnd;
use eventctl::kafka::writer::{Outgoing, SendError, Transactional, WriterOptions};
use eventctl_core::fault::FaultKind;

use crate::clusters::{Shared, until};
use crate::oracle::kcat_metadata;
use crate::streams::{
    PATIENCE, connect, delivered, kcat, outgoing, plain_writer, scan, send, stored, topic, with, writer,
};

#[test]
fn a_full_queue_is_told_and_nothing_is_lost_or_doubled() {
    let shared = Shared::cluster("writer-full");
    let options = connect(&shared.brokers);
    let topic = topic(&shared, "a", 3, &[]);
    let writer = writer(&options, &topic, &WriterOptions { max_in_flight: 100, ..plain_writer() });
    let (mut deliveries, mut full) = (Vec::new(), 0);
    for ticket in 0..5_000_u64 {
        let value = ticket.to_string();
        let partition = Some((ticket % 3) as i32);
        let record = Outgoing { partition, ticket, ..outgoing(value.as_bytes()) };
        while let Err(error) = writer.send(&record) {
            assert_eq!(error, SendError::Full);
            assert_eq!(writer.waiting(), 100);
            full += 1;
            writer.deliveries(Duration::from_millis(100), &mut deliveries);
        }
    }
    assert!(full > 0, "100 records fit, 5,000 were sent");
    deliveries.extend(delivered(&writer));
    let mut places = BTreeMap::new();
    for (delivery, place) in deliveries.iter().zip(stored(&deliveries)) {
        assert!(
            places
                .insert((place.partition, place.offset.expect("an offset")), delivery.ticket.to_string())
                .is_none()
        );
    }
    let seen = scan(&options, &topic, 3, Isolation::Committed);
    let text = |value: &Option<Vec<u8>>| String::from_utf8(value.clone().unwrap()).unwrap();
    let seen: BTreeMap<_, _> =
        seen.records.iter().map(|read| ((read.partition, read.offset), text(&read.value))).collect();
    assert_eq!(seen.len(), 5_000);
    assert_eq!(seen, places, "every record is where its delivery says");
}

#[test]
fn a_record_that_is_too_large_is_refused_alone() {
    let shared = Shared::cluster("writer-large");
    let options = connect(&shared.brokers);
    let topic = topic(&shared, "a", 1, &[]);
    let writer = writer(&options, &topic, &plain_writer());
    let large = vec![b'x'; 2_000_000];
    for (ticket, value) in [(1, &b"before"[..]), (2, &large), (3, &b"after"[..])] {
        send(&writer, &Outgoing { ticket, ..outgoing(value) }, &mut Vec::new());
    }
    let mut deliveries = delivered(&writer);
    deliveries.sort_by_key(|delivery| delivery.ticket);
    let refused = deliveries.remove(1).result.unwrap_err();
    assert_eq!((refused.fault.kind, refused.fault.code.as_str()), (FaultKind::Refused, "MSG_SIZE_TOO_LARGE"));
    assert!(!refused.possibly_stored);
    stored(&deliveries);
    assert_eq!(scan(&options, &topic, 1, Isolation::Committed).values(), ["before", "after"]);
    // More than the queue holds is refused at once, instead of never fitting.
    let huge = vec![b'x'; 60_000_000];
    let Err(SendError::Refused(fault)) = writer.send(&outgoing(&huge)) else { panic!("it was taken") };
    assert_eq!(fault.code, "MSG_SIZE_TOO_LARGE");
    assert_eq!(writer.waiting(), 0);
}

#[test]
fn what_cannot_be_sent_as_it_is_is_refused_by_name() {
    let shared = Shared::cluster("writer-refused");
    let options = connect(&shared.brokers);
    let topic = topic(&shared, "a", 1, &[]);
    let writer = writer(&options, &topic, &plain_writer());
    let refusal = |record: &Outgoing<'_>| match writer.send(record) {
        Err(SendError::Refused(fault)) => fault,
        other => panic!("{other:?}"),
    };
    let zero = refusal(&Outgoing { timestamp: Some(0), ..outgoing(b"v") });
    assert!(zero.message.contains("timestamp 0"), "{zero}");
    assert_eq!(refusal(&Outgoing { partition: Some(-1), ..outgoing(b"v") }).code, "_UNKNOWN_PARTITION");
    assert_eq!(refusal(&Outgoing { topic: 1, ..outgoing(b"v") }).code, "_INVALID_ARG");
    // A partition that is not there is known once the topic is.
    send(&writer, &outgoing(b"v"), &mut Vec::new());
    stored(&delivered(&writer));
    assert_eq!(refusal(&Outgoing { partition: Some(7), ..outgoing(b"v") }).kind, FaultKind::Absent);
    // A time that the broker does not take fails that record; its neighbours are told that they are not stored.
    send(&writer, &Outgoing { timestamp: Some(i64::MAX), ticket: 9, ..outgoing(b"v") }, &mut Vec::new());
    let late = delivered(&writer).remove(0).result.unwrap_err();
    assert_eq!((late.fault.kind, late.possibly_stored), (FaultKind::Refused, false), "{}", late.fault);
}

#[test]
fn an_absent_topic_is_told_and_not_created() {
    let shared = Shared::cluster("writer-absent");
    let options = with(connect(&shared.brokers), &[("topic.metadata.propagation.max.ms", "500")]);
    let absent = shared.name("absent").parse().unwrap();
    let writer = writer(&options, &absent, &plain_writer());
    send(&writer, &outgoing(b"v"), &mut Vec::new());
    let failed = delivered(&writer).remove(0).result.unwrap_err();
    assert_eq!((failed.fault.kind, failed.possibly_stored), (FaultKind::Absent, false), "{}", failed.fault);
    assert!(!kcat_metadata(&shared.brokers).contains(absent.as_str()));
}

#[test]
fn records_without_a_key_are_spread_and_keys_go_where_java_puts_them() {
    let shared = Shared::cluster("writer-partitions");
    let options = connect(&shared.brokers);
    let topic = topic(&shared, "a", 4, &[]);
    let writer = writer(&options, &topic, &plain_writer());
    for round in 0..40_u64 {
        let record = Outgoing { partition: None, ticket: round, ..outgoing(b"v") };
        send(&writer, &record, &mut Vec::new());
        if round % 4 == 0 {
            stored(&delivered(&writer));
        }
    }
    stored(&delivered(&writer));
    let spread = scan(&options, &topic, 4, Isolation::Committed);
    let used: std::collections::BTreeSet<i32> = spread.records.iter().map(|read| read.partition).collect();
    assert!(used.len() > 1, "{used:?}");
    let keyed = Outgoing { partition: None, key: Some(b"agent-7"), ..outgoing(b"keyed") };
    send(&writer, &keyed, &mut Vec::new());
    let ours = stored(&delivered(&writer))[0].partition;
    let input = ["-P", "-t", topic.as_str(), "-K", "|", "-X", "partitioner=murmur2_random"].map(OsStr::new);
    kcat(&shared.brokers, &input, b"agent-7|keyed\n");
    let keyed = scan(&options, &topic, 4, Isolation::Committed);
    let places: Vec<i32> =
        keyed.records.iter().filter(|read| read.key.is_some()).map(|read| read.partition).collect();
    assert_eq!(places, [ours, ours]);
}

#[test]
fn what_is_given_up_is_reported_once() {
    let options = connect("127.0.0.1:1");
    let topic = "any".parse().unwrap();
    let writer = writer(&options, &topic, &plain_writer());
    for ticket in 0..10 {
        send(&writer, &Outgoing { partition: None, ticket, ..outgoing(b"v") }, &mut Vec::new());
    }
    until("the trouble is known", PATIENCE, || writer.trouble().is_some());
    assert_eq!(writer.trouble().unwrap().kind, FaultKind::Unreachable);
    writer.purge();
    let mut deliveries = delivered(&writer);
    deliveries.sort_by_key(|delivery| delivery.ticket);
    assert_eq!(deliveries.len(), 10);
    for (delivery, ticket) in deliveries.iter().zip(0..) {
        let failed = delivery.result.as_ref().unwrap_err();
        assert_eq!(
            (delivery.ticket, failed.possibly_stored, failed.fault.code.as_str()),
            (ticket, false, "_PURGE_QUEUE")
        );
    }
    let quick = WriterOptions { delivery_timeout: Duration::from_millis(500), ..plain_writer() };
    let writer = crate::streams::writer(&options, &topic, &quick);
    send(&writer, &Outgoing { partition: None, ..outgoing(b"v") }, &mut Vec::new());
    let failed = delivered(&writer).remove(0).result.unwrap_err();
    assert!(!failed.possibly_stored);
    assert_eq!(failed.fault.message, "no broker could be reached: 127.0.0.1:1: connection refused");
    let start = Instant::now();
    drop(writer);
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn a_transaction_is_all_or_nothing_and_another_producer_takes_its_id_over() {
    let shared = Shared::cluster("writer-transaction");
    let options = connect(&shared.brokers);
    let topic = topic(&shared, "a", 1, &[]);
    let transactional = || Some(Transactional { id: shared.name("id"), timeout: PATIENCE });
    let how = || WriterOptions { transactional: transactional(), ..plain_writer() };
    let first = writer(&options, &topic, &how());
    first.init_transactions(PATIENCE).unwrap();
    first.begin().unwrap();
    send(&first, &outgoing(b"kept"), &mut Vec::new());
    assert_eq!(first.commit(PATIENCE), CommitEnd::Committed);
    let kept = stored(&delivered(&first))[0];
    assert_eq!(is_visible(&options, &topic, (0, kept.offset.expect("an offset")), PATIENCE), Ok(true));

    // Left open, then fenced by the next one, which ends it.
    first.begin().unwrap();
    send(&first, &outgoing(b"left"), &mut Vec::new());
    let left = stored(&delivered(&first))[0];
    let open = is_visible(&options, &topic, (0, left.offset.expect("an offset")), Duration::from_secs(2))
        .unwrap_err();
    assert_eq!(open.kind, FaultKind::TimedOut, "an open transaction decides nothing");
    let second = writer(&options, &topic, &how());
    second.init_transactions(PATIENCE).unwrap();
    assert_eq!(is_visible(&options, &topic, (0, left.offset.expect("an offset")), PATIENCE), Ok(false));
    match first.commit(PATIENCE) {
        CommitEnd::Undecided(fault) => {
            assert!(fault.message.contains("another producer has taken over"), "{fault}");
        }
        other => panic!("{other:?}"),
    }
    assert!(first.trouble().is_some_and(|fault| fault.code == "_FENCED"), "{:?}", first.trouble());
    drop(first);

    // A record that fails spoils its transaction.
    second.begin().unwrap();
    send(&second, &outgoing(b"spoiled"), &mut Vec::new());
    send(&second, &outgoing(&vec![b'x'; 2_000_000]), &mut Vec::new());
    match second.commit(PATIENCE) {
        CommitEnd::Aborted(fault) => assert!(!fault.message.is_empty()),
        other => panic!("{other:?}"),
    }
    delivered(&second);
    second.begin().unwrap();
    send(&second, &outgoing(b"given up"), &mut Vec::new());
    second.abort(PATIENCE).unwrap();
    delivered(&second);
    assert_eq!(scan(&options, &topic, 1, Isolation::Committed).values(), ["kept"]);
    let format = ["-C", "-e", "-t", topic.as_str(), "-X", "isolation.level=read_committed"].map(OsStr::new);
    assert_eq!(kcat(&shared.brokers, &format, b""), b"kept\n");
}

#[test]
fn a_coordinator_that_does_not_answer_ends_the_wait_in_time() {
    let transactional = Some(Transactional { id: "any".to_owned(), timeout: PATIENCE });
    let topic = "any".parse().unwrap();
    let how = WriterOptions { transactional, ..plain_writer() };
    let writer = writer(&connect("127.0.0.1:1"), &topic, &how);
    let start = Instant::now();
    let fault = writer.init_transactions(Duration::from_secs(1)).unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    assert_eq!(fault.message, "no broker could be reached: 127.0.0.1:1: connection refused");
}
