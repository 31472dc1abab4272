//! Lists of partitions with offsets, and the call that asks partition leaders for offsets.

use std::ffi::{c_char, c_int, c_void};
use std::time::Instant;

use rdkafka::bindings::{
    RD_KAFKA_EVENT_LISTOFFSETS_RESULT, rd_kafka_ListOffsets, rd_kafka_ListOffsets_result_infos,
    rd_kafka_ListOffsetsResultInfo_t, rd_kafka_ListOffsetsResultInfo_timestamp,
    rd_kafka_ListOffsetsResultInfo_topic_partition, rd_kafka_admin_op_t, rd_kafka_event_t,
    rd_kafka_topic_partition_get_leader_epoch, rd_kafka_topic_partition_list_add,
    rd_kafka_topic_partition_list_destroy, rd_kafka_topic_partition_list_new,
    rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_set_leader_epoch, rd_kafka_topic_partition_t,
};

use super::code::{CallError, Code};
use super::handle::{Handle, Request, Target};
use super::object::{Owned, View, accessors, destroyed_by, fields};
use super::options::Wishes;
use super::queue::Event;
use super::raw;
use super::text::terminated;

destroyed_by! { rd_kafka_topic_partition_list_t => rd_kafka_topic_partition_list_destroy }

accessors! {
    TIMESTAMP: Value<rd_kafka_ListOffsetsResultInfo_t, i64> = rd_kafka_ListOffsetsResultInfo_timestamp;
    PARTITION: Value<rd_kafka_ListOffsetsResultInfo_t, *const rd_kafka_topic_partition_t> =
        rd_kafka_ListOffsetsResultInfo_topic_partition;
    ROW_EPOCH: Value<rd_kafka_topic_partition_t, i32> = rd_kafka_topic_partition_get_leader_epoch;
    INFOS: List<rd_kafka_event_t, rd_kafka_ListOffsetsResultInfo_t> = rd_kafka_ListOffsets_result_infos;
}

fields! {
    ROW_TOPIC: *mut c_char = rd_kafka_topic_partition_t, topic;
    ROW_PARTITION: i32 = rd_kafka_topic_partition_t, partition;
    ROW_OFFSET: i64 = rd_kafka_topic_partition_t, offset;
    ROW_ERROR: c_int = rd_kafka_topic_partition_t, err;
    ROW_METADATA: *mut c_void = rd_kafka_topic_partition_t, metadata;
    ROW_METADATA_SIZE: usize = rd_kafka_topic_partition_t, metadata_size;
    LIST_COUNT: c_int = rd_kafka_topic_partition_list_t, cnt;
    LIST_ROWS: *mut rd_kafka_topic_partition_t = rd_kafka_topic_partition_list_t, elems;
}

/// Which offset of a partition is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::kafka) enum OffsetSpec {
    /// The log start offset.
    Earliest,
    /// The end: last stable offset under committed isolation, high watermark otherwise.
    Latest,
    /// The offset of the record with the highest timestamp.
    MaxTimestamp,
    /// The first record at or after this time, in milliseconds since 1970.
    At(i64),
}

impl OffsetSpec {
    /// The protocol's number. Times before 1970 cannot be asked for: they stand for other things.
    fn number(self) -> i64 {
        match self {
            OffsetSpec::Earliest => -2,
            OffsetSpec::Latest => -1,
            OffsetSpec::MaxTimestamp => -3,
            OffsetSpec::At(time) => time.max(0),
        }
    }
}

/// One partition's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kafka) struct Offset {
    pub(in crate::kafka) topic: String,
    pub(in crate::kafka) partition: i32,
    /// The offset and the timestamp of its record; -1 where there is no such record, or no timestamp.
    pub(in crate::kafka) answer: Result<(i64, i64), CallError>,
}

/// librdkafka's number for an offset it does not know.
const INVALID: i64 = -1001;

/// librdkafka's number of `_BAD_MSG`, for a partition that an answer leaves out.
const LEFT_OUT: c_int = -199;

/// A commit that is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kafka) struct NewCommit<'a> {
    pub(in crate::kafka) topic: &'a str,
    pub(in crate::kafka) partition: i32,
    pub(in crate::kafka) offset: i64,
    pub(in crate::kafka) leader_epoch: Option<i32>,
    pub(in crate::kafka) metadata: Option<&'a str>,
}

impl Handle {
    /// Asks the leaders of these partitions. A partition may occur once only.
    pub(in crate::kafka) async fn list_offsets(
        &self,
        partitions: &[(&str, i32)],
        spec: OffsetSpec,
        committed: bool,
        deadline: Instant,
    ) -> Result<Vec<Offset>, CallError> {
        self.call(&ListOffsets { partitions: partitions.to_vec(), spec, committed }, deadline).await
    }
}

struct ListOffsets<'a> {
    partitions: Vec<(&'a str, i32)>,
    spec: OffsetSpec,
    committed: bool,
}

impl Request for ListOffsets<'_> {
    type Answer = Vec<Offset>;
    const OPERATION: rd_kafka_admin_op_t = rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_LISTOFFSETS;
    const EVENT: c_int = RD_KAFKA_EVENT_LISTOFFSETS_RESULT;

    fn wishes(&self) -> Wishes {
        Wishes { committed: Some(self.committed), ..Wishes::default() }
    }

    fn submit(&self, target: &Target<'_>) -> Result<(), CallError> {
        let list = PartitionList::new(self.partitions.len())?;
        for (topic, partition) in &self.partitions {
            list.add(topic, *partition, self.spec.number())?;
        }
        let options = target.options.pointer();
        // SAFETY: client, queue, options and list are alive; the library copies them before it returns.
        unsafe { rd_kafka_ListOffsets(target.client(), list.0.pointer(), options, target.queue()) };
        Ok(())
    }

    fn read(event: &Event) -> Vec<Offset> {
        let offset = |info: View<'_, rd_kafka_ListOffsetsResultInfo_t>| {
            let row = Row::read(info.part(PARTITION)?)?;
            let answer = match row.error {
                Some(error) => Err(error),
                // librdkafka drops the error when the request to a leader fails, and leaves the offset unset. Most often its
                // connection was lost, and the next request makes another one.
                None if row.offset == INVALID => {
                    Err(CallError::local("_NO_ANSWER", "the partition's leader did not answer"))
                }
                None => Ok((row.offset, info.get(TIMESTAMP))),
            };
            Some(Offset { topic: row.topic, partition: row.partition, answer })
        };
        event.view().parts(INFOS).into_iter().filter_map(offset).collect()
    }
}

/// A list of partitions for the library.
pub(super) struct PartitionList(Owned<rd_kafka_topic_partition_list_t>);

impl PartitionList {
    pub(super) fn new(size: usize) -> Result<PartitionList, CallError> {
        let size = c_int::try_from(size).unwrap_or(c_int::MAX);
        // SAFETY: the size is only how much room is made at first.
        let list = unsafe { rd_kafka_topic_partition_list_new(size) };
        // SAFETY: just made, and ours.
        let list = unsafe { Owned::new(list) };
        list.map(PartitionList).ok_or_else(|| CallError::local("_FAIL", "no list could be made"))
    }

    /// The list, for a call that copies it.
    pub(super) fn pointer(&self) -> *mut rd_kafka_topic_partition_list_t {
        self.0.pointer()
    }

    /// Its rows, with what the library has written into them.
    pub(super) fn rows(&self) -> Vec<Row> {
        Row::all(self.0.view())
    }

    pub(super) fn add(&self, topic: &str, partition: i32, offset: i64) -> Result<(), CallError> {
        self.add_row(topic, partition, offset).map(|_| ())
    }

    /// Adds a commit, as it is to be written. Its error is "left out", until the library puts the broker's answer there.
    pub(super) fn add_commit(&self, commit: &NewCommit<'_>) -> Result<(), CallError> {
        let row = self.add_row(commit.topic, commit.partition, commit.offset)?;
        if let Some(epoch) = commit.leader_epoch {
            // SAFETY: the row was just made, and no reference to it exists.
            unsafe { rd_kafka_topic_partition_set_leader_epoch(row, epoch) };
        }
        // SAFETY: as above.
        unsafe { ROW_ERROR.write(row, LEFT_OUT) };
        let Some(metadata) = commit.metadata.filter(|metadata| !metadata.is_empty()) else { return Ok(()) };
        // SAFETY: any size may be asked for.
        let copy = unsafe { raw::malloc(metadata.len()) };
        if copy.is_null() {
            return Err(CallError::local("_FAIL", "no memory for a commit's metadata"));
        }
        // SAFETY: both are of this length, and the copy is new.
        unsafe { std::ptr::copy_nonoverlapping(metadata.as_ptr(), copy.cast(), metadata.len()) };
        // SAFETY: the row is alive, and frees with `free` what it is given here.
        unsafe { ROW_METADATA.write(row, copy) };
        // SAFETY: as above.
        unsafe { ROW_METADATA_SIZE.write(row, metadata.len()) };
        Ok(())
    }

    fn add_row(
        &self,
        topic: &str,
        partition: i32,
        offset: i64,
    ) -> Result<*mut rd_kafka_topic_partition_t, CallError> {
        let topic = terminated(topic)?;
        // SAFETY: the list and the name are alive; the name is copied.
        let row = unsafe { rd_kafka_topic_partition_list_add(self.0.pointer(), topic.as_ptr(), partition) };
        if row.is_null() {
            return Err(CallError::local("_FAIL", "a partition could not be listed"));
        }
        // SAFETY: the row was just made, is not NULL, and no reference to it exists.
        unsafe { ROW_OFFSET.write(row, offset) };
        Ok(row)
    }
}

/// One row of such a list.
pub(super) struct Row {
    pub(super) topic: String,
    pub(super) partition: i32,
    pub(super) offset: i64,
    pub(super) error: Option<CallError>,
    /// The leader's epoch at the offset; -1 where it is not known.
    pub(super) leader_epoch: i32,
    /// What was committed beside the offset; none where that is nothing.
    pub(super) metadata: Option<String>,
}

impl Row {
    pub(super) fn read(row: View<'_, rd_kafka_topic_partition_t>) -> Option<Row> {
        Some(Row {
            topic: row.copied(ROW_TOPIC)?,
            partition: row.read(ROW_PARTITION),
            offset: row.read(ROW_OFFSET),
            error: Code(row.read(ROW_ERROR)).error(None),
            leader_epoch: row.get(ROW_EPOCH),
            metadata: Row::metadata(row),
        })
    }

    fn metadata(row: View<'_, rd_kafka_topic_partition_t>) -> Option<String> {
        let (first, size) = (row.read(ROW_METADATA), row.read(ROW_METADATA_SIZE));
        if first.is_null() || size == 0 {
            return None;
        }
        // SAFETY: the row owns so many bytes there, and lives as long as the view.
        let bytes = unsafe { std::slice::from_raw_parts(first.cast::<u8>(), size) };
        Some(String::from_utf8_lossy(bytes).into_owned())
    }

    /// Reads all rows of a list.
    pub(super) fn all(list: View<'_, rd_kafka_topic_partition_list_t>) -> Vec<Row> {
        list.elements(LIST_ROWS, LIST_COUNT).into_iter().filter_map(Row::read).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_holds_what_was_added() {
        let list = PartitionList::new(0).unwrap();
        list.add("orders", 3, 17).unwrap();
        list.add("orders", 4, -2).unwrap();
        assert!(list.add("a\0b", 0, 0).is_err());
        let rows = Row::all(list.0.view());
        let rows: Vec<_> = rows.iter().map(|row| (row.topic.as_str(), row.partition, row.offset)).collect();
        assert_eq!(rows, [("orders", 3, 17), ("orders", 4, -2)]);
    }

    #[test]
    fn an_error_number_without_a_name_is_read() {
        let list = PartitionList::new(1).unwrap();
        list.add("orders", 0, 0).unwrap();
        let row = list.0.view().read(LIST_ROWS);
        // SAFETY: the list has one row.
        let error = unsafe { &raw mut (*row).err };
        // SAFETY: as above; the field is a C int, and no reference to the row exists.
        unsafe { error.cast::<c_int>().write(31_999) };
        assert_eq!(Row::all(list.0.view())[0].error.as_ref().unwrap().code, "ERR_31999?");
    }

    #[test]
    fn times_never_become_special_offsets() {
        let rows = [
            (OffsetSpec::Earliest, -2),
            (OffsetSpec::Latest, -1),
            (OffsetSpec::MaxTimestamp, -3),
            (OffsetSpec::At(5), 5),
            (OffsetSpec::At(-1), 0),
            (OffsetSpec::At(i64::MIN), 0),
        ];
        for (spec, number) in rows {
            assert_eq!(spec.number(), number, "{spec:?}");
        }
    }
}
