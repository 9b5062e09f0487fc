//! The samples were written by nfdump 1.7.1 from export packets of our own.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::readers::gathered::{Gathered, gather, head};

const PLAIN: &[u8] = include_bytes!("plain.nfcapd");
const LZO: &[u8] = include_bytes!("lzo.nfcapd");
const LZ4: &[u8] = include_bytes!("lz4.nfcapd");
const BZ2: &[u8] = include_bytes!("bz2.nfcapd");

fn read(bytes: &[u8]) -> Gathered {
    gather(&Nfcapd, "nfcapd.202601010000", bytes, &Arc::default())
}

/// The plain sample with its blocks compressed by `pack` and this number of the compression.
fn packed(number: u8, pack: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut file = PLAIN[..FILE_HEADER].to_vec();
    file[16] = number;
    let mut rest = &PLAIN[FILE_HEADER..];
    while !rest.is_empty() {
        let size = u32::from_le_bytes(rest[4..8].try_into().unwrap()) as usize;
        let block = pack(&rest[12..12 + size]);
        file.extend(&rest[..4]);
        file.extend(u32::try_from(block.len()).unwrap().to_le_bytes());
        file.extend(&rest[8..12]);
        file.extend(block);
        rest = &rest[12 + size..];
    }
    file
}

#[test]
fn flows_are_those_that_its_own_tool_prints() {
    let flows = read(PLAIN).flows;
    assert_eq!(flows.len(), 8);
    assert!(
        flows[0].starts_with(
            "10.0.0.1:50001 192.0.2.1:443 6 sent Bytes(100) received Elsewhere one-way"
        )
    );
    assert!(flows[5].starts_with("10.0.0.6:50006 192.0.2.1:443 6 sent Bytes(600)"));
    assert!(flows[6].starts_with("2001:db8::1:50000 2001:db8::2:443 17 sent Bytes(777)"));
}

#[test]
fn events_of_firewalls_have_both_directions_and_the_translated_target() {
    let flows = read(PLAIN).flows;
    assert!(
        flows[7].starts_with("10.0.0.9:50009 192.0.2.7:443 6 sent Bytes(100) received Bytes(900)")
    );
}

#[test]
fn times_are_those_of_the_exporter() {
    assert!(read(PLAIN).flows[0].ends_with("Some(1700000001000000)..Some(1700000002000000)"));
}

#[test]
fn exporters_are_channels() {
    assert_eq!(read(PLAIN).account.channels, ["", "127.0.0.1#7"]);
}

#[test]
fn compressed_files_say_the_same() {
    let expected = read(PLAIN).flows;
    let zstandard = packed(4, |block| {
        ruzstd::encoding::compress_to_vec(block, ruzstd::encoding::CompressionLevel::Fastest)
    });
    for bytes in [LZO, LZ4, &zstandard] {
        // The receiving time differs and shows nowhere.
        assert_eq!(read(bytes).flows, expected);
    }
}

#[test]
fn what_cannot_be_decompressed_is_named() {
    let lost = read(BZ2).account.ledger.not_understood;
    assert_eq!(lost.keys().copied().collect::<Vec<_>>(), [codes::BLOCK_UNREADABLE]);
}

#[test]
fn other_layouts_and_byte_orders_are_named() {
    for start in [[0x0c, 0xa5, 1, 0], [0xa5, 0x0c, 0, 2]] {
        let mut bytes = PLAIN.to_vec();
        bytes[..4].copy_from_slice(&start);
        assert!(Nfcapd.probe(&head("a", &bytes)).is_some());
        assert_eq!(read(&bytes).account.ledger.not_understood[&codes::UNKNOWN_VERSION].rows, 1);
    }
}

#[test]
fn a_block_larger_than_any_is_refused() {
    let mut bytes = PLAIN.to_vec();
    bytes[44..48].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(read(&bytes).account.ledger.not_understood[&codes::MALFORMED].rows, 1);
}

#[test]
fn a_cut_file_gives_what_is_there_and_says_that_it_is_cut() {
    let gathered = read(&PLAIN[..600]);
    assert!(!gathered.flows.is_empty());
    assert!(gathered.account.notes.keys().any(|noted| noted.code == codes::TRUNCATED));
}

#[test]
fn damaged_files_do_no_harm() {
    for sample in [PLAIN, LZO, LZ4, BZ2] {
        for at in 0..sample.len() {
            read(&sample[..at]);
            let mut damaged = sample.to_vec();
            for value in [0, 1, 0x7f, 0xff] {
                damaged[at] = value;
                read(&damaged);
            }
        }
    }
}

proptest! {
    #[test]
    fn whatever_is_compressed_is_refused_or_bounded(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(lzo::decompress(&bytes, 10_000).is_none_or(|content| content.len() <= 10_000));
    }

    #[test]
    fn whatever_blocks_hold_is_accounted_for(bytes in prop::collection::vec(prop_oneof![Just(0u8), Just(11), Just(4), any::<u8>()], 0..200)) {
        read(&packed(0, |_| bytes.clone()));
    }
}
