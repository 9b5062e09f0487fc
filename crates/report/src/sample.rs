//! A hand-made assessment that shows every state, relation and confidence, with hostile names among the assets.

use std::collections::BTreeMap;

use model::finding::{Confidence, EvidenceClass, Relation, State};
use model::record::{
    ASSESSMENT_SCHEMA, Assessment, Asset, Citation, Deadline, Decision, Diagnostic, Directive,
    Evidence, Finding, Lost, Named, OwnerStep, Source, Totals, Waiver, Words,
};

/// The whole sample.
pub(crate) fn sample() -> Assessment {
    Assessment {
        schema: ASSESSMENT_SCHEMA.into(),
        program: "supplant 0.1.0".into(),
        data_sha256: digest('d'),
        date: "2026-11-22".into(),
        target: "estate".into(),
        directives: vec![directive()],
        assets: assets(),
        findings: findings(),
        waivers: waivers(),
        sources: sources(),
        diagnostics: diagnostics(),
        totals: totals(),
        ..Assessment::default()
    }
}

/// An assessment of an empty folder.
pub(crate) fn empty() -> Assessment {
    Assessment {
        schema: ASSESSMENT_SCHEMA.into(),
        program: "supplant 0.1.0".into(),
        date: "2026-11-22".into(),
        target: "nothing".into(),
        ..Assessment::default()
    }
}

/// A directive on fictional vendors.
pub(crate) fn directive() -> Directive {
    Directive {
        id: "xx-2026-01-security-software".into(),
        title: both("Removal of listed security software", "停用所列网络安全软件"),
        binds: both(
            "Operators of critical systems and everybody who buys on their behalf.",
            "关键系统运营者及代其采购的各方。",
        ),
        force: "reported-unpublished".into(),
        status: "in-force-as-reported".into(),
        confidence: "reported".into(),
        press_only: true,
        deadline: Some(deadline()),
        deadlines: vec![deadline()],
        decisions: decisions(),
        unknowns: vec![
            both("Legal basis, document number and addressees.", "法律依据、文号及发文对象。"),
            both("How removal must be evidenced, and to whom.", "如何证明已移除，以及向谁证明。"),
        ],
        vendors: VENDORS.iter().map(|(id, en, zh)| named(id, en, zh)).collect(),
        products: 61,
        sources: vec![
            Citation {
                id: "s1".into(),
                text: "Morning Courier, 14 January 2026".into(),
                tier: "secondary".into(),
            },
            Citation {
                id: "s2".into(),
                text: "https://gazette.example/2026/01".into(),
                tier: "secondary".into(),
            },
        ],
    }
}

fn deadline() -> Deadline {
    Deadline {
        clause: "1".into(),
        action: both("replace the named products", "替换被点名的产品"),
        date: Some("2026-06-30".into()),
        days_left: Some(-145),
        as_stated: "by the first half of 2026".into(),
        confidence: "reported".into(),
    }
}

fn decisions() -> Vec<Decision> {
    let decision = |id: &str, en: &str, zh: &str, answer: &str, by_user, findings| Decision {
        id: id.into(),
        question: both(en, zh),
        answer: answer.into(),
        by_user,
        why: both(
            "The reports do not say; the careful answer is used.",
            "报道未说明，采用审慎答案。",
        ),
        findings,
    };
    vec![
        decision(
            "appliances",
            "Are hardware appliances in scope?",
            "硬件设备是否在范围内？",
            "in",
            false,
            2,
        ),
        decision(
            "open-source",
            "Is open source of the vendors in scope?",
            "厂商的开源软件是否在范围内？",
            "undecided",
            false,
            2,
        ),
        decision(
            "guest-tools",
            "Are guest tools in scope?",
            "虚拟机客户端工具是否在范围内？",
            "out",
            true,
            1,
        ),
        decision(
            "joint-ventures",
            "Are joint ventures in scope?",
            "合资企业是否在范围内？",
            "undecided",
            false,
            0,
        ),
    ]
}

fn findings() -> Vec<Finding> {
    use Confidence::{Confirmed, Possible, Probable};
    use Relation::{ClientOf, Embeds, Is, NeighbourOf, OpenSourceOf, ResidueOf, RunsOn};
    use State::{OutOfScope, Prohibited, Residue, Stale, Undecided, Waived, Watch};
    let rows: [(usize, usize, Relation, Confidence, &str, State, &str); 12] = [
        (0, 0, Is, Confirmed, "confidence/unique-known", Prohibited, "state/named"),
        (1, 1, Is, Confirmed, "confidence/two-strong", Prohibited, "state/owned"),
        (2, 0, ClientOf, Probable, "confidence/one-strong", Prohibited, "state/press-only"),
        (3, 2, RunsOn, Confirmed, "confidence/unique-known", Prohibited, "state/named"),
        (4, 3, NeighbourOf, Possible, "confidence/hints-only", Prohibited, "state/named"),
        (
            1,
            4,
            OpenSourceOf,
            Probable,
            "confidence/unique-recalled",
            Undecided,
            "state/decision-open",
        ),
        (2, 4, Embeds, Probable, "confidence/strong-recalled", Undecided, "state/open-source"),
        (3, 0, ResidueOf, Confirmed, "confidence/two-strong", Residue, "state/residue-only"),
        (4, 2, Is, Probable, "confidence/one-strong", Stale, "state/stale"),
        (0, 1, Is, Confirmed, "confidence/unique-known", Waived, "state/waived"),
        (4, 5, Is, Possible, "confidence/vendor-only", Watch, "state/same-origin"),
        (3, 5, RunsOn, Confirmed, "confidence/unique-known", OutOfScope, "state/decision-out"),
    ];
    let numbered = (1_u32..).zip(rows);
    numbered
        .map(|(number, (asset, product, relation, confidence, why, state, reason))| {
            let (product_id, name, vendor) = PRODUCTS[product];
            let (vendor_id, en, zh) = VENDORS[vendor];
            Finding {
                id: format!("F-{number:08x}"),
                asset: format!("A-{asset:08x}"),
                asset_name: ASSETS[asset].0.into(),
                product: named(product_id, name, ""),
                category: "endpoint.edr".into(),
                vendor: named(vendor_id, en, zh),
                versions: vec![format!("7.{number}")],
                relation,
                confidence,
                confidence_reason: why.into(),
                state,
                state_reason: reason.into(),
                directive: "xx-2026-01-security-software".into(),
                clause: "1".into(),
                also_clauses: Vec::new(),
                decisions: if state == Undecided {
                    vec!["open-source=undecided".into()]
                } else {
                    vec![]
                },
                owner_chain: if product == 1 { chain() } else { vec![] },
                named_vendor: if state == Watch { String::new() } else { vendor_id.into() },
                deadline: Some(deadline()),
                waiver: (state == Waived).then(|| "w-1".into()),
                evidence: (0..=number % 2).map(evidence).collect(),
                evidence_total: 1 + number % 2 * 40,
            }
        })
        .collect()
}

fn chain() -> Vec<OwnerStep> {
    vec![OwnerStep {
        vendor: "lumen-works".into(),
        kind: "owned-by".into(),
        to: "aurora".into(),
        from: "2023-11".into(),
        until: String::new(),
        percent: Some(100.0),
        confidence: "reported".into(),
        sources: vec!["register".into()],
    }]
}

fn evidence(number: u32) -> Evidence {
    Evidence {
        class: if number == 0 { EvidenceClass::Identity } else { EvidenceClass::Coordinates },
        field: "win.service".into(),
        value: "AuroraSensor".into(),
        pattern: "exact AuroraSensor".into(),
        meaning: "running".into(),
        strength: "unique".into(),
        fact_confidence: "documented".into(),
        fact_sources: vec!["aurora-manual".into()],
        context: "running".into(),
        row: vec![
            ("win.service".into(), "AuroraSensor".into()),
            ("win.path".into(), r"C:\Program Files\Aurora\sensor.exe".into()),
        ],
        path: "site-a/export.tar.gz!/ws-0017.json".into(),
        sha256: digest('a'),
        reader: "osquery-json/1".into(),
        part: "services".into(),
        unit: "line".into(),
        at: 118 + u64::from(number),
    }
}

fn assets() -> Vec<Asset> {
    (0..)
        .zip(ASSETS)
        .map(|(number, (name, kind, site, os))| Asset {
            id: format!("A-{number:08x}"),
            name: name.into(),
            kind: kind.into(),
            site: site.into(),
            os: os.into(),
            owner: "=HYPERLINK(\"http://evil.example\")".into(),
            observed_on: "2026-11-20".into(),
            identifiers: vec![format!("hostname:{name}"), "ip:192.0.2.7".into()],
        })
        .collect()
}

fn waivers() -> Vec<Waiver> {
    let waiver = |id: &str, status: &str, days_left, findings| Waiver {
        id: id.into(),
        reason: "replacement ordered, delivery in December".into(),
        approver: "CISO".into(),
        ticket: "CHG-1044".into(),
        expires: "2026-12-31T15:59:59Z".into(),
        zone: "end of day at UTC+8".into(),
        status: status.into(),
        days_left,
        findings,
    };
    vec![waiver("w-1", "in-force", 39, 1), waiver("w-2", "expired", -22, 0)]
}

fn sources() -> Vec<Source> {
    let source = |path: &str, fate: &str, reader: &str, rows, lost| Source {
        path: path.into(),
        sha256: if path.contains('!') { String::new() } else { digest('e') },
        bytes: rows * 97,
        fate: fate.into(),
        reader: reader.into(),
        rows,
        understood: rows - lost - rows / 10,
        inert: BTreeMap::from([("row/not-inventory".into(), rows / 10)]),
        not_understood: if lost == 0 {
            BTreeMap::new()
        } else {
            let first = vec![("Sheet1".into(), 17), (String::new(), 44)];
            BTreeMap::from([("row/no-known-field".into(), Lost { rows: lost, first })])
        },
    };
    vec![
        source("cmdb.xlsx", "read", "xlsx/1", 812, 3),
        source("dump.bin", "unknown", "", 0, 0),
        source("site-a/export.tar.gz", "opened", "tar", 0, 0),
        source("site-a/export.tar.gz!/ws-0017.json", "read", "osquery-json/1", 4210, 0),
        source("site-b/dpkg/status", "read", "dpkg-status/1", 33092, 0),
    ]
}

fn diagnostics() -> Vec<Diagnostic> {
    let said = |code: &str, severity: &str, path: &str, at, args: &[(&str, &str)]| Diagnostic {
        code: code.into(),
        severity: severity.into(),
        path: path.into(),
        part: String::new(),
        unit: if at == 0 { String::new() } else { "line".into() },
        at,
        args: args.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
    };
    vec![
        said("input/unknown-format", "warning", "dump.bin", 0, &[]),
        said("input/malformed", "error", "cmdb.xlsx", 44, &[("column", "vendor")]),
        said("input/read-failed", "error", "gone.json", 0, &[("error", "permission denied")]),
        said("input/bad-encoding", "note", "cmdb.xlsx", 7, &[]),
    ]
}

fn totals() -> Totals {
    let states = [
        ("prohibited", 5),
        ("undecided", 2),
        ("residue", 1),
        ("stale", 1),
        ("waived", 1),
        ("watch", 1),
        ("out-of-scope", 1),
    ];
    let kinds = [("host", 380), ("device", 40), ("virtual-machine", 1)];
    Totals {
        assets: 421,
        assets_by_kind: kinds.map(|(kind, count)| (kind.to_owned(), count)).into(),
        assets_prohibited: 5,
        rows_understood: 34_299,
        rows: 38_114,
        rows_inert: 3_812,
        rows_not_understood: 3,
        sources_whole: 3,
        sources_partly: 1,
        sources_not_read: 1,
        findings_by_state: states.map(|(state, count)| (state.to_owned(), count)).into(),
        distinct_strings: 9_120,
        distinct_items: 6_544,
    }
}

fn named(id: &str, en: &str, zh: &str) -> Named {
    let mut name = Words::from([("en".to_owned(), en.to_owned())]);
    if !zh.is_empty() {
        name.insert("zh-CN".to_owned(), zh.to_owned());
    }
    Named { id: id.into(), name }
}

fn both(en: &str, zh: &str) -> Words {
    Words::from([("en".to_owned(), en.to_owned()), ("zh-CN".to_owned(), zh.to_owned())])
}

fn digest(digit: char) -> String {
    digit.to_string().repeat(64)
}

const VENDORS: [(&str, &str, &str); 5] = [
    ("aurora", "Aurora Systems", "极光系统"),
    ("borealis", "Borealis Networks", "北辰网络"),
    ("halden", "Halden Security", ""),
    ("meridian", "Meridian", "子午线"),
    ("orbis", "Orbis", ""),
];

/// Id, name, index of the vendor.
const PRODUCTS: [(&str, &str, usize); 6] = [
    ("aurora.sensor", "Aurora Sensor", 0),
    ("lumen.vault", "Lumen Vault", 0),
    ("borealis.gate", "Borealis Gate", 1),
    ("halden.mail", "Halden Mail Filter", 2),
    ("meridian.libtrace", "libtrace", 3),
    ("vendor.orbis", "Orbis (product unknown)", 4),
];

const ASSETS: [(&str, &str, &str, &str); 5] = [
    ("ws-0017.corp.example", "host", "Harbour", "Windows 11"),
    ("<script>alert(1)</script>", "host", "Harbour", "Ubuntu 24.04"),
    ("=cmd|' /C calc'!A0", "host", "Hilltop", "Debian 12"),
    ("@sum(1)", "virtual-machine", "", ""),
    ("防火墙-东区-01", "device", "Hilltop", "BorealisOS 9"),
];
