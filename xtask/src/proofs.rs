//! Policies to prove things about, made from a seed: data centres, sets of filters, hard cases, each with a twin that means the same
//! and with single faults.
//!
//! Nothing in here asks the prover: what is a twin follows from how it was made, and a fault counts only with a packet for which
//! [`policy::decide`] says something else.

mod center;
mod export;
mod fault;
mod filters;
mod hard;
mod replay;
mod score;
mod twin;

pub(crate) use center::{Center, Families};
pub(crate) use export::exported;
pub(crate) use fault::{Fault, faulty};
pub(crate) use filters::{Seedling, filters};
pub(crate) use hard::{many_ports, negations, rectangles};
pub(crate) use replay::replayed;
pub(crate) use score::{Tally, score};
pub(crate) use twin::twin;
