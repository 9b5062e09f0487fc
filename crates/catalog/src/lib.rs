//! Facts about the world, loaded from `data/`: vendors and their dated ownership, products with fingerprints and endpoints,
//! replacements, directives, and the user's waivers.
//!
//! Loading never fails: it returns the entries that are right, and a [`load::Problem`] with file and span for each that is not.
//! No fact is typed in Rust here; `docs/data.md` is the schema.

pub mod codes;
pub mod directive;
pub mod facts;
pub mod load;
pub mod mapping;
pub mod matcher;
pub mod names;
pub mod ownership;
pub mod product;
mod references;
pub mod shape;
pub mod vendor;
pub mod waiver;
