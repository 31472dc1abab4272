//! Our partitions against those that Kafka's own producer, zlib's CRC-32 and Java's `hashCode` give
//! (`dev/partition-oracle`): 10,000 keys among 1 to 50 partitions.

use super::*;

/// A key as the fixture writes it.
fn key(text: &str) -> Option<Vec<u8>> {
    let octet = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal");
    match text.split_at_checked(2) {
        Some(("t:", text)) => Some(text.as_bytes().to_vec()),
        Some(("x:", _)) => Some((2..text.len()).step_by(2).map(octet).collect()),
        _ => {
            assert_eq!(text, "null");
            None
        }
    }
}

/// What we say: the partitions among 1 to 50, or the fixture's sign for why there are none.
fn ours(placement: &Placement, key: Option<&[u8]>) -> Result<Vec<u8>, &'static str> {
    let place = |count| match partition(placement, key, count) {
        Ok(Some(partition)) => Ok(u8::try_from(partition).expect("below 50")),
        Ok(None) => Err("-"),
        Err(PlaceError::NotText(_)) => Err("!"),
        Err(error) => panic!("{error}"),
    };
    (1..=50).map(place).collect()
}

#[test]
fn every_key_is_placed_where_its_library_places_it() {
    let fixture = include_str!("../../fixtures/partitions/keys.tsv");
    let placements = ["murmur2", "crc32", "java-hash"]
        .map(|word| Placement::new(Partitioner::of(word).expect(word), TENANT_PATTERN));
    let (mut lines, mut samples, mut anywhere, mut refused, mut wrong) = (0, 0, 0, 0, Vec::new());
    for line in fixture.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let key = key(columns[0]);
        lines += 1;
        for (index, placement) in placements.iter().enumerate() {
            let placement = placement.as_ref().expect("the default pattern");
            // One wrong byte changes a CRC-32 for certain.
            let (checksum, letters) = match ours(placement, key.as_deref()) {
                Ok(partitions) => (format!("{:08x}", crc32(&partitions)), letters(&partitions)),
                Err(sign) => (sign.to_owned(), sign.to_owned()),
            };
            anywhere += usize::from(checksum == "-");
            refused += usize::from(checksum == "!");
            let sample = columns.get(4 + index);
            samples += usize::from(sample.is_some());
            if checksum != columns[1 + index] || sample.is_some_and(|sample| **sample != letters) {
                wrong.push(format!("{} {} {letters} {sample:?}", placement.partitioner(), columns[0]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} keys are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!((lines, samples, anywhere), (10_000, 300, 4));
    assert!((500..2000).contains(&refused), "{refused} keys are not UTF-8");
}

fn letters(partitions: &[u8]) -> String {
    let letter = |partition: &u8| match partition {
        0..10 => char::from(b'0' + partition),
        10..36 => char::from(b'A' + partition - 10),
        _ => char::from(b'a' + partition - 36),
    };
    partitions.iter().map(letter).collect()
}
