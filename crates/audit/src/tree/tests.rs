use model::source::{Fate, Source};

use super::*;
use crate::ingest::ingest_rootfs;
use crate::readers::package::facts;
use crate::sink::Collector;

/// A tree of these files; a content of `->X` makes a link, `!` a device, and a slash at the end a folder.
fn tree(files: &[(&str, &str)]) -> Collector {
    let mut collector = Collector::default();
    ingest_rootfs("in/web01", &Limits::default(), &mut collector, &mut |tree| {
        for (at, (path, content)) in (1..).zip(files) {
            put(tree, path, content, at);
        }
    });
    collector
}

fn put(tree: &mut RootFs, path: &str, content: &str, at: u64) {
    let (kind, target) = match content {
        "!" => (EntryKind::Special, ""),
        _ if path.ends_with('/') => (EntryKind::Directory, ""),
        _ => match content.strip_prefix("->") {
            Some(target) => (EntryKind::Symlink, target),
            None => (EntryKind::File, ""),
        },
    };
    tree.entry(&Entry { path, kind, target, at }, Some(&mut content.as_bytes()));
}

/// The observations without those of paths alone.
fn without_paths(collector: &Collector) -> Vec<String> {
    facts(collector).into_iter().filter(|fact| !fact.starts_with("file ")).collect()
}

const RELEASE: &str = "NAME=Example\nID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Example 12\"\n";

#[test]
fn names_the_host_and_reads_the_databases() {
    let read = tree(&[
        ("etc/os-release", "->../usr/lib/os-release"),
        ("usr/lib/os-release", RELEASE),
        ("etc/hostname", "db07\n"),
        ("var/lib/dpkg/status", "Package: a\nStatus: install ok installed\nVersion: 1\n"),
        ("var/lib/dpkg/status.d/b", "Package: b\nVersion: 2\n"),
        ("var/lib/dpkg/status.d/b.md5sums", "0 usr/x\n"),
        ("lib/apk/db/installed", "P:c\nV:3\n"),
        ("var/lib/rpm/rpmdb.sqlite-wal", "xyz"),
    ]);
    assert_eq!(
        without_paths(&read),
        [
            "device lin.os=debian version=12 name=Example 12",
            "installed lin.pkg=a purl=pkg:deb/debian/a version=1",
            "installed lin.pkg=b purl=pkg:deb/debian/b version=2",
            "installed lin.pkg=c purl=pkg:apk/debian/c version=3",
        ]
    );
    let asset = &read.observations.assets[0];
    let text = |id| read.observations.strings.get(id);
    assert_eq!((text(asset.name), asset.os.map(text)), ("db07", Some("Example 12")));
    assert_eq!(read.diagnostics[0].code, codes::RPM_LOG_NOT_READ);
    let ledger = &read.sources[0].1;
    assert_eq!((ledger.rows, ledger.lost_rows()), (8 + 3, 0));
    assert!(ledger.balances());
    let parts: Vec<_> = read.observations.runs.iter().map(|run| text(run.part)).collect();
    assert!(parts.contains(&"var/lib/dpkg/status.d/b"));
}

#[test]
fn paths_are_facts_only_where_products_live() {
    let read = tree(&[
        ("opt/vendor/agent/bin", ""),
        ("opt/vendor/agent/bin/deep", ""),
        ("home/user/file", ""),
        ("usr/share/doc/agent/", ""),
        ("usr/share/agent/", ""),
        ("srv/app/lib.JAR", ""),
        ("Applications/Agent.app/", ""),
        ("Program Files (x86)/Vendor/Agent/agent.exe", ""),
        ("d/ProgramData/Vendor/", ""),
        ("Windows/System32/drivers/Agent.SYS", ""),
        ("Windows/System32/kernel32.dll", ""),
    ]);
    assert_eq!(
        facts(&read),
        [
            "file lin.path=/opt/vendor/agent/bin",
            "file lin.path=/usr/share/agent",
            "file lin.path=/srv/app/lib.JAR",
            "file mac.path=/Applications/Agent.app",
            "file win.path=C:\\Program Files (x86)\\Vendor\\Agent\\agent.exe",
            "file win.path=D:\\ProgramData\\Vendor",
            "file win.path=C:\\Windows\\System32\\drivers\\Agent.SYS",
            "file win.driver=Agent.SYS",
        ]
    );
    assert_eq!(read.sources[0].1.inert[&codes::ROW_NOT_INVENTORY], 4);
}

#[test]
fn services_modules_and_languages_are_read() {
    let read = tree(&[
        (
            "usr/lib/systemd/system/agent.service",
            "[Unit]\nDescription=The agent\n[Service]\nEnvironment=TOKEN=secret\n\
             ExecStart=-/opt/agent/agentd --token secret\n",
        ),
        ("usr/lib/systemd/system/idle.service", "[Service]\nExecStart=@\"/opt/a b/idle\" x\n"),
        ("etc/systemd/system/multi-user.target.wants/agent.service", "->/x/agent.service"),
        ("etc/systemd/system/off.service", "->/dev/null"),
        ("etc/init.d/legacy", "#!/bin/sh\n"),
        ("lib/modules/6.1/updates/dkms/agent_mod.ko.xz", ""),
        ("lib/modules/6.1/kernel/drivers/net/in_tree.ko", ""),
        (
            "usr/lib/python3/dist-packages/My_Agent.sdk-1.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: My_Agent.sdk\nVersion: 1\n\
             Project-URL: Homepage, https://example.org/sdk\n\nName: no\n",
        ),
        (
            "srv/app/node_modules/@vendor/agent/package.json",
            r#"{"name":"@vendor/agent","version":"2","homepage":"https://example.org/js#readme"}"#,
        ),
        ("srv/app/node_modules/agent/lib/package.json", r#"{"name":"inner"}"#),
        ("srv/app/node_modules/broken/package.json", "{"),
    ]);
    assert_eq!(
        without_paths(&read),
        [
            "running lin.service=agent.service lin.path=/opt/agent/agentd name=The agent \
             state=enabled",
            "running lin.service=idle.service lin.path=/opt/a b/idle state=not enabled",
            "running lin.service=off.service state=masked",
            "running lin.service=legacy state=init-script",
            "installed lin.kmod=agent_mod lin.path=/lib/modules/6.1/updates/dkms/agent_mod.ko.xz",
            "installed purl=pkg:pypi/my-agent-sdk pkg.homepage=example.org/sdk version=1 \
             name=My_Agent.sdk",
            "installed purl=pkg:npm/%40vendor/agent pkg.homepage=example.org/js version=2 \
             name=@vendor/agent",
        ]
    );
    assert!(!facts(&read).iter().any(|fact| fact.contains("secret")));
    assert_eq!(read.sources[0].1.not_understood[&codes::ROW_MALFORMED].rows, 1);
}

#[test]
fn devices_are_counted_and_never_opened() {
    let read = tree(&[("dev/console", "!"), ("var/lib/dpkg/status", "!"), ("dev/x", "->/etc")]);
    let ledger = &read.sources[0].1;
    assert_eq!(ledger.inert[&codes::ROW_NOT_REGULAR], 2);
    assert_eq!((ledger.rows, ledger.understood), (3, 0));
}

#[test]
fn layers_replace_and_remove() {
    let layer = |name: &str, files: &[(&str, &str)]| {
        let mut tree = RootFs::layer(name, &Limits::default());
        for (at, (path, content)) in (1..).zip(files) {
            put(&mut tree, path, content, at);
        }
        tree
    };
    let base = layer(
        "base",
        &[
            ("opt/kept/", ""),
            ("opt/gone/", ""),
            ("opt/gone/file", ""),
            ("opt/gone2", ""),
            ("opt/cleared/old", ""),
            ("var/lib/dpkg/status", "Package: old\nVersion: 1\n"),
        ],
    );
    let top = layer(
        "top",
        &[
            ("opt/.wh.gone", ""),
            ("opt/cleared/new", ""),
            ("opt/cleared/.wh..wh..opq", ""),
            ("var/lib/dpkg/status", "Package: new\nVersion: 1\n"),
        ],
    );
    let mut tree = RootFs::new(Unit::Byte, &Limits::default());
    tree.apply(&base);
    tree.apply(&top);
    let mut collector = Collector::default();
    let source = Source { path: "i".into(), sha256: String::new(), bytes: 0, fate: Fate::Unknown };
    let limits = Limits::default();
    tree.finish(AssetKind::Image, &mut collector.begin(source, &limits));
    assert_eq!(
        facts(&collector),
        [
            "file lin.path=/opt/kept",
            "file lin.path=/opt/gone2",
            "file lin.path=/opt/cleared/new",
            "file lin.path=/var/lib/dpkg/status",
            "installed lin.pkg=new purl=pkg:deb/new version=1",
        ]
    );
    let ledger = &collector.sources[0].1;
    assert_eq!((ledger.rows, ledger.inert[&codes::ROW_REPLACED]), (11, 6));
    let strings = &collector.observations.strings;
    let parts: Vec<_> =
        collector.observations.runs.iter().map(|run| strings.get(run.part)).collect();
    assert_eq!(parts, ["base", "top", "top!/var/lib/dpkg/status"]);
}

#[test]
fn the_limit_on_entries_is_said_once() {
    let limits = Limits { members: 2, ..Limits::default() };
    let mut collector = Collector::default();
    ingest_rootfs("r", &limits, &mut collector, &mut |tree| {
        for at in 1..9 {
            put(tree, &format!("opt/{at}"), "", at);
        }
        tree.unreadable("opt/x", 9, "permission denied");
    });
    assert_eq!(facts(&collector).len(), 2);
    let codes_said: Vec<_> = collector.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes_said, [codes::LIMIT_REACHED, codes::READ_FAILED]);
}

#[test]
fn a_root_is_known_by_its_files() {
    let has = |paths: &'static [&str]| is_root(&|path| paths.contains(&path));
    assert!(has(&["var/lib/dpkg/status"]));
    assert!(has(&["etc/os-release", "usr/bin"]));
    assert!(!has(&["etc/os-release"]));
    assert!(!has(&[]));
}

#[test]
fn a_name_that_names_nobody_is_not_taken() {
    for name in ["localhost\n", "localhost.localdomain", "# c\n", "a b", "$(x)"] {
        let read = tree(&[("etc/hostname", name)]);
        assert!(read.observations.assets[0].identifiers.is_empty(), "{name}");
        assert_eq!(read.observations.strings.get(read.observations.assets[0].name), "web01");
    }
}
