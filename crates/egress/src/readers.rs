//! The formats, and which of them an input is.

mod aws_vpc_flow;
mod azure_flow;
mod block;
mod cef;
mod checkpoint;
pub(crate) mod csv;
mod fortigate;
mod gcp_flow;
mod json;
mod names;
mod object;
mod osquery;
mod pairs;
mod panos;
mod row;
mod scan;
#[cfg(test)]
mod sieving;
mod squid;
mod suricata;
mod sysmon;
#[cfg(test)]
mod testing;
mod umbrella;
mod window;
mod zeek;

use crate::reader::{Format, Head};

pub mod capture;
#[cfg(test)]
mod gathered;
pub mod netflow;
pub mod nfcapd;

/// Every format, in the order of their ids.
pub static FORMATS: &[&dyn Format] = &[
    &aws_vpc_flow::AwsVpcFlow,
    &azure_flow::AzureFlow,
    &cef::Cef,
    &checkpoint::CheckpointLog,
    &fortigate::Fortigate,
    &gcp_flow::GcpFlow,
    &cef::Leef,
    &netflow::NetFlow,
    &nfcapd::Nfcapd,
    &osquery::Osquery,
    &panos::Panos,
    &capture::Pcap,
    &capture::PcapNg,
    &squid::Squid,
    &suricata::SuricataEve,
    &sysmon::SysmonEvtx,
    &sysmon::SysmonJson,
    &sysmon::SysmonXml,
    &umbrella::UmbrellaDns,
    &umbrella::UmbrellaProxy,
    &zeek::ZeekJson,
    &zeek::ZeekTsv,
];

/// The format that is surest of the input; of two equally sure ones the first in the list.
pub fn detect(head: &Head<'_>) -> Option<&'static dyn Format> {
    surest(head).map(|(_, format)| format)
}

/// The same, with how sure it is.
pub fn surest(head: &Head<'_>) -> Option<(u8, &'static dyn Format)> {
    let mut best: Option<(u8, &'static dyn Format)> = None;
    for format in FORMATS {
        if let Some(sure) = format.probe(head)
            && best.is_none_or(|(most, _)| sure > most)
        {
            best = Some((sure, *format));
        }
    }
    best
}
