//! Where bytes go: readers of flow, DNS, TLS and proxy logs, attribution to endpoints, and sums that can be merged.
//!
//! Bytes come in as lines or as streams. A reader turns them into [`event`]s; [`memory`] keeps which flows carry the
//! name of an endpoint and which host was told its address; [`attribute`] decides to which endpoint a flow went and on what
//! evidence; [`sums`] adds up. Most rows of a log concern no endpoint: a reader of lines may have a *sieve*, which proves cheaply
//! that a line is one of those. A sieve never decides anything else: whatever it lets through is read by the strict reader.
//!
//! The crate does no I/O and has no clock. It knows no vendor and no country: endpoints come from the catalog or from the user.

pub mod attribute;
mod bytes;
pub mod changes;
pub mod codes;
pub mod endpoints;
pub mod event;
mod latest;
pub mod limits;
mod maybe;
pub mod memory;
pub mod places;
pub mod presence;
pub mod reader;
pub mod readers;
pub mod rounds;
pub mod run;
pub mod sketch;
mod spans;
pub mod sums;
pub mod tie;
pub mod time;
pub mod views;
