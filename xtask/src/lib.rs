//! Development tasks: everything that a contributor or CI runs besides `cargo` itself.
//!
//! A library so that `cargo test` can run the same checks as the command line does.

pub mod bench;
pub mod demo;
pub mod firewall;
pub mod score;
pub mod steps;
pub mod tidy;
pub mod traffic;

use std::path::{Path, PathBuf};

/// The root of the workspace.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}
