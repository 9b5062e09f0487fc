//! Inventory readers, identification and findings.
//!
//! Bytes go in through [`ingest`], which opens containers, detects the format by content and hands the stream to one of the
//! [`readers::READERS`]. Readers put rows into a [`sink::Sink`]; what they cannot understand is counted there too.

pub mod aside;
pub mod codes;
pub mod container;
pub mod find;
pub mod identify;
pub mod ingest;
pub mod limits;
pub mod merge;
pub mod reader;
pub mod readers;
pub mod sink;
pub mod text;
mod transcode;
pub mod tree;
pub mod unpack;
