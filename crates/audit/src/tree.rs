//! Root file systems: what a walk over a folder, a tar or the layers of a container image meets, as facts.
//!
//! In go entries: path, kind, size, and the content of the few files that [`RootFs::wants`]. Out come the operating system, the
//! packages of dpkg, apk and rpm, Python and Node packages, services, kernel modules from outside of the kernel's own tree, and
//! the paths at which products live. Each entry is a row; the packages of a database are rows of their own, in a part named
//! after its path. Deliberately not done: links are not followed, devices, FIFOs and sockets are not opened, archives such as
//! jars are known by their file name only, and programs are not searched for versions.
//!
//! Specifications: os-release(5), systemd.unit(5), Python's core metadata, npm's `package.json`, OCI image layers (whiteouts).

use std::collections::BTreeMap;
use std::io::Read;
use std::rc::Rc;

use model::asset::{AssetId, AssetKind};
use model::diagnostic::Code;
use model::source::Unit;

use crate::codes;
use crate::limits::Limits;
use crate::sink::Sink;

mod contents;
mod paths;
mod rows;
#[cfg(test)]
mod tests;

use contents::Kept;

/// What kind of entry a walk has met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file, also under a further name.
    File,
    /// A folder.
    Directory,
    /// A symbolic link; it is not followed.
    Symlink,
    /// A device, FIFO, socket or anything else that must not be opened.
    Special,
}

/// One entry of a file system.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The path below the root, with slashes, without a leading one.
    pub path: &'a str,
    /// What it is.
    pub kind: EntryKind,
    /// Where a symbolic link points; empty for all others.
    pub target: &'a str,
    /// The position for the ledger: the entry's number from 1 or its offset in the archive.
    pub at: u64,
}

/// Whether a walk should read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// It need not be opened.
    No,
    /// Its first bytes are wanted, up to this many.
    Content(u64),
}

/// Collects the entries of one root file system; [`Self::finish`] turns them into rows.
#[derive(Clone)]
pub struct RootFs {
    nodes: BTreeMap<Rc<str>, Node>,
    /// Entries that a later layer replaced or removed.
    replaced: Vec<Spot>,
    /// What a layer removes from those below it.
    removed: Vec<Removal>,
    /// What there is to say about the entries.
    troubles: Vec<Trouble>,
    /// The names of the layers; empty for a single tree.
    layers: Vec<Rc<str>>,
    layered: bool,
    unit: Unit,
    /// What may still be taken in: entries, and bytes of package databases.
    left: Limits,
}

/// Where an entry stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Spot {
    layer: u32,
    at: u64,
}

#[derive(Clone)]
struct Node {
    kind: EntryKind,
    spot: Spot,
    target: Rc<str>,
    kept: Option<Rc<Kept>>,
}

#[derive(Clone)]
enum Removal {
    Entry(String),
    Below(String),
}

#[derive(Clone)]
struct Trouble {
    spot: Spot,
    code: Code,
    path: String,
    error: String,
    /// Whether the entry could not be looked at, so that it is a row of its own.
    lost: bool,
}

impl RootFs {
    /// An empty tree of a folder or archive.
    pub fn new(unit: Unit, limits: &Limits) -> Self {
        Self {
            nodes: BTreeMap::new(),
            replaced: Vec::new(),
            removed: Vec::new(),
            troubles: Vec::new(),
            layers: Vec::new(),
            layered: false,
            unit,
            left: limits.clone(),
        }
    }

    /// An empty tree of one image layer, in which `.wh.` files remove entries of the layers below.
    pub(crate) fn layer(name: &str, limits: &Limits) -> Self {
        let layers = vec![Rc::from(name)];
        Self { layered: true, layers, ..Self::new(Unit::Byte, limits) }
    }

    /// What may still be taken in by trees that share limits with this one.
    pub(crate) fn left(&self) -> &Limits {
        &self.left
    }

    /// Whether the content of the regular file at this path is wanted. Sizes beyond the limit are cut off and reported.
    pub fn wants(&self, path: &str) -> Want {
        contents::wants(path, self.left.whole_file_bytes)
    }

    /// Notes an entry, with the content of a file that is wanted. At the limit on entries it is left out, and that is reported.
    pub fn entry(&mut self, entry: &Entry<'_>, content: Option<&mut (dyn Read + Send)>) {
        let spot = Spot { layer: 0, at: entry.at };
        let path = entry.path.trim_matches('/');
        if path.is_empty() {
            return;
        }
        let Some(left) = self.left.members.checked_sub(1) else {
            return self.trouble(spot, codes::LIMIT_REACHED, path, "members", true);
        };
        self.left.members = left;
        if self.layered && self.note_removal(path, spot) {
            return;
        }
        let kept = content.and_then(|stream| match self.wants(path) {
            Want::Content(most) if entry.kind == EntryKind::File => {
                self.keep(path, spot, stream, most)
            }
            _ => None,
        });
        let node = Node { kind: entry.kind, spot, target: entry.target.into(), kept };
        if let Some(before) = self.nodes.insert(path.into(), node) {
            self.replaced.push(before.spot);
        }
    }

    /// Notes an entry that the walk could not look at.
    pub fn unreadable(&mut self, path: &str, at: u64, error: &str) {
        self.trouble(Spot { layer: 0, at }, codes::READ_FAILED, path, error, true);
    }

    /// Notes an entry that is left out, or, when it is not lost, doubtful.
    pub(crate) fn doubt(&mut self, code: Code, path: &str, at: u64, error: &str, lost: bool) {
        self.trouble(Spot { layer: 0, at }, code, path, error, lost);
    }

    /// Puts all rows into the sink, as one asset of this kind, and returns the asset.
    pub fn finish(self, kind: AssetKind, sink: &mut Sink<'_>) -> AssetId {
        rows::write(&self, kind, sink)
    }

    /// Lays another layer on top.
    pub(crate) fn apply(&mut self, layer: &Self) {
        let number = u32::try_from(self.layers.len()).unwrap_or(u32::MAX);
        let moved = |spot: Spot| Spot { layer: number, ..spot };
        self.layers.extend(layer.layers.iter().cloned());
        for removal in &layer.removed {
            match removal {
                Removal::Entry(path) => {
                    self.take(path);
                    self.take_below(path);
                }
                Removal::Below(path) => self.take_below(path),
            }
        }
        for (path, node) in &layer.nodes {
            if node.kind != EntryKind::Directory {
                self.take_below(path);
            }
            let node = Node { spot: moved(node.spot), ..node.clone() };
            if let Some(before) = self.nodes.insert(Rc::clone(path), node) {
                self.replaced.push(before.spot);
            }
        }
        self.replaced.extend(layer.replaced.iter().map(|&spot| moved(spot)));
        let troubles = layer.troubles.iter().cloned();
        self.troubles.extend(troubles.map(|t| Trouble { spot: moved(t.spot), ..t }));
    }

    fn take(&mut self, path: &str) {
        if let Some(before) = self.nodes.remove(path) {
            self.replaced.push(before.spot);
        }
    }

    fn take_below(&mut self, path: &str) {
        let prefix: Rc<str> = if path.is_empty() { "".into() } else { format!("{path}/").into() };
        let below = self.nodes.range(Rc::clone(&prefix)..);
        let below: Vec<Rc<str>> = below
            .map(|(path, _)| Rc::clone(path))
            .take_while(|path| path.starts_with(&*prefix))
            .collect();
        for path in below {
            self.take(&path);
        }
    }

    /// Notes what a whiteout removes. The whiteout itself is an entry that shows nothing.
    fn note_removal(&mut self, path: &str, spot: Spot) -> bool {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let Some(hidden) = name.strip_prefix(".wh.") else { return false };
        if hidden == ".wh..opq" {
            self.removed.push(Removal::Below(folder.to_owned()));
        } else if !hidden.starts_with(".wh.") {
            let slash = if folder.is_empty() { "" } else { "/" };
            self.removed.push(Removal::Entry(format!("{folder}{slash}{hidden}")));
        }
        self.replaced.push(spot);
        true
    }

    fn keep(
        &mut self,
        path: &str,
        spot: Spot,
        stream: &mut (dyn Read + Send),
        most: u64,
    ) -> Option<Rc<Kept>> {
        let mut bytes = Vec::new();
        if let Err(error) = stream.take(most + 1).read_to_end(&mut bytes) {
            self.trouble(spot, codes::READ_FAILED, path, &error.to_string(), false);
        }
        let cut = bytes.len() as u64 > most;
        bytes.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        // One byte of a log is all that is asked for.
        if cut && most > 1 {
            self.trouble(spot, codes::LIMIT_REACHED, path, &format!("{most} bytes"), false);
        }
        if contents::is_database(path) {
            let left = &mut self.left.whole_file_bytes;
            *left = left.saturating_sub(bytes.len() as u64);
        }
        contents::digest(path, bytes).map(Rc::new)
    }

    fn trouble(&mut self, spot: Spot, code: Code, path: &str, error: &str, lost: bool) {
        // One entry more than the limit is enough to say so.
        let full = code == codes::LIMIT_REACHED && lost;
        if full && self.troubles.last().is_some_and(|last| last.code == code && last.lost) {
            return;
        }
        let (path, error) = (path.to_owned(), error.to_owned());
        self.troubles.push(Trouble { spot, code, path, error, lost });
    }
}

/// Whether a folder with these paths is a root file system: `exists` is asked for paths below it.
pub fn is_root(exists: &dyn Fn(&str) -> bool) -> bool {
    let any = |paths: &[&str]| paths.iter().any(|path| exists(path));
    any(DATABASES) || (any(OS_RELEASE) && any(&["usr/bin", "bin"]))
}

/// Files and folders that occur only in a root file system.
pub(crate) const DATABASES: &[&str] = &[
    "var/lib/dpkg/status",
    "var/lib/dpkg/status.d",
    "lib/apk/db/installed",
    "usr/lib/apk/db/installed",
    "var/lib/rpm/rpmdb.sqlite",
    "var/lib/rpm/Packages.db",
    "var/lib/rpm/Packages",
    "usr/lib/sysimage/rpm/rpmdb.sqlite",
    "usr/lib/sysimage/rpm/Packages.db",
];
/// Files that name the operating system; collections of reports hold them too.
pub(crate) const OS_RELEASE: &[&str] = &["etc/os-release", "usr/lib/os-release"];
