//! Which paths of a root file system are facts.
//!
//! A whole tree of paths would be noise: what counts is where products are installed, a few levels deep.

use model::field::Field;

/// The fact that this path is, if it is one.
pub(super) fn fact(path: &str) -> Option<(Field, String)> {
    let depth = path.split('/').count();
    let mut parts = path.split('/');
    let (first, second, third) = (parts.next()?, parts.next(), parts.next());
    let deepest = match (first, second) {
        ("opt" | "bin" | "sbin", _) => 4,
        ("etc", _) => 4,
        ("lib" | "lib64", Some("modules" | "firmware")) => 0,
        ("lib" | "lib64", _) => 4,
        ("usr", Some("local" | "bin" | "sbin" | "libexec")) => 4,
        ("usr", Some("lib" | "lib64")) => match third {
            Some("locale" | "modules" | "firmware") => 0,
            _ => 4,
        },
        ("usr", Some("share")) => match third {
            Some("doc" | "locale" | "zoneinfo" | "man" | "info" | "i18n" | "lintian") => 0,
            _ => 3,
        },
        ("var", Some("lib")) if path.starts_with("var/lib/dpkg/info/") => 0,
        ("var", Some("lib" | "opt")) => 4,
        ("Library" | "Applications", _) => {
            return (depth <= 4).then(|| (Field::MacPath, format!("/{path}")));
        }
        _ => 0,
    };
    // The archives of Java are known by name wherever they lie; they are not opened.
    if depth <= deepest || ends_with_ignoring_case(path, &[".jar", ".war", ".ear"]) {
        return Some((Field::LinPath, format!("/{path}")));
    }
    windows(path, first, second).map(|path| (Field::WinPath, path))
}

/// A Windows path where products live. The tree does not tell its drive; it is the system drive unless its folder names one.
fn windows(path: &str, first: &str, second: Option<&str>) -> Option<String> {
    let (drive, below) = match (drive(first), second) {
        (Some(drive), Some(_)) => (drive, path.split_once('/')?.1),
        _ => ('C', path),
    };
    let lower = below.to_ascii_lowercase();
    let top = lower.split('/').next()?;
    let products = top.starts_with("program files") || top == "programdata";
    let shallow = below.split('/').count() <= 4;
    let wanted = (products && shallow) || is_driver(&lower);
    wanted.then(|| format!("{drive}:\\{}", below.replace('/', "\\")))
}

/// The name of a Windows driver file, if this is one.
pub(super) fn windows_driver(path: &str) -> Option<&str> {
    let below = match path.split_once('/') {
        Some((first, below)) if drive(first).is_some() => below,
        _ => path,
    };
    let name = below.rsplit('/').next()?;
    is_driver(&below.to_ascii_lowercase()).then_some(name)
}

fn is_driver(lower: &str) -> bool {
    let name = lower.strip_prefix("windows/system32/drivers/");
    name.is_some_and(|name| name.ends_with(".sys") && !name.contains('/'))
}

fn drive(part: &str) -> Option<char> {
    let letter = part.chars().next().filter(char::is_ascii_alphabetic)?;
    matches!(part.get(1..), Some("" | ":" | "$")).then(|| letter.to_ascii_uppercase())
}

/// The name of a kernel module that does not come with the kernel. Those that do belong to the kernel's makers, whoever wrote
/// them, and cannot be removed by themselves, so they are no finding.
pub(super) fn foreign_module(path: &str) -> Option<&str> {
    let below = path.strip_prefix("usr/").unwrap_or(path).strip_prefix("lib/modules/")?;
    let mut parts = below.split('/').skip(1);
    if !matches!(parts.next()?, "updates" | "extra" | "weak-updates" | "dkms" | "misc") {
        return None;
    }
    let name = path.rsplit('/').next()?;
    let end = name.find(".ko")?;
    matches!(name.get(end..), Some(".ko" | ".ko.xz" | ".ko.zst" | ".ko.gz"))
        .then(|| name.get(..end))
        .flatten()
}

/// Whether services are defined in this folder.
pub(super) fn is_unit_folder(folder: &str) -> bool {
    matches!(
        folder,
        "etc/systemd/system"
            | "usr/lib/systemd/system"
            | "lib/systemd/system"
            | "usr/local/lib/systemd/system"
            | "run/systemd/system"
    )
}

/// The service that a link in `….wants` or `….requires` enables.
pub(super) fn enabled_unit(path: &str) -> Option<&str> {
    let (folder, name) = path.rsplit_once('/')?;
    let (above, target) = folder.rsplit_once('/')?;
    let enables = target.ends_with(".wants") || target.ends_with(".requires");
    (enables && is_unit_folder(above) && name.ends_with(".service")).then_some(name)
}

/// The name of a System V init script.
pub(super) fn init_script(path: &str) -> Option<&str> {
    let name =
        path.strip_prefix("etc/init.d/").or_else(|| path.strip_prefix("etc/rc.d/init.d/"))?;
    let help = matches!(name, "README" | "skeleton" | "functions" | "functions.sh");
    (!help && !name.contains('/')).then_some(name)
}

fn ends_with_ignoring_case(path: &str, ends: &[&str]) -> bool {
    ends.iter().any(|end| {
        let tail = path.len().checked_sub(end.len()).and_then(|at| path.get(at..));
        tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    })
}
