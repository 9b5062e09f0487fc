//! The formats, and which of them an input is.

use crate::reader::{Format, Head};

pub mod capture;
#[cfg(test)]
mod gathered;
pub mod netflow;
pub mod nfcapd;

/// Every format, in the order of their ids.
pub static FORMATS: &[&dyn Format] =
    &[&netflow::NetFlow, &nfcapd::Nfcapd, &capture::Pcap, &capture::PcapNg];

/// The format that is surest of the input; of two equally sure ones the first in the list.
pub fn detect(head: &Head<'_>) -> Option<&'static dyn Format> {
    let mut best: Option<(u8, &dyn Format)> = None;
    for format in FORMATS {
        if let Some(sure) = format.probe(head)
            && best.is_none_or(|(most, _)| sure > most)
        {
            best = Some((sure, *format));
        }
    }
    best.map(|(_, format)| format)
}
