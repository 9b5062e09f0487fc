//! The formats, and which of them an input is.

mod block;
mod names;
mod object;
mod scan;
mod suricata;
#[cfg(test)]
pub(crate) mod testing;
mod zeek;

use crate::reader::{Format, Head};

/// Every format, in the order of their ids.
pub static FORMATS: &[&dyn Format] = &[&suricata::SuricataEve, &zeek::ZeekJson, &zeek::ZeekTsv];

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
