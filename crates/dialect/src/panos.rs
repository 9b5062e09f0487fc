//! PAN-OS.

mod syntax;

use crate::Dialect;
use crate::facts::DialectFacts;
use crate::limits::Limits;
use crate::reading::Reading;
use crate::text::Text;

/// The dialect.
#[derive(Debug)]
pub(crate) struct PanOs;

impl Dialect for PanOs {
    fn id(&self) -> &'static str {
        "panos"
    }

    fn name(&self) -> &'static str {
        "PAN-OS"
    }

    fn version(&self) -> u32 {
        1
    }

    fn probe(&self, _head: &str, _path: &str) -> Option<u8> {
        None
    }

    fn read(&self, _files: Vec<Text>, _facts: &DialectFacts, _limits: &Limits) -> Reading {
        Reading::default()
    }
}
