//! The three hashes, bit for bit as their libraries compute them.

/// Where murmur2 begins in Kafka's clients.
const MURMUR2_SEED: u32 = 0x9747_b28c;
const MURMUR2_FACTOR: u32 = 0x5bd1_e995;

/// MurmurHash2 of 32 bits as Kafka's clients seed it: Java's `Utils.murmur2`, its sign bit included.
#[must_use]
pub fn murmur2(key: &[u8]) -> u32 {
    // Java's lengths have 32 bits too; no record is as long as 4 GiB.
    let length = u32::try_from(key.len()).unwrap_or(u32::MAX);
    let (words, rest) = key.as_chunks::<4>();
    let mut hash = MURMUR2_SEED ^ length;
    for word in words {
        let mut mixed = u32::from_le_bytes(*word).wrapping_mul(MURMUR2_FACTOR);
        mixed ^= mixed >> 24;
        hash = hash.wrapping_mul(MURMUR2_FACTOR) ^ mixed.wrapping_mul(MURMUR2_FACTOR);
    }
    if !rest.is_empty() {
        let last = rest.iter().rev().fold(0, |last, byte| last << 8 | u32::from(*byte));
        hash = (hash ^ last).wrapping_mul(MURMUR2_FACTOR);
    }
    hash = (hash ^ hash >> 13).wrapping_mul(MURMUR2_FACTOR);
    hash ^ hash >> 15
}

/// CRC-32 as zlib computes it, and librdkafka for keys.
#[must_use]
pub fn crc32(key: &[u8]) -> u32 {
    crc32fast::hash(key)
}

/// Java's `String.hashCode`: over UTF-16, so that a character beyond U+FFFF counts as its two surrogates.
#[must_use]
pub fn java_hash(text: &str) -> i32 {
    text.encode_utf16().fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hashes_are_those_of_their_libraries() {
        // murmur2: the rows of Kafka's own UtilsTest.testMurmur2. CRC-32: its check value.
        let rows: [(&[u8], i32); 9] = [
            (b"21", -973_932_308),
            (b"foobar", -790_332_482),
            (b"a-little-bit-long-string", -985_981_536),
            (b"a-little-bit-longer-string", -1_486_304_829),
            (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            (b"abc", 479_470_107),
            (b"", 275_646_681),
            (b"a", -1_563_381_124),
            (b"0123456789ab", -747_774_932),
        ];
        for (key, hash) in rows {
            assert_eq!(murmur2(key).cast_signed(), hash, "{key:?}");
        }
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
        // "polygenelubricants" is known for the smallest integer; an emoji is two units.
        assert_eq!(java_hash("polygenelubricants"), i32::MIN);
        assert_eq!(java_hash(""), 0);
        assert_eq!(java_hash("agent-123"), -1_702_270_102);
        assert_eq!(java_hash("😀"), 0xd83d * 31 + 0xde00);
    }
}
