//! Are two policies the same, for every packet?
//!
//! The engine knows neither vendors nor the evaluator of the `policy` crate: it works on ordered lists of boxes with labels.

pub mod analysis;
mod bits;
mod candidates;
pub mod certificate;
pub mod compare;
pub mod cover;
mod flatten;
pub mod index;
pub mod list;
mod meaning;
mod numbering;
pub mod prove;
pub mod questions;
mod reach;
mod routes;
pub mod sets;
mod slice;
mod translation;
mod wide;

#[cfg(test)]
mod tests;
