//! CycloneDX as JSON, read as a stream; see [`super::cyclonedx`]. Positions are the numbers of components in document order.

use model::source::Unit;

use crate::reader::{Head, Input, Reader};
use crate::readers::cyclonedx::Bom;
use crate::readers::json_rows;
use crate::sink::Sink;
use crate::transcode::head_text;

/// The reader of CycloneDX JSON.
pub(super) struct CycloneDxJson;

impl Reader for CycloneDxJson {
    fn id(&self) -> &'static str {
        "cyclonedx-json"
    }

    fn version(&self) -> u32 {
        1
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        let text = head_text(head.bytes);
        if !text.trim_start().starts_with('{') {
            return None;
        }
        if text.contains("\"bomFormat\"") && text.contains("\"CycloneDX\"") {
            Some(100)
        } else if text.contains("cyclonedx.org/schema/bom") {
            Some(90)
        } else {
            None
        }
    }

    fn read(&self, input: &mut Input<'_>, sink: &mut Sink<'_>) {
        sink.unit(Unit::Row);
        let mut bom = Bom::new(sink);
        json_rows::read(input, sink, &mut bom);
        bom.finish(sink);
    }
}
