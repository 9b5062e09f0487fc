//! `proof-check CERTIFICATE [--left DIGEST] [--right DIGEST]`: 0 accepted, 1 refused, 2 could not be read.

use std::fs::File;
use std::io::{Read, Write};
use std::process::ExitCode;

use proof_check::{Accepted, Expected, check};

/// Certificates larger than this are not read: 1 GiB.
const LARGEST: u64 = 1 << 30;

const USAGE: &str = "usage: proof-check CERTIFICATE [--left DIGEST] [--right DIGEST]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (text, code) = run(&arguments);
    let written = writeln!(std::io::stdout(), "{text}");
    if written.is_err() { ExitCode::from(2) } else { ExitCode::from(code) }
}

fn run(arguments: &[String]) -> (String, u8) {
    let mut expected = Expected::default();
    let mut path = None;
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let slot = match argument.as_str() {
            "--left" => &mut expected.left,
            "--right" => &mut expected.right,
            other if !other.starts_with('-') && path.is_none() => {
                path = Some(other);
                continue;
            }
            _ => return (USAGE.to_owned(), 2),
        };
        *slot = rest.next().map(String::as_str);
        if slot.is_none() {
            return (USAGE.to_owned(), 2);
        }
    }
    let Some(path) = path else { return (USAGE.to_owned(), 2) };
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    match read {
        Err(error) => return (format!("cannot read {path}: {error}"), 2),
        Ok(length) if u64::try_from(length).unwrap_or(u64::MAX) > LARGEST => {
            return (format!("{path} is larger than 1 GiB"), 2);
        }
        Ok(_) => {}
    }
    match check(&bytes, expected) {
        Ok(accepted) => (told(&accepted), 0),
        Err(refused) => (format!("refused: {}, {}", refused.why, refused.place), 1),
    }
}

/// What was accepted: a certificate is worth as much as what it is about.
fn told(accepted: &Accepted) -> String {
    let (header, tally) = (&accepted.header, &accepted.tally);
    let mut text = format!(
        "accepted: the same for every packet of IPv4 and IPv6 ({} parts, {} entries, {} pairs)",
        tally.parts, tally.entries, tally.pairs
    );
    text += &format!("\nleft {:?}, right {:?}", header.policies.0, header.policies.1);
    text += &format!("\nmade by {:?}", header.tool);
    if header.merge_denials {
        text += "\nevery way of stopping a packet counts as the same";
    }
    if !header.port_zero {
        text += "\nnot compared: packets of which a port is 0";
    }
    for (left, right) in &header.zones {
        text += &format!("\nzone {left:?} is {right:?}");
    }
    for (side, zones) in [("left", &header.unpaired.0), ("right", &header.unpaired.1)] {
        for zone in zones {
            text += &format!("\nnot compared: {side} zone {zone:?}");
        }
    }
    text
}
