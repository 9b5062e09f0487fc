//! Containers: archives whose members are inputs, root file systems, or images.
//!
//! A tar is looked through twice: the names tell what it is, then the members are read. An OCI layout or `docker save` becomes
//! images, folders that look like a root file system become hosts, and every other member becomes a source of its own, named
//! `archive.tar!/member`. Nothing is ever written to disk. Paths that lead out of the archive are left out and counted, as are
//! sparse and encrypted members; links and devices are never followed or opened.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, Read};

use model::asset::AssetKind;
use model::diagnostic::Code;
use model::source::{Fate, Source, Unit};

use crate::codes;
use crate::ingest::{self, Job, Reopen};
use crate::reader::report_read_error;
use crate::sink::{Collector, Sink};
use crate::tree::{self, Entry, EntryKind, RootFs};
use crate::unpack::unpack;

pub mod bundle;
pub(crate) mod image;
pub mod tape;
pub(crate) mod tar;
#[cfg(test)]
mod tests;
pub(crate) mod zip;

use tar::{Cleaned, Damage, Kind, Member, Tar, clean};

/// Reads a tar: `first` is its stream, and `reopen` gives it from its beginning once more, compressed or not.
pub(crate) fn read_tar(
    first: &mut (dyn BufRead + Send),
    reopen: &Reopen<'_>,
    job: &Job<'_>,
    collector: &mut Collector,
) {
    let only_members = collector.aside.is_some_and(|aside| aside.only);
    let survey = if only_members {
        Survey::default()
    } else {
        Survey::of(&mut Tar::new(first), job.limits.members)
    };
    let opened = reopen().and_then(|again| unpack(again, job.limits));
    let mut unpacked = match opened {
        Ok(unpacked) => unpacked,
        Err(error) => {
            return report_read_error(&mut collector.resume(job.source, job.limits), &error);
        }
    };
    let mut tar = Tar::new(&mut *unpacked.stream);
    if let Some(plan) = image::Plan::of(&survey.documents) {
        read_images(&plan, &mut tar, job, collector);
    } else {
        read_members(&survey.roots(), &mut tar, job, collector);
    }
}

fn read_images(plan: &image::Plan, tar: &mut Tar<'_>, job: &Job<'_>, collector: &mut Collector) {
    let (wanted, mut layers) = (plan.layers(), image::Layers::new(job.limits));
    let mut account = Account::new(job.limits.members);
    while let Some((member, path)) = account.next(tar) {
        if wanted.contains(&path) {
            image::take_layer(&mut layers, &path, member.kind, &member.target, tar);
        }
    }
    let mut sink = collector.resume(job.source, job.limits);
    ingest::set_fate(&mut sink, IMAGES);
    account.write(Unit::Byte, &mut sink);
    image::write(plan, &layers, job.limits, &mut sink);
}

/// Reads an OCI layout that is a folder.
pub(crate) fn read_layout(
    open: &dyn Fn(&str) -> io::Result<Box<dyn Read + Send>>,
    job: &Job<'_>,
    collector: &mut Collector,
) {
    let mut sink = collector.resume(job.source, job.limits);
    ingest::set_fate(&mut sink, IMAGES);
    let mut documents = image::Documents::new();
    let mut left = DOCUMENT_BYTES;
    let mut waiting = vec!["oci-layout".to_owned(), "index.json".to_owned()];
    while let Some(path) = waiting.pop() {
        if documents.contains_key(&path) {
            continue;
        }
        let mut bytes = Vec::new();
        match open(&path).and_then(|file| file.take(left).read_to_end(&mut bytes)) {
            Ok(count) => left -= count as u64,
            // The plan says what is missing.
            Err(_) => continue,
        }
        waiting.extend(image::references(&bytes));
        documents.insert(path, bytes);
    }
    let Some(plan) = image::Plan::of(&documents) else {
        return sink.error(codes::MALFORMED, None, &[("what", "index.json")]);
    };
    let mut layers = image::Layers::new(job.limits);
    for path in plan.layers() {
        if let Ok(mut file) = open(&path) {
            layers.read(&path, &mut file);
        }
    }
    image::write(&plan, &layers, job.limits, &mut sink);
}

/// Reads the members of an archive that is no image: into trees those below a root, as inputs all others.
fn read_members(
    roots: &BTreeSet<String>,
    tar: &mut Tar<'_>,
    job: &Job<'_>,
    collector: &mut Collector,
) {
    let empty = |root: &String| (root.clone(), RootFs::new(Unit::Byte, job.limits));
    let mut trees: BTreeMap<String, RootFs> = roots.iter().map(empty).collect();
    let mut account = Account::new(job.limits.members);
    while let Some((member, path)) = account.next(tar) {
        // A report that lies beside the folders of a root is no part of it.
        let stray = |root: &str| {
            member.kind == Kind::File && path.get(root.len()..).is_some_and(|p| !p.contains('/'))
        };
        match root_of(&path, &mut trees).filter(|(root, _)| !stray(root)) {
            Some((root, tree)) => tree_entry(tree, &member, root, tar),
            None => read_member(&member, &path, tar, job, &mut account, collector),
        }
    }
    write_members(trees, account, job, collector);
}

/// The root that a path lies below, with its tree.
fn root_of<'p, 't>(
    path: &'p str,
    trees: &'t mut BTreeMap<String, RootFs>,
) -> Option<(&'p str, &'t mut RootFs)> {
    let slashes = memchr::memchr_iter(b'/', path.as_bytes()).map(|at| at + 1);
    let mut roots = std::iter::once(0).chain(slashes).take(MAX_ROOT_DEPTH + 1);
    let root = roots.find_map(|end| path.get(..end).filter(|root| trees.contains_key(*root)))?;
    trees.get_mut(root).map(|tree| (root, tree))
}

fn write_members(
    mut trees: BTreeMap<String, RootFs>,
    account: Account,
    job: &Job<'_>,
    collector: &mut Collector,
) {
    let own = trees.remove("");
    let mut sink = collector.resume(job.source, job.limits);
    ingest::set_fate(&mut sink, Fate::Opened { container: "tar" });
    account.write(Unit::Byte, &mut sink);
    if let Some(tree) = own {
        ingest::set_fate(&mut sink, ROOTFS);
        tree.finish(AssetKind::Host, &mut sink);
    }
    for (root, tree) in trees {
        let path = format!("{}!/{}", job.path, root.trim_end_matches('/'));
        let source = Source { path, sha256: String::new(), bytes: 0, fate: ROOTFS };
        tree.finish(AssetKind::Host, &mut collector.begin(source, job.limits));
    }
}

fn read_member(
    member: &Member,
    path: &str,
    tar: &mut Tar<'_>,
    job: &Job<'_>,
    account: &mut Account,
    collector: &mut Collector,
) {
    match member.kind {
        Kind::Directory => {}
        Kind::File if is_noise(path) => account.inert(member.at, codes::ROW_NOT_INVENTORY),
        Kind::File => ingest::read_member(tar, path, member.size, job, collector),
        Kind::Sparse => account.lose(member.at, codes::UNSUPPORTED_MEMBER, path, "sparse"),
        Kind::HardLink | Kind::Symlink | Kind::Special => {
            account.inert(member.at, codes::ROW_NOT_REGULAR);
        }
    }
}

/// Whether the file is what macOS adds to archives.
fn is_noise(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with("._") || name == ".DS_Store" || path.starts_with("__MACOSX/")
}

/// Puts a member into a tree whose root is this folder of the archive.
fn tree_entry(tree: &mut RootFs, member: &Member, root: &str, tar: &mut Tar<'_>) {
    let Cleaned { path, absolute } = clean(&member.path);
    let Some(path) = path else {
        return tree.doubt(codes::UNSAFE_PATH, &member.path, member.at, "", true);
    };
    if absolute {
        tree.doubt(codes::UNSAFE_PATH, &member.path, member.at, "", false);
    }
    let kind = match member.kind {
        Kind::File | Kind::HardLink => EntryKind::File,
        Kind::Directory => EntryKind::Directory,
        Kind::Symlink => EntryKind::Symlink,
        Kind::Special => EntryKind::Special,
        Kind::Sparse => {
            tree.doubt(codes::UNSUPPORTED_MEMBER, &path, member.at, "sparse", false);
            EntryKind::File
        }
    };
    let path = path.strip_prefix(root).unwrap_or(&path);
    let target = if member.kind == Kind::Symlink { member.target.as_str() } else { "" };
    let content: Option<&mut (dyn Read + Send)> =
        if member.kind == Kind::File { Some(tar) } else { None };
    tree.entry(&Entry { path, kind, target, at: member.at }, content);
}

/// Notes that the archive is broken.
fn tree_damage(tree: &mut RootFs, damage: &Damage) {
    let (code, at, error) = describe(damage);
    tree.doubt(code, "", at, &error, true);
}

fn describe(damage: &Damage) -> (Code, u64, String) {
    match damage {
        Damage::Header(at) => (codes::MALFORMED, *at, "header".to_owned()),
        Damage::Stream(error) => (error_code(error), 0, error.to_string()),
    }
}

fn error_code(error: &io::Error) -> Code {
    match error.kind() {
        io::ErrorKind::QuotaExceeded => codes::BOMB,
        io::ErrorKind::UnexpectedEof => codes::TRUNCATED,
        _ => codes::READ_FAILED,
    }
}

/// What there is to say about members that are no sources; written at the end, because sinks come one after the other.
struct Account {
    notes: Vec<Note>,
    /// How many members may still be looked at.
    left: u64,
}

struct Note {
    at: u64,
    code: Code,
    path: String,
    error: String,
    kind: NoteKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum NoteKind {
    Doubtful,
    Lost,
    Inert,
}

impl Account {
    fn new(members: u64) -> Self {
        Self { notes: Vec::new(), left: members }
    }

    /// The next member that has a safe path, with that path. Others are noted, and at the limit the rest is left out.
    fn next(&mut self, tar: &mut Tar<'_>) -> Option<(Member, String)> {
        loop {
            let member = tar.next()?;
            let Some(left) = self.left.checked_sub(1) else {
                self.lose(0, codes::LIMIT_REACHED, "", "members");
                return None;
            };
            self.left = left;
            match member {
                Ok(member) => match self.path(member.at, &member.path) {
                    Some(path) => return Some((member, path)),
                    None => continue,
                },
                Err(damage) => {
                    let (code, at, error) = describe(&damage);
                    self.lose(at, code, "", &error);
                }
            }
        }
    }

    fn inert(&mut self, at: u64, code: Code) {
        self.note(at, code, "", "", NoteKind::Inert);
    }

    fn lose(&mut self, at: u64, code: Code, path: &str, error: &str) {
        self.note(at, code, path, error, NoteKind::Lost);
    }

    /// The cleaned path of a member; `None` and a note for one that leads out of the archive.
    fn path(&mut self, at: u64, name: &str) -> Option<String> {
        let Cleaned { path, absolute } = clean(name);
        if path.is_none() {
            self.lose(at, codes::UNSAFE_PATH, name, "");
        } else if absolute {
            self.note(at, codes::UNSAFE_PATH, name, "", NoteKind::Doubtful);
        }
        path.filter(|path| !path.is_empty())
    }

    fn note(&mut self, at: u64, code: Code, path: &str, error: &str, kind: NoteKind) {
        let (path, error) = (path.to_owned(), error.to_owned());
        self.notes.push(Note { at, code, path, error, kind });
    }

    fn write(self, unit: Unit, sink: &mut Sink<'_>) {
        sink.unit(unit);
        for Note { at, code, path, error, kind } in self.notes {
            if kind == NoteKind::Inert {
                sink.row(at).inert(code);
                continue;
            }
            sink.warn(code, Some(at), &[("path", &path), ("error", &error)]);
            if kind == NoteKind::Lost {
                sink.row(at).not_understood(code);
            }
        }
    }
}

/// What the names of an archive's members tell.
#[derive(Default)]
struct Survey {
    /// Folders, with a slash at the end, that hold a package database.
    sure: BTreeSet<String>,
    /// Folders that name an operating system.
    likely: BTreeSet<String>,
    /// Folders that hold programs as a root file system does.
    programs: BTreeSet<String>,
    /// The documents of what may be an image.
    documents: image::Documents,
}

impl Survey {
    /// Looks at all members; damage is left to the second look.
    fn of(tar: &mut Tar<'_>, members: u64) -> Self {
        let mut survey = Self::default();
        let mut left = members;
        let mut document_bytes = DOCUMENT_BYTES;
        while let Some(member) = tar.next() {
            let Some(fewer) = left.checked_sub(1) else { break };
            left = fewer;
            let Ok(member) = member else { continue };
            let Some(path) = clean(&member.path).path else { continue };
            survey.name(&path);
            if member.kind != Kind::File || member.size > document_bytes || !is_document(&path) {
                continue;
            }
            let mut bytes = Vec::new();
            let first = tar.take(1).read_to_end(&mut bytes);
            // Layers lie among the documents; they are no JSON.
            if first.is_ok() && matches!(bytes.first(), Some(b'{' | b'[')) {
                let rest = tar.take(document_bytes).read_to_end(&mut bytes);
                document_bytes -= (bytes.len() as u64).min(document_bytes);
                if rest.is_ok() {
                    survey.documents.insert(path, bytes);
                }
            }
        }
        survey
    }

    fn name(&mut self, path: &str) {
        for (tails, set) in
            [(tree::DATABASES, &mut self.sure), (tree::OS_RELEASE, &mut self.likely)]
        {
            for tail in tails {
                if let Some(root) = path.strip_suffix(tail).filter(|root| is_root(root))
                    && set.len() < MAX_ROOTS
                {
                    set.insert(root.to_owned());
                }
            }
        }
        let program = ["usr/bin/", "bin/"].iter().find_map(|folder| path.find(folder));
        if let Some(root) = program.and_then(|at| path.get(..at)).filter(|root| is_root(root))
            && self.programs.len() < MAX_ROOTS
        {
            self.programs.insert(root.to_owned());
        }
    }

    /// The roots, without those that lie in another.
    fn roots(&self) -> BTreeSet<String> {
        let likely = self.likely.intersection(&self.programs);
        let mut roots: BTreeSet<String> = BTreeSet::new();
        // In order, a folder comes before those that lie in it.
        for root in self.sure.iter().chain(likely).collect::<BTreeSet<_>>() {
            let slashes = memchr::memchr_iter(b'/', root.as_bytes()).map(|at| at + 1);
            let mut above = std::iter::once(0).chain(slashes);
            if !above.any(|end| root.get(..end).is_some_and(|outer| roots.contains(outer))) {
                roots.insert(root.clone());
            }
        }
        roots
    }
}

/// Whether what precedes a well-known path is a folder, and not a part of a longer name.
fn is_root(root: &str) -> bool {
    (root.is_empty() || root.ends_with('/')) && root.matches('/').count() <= MAX_ROOT_DEPTH
}

fn is_document(path: &str) -> bool {
    let shallow = !path.contains('/') && path.ends_with(".json");
    shallow
        || path == "oci-layout"
        || (path.starts_with("blobs/") && path.matches('/').count() == 2)
}

/// How a tree's source was read.
pub(crate) const ROOTFS: Fate = Fate::Read { reader: "rootfs", version: 1 };
/// How an image's source was read.
const IMAGES: Fate = Fate::Read { reader: "container-image", version: 1 };
const MAX_ROOTS: usize = 100_000;
const MAX_ROOT_DEPTH: usize = 4;
const DOCUMENT_BYTES: u64 = 64 << 20;
