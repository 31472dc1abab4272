//! Writing Avro's binary form.

/// Adds a whole number as Avro writes ints and longs: zigzag, then seven bits a byte, the least first.
pub(super) fn write_long(number: i64, out: &mut Vec<u8>) {
    let mut rest = ((number << 1) ^ (number >> 63)).cast_unsigned();
    while rest >= 0x80 {
        out.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

/// Adds a length or an index.
pub(super) fn write_size(size: usize, out: &mut Vec<u8>) {
    // Nothing in memory is larger than 2^63 - 1 bytes.
    write_long(i64::try_from(size).unwrap_or(i64::MAX), out);
}

/// Adds bytes with their length.
pub(super) fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    write_size(bytes.len(), out);
    out.extend_from_slice(bytes);
}

/// The one block of an array or a map whose items are written before their count is known.
pub(super) struct Block {
    /// Where its count belongs.
    at: usize,
    /// How many items it has.
    count: usize,
}

impl Block {
    /// Begins the block where the output ends.
    pub(super) fn begin(out: &mut Vec<u8>) -> Self {
        let at = out.len();
        out.push(0);
        Block { at, count: 0 }
    }

    /// Counts an item.
    pub(super) fn count(&mut self) {
        self.count += 1;
    }

    /// Ends the block. As in Java, there is none where there are no items.
    pub(super) fn end(self, out: &mut Vec<u8>) {
        if self.count == 0 {
            return;
        }
        let mut count = Vec::with_capacity(10);
        write_size(self.count, &mut count);
        // Up to 63 items the count takes the one byte that was left for it, and nothing moves.
        out.splice(self.at..=self.at, count);
        out.push(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_zigzag_varints() {
        let rows: [(i64, &[u8]); 9] = [
            (0, &[0]),
            (-1, &[1]),
            (1, &[2]),
            (63, &[0x7e]),
            (64, &[0x80, 1]),
            (-65, &[0x81, 1]),
            (i64::from(i32::MAX), &[0xfe, 0xff, 0xff, 0xff, 0x0f]),
            (i64::MAX, &[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
            (i64::MIN, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
        ];
        for (number, expected) in rows {
            let mut out = Vec::new();
            write_long(number, &mut out);
            assert_eq!(out, expected, "{number}");
        }
    }

    #[test]
    fn a_block_is_counted_however_many_items_it_has() {
        for (items, head) in
            [(0, vec![]), (1, vec![2]), (63, vec![0x7e]), (64, vec![0x80, 1]), (9_000, vec![0xd0, 0x8c, 1])]
        {
            let mut out = vec![7];
            let mut block = Block::begin(&mut out);
            for item in 0..items {
                block.count();
                out.push(item as u8);
            }
            block.end(&mut out);
            let expected = [vec![7], head, (0..items).map(|item| item as u8).collect(), vec![0]].concat();
            assert_eq!(out, expected, "{items}");
        }
    }
}
