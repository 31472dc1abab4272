use crate::produce::{Block, Blocks, Line, Text};

/// Cuts an input that comes in pieces of `piece` bytes.
fn cut(input: &[u8], piece: usize, (size, limit): (usize, usize)) -> Vec<(u64, Result<String, String>)> {
    let mut blocks = Blocks::new(size, limit);
    let mut found: Vec<(u64, Result<String, String>)> = Vec::new();
    let take = |block: Block, found: &mut Vec<(u64, Result<String, String>)>| {
        let before = found.len();
        for Line { number, text } in block.lines(found.len() as u64 + 1) {
            let text = match text {
                Text::Valid(text) => Ok(text.to_owned()),
                Text::NotUtf8(bytes, at) => Err(format!("{} bytes, from {at}", bytes.len())),
                Text::TooLong(length) => Err(format!("{length} bytes are too many")),
            };
            found.push((number, text));
        }
        assert_eq!((found.len() - before) as u64, block.count());
    };
    let mut rest = input;
    while !rest.is_empty() {
        let room = blocks.room();
        assert!(!room.is_empty() && room.len() <= 2 * size.max(limit) + 8, "{} bytes of room", room.len());
        let many = room.len().min(piece).min(rest.len());
        room[..many].copy_from_slice(&rest[..many]);
        rest = &rest[many..];
        let mut block = blocks.read(many);
        while let Some(whole) = block {
            take(whole, &mut found);
            block = blocks.whole();
        }
    }
    while let Some(block) = blocks.end() {
        take(block, &mut found);
    }
    found
}

/// The same lines by the obvious way: the whole input at once.
fn plainly(input: &[u8], limit: usize) -> Vec<(u64, Result<String, String>)> {
    let input = input.strip_prefix("\u{feff}".as_bytes()).unwrap_or(input);
    let mut lines: Vec<&[u8]> = input.split(|byte| *byte == b'\n').collect();
    let open = lines.pop().unwrap();
    let ended = lines.len();
    if !open.is_empty() {
        lines.push(open);
    }
    let line = |(index, line): (usize, &&[u8])| {
        let text = if line.len() > limit {
            Err(format!("{} bytes are too many", line.len()))
        } else {
            let line = if index < ended { line.strip_suffix(b"\r").unwrap_or(line) } else { line };
            std::str::from_utf8(line)
                .map(str::to_owned)
                .map_err(|error| format!("{} bytes, from {}", line.len(), error.valid_up_to()))
        };
        (index as u64 + 1, text)
    };
    lines.iter().enumerate().map(line).collect()
}

#[test]
fn every_input_is_cut_into_the_same_lines_whatever_pieces_it_comes_in() {
    let inputs: [&[u8]; 16] = [
        b"",
        b"\n",
        b"\n\n",
        b"a",
        b"a\nb",
        b"a\nb\n",
        b"a\r\nb\r\n\r\nc\r",
        b"\xef\xbb\xbfa\nb\n",
        b"\xef\xbb\xbf",
        b"\xef\xbb",
        b"\xef\xbba\n",
        b"a\n\xff\nb\n",
        b"a\nxx\xc3\n\xa9\n",
        "é\u{2028}😀\r\n\u{feff}\n".as_bytes(),
        b"0123456789012345678901234567890123456789\nb\n",
        b"a\n0123456789012345678901234567890123456789\n0123456789012345678901234567890123456789",
    ];
    for input in inputs {
        for piece in 1..=input.len().max(1) {
            for (size, limit) in [(1, 16), (4, 16), (64, 16), (64, 64)] {
                let found = cut(input, piece, (size, limit));
                assert_eq!(
                    found,
                    plainly(input, limit),
                    "{input:?} in pieces of {piece}, {size} bytes at once, {limit} at most"
                );
            }
        }
    }
}

#[test]
fn random_bytes_are_cut_as_plainly() {
    let mut seed = 7_u64;
    let mut random = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize
    };
    for _ in 0..2_000 {
        let alphabet = b"ab\n\n\r\"\xff\xc3\xa9";
        let length = random() % 60;
        let input: Vec<u8> = (0..length).map(|_| alphabet[random() % alphabet.len()]).collect();
        let (piece, size, limit) = (1 + random() % 20, 1 + random() % 20, 1 + random() % 20);
        let found = cut(&input, piece, (size, limit));
        assert_eq!(found, plainly(&input, limit), "{input:?} by {piece}, {size} at once, {limit} at most");
    }
}

#[test]
fn a_line_without_end_is_passed_over_in_bounded_memory() {
    let mut blocks = Blocks::new(4 << 10, 64 << 10);
    let mut most = 0;
    for _ in 0..10_000 {
        let room = blocks.room();
        most = most.max(room.len());
        let many = room.len();
        room.fill(b'x');
        assert_eq!(blocks.read(many), None);
    }
    assert!(most <= 128 << 10, "{most}");
    let room = blocks.room();
    room[..3].copy_from_slice(b"\nab");
    let block = blocks.read(3).unwrap();
    assert!(matches!(block.lines(1).next().unwrap().text, Text::TooLong(length) if length > 10_000_000));
    assert_eq!(blocks.whole(), None);
    let last = blocks.end().unwrap();
    assert_eq!(last.lines(2).next().unwrap(), Line { number: 2, text: Text::Valid("ab") });
    assert_eq!(blocks.end(), None);
}

#[test]
fn blank_lines_hold_white_space_only() {
    for (text, blank) in [("", true), (" \t", true), ("\r", true), ("\u{a0}", false), ("{}", false)] {
        assert_eq!(Line { number: 1, text: Text::Valid(text) }.is_blank(), blank, "{text:?}");
    }
    assert!(!Line { number: 1, text: Text::TooLong(1) }.is_blank());
}
