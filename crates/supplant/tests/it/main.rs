//! The built program as users and attackers meet it: folders go in, exit codes, texts and reports come out.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests may fail loudly, and start the program that they test"
)]

mod archives;
mod asked;
mod bundled_logs;
mod compared;
mod contents;
mod deliveries;
mod firewalls;
mod following;
mod hostile_logs;
mod incomplete_logs;
mod inputs;
mod night;
mod proofs;
mod records;
mod secrets;
mod support;
mod talkers;
mod traffic;
mod usage;
mod whole;
mod wording;
