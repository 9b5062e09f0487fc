//! A registry key with its values, wherever it was read.

/// One key on its way to the tables.
#[derive(Clone, Copy)]
pub(super) struct Key<'k> {
    /// The components of its canonical path; see [`super::table`].
    pub(super) path: &'k [String],
    /// Its values; none are read for keys outside every table.
    pub(super) values: &'k [Value],
    /// Where it stands, in the unit of the source.
    pub(super) at: u64,
}

impl Key<'_> {
    /// The last component of the path.
    pub(super) fn name(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    /// The path of the key above it.
    pub(super) fn parent(&self) -> String {
        let above = self.path.len().saturating_sub(1);
        self.path.get(..above).unwrap_or_default().join("\\")
    }

    /// The text of a value; empty when there is none. Names are compared as Windows does, without ASCII case.
    pub(super) fn text(&self, name: &str) -> &str {
        match self.value(name) {
            Some(Data::Text(text)) => text.trim(),
            _ => "",
        }
    }

    /// The number in a value.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        match self.value(name)? {
            Data::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The text of the first of these values that has any.
    pub(super) fn first_text(&self, names: &[&str]) -> &str {
        names.iter().map(|name| self.text(name)).find(|text| !text.is_empty()).unwrap_or("")
    }

    fn value(&self, name: &str) -> Option<&Data> {
        let value = self.values.iter().find(|value| value.name.eq_ignore_ascii_case(name))?;
        Some(&value.data)
    }
}

/// A named value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    /// The name; empty for the key's default value.
    pub(super) name: String,
    /// The decoded data.
    pub(super) data: Data,
}

/// Data of a value, as far as the tables need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Data {
    /// A string; of a list of strings the first.
    Text(String),
    /// A number.
    Number(u64),
    /// Anything else.
    Other,
}

impl Data {
    /// Decodes the data of a value of this registry type. Strings are UTF-16LE and end at the first zero.
    pub(super) fn decode(kind: u32, bytes: &[u8]) -> Self {
        match kind {
            REG_SZ | REG_EXPAND_SZ | REG_MULTI_SZ => Self::Text(utf16(bytes)),
            REG_DWORD => little_endian::<4>(bytes),
            REG_DWORD_BIG_ENDIAN => {
                let swapped: Vec<u8> = bytes.iter().take(4).rev().copied().collect();
                little_endian::<4>(&swapped)
            }
            REG_QWORD => little_endian::<8>(bytes),
            _ => Self::Other,
        }
    }

    /// The same for strings written by programs of before Unicode.
    pub(super) fn decode_ansi(kind: u32, bytes: &[u8]) -> Self {
        match kind {
            REG_SZ | REG_EXPAND_SZ | REG_MULTI_SZ => {
                let text = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
                Self::Text(crate::text::decode(text).text.into_owned())
            }
            _ => Self::decode(kind, bytes),
        }
    }
}

/// UTF-16LE up to the first zero or to the end.
pub(super) fn utf16(bytes: &[u8]) -> String {
    let (pairs, _) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|&pair| u16::from_le_bytes(pair)).take_while(|&unit| unit != 0);
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

fn little_endian<const N: usize>(bytes: &[u8]) -> Data {
    let Some(bytes) = bytes.first_chunk::<N>() else { return Data::Other };
    Data::Number(bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)))
}

/// Registry type: string.
pub(super) const REG_SZ: u32 = 1;
/// Registry type: string with environment variables.
pub(super) const REG_EXPAND_SZ: u32 = 2;
/// Registry type: number of 32 bits.
pub(super) const REG_DWORD: u32 = 4;
const REG_DWORD_BIG_ENDIAN: u32 = 5;
/// Registry type: list of strings.
pub(super) const REG_MULTI_SZ: u32 = 7;
const REG_QWORD: u32 = 11;
