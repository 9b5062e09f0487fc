//! Linux package databases and a root file system.

use std::fmt::Write as _;

use anyhow::Result;

use super::company::{Company, Host};
use super::packages::linux;
use super::random::Random;
use super::{Estate, gzip};

pub(crate) fn write(company: &Company, estate: &mut Estate) -> Result<()> {
    for (number, host) in company.scanned().filter(|host| dpkg(host)).enumerate() {
        let status = dpkg_status(company, host).into_bytes();
        let path = format!("linux/dpkg/{}.status", host.name);
        match number {
            1 => estate.put(format!("{path}.gz"), gzip(&status)?),
            2 => estate.put(format!("{path}.zst"), zstd(&status)),
            _ => estate.put(path, status),
        }
    }
    for (name, extra) in [("cd-edge-a01", "openfortivpn"), ("qd-edge-a02", "carbon-c-relay")] {
        estate.put(format!("linux/apk/{name}.installed"), apk(extra));
    }
    root_file_system(estate);
    Ok(())
}

/// Whether this host is known from a package database instead of osquery.
pub(crate) fn exported(_: &Company, host: &Host) -> bool {
    dpkg(host) && host.site.code == "qd"
}

/// Those of Qingdao are known from here only, those of Shanghai from osquery too.
fn dpkg(host: &Host) -> bool {
    host.system.is_deb() && (host.site.code == "qd" || (host.site.code == "sh" && host.guest))
}

fn dpkg_status(company: &Company, host: &Host) -> String {
    let mut random = Random::named(company.seed, &format!("dpkg {}", host.name));
    let mut text = String::new();
    for (name, version) in BASE {
        if random.percent(85) {
            let maintainer = "Debian QA Group <packages@qa.debian.org>";
            stanza(&mut text, name, version, maintainer, "install ok installed", "");
        }
    }
    for product in linux(&host.software) {
        let state = if random.percent(12) { "hold ok installed" } else { "install ok installed" };
        stanza(
            &mut text,
            product.package,
            product.version,
            product.maintainer,
            state,
            product.homepage,
        );
    }
    if host.software.contains(&"falcon-removed") {
        let state = "deinstall ok config-files";
        stanza(
            &mut text,
            "falcon-sensor",
            "7.10.0-16303",
            "CrowdStrike, Inc.",
            state,
            "https://www.crowdstrike.com/",
        );
    }
    text
}

fn stanza(
    text: &mut String,
    name: &str,
    version: &str,
    maintainer: &str,
    status: &str,
    homepage: &str,
) {
    let _ = write!(
        text,
        "Package: {name}\nStatus: {status}\nPriority: optional\nSection: admin\nInstalled-Size: 1024\nMaintainer: {maintainer}\n\
         Architecture: amd64\nVersion: {version}\nDescription: {name}\n Long text about {name}\n that goes on.\n"
    );
    if !homepage.is_empty() {
        let _ = writeln!(text, "Homepage: {homepage}");
    }
    text.push('\n');
}

fn apk(extra: &str) -> String {
    let mut text = String::new();
    for (name, version, url) in [
        (
            "alpine-baselayout",
            "3.6.5-r0",
            "https://git.alpinelinux.org/cgit/aports/tree/main/alpine-baselayout",
        ),
        ("busybox", "1.36.1-r29", "https://busybox.net/"),
        ("musl", "1.2.5-r0", "https://musl.libc.org/"),
        ("openssl", "3.3.2-r0", "https://www.openssl.org/"),
        ("open-vm-tools", "12.4.0-r0", "https://github.com/vmware/open-vm-tools"),
        (extra, "1.22.0-r1", ""),
    ] {
        let _ = write!(
            text,
            "C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\nP:{name}\nV:{version}\nA:x86_64\nS:10240\nI:40960\nT:{name}\nU:{url}\nL:GPL-2.0-or-later\n\
             o:{name}\nm:Alpine Team <team@example.org>\nt:1741564800\nF:usr/bin\nR:{name}\n\n"
        );
    }
    text
}

/// The mounted disk of one machine, as a folder.
fn root_file_system(estate: &mut Estate) {
    let mut put = |path: &str, bytes: &[u8]| estate.put(format!("rootfs/cd-img-l90/{path}"), bytes);
    put("etc/hostname", b"cd-img-l90\n");
    put("etc/os-release", b"PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nID=debian\n");
    let mut status = String::new();
    for (name, version) in BASE.iter().take(18) {
        stanza(
            &mut status,
            name,
            version,
            "Debian QA Group <packages@qa.debian.org>",
            "install ok installed",
            "",
        );
    }
    for product in linux(&["open-vm-tools", "lookalikes"]) {
        let state = "install ok installed";
        stanza(
            &mut status,
            product.package,
            product.version,
            product.maintainer,
            state,
            product.homepage,
        );
    }
    put("var/lib/dpkg/status", status.as_bytes());
    // Installed from a tarball: no package database knows it.
    put("usr/lib/systemd/system/sentinelone.service", b"[Unit]\nDescription=Sentinel agent\n[Service]\nExecStart=/opt/sentinelone/bin/sentinelctl control start\n");
    put("opt/sentinelone/bin/sentinelctl", ELF);
    put("usr/lib/systemd/system/ssh.service", b"[Unit]\nDescription=OpenBSD Secure Shell server\n[Service]\nExecStart=/usr/sbin/sshd -D\n");
    put("usr/lib/modules/6.1.0-25-amd64/kernel/drivers/misc/vmw_balloon.ko", ELF);
    put("usr/lib/modules/6.1.0-25-amd64/kernel/drivers/net/vmxnet3/vmxnet3.ko", ELF);
    put("usr/bin/orca", b"#!/usr/bin/python3\n# GNOME screen reader\n");
    // What an uninstaller leaves behind.
    put("opt/CrowdStrike/falconstore", &[0x46, 0x53, 0x00, 0x01]);
    put(
        "usr/local/bin/port-sync",
        b"#!/bin/sh\nexec rsync -a /srv/berth/ qd-hist-l04:/srv/berth/\n",
    );
}

/// A zstd frame of raw blocks: valid, and no larger than it needs to be for a test.
fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0xa0];
    frame.extend(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
    let blocks: Vec<&[u8]> = bytes.chunks(100_000).collect();
    for (number, block) in blocks.iter().enumerate() {
        let last = u32::from(number + 1 == blocks.len());
        let header = last | (u32::try_from(block.len()).unwrap_or_default() << 3);
        frame.extend(header.to_le_bytes().iter().take(3));
        frame.extend(*block);
    }
    frame
}

/// The beginning of an executable.
const ELF: &[u8] = b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\x3e\x00";

/// Packages that a plain server has.
pub(crate) const BASE: &[(&str, &str)] = &[
    ("adduser", "3.134"),
    ("apt", "2.6.1"),
    ("base-files", "12.4+deb12u7"),
    ("bash", "5.2.15-2+b7"),
    ("ca-certificates", "20230311"),
    ("coreutils", "9.1-1"),
    ("cron", "3.0pl1-162"),
    ("curl", "7.88.1-10+deb12u7"),
    ("dbus", "1.14.10-1"),
    ("gnupg", "2.2.40-1.1"),
    ("iproute2", "6.1.0-3"),
    ("less", "590-2.1"),
    ("libc6", "2.36-9+deb12u8"),
    ("libssl3", "3.0.14-1"),
    ("linux-image-amd64", "6.1.106-3"),
    ("logrotate", "3.21.0-1"),
    ("nginx", "1.22.1-9"),
    ("openssh-server", "9.2p1-2+deb12u3"),
    ("perl-base", "5.36.0-7+deb12u1"),
    ("python3", "3.11.2-1+b1"),
    ("rsync", "3.2.7-1"),
    ("rsyslog", "8.2302.0-1"),
    ("sudo", "1.9.13p3-1+deb12u1"),
    ("systemd", "252.30-1"),
    ("tzdata", "2024a-0+deb12u1"),
    ("vim-tiny", "9.0.1378-2"),
    ("zlib1g", "1.2.13.dfsg-1"),
];
