//! Fingerprints of a parsing canonical form (Avro specification, "Schema Fingerprints").

use md5::Md5;
use sha2::{Digest, Sha256};

/// The fingerprint of nothing, and the polynomial.
const EMPTY: u64 = 0xc15d_213a_a4d7_a795;

/// What each value of a byte adds.
const TABLE: [u64; 256] = table();

const fn table() -> [u64; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut fingerprint = byte as u64;
        let mut bit = 0;
        while bit < 8 {
            let carry = (fingerprint & 1).wrapping_neg();
            fingerprint = (fingerprint >> 1) ^ (EMPTY & carry);
            bit += 1;
        }
        #[expect(clippy::indexing_slicing, reason = "the compiler runs it, and would refuse a bad index")]
        {
            table[byte] = fingerprint;
        }
        byte += 1;
    }
    table
}

/// CRC-64-AVRO, Rabin's fingerprint of 64 bits. A single-object header holds it with its lowest byte first.
#[must_use]
pub fn crc64(canonical: &str) -> u64 {
    canonical.bytes().fold(EMPTY, |fingerprint, byte| {
        let [lowest, ..] = fingerprint.to_le_bytes();
        let added = TABLE.get(usize::from(lowest ^ byte)).copied().unwrap_or_default();
        (fingerprint >> 8) ^ added
    })
}

/// MD5, 16 bytes. It tells schemas apart and protects nothing.
#[must_use]
pub fn md5(canonical: &str) -> [u8; 16] {
    Md5::digest(canonical.as_bytes()).into()
}

/// SHA-256, 32 bytes.
#[must_use]
pub fn sha256(canonical: &str) -> [u8; 32] {
    Sha256::digest(canonical.as_bytes()).into()
}
