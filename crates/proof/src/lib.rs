//! Are two policies the same, for every packet?
//!
//! The engine knows neither vendors nor the evaluator of the `policy` crate: it works on ordered lists of boxes with labels.

pub mod compare;
pub mod cover;
pub mod index;
pub mod list;
pub mod sets;

#[cfg(test)]
mod tests;
