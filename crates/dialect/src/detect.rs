//! Which files are configurations, of which platform, and which belong together.

use crate::DIALECTS;
use crate::text::Bytes;

/// How many bytes of a file are looked at.
const HEAD_BYTES: usize = 64 << 10;

/// Files to be read together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The dialect's id.
    pub dialect: &'static str,
    /// The files, in the order in which they were given.
    pub files: Vec<Bytes>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detected {
    /// Groups, in the order of their first file.
    pub groups: Vec<Group>,
    /// Files that no dialect knows.
    pub unknown: Vec<Bytes>,
}

/// The dialect of a file by its beginning.
#[cfg(test)]
pub(crate) fn dialect_of(bytes: &[u8], path: &str) -> Option<&'static str> {
    surest(bytes, path).map(|(_, id)| id)
}

/// The dialect of a file by its beginning, and how sure it is: 1 (possible) to 100 (certain).
pub fn surest(bytes: &[u8], path: &str) -> Option<(u8, &'static str)> {
    let head = bytes.get(..HEAD_BYTES).unwrap_or(bytes);
    let head = head_text(head);
    let sure =
        DIALECTS.iter().filter_map(|dialect| Some((dialect.probe(&head, path)?, dialect.id())));
    // Of equally sure ones the first by name.
    sure.rev().max_by_key(|(sure, _)| *sure)
}

/// Sorts files into groups. With `one_device`, files of one dialect belong together whatever the dialect says.
pub fn detect(files: Vec<Bytes>, one_device: bool) -> Detected {
    let mut detected = Detected::default();
    for file in files {
        let Some((_, id)) = surest(&file.bytes, &file.path) else {
            detected.unknown.push(file);
            continue;
        };
        let together =
            one_device || DIALECTS.iter().any(|dialect| dialect.id() == id && dialect.together());
        let known = detected.groups.iter_mut().find(|group| together && group.dialect == id);
        match known {
            Some(group) => group.files.push(file),
            None => detected.groups.push(Group { dialect: id, files: vec![file] }),
        }
    }
    detected
}

fn head_text(head: &[u8]) -> String {
    if head.starts_with(b"\xff\xfe") {
        return encoding_rs::UTF_16LE.decode(head).0.into_owned();
    }
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    String::from_utf8_lossy(head).into_owned()
}
