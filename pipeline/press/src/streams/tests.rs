//! Every stream is read back by two foreign readers.

use std::io::Read;

use super::lengths::{code_lengths, codes};
use super::*;

/// Packs a group and checks that both readers find each stream's bytes; returns the streams.
fn check(group: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut streams = Streams::default();
    // A group before leaves no trace, ended or not.
    for stale in [&b"stale stale stale"[..], b"\0\0\0\0"] {
        streams.raw.extend_from_slice(stale);
        streams.end_stream(|_| ());
    }
    streams.begin();
    let mut all = Vec::new();
    for bytes in group {
        streams.raw.extend_from_slice(bytes);
        streams.end_stream(|stream| all.push(stream.to_vec()));
    }
    streams.finish(|stream| all.push(stream.to_vec()));
    assert_eq!(all.len(), group.len());
    for (stream, expected) in all.iter().zip(group) {
        let mut found = Vec::new();
        let read = flate2::read::ZlibDecoder::new(&stream[..]).read_to_end(&mut found);
        assert!(read.is_ok() && found == *expected, "flate2, {} bytes", expected.len());
        let mut found = vec![0; expected.len() + 1];
        let mut reader = libdeflater::Decompressor::new();
        let len = reader.zlib_decompress(stream, &mut found).expect("libdeflate reads it");
        assert_eq!(&found[..len], &expected[..]);
    }
    all
}

#[test]
fn a_stream_alone_is_read_back_and_leaves_no_trace() {
    let mut streams = Streams::default();
    for bytes in
        [drawn(70_000, 3, 1), Vec::new(), drawn(5_000, 256, 2), b"0 R 1 0 R 2 0 R".to_vec()]
    {
        let packed = streams.alone(&bytes).to_vec();
        let mut found = vec![0; bytes.len() + 1];
        let mut reader = libdeflater::Decompressor::new();
        let len = reader.zlib_decompress(&packed, &mut found).expect("libdeflate reads it");
        assert_eq!(&found[..len], &bytes[..]);
        assert_eq!(packed, Streams::default().alone(&bytes));
    }
}

/// Returns bytes that look drawn (xorshift, Marsaglia 2003), of `alphabet` values.
fn drawn(len: usize, alphabet: u32, mut seed: u32) -> Vec<u8> {
    let mut next = || {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        seed
    };
    (0..len).map(|_| (next() % alphabet) as u8).collect()
}

#[test]
fn streams_of_every_kind_are_read_back() {
    for alphabet in [1, 2, 3, 4, 17, 200, 256] {
        let lengths = [0, 1, 2, 3, 4, 5, 7, 8, 9, 63, 300, 2_600, 33_000, 70_000];
        let group: Vec<_> =
            (1..).zip(lengths).map(|(seed, len)| drawn(len, alphabet, seed)).collect();
        check(&group);
    }
    check(&[]);
    check(&[Vec::new()]);
    check(&[Vec::new(), Vec::new()]);
}

#[test]
fn every_length_about_an_edge_is_read_back() {
    let short: Vec<_> = (0..600).map(|len| drawn(len, 5, len as u32 + 1)).collect();
    check(&short);
    for edge in [32_768, 65_536] {
        let near: Vec<_> = (edge - 6..edge + 7).map(|len| drawn(len, 3, len as u32)).collect();
        check(&near);
    }
}

#[test]
fn repeats_of_every_length_and_distance_are_read_back() {
    let mut group = Vec::new();
    for len in (4..270).chain([511, 512, 513, 5_000]) {
        let mut bytes = drawn(300, 256, len as u32);
        bytes.extend(bytes[..len.min(300)].to_vec());
        bytes.resize(bytes.len() + len, b'x');
        group.push(bytes);
    }
    for exponent in 2..15 {
        for distance in [(1 << exponent) - 1, 1 << exponent, (1 << exponent) + 1] {
            let mut bytes = b"once".to_vec();
            bytes.extend(drawn(distance, 256, distance as u32));
            bytes.truncate(distance);
            bytes.extend_from_slice(b"once again");
            group.push(bytes);
        }
    }
    check(&group);
}

#[test]
fn a_groups_streams_depend_on_its_bytes_alone() {
    let group: Vec<_> = (1..40).map(|seed| drawn(1_000, 40, seed)).collect();
    assert_eq!(check(&group), check(&group));
}

#[test]
fn text_becomes_a_fraction_and_noise_hardly_more() {
    let text: Vec<u8> = (0..400).flat_map(|n| format!("{n} 0 R ").into_bytes()).collect();
    let packed = check(std::slice::from_ref(&text));
    assert!(packed[0].len() * 3 < text.len(), "{} of {}", packed[0].len(), text.len());
    let noise = drawn(4_000, 256, 9);
    let packed = check(&[noise]);
    assert!(packed[0].len() < 4_200, "{}", packed[0].len());
}

#[test]
fn codes_are_complete_and_none_is_too_long() {
    // Counts of Fibonacci need codes as long as there are symbols.
    let mut fibonacci = vec![1u32, 1];
    while fibonacci.len() < 40 {
        fibonacci.push(fibonacci[fibonacci.len() - 1] + fibonacci[fibonacci.len() - 2]);
    }
    let mut with_gaps = fibonacci.clone();
    with_gaps.splice(3..3, [0; 100]);
    for counts in
        [fibonacci, with_gaps, vec![5; 286], vec![1, 1_000_000], vec![0, 9, 0], vec![0; 30]]
    {
        for longest in [9, 14, 15] {
            let lengths = code_lengths(&counts, longest);
            let used = lengths.iter().filter(|&&length| length > 0);
            let sum: f64 = used.clone().map(|&length| 0.5f64.powi(i32::from(length))).sum();
            assert_eq!(sum, 1.0, "{lengths:?}");
            assert!(used.clone().all(|&length| length <= longest), "{lengths:?}");
            let missing = (0..counts.len()).find(|&at| counts[at] > 0 && lengths[at] == 0);
            assert_eq!(missing, None);
        }
    }
}

/// The example of RFC 1951 §3.2.2, its bits turned round.
#[test]
fn codes_follow_from_their_lengths_as_the_standard_shows() {
    let found: Vec<String> = [3, 3, 3, 3, 3, 2, 4, 4]
        .iter()
        .zip(codes(&[3, 3, 3, 3, 3, 2, 4, 4]))
        .map(|(&length, code)| format!("{:0length$b}", code.reverse_bits() >> (32 - length)))
        .collect();
    assert_eq!(found, ["010", "011", "100", "101", "110", "00", "1110", "1111"]);
}
