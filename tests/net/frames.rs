//! Bytes in, frames out: whole, in pieces, run together, cut short, too large, and none at all.

use fanfare::net::{FrameDecoder, FrameError, Framing, MAX_FRAME};
use proptest::collection::vec;
use proptest::prelude::*;

/// All frames, of a stream that comes in pieces of this size, and how it ends.
fn decoded(
    framing: Framing,
    stream: &[u8],
    piece: usize,
) -> (Vec<Vec<u8>>, Result<(), FrameError>) {
    let mut decoder = FrameDecoder::new(framing);
    let mut frames = Vec::new();
    for bytes in stream.chunks(piece.max(1)) {
        decoder.push(bytes);
        loop {
            match decoder.next_frame() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(decoder.next_frame(), Err(error), "an error is the end");
                    assert_eq!(decoder.finish(), Err(error));
                    return (frames, Err(error));
                }
            }
        }
    }
    (frames, decoder.finish())
}

fn objects(stream: &str) -> (Vec<String>, Result<(), FrameError>) {
    let whole = decoded(Framing::objects(), stream.as_bytes(), usize::MAX);
    for piece in [1, 2, 3, 7] {
        let pieces = decoded(Framing::objects(), stream.as_bytes(), piece);
        assert_eq!(pieces, whole, "in pieces of {piece}: {stream}");
    }
    let text = |frame| String::from_utf8(frame).expect("it was text");
    (whole.0.into_iter().map(text).collect(), whole.1)
}

#[test]
fn objects_are_read_however_they_come() {
    let stream =
        "{\"a\":1}\n{\"b\":{\"c\":[{}]}}{\"d\":\"}{\"}\r\n \t\n{\n  \"e\": \"\\\"}\"\n}  {}{}";
    let (frames, end) = objects(stream);
    let expected = [
        r#"{"a":1}"#,
        r#"{"b":{"c":[{}]}}"#,
        r#"{"d":"}{"}"#,
        "{\n  \"e\": \"\\\"}\"\n}",
        "{}",
        "{}",
    ];
    assert_eq!(frames, expected);
    assert_eq!(end, Ok(()));
    assert_eq!(objects(""), (vec![], Ok(())));
    assert_eq!(objects(" \n\n "), (vec![], Ok(())));
}

#[test]
fn what_is_no_object_is_an_error() {
    for (stream, found) in [
        ("5", b'5'),
        ("[1]", b'['),
        ("\"a\"", b'"'),
        ("{}x", b'x'),
        ("{},{}", b','),
        ("\u{feff}{}", 0xef),
    ] {
        assert_eq!(
            objects(stream).1,
            Err(FrameError::NoObject { found }),
            "{stream}"
        );
    }
    let error = FrameError::NoObject { found: b'[' };
    assert!(error.to_string().contains("JSON objects"), "{error}");
}

#[test]
fn a_stream_that_is_cut_short_says_so() {
    let stream = r#"{"a":"\\\"}"}"#;
    for length in 1..stream.len() {
        let (frames, end) = objects(&stream[..length]);
        assert_eq!(
            (frames, end),
            (vec![], Err(FrameError::Truncated { got: length }))
        );
    }
    let mut stream = Vec::new();
    Framing::lengths().append(b"hello", &mut stream);
    for length in 1..stream.len() {
        for piece in [1, usize::MAX] {
            let (frames, end) = decoded(Framing::lengths(), &stream[..length], piece);
            assert_eq!(
                (frames, end),
                (vec![], Err(FrameError::Truncated { got: length }))
            );
        }
    }
}

#[test]
fn lengths_up_to_the_limit_are_allowed() {
    let framing = Framing::lengths().with_max_frame(100);
    for length in [1, 2, 99, 100] {
        let frame = vec![7; length];
        let mut stream = Vec::new();
        framing.append(&frame, &mut stream);
        framing.append(b"next", &mut stream);
        for piece in [1, 3, usize::MAX] {
            let (frames, end) = decoded(framing, &stream, piece);
            assert_eq!(
                (frames, end),
                (vec![frame.clone(), b"next".to_vec()], Ok(()))
            );
        }
    }
    for (prefix, error) in [
        ([0, 0, 0, 0], FrameError::Empty),
        (
            [0, 0, 0, 101],
            FrameError::TooLarge {
                size: 101,
                max: 100,
            },
        ),
        (
            [0xff; 4],
            FrameError::TooLarge {
                size: u64::from(u32::MAX),
                max: 100,
            },
        ),
    ] {
        for piece in [1, 4] {
            assert_eq!(decoded(framing, &prefix, piece), (vec![], Err(error)));
        }
    }
}

#[test]
fn objects_up_to_the_limit_are_allowed() {
    let framing = Framing::objects().with_max_frame(20);
    let object = |length: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(length - 8));
    let (fits, over) = (object(20), object(21));
    for piece in [1, 5, usize::MAX] {
        let twice = fits.repeat(2);
        let (frames, end) = decoded(framing, twice.as_bytes(), piece);
        assert_eq!((frames.len(), end), (2, Ok(())));
        let (frames, end) = decoded(framing, over.as_bytes(), piece);
        let error = FrameError::TooLarge { size: 21, max: 20 };
        assert_eq!((frames.len(), end), (0, Err(error)), "pieces of {piece}");
        // Nothing needs to end for it to be too large.
        let open = "{\"a\":\"".to_owned() + &"x".repeat(100);
        let (_, end) = decoded(framing, open.as_bytes(), piece);
        assert!(
            matches!(end, Err(FrameError::TooLarge { max: 20, .. })),
            "{end:?}"
        );
    }
}

#[test]
fn no_limit_is_beyond_the_hard_one() {
    let framing = Framing::lengths().with_max_frame(usize::MAX);
    assert_eq!(framing.max_frame(), MAX_FRAME);
    let prefix = (MAX_FRAME as u32 + 1).to_be_bytes();
    let error = FrameError::TooLarge {
        size: MAX_FRAME as u64 + 1,
        max: MAX_FRAME,
    };
    assert_eq!(decoded(framing, &prefix, 4), (vec![], Err(error)));
}

#[test]
fn the_first_byte_tells_which_it_is() {
    for (framing, frame) in [
        (Framing::objects(), &b"{\"a\":1}"[..]),
        (Framing::lengths(), &[0x81, 0xa1, b'a', 1]),
    ] {
        let mut stream = Vec::new();
        framing.append(frame, &mut stream);
        framing.append(frame, &mut stream);
        let mut decoder = FrameDecoder::new(Framing::detect());
        assert!(decoder.framing().is_detecting());
        for byte in &stream {
            decoder.push(&[*byte]);
            while let Some(found) = decoder.next_frame().expect("it is one of them") {
                assert_eq!(found, frame);
            }
        }
        assert_eq!(decoder.framing(), framing);
        assert_eq!(decoder.finish(), Ok(()));
    }
    // The largest frame of all is still known as one.
    let mut decoder = FrameDecoder::new(Framing::detect().with_max_frame(MAX_FRAME));
    decoder.push(&(MAX_FRAME as u32).to_be_bytes());
    assert_eq!(decoder.next_frame(), Ok(None));
    assert!(!decoder.framing().is_detecting());
}

#[test]
fn bytes_can_be_read_in_place() {
    let mut decoder = FrameDecoder::new(Framing::objects());
    for _ in 0..10_000 {
        let space = decoder.space();
        space[..2].copy_from_slice(b"{}");
        decoder.filled(2);
        assert_eq!(decoder.next_frame(), Ok(Some(b"{}".to_vec())));
        assert_eq!(decoder.partial(), 0);
    }
}

proptest! {
    #![proptest_config(crate::kit::cases())]

    /// Whatever the frames and whatever the pieces, the frames come out, in order.
    #[test]
    fn frames_come_out_as_they_went_in(
        frames in vec(vec(any::<u8>(), 1..300), 0..20),
        pieces in vec(1usize..200, 1..20),
    ) {
        let mut stream = Vec::new();
        for frame in &frames {
            Framing::lengths().append(frame, &mut stream);
        }
        let mut decoder = FrameDecoder::new(Framing::lengths());
        let (mut found, mut rest, mut pieces) = (Vec::new(), &stream[..], pieces.iter().cycle());
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.len().min(*pieces.next().expect("a circle")));
            rest = after;
            decoder.push(piece);
            while let Some(frame) = decoder.next_frame().expect("these are frames") {
                found.push(frame);
            }
        }
        prop_assert_eq!(found, frames);
        prop_assert_eq!(decoder.finish(), Ok(()));
    }

    /// No bytes at all lead to a panic, or to frames beyond the limit.
    #[test]
    fn any_bytes_are_frames_or_an_error(bytes in vec(any::<u8>(), 0..2_000), piece in 1usize..64) {
        for framing in [Framing::detect(), Framing::objects(), Framing::lengths()] {
            let (frames, _) = decoded(framing.with_max_frame(512), &bytes, piece);
            prop_assert!(frames.iter().all(|frame| (1..=512).contains(&frame.len())));
        }
    }

    /// Nor do those that are nearly JSON.
    #[test]
    fn nearly_objects_are_objects_or_an_error(text in r#"[{}\[\]":,a\\0 \n]{0,200}"#, piece in 1usize..16) {
        let whole = decoded(Framing::objects(), text.as_bytes(), usize::MAX);
        prop_assert_eq!(decoded(Framing::objects(), text.as_bytes(), piece), whole);
    }
}
