//! FortiOS.

use crate::Dialect;
use crate::facts::DialectFacts;
use crate::limits::Limits;
use crate::reading::Reading;
use crate::text::Text;

/// The dialect.
#[derive(Debug)]
pub(crate) struct FortiOs;

impl Dialect for FortiOs {
    fn id(&self) -> &'static str {
        "fortios"
    }

    fn name(&self) -> &'static str {
        "FortiOS"
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
