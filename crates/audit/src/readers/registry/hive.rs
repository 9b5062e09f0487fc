//! Registry hives as Windows stores them: `SYSTEM`, `SOFTWARE`, `Amcache.hve`, `NTUSER.DAT`, `UsrClass.dat`.
//!
//! In: the whole file, for keys refer to each other by offset. Out: one row for each key, at the byte where its cell begins; what is
//! broken is a row that was not understood, at the byte where it broke. Which hive it is, the children of the root tell; keys of
//! other hives (`SAM`, `SECURITY`, `BCD` …) are inert. When a list is broken, the keys that it led to are found by their own marks
//! and placed by the keys that they name as their parents.

use model::source::Unit;

use super::Tables;
use super::key::{Data, Key, Value};
use super::regf::{BINS_AT, Base, Budget, Fault, Hive, KeyCell, file_offset};
use super::table::{self, Table};
use crate::codes;
use crate::limits::Limits;
use crate::reader::{Head, Input, Reader};
use crate::sink::Sink;

/// The reader of registry hives.
pub struct RegistryHive;

impl Reader for RegistryHive {
    fn id(&self) -> &'static str {
        "registry-hive"
    }

    fn version(&self) -> u32 {
        1
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        head.bytes.starts_with(b"regf").then_some(100)
    }

    fn read(&self, input: &mut Input<'_>, sink: &mut Sink<'_>) {
        sink.unit(Unit::Byte);
        let bytes = input.whole(sink);
        let hive = Hive::new(&bytes);
        let Some(base) = hive.base() else {
            return sink.error(codes::TRUNCATED, None, &[]);
        };
        if base.file_type != 0 {
            return sink.note(codes::HIVE_LOG, None, &[]);
        }
        describe(&base, bytes.len(), sink);
        let mut walk = Walk {
            hive,
            limits: input.limits,
            budget: Budget::of(bytes.len()),
            visited: vec![0; bytes.len() / 512 + 1],
            path: Vec::new(),
            tables: Tables::new(input.path, sink),
            faults: 0,
        };
        walk.hive(&base, sink);
    }
}

/// Says what the base block tells about the state of the hive.
fn describe(base: &Base, bytes: usize, sink: &mut Sink<'_>) {
    if base.sequence_begun != base.sequence_ended {
        sink.warn(codes::HIVE_DIRTY, None, &[]);
    }
    if !base.checksum_holds {
        sink.warn(codes::MALFORMED, Some(0), &[("what", "checksum")]);
    }
    let expected = BINS_AT as u64 + u64::from(base.bins_bytes);
    if (bytes as u64) < expected {
        let missing = (expected - bytes as u64).to_string();
        sink.error(codes::TRUNCATED, Some(bytes as u64), &[("missing", &missing)]);
    }
}

/// One pass over a hive.
struct Walk<'b> {
    hive: Hive<'b>,
    limits: &'b Limits,
    budget: Budget,
    /// A bit for each place where a cell can begin. A key that was visited is not visited again.
    visited: Vec<u64>,
    /// Where we are.
    path: Vec<String>,
    tables: Tables,
    /// How much was broken so far.
    faults: u64,
}

impl Walk<'_> {
    fn hive(&mut self, base: &Base, sink: &mut Sink<'_>) {
        let Some(root) = self.root(base, sink) else { return };
        let mut children = self.children(&root, sink);
        let names: Vec<String> = children
            .iter()
            .filter_map(|&cell| self.hive.key(cell).ok())
            .map(|key| key.name)
            .collect();
        let prefix = hive_path(&names, &base.file_name);
        let current = self.current_set(&root);
        if let Some(current) = &current {
            self.tables.current_set(current);
        }
        // The services in use come first, so that older sets can be compared with them.
        children.sort_by_cached_key(|&cell| {
            let name = self.hive.key(cell).map(|key| key.name);
            !name.is_ok_and(|name| current.as_ref() == Some(&name))
        });
        self.path.clone_from(&prefix);
        self.mark(root.cell);
        sink.row(file_offset(root.cell)).inert(codes::ROW_NOT_INVENTORY);
        self.tree(prefix.len(), children, sink);
        if self.faults > 0 {
            self.orphans(&root, &prefix, sink);
        }
        if self.budget.is_spent() {
            sink.error(codes::LIMIT_REACHED, None, &[("limit", "lists longer than the hive")]);
        }
        if self.faults >= MOST_FAULTS {
            let limit = format!("{MOST_FAULTS} faults");
            sink.error(codes::LIMIT_REACHED, None, &[("limit", &limit)]);
        }
    }

    /// The root key, by the base block or else by its own mark.
    fn root(&mut self, base: &Base, sink: &mut Sink<'_>) -> Option<KeyCell> {
        let fault = match self.hive.key(base.root) {
            Ok(root) => return Some(root),
            Err(fault) => fault,
        };
        self.broken(fault, sink);
        let mut keys = self.hive.key_cells().filter_map(|cell| self.hive.key(cell).ok());
        let root = keys.find(|key| key.is_root);
        if root.is_none() {
            sink.error(codes::MALFORMED, Some(fault.at), &[("what", "root")]);
        }
        root
    }

    /// The name of the control set in use.
    fn current_set(&mut self, root: &KeyCell) -> Option<String> {
        let select = self.child(root, "Select").or_else(|| {
            let keys = self.hive.key_cells().filter_map(|cell| self.hive.key(cell).ok());
            keys.into_iter().find(|key| key.parent == root.cell && key.name == "Select")
        })?;
        let values = self.hive_values(&select).0;
        let key = Key { path: &[], values: &values, at: 0 };
        Some(format!("ControlSet{:03}", key.number("Current")?))
    }

    fn child(&mut self, key: &KeyCell, name: &str) -> Option<KeyCell> {
        let mut cells = Vec::new();
        // What is broken here is reported when the tree is walked.
        let _ = self.hive.subkeys(key, &mut self.budget, &mut cells);
        let mut keys = cells.into_iter().filter_map(|cell| self.hive.key(cell).ok());
        keys.find(|key| key.name.eq_ignore_ascii_case(name))
    }

    /// Visits the keys below the root, each before its children.
    fn tree(&mut self, root_depth: usize, children: Vec<u32>, sink: &mut Sink<'_>) {
        let mut stack = vec![children.into_iter()];
        while let Some(siblings) = stack.last_mut() {
            if self.faults >= MOST_FAULTS {
                return;
            }
            let next = siblings.next();
            self.path.truncate(root_depth + stack.len() - 1);
            let Some(cell) = next else {
                stack.pop();
                continue;
            };
            let children = self.visit(cell, sink);
            if children.is_empty() {
                continue;
            }
            if stack.len() >= self.limits.depth {
                let depth = self.limits.depth.to_string();
                sink.error(codes::LIMIT_REACHED, Some(file_offset(cell)), &[("limit", &depth)]);
                self.lost(file_offset(cell), sink);
                continue;
            }
            stack.push(children.into_iter());
        }
    }

    /// Claims one key, leaves its name on the path, and returns its children.
    fn visit(&mut self, cell: u32, sink: &mut Sink<'_>) -> Vec<u32> {
        if !self.mark(cell) {
            self.broken(Fault { what: "cycle", at: file_offset(cell) }, sink);
            return Vec::new();
        }
        match self.hive.key(cell) {
            Ok(key) => {
                self.path.push(key.name.clone());
                self.key(&key, sink);
                self.children(&key, sink)
            }
            Err(fault) => {
                self.broken(fault, sink);
                Vec::new()
            }
        }
    }

    fn key(&mut self, key: &KeyCell, sink: &mut Sink<'_>) {
        let table = table::table(&self.path);
        let at = file_offset(key.cell);
        let (values, faults) = match table {
            Table::Nothing => (Vec::new(), Vec::new()),
            _ => self.hive_values(key),
        };
        self.tables.key(table, &Key { path: &self.path, values: &values, at }, sink);
        for fault in faults {
            self.broken(fault, sink);
        }
    }

    fn children(&mut self, key: &KeyCell, sink: &mut Sink<'_>) -> Vec<u32> {
        let mut children = Vec::new();
        if let Err(fault) = self.hive.subkeys(key, &mut self.budget, &mut children) {
            self.broken(fault, sink);
        }
        children
    }

    /// The values of a key, and what was broken among them.
    fn hive_values(&mut self, key: &KeyCell) -> (Vec<Value>, Vec<Fault>) {
        let (mut cells, mut faults) = (Vec::new(), Vec::new());
        faults.extend(self.hive.values(key, &mut self.budget, &mut cells).err());
        let most = 2 * self.limits.value_bytes;
        let mut values = Vec::new();
        for cell in cells {
            match self.hive.value(cell, most, &mut self.budget) {
                Ok((_, Data::Other)) => {}
                Ok((name, data)) => values.push(Value { name, data }),
                Err(fault) => faults.push(fault),
            }
        }
        (values, faults)
    }

    /// Claims the keys that no list leads to, where their parents lead to the root. The services in use come first here too.
    fn orphans(&mut self, root: &KeyCell, prefix: &[String], sink: &mut Sink<'_>) {
        let hive = self.hive;
        let (mut later, mut recovered) = (Vec::new(), 0_u64);
        for cell in hive.key_cells() {
            if self.faults >= MOST_FAULTS {
                break;
            }
            if !self.mark(cell) {
                continue;
            }
            let Ok(key) = hive.key(cell) else { continue };
            let Some(path) = self.path_of(&key, root, prefix) else {
                self.path = prefix.to_vec();
                self.lost(file_offset(cell), sink);
                self.faults += 1;
                continue;
            };
            recovered += 1;
            if self.tables.is_superseded(&path) {
                later.push(key);
                continue;
            }
            self.path = path;
            self.key(&key, sink);
        }
        for key in later {
            self.path = self.path_of(&key, root, prefix).unwrap_or_default();
            self.key(&key, sink);
        }
        if recovered > 0 {
            sink.note(codes::HIVE_RECOVERED, None, &[("keys", &recovered.to_string())]);
        }
    }

    /// The path of a key by its parents, or `None` when they do not lead to the root.
    fn path_of(&self, key: &KeyCell, root: &KeyCell, prefix: &[String]) -> Option<Vec<String>> {
        let mut names = vec![key.name.clone()];
        let mut parent = key.parent;
        while parent != root.cell {
            let key = self.hive.key(parent).ok()?;
            if names.len() >= self.limits.depth {
                return None;
            }
            names.push(key.name);
            parent = key.parent;
        }
        Some(prefix.iter().cloned().chain(names.into_iter().rev()).collect())
    }

    fn broken(&mut self, fault: Fault, sink: &mut Sink<'_>) {
        sink.warn(codes::MALFORMED, Some(fault.at), &[("what", fault.what)]);
        self.lost(fault.at, sink);
        self.faults += 1;
    }

    fn lost(&mut self, at: u64, sink: &mut Sink<'_>) {
        self.tables.broken(self.path.join("\\"), at, codes::ROW_MALFORMED, sink);
    }

    /// Marks a cell as visited; `false` when it was already.
    fn mark(&mut self, cell: u32) -> bool {
        let bit = cell as usize / 8;
        let Some(word) = self.visited.get_mut(bit / 64) else { return true };
        let mask = 1 << (bit % 64);
        let is_new = *word & mask == 0;
        *word |= mask;
        is_new
    }
}

/// The canonical path of the root, told by its children, or else by the name that the hive had on its computer.
fn hive_path(children: &[String], file_name: &str) -> Vec<String> {
    let has = |name: &str| children.iter().any(|child| child.eq_ignore_ascii_case(name));
    let file = file_name.rsplit('\\').next().unwrap_or(file_name).to_ascii_lowercase();
    let path: &[&str] = if has("Select") || children.iter().any(|name| table::is_control_set(name))
    {
        &["HKLM", "SYSTEM"]
    } else if has("Root") && children.len() == 1 {
        &["AMCACHE"]
    } else if has("Microsoft") {
        &["HKLM", "SOFTWARE"]
    } else if has("Software") {
        &["HKCU"]
    } else if has("Local Settings") {
        &["HKCU", "Software", "Classes"]
    } else {
        match file.as_str() {
            "system" => &["HKLM", "SYSTEM"],
            "software" => &["HKLM", "SOFTWARE"],
            "amcache.hve" => &["AMCACHE"],
            "ntuser.dat" => &["HKCU"],
            _ => &["UNKNOWN"],
        }
    };
    path.iter().map(|&name| name.to_owned()).collect()
}

/// A hive with more faults than this is given up: lists that lead in circles would be followed for ever.
const MOST_FAULTS: u64 = 100_000;
