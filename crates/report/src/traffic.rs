//! Where bytes go, as people and programs read it.

use std::io::{self, Write};

use model::record::traffic::{Pair, Traffic};
use serde_json::Value;

/// Writes one JSON record a line for each of ours and endpoint. A volume that no log tells is `null`, never 0.
///
/// # Errors
/// When `out` cannot be written.
pub fn lines(record: &Traffic, out: &mut dyn Write) -> io::Result<()> {
    for pair in &record.pairs {
        let mut value = serde_json::to_value(pair)?;
        if let Value::Object(fields) = &mut value {
            for (field, unknown) in
                [("bytes_out", out_unknown(pair)), ("bytes_in", in_unknown(pair))]
            {
                if unknown {
                    fields.insert(field.to_owned(), Value::Null);
                }
            }
        }
        serde_json::to_writer(&mut *out, &value)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Whether nothing is known about how much left.
pub fn out_unknown(pair: &Pair) -> bool {
    pair.sum.bytes_out == 0
        && (pair.evidence == "contact"
            || pair.sum.out_unknown > 0 && pair.sum.out_unknown >= pair.sum.flows)
}

/// Whether nothing is known about how much came back.
pub fn in_unknown(pair: &Pair) -> bool {
    pair.sum.bytes_in == 0
        && (pair.evidence == "contact"
            || pair.sum.in_unknown > 0 && pair.sum.in_unknown >= pair.sum.flows)
}
