//! Whether a text is a PAN-OS configuration.

/// Elements that PAN-OS configurations have and others do not have.
const MARKS: [&str; 14] = [
    "<entry name=\"localhost.localdomain\"",
    "<entry name='localhost.localdomain'",
    "<mgt-config>",
    "<deviceconfig>",
    "urldb=\"paloaltonetworks\"",
    "<device-group>",
    "<pre-rulebase>",
    "<post-rulebase>",
    "<rulebase>",
    "<ip-netmask>",
    "<virtual-router>",
    "<template-stack>",
    "<address-group>",
    "<vsys>",
];

/// Beginnings of set lines, with how telling each is.
const LINES: [(&str, u8); 26] = [
    ("address ", 1),
    ("address-group ", 2),
    ("application-group ", 2),
    ("deviceconfig ", 4),
    ("device-group ", 4),
    ("external-list ", 3),
    ("log-collector", 4),
    ("log-settings ", 2),
    ("mgt-config ", 4),
    ("network interface ethernet ethernet", 4),
    ("network profiles ", 3),
    ("network virtual-router ", 4),
    ("panorama ", 2),
    ("post-rulebase ", 4),
    ("pre-rulebase ", 4),
    ("profile-group ", 2),
    ("profiles ", 1),
    ("rulebase ", 4),
    ("service-group ", 2),
    ("shared ", 3),
    ("tag ", 1),
    ("template ", 4),
    ("template-stack ", 4),
    ("vsys vsys", 4),
    ("zone ", 1),
    ("readonly ", 2),
];

/// How sure it is.
pub(super) fn probe(head: &str) -> Option<u8> {
    if is_xml(head) { xml(head) } else { lines(head).or_else(|| nested(head)) }
}

/// Whether the text is of elements: what comes first, prompts aside, is one.
pub(super) fn is_xml(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(40);
    lines
        .find_map(|line| {
            if line.starts_with('<') {
                return Some(true);
            }
            (line.starts_with("set ") || line.ends_with('{')).then_some(false)
        })
        .unwrap_or(false)
}

fn xml(head: &str) -> Option<u8> {
    let marks = MARKS.iter().filter(|mark| head.contains(**mark)).count();
    let is_config = head.contains("<config");
    // Others also have rules and vsys; what only one has is told by the two forms of its own.
    match (is_config, marks) {
        (_, 0) => None,
        (true, 1) => Some(70),
        (true, _) => Some(95),
        (false, 1) => Some(40),
        (false, _) => Some(80),
    }
}

fn lines(head: &str) -> Option<u8> {
    let mut score = 0u32;
    let mut sets = 0u32;
    for line in head.lines().take(2_000) {
        let line = line.trim();
        // What blocks of another platform look like.
        if line.starts_with("config ") && !line.starts_with("config {") || line == "next" {
            return None;
        }
        let Some(at) = line.find("set ").filter(|at| *at == 0 || line.contains("# set ")) else {
            continue;
        };
        let rest = line.get(at + 4..).unwrap_or("");
        if rest.is_empty() {
            continue;
        }
        sets += 1;
        let known = LINES.iter().filter(|(begin, _)| rest.starts_with(begin));
        score += u32::from(known.map(|(_, weight)| *weight).max().unwrap_or(0));
    }
    // At least half of the lines must be of this language.
    (sets > 0 && score > sets.min(2) && score.saturating_mul(2) >= sets).then_some(85)
}

/// The nested form: blocks in braces.
fn nested(head: &str) -> Option<u8> {
    let has = |mark: &str| head.lines().any(|line| line.trim() == mark);
    let first = has("deviceconfig {") || has("mgt-config {") || has("vsys {");
    (first && (has("network {") || has("rulebase {") || has("system {") || has("users {")))
        .then_some(75)
}

#[cfg(test)]
mod tests {
    use super::probe;

    #[test]
    fn its_own_forms_and_not_those_of_others() {
        for own in [
            "<?xml version=\"1.0\"?>\n<config version=\"10.0\"><devices><entry name=\"localhost.localdomain\"/></devices></config>",
            "<response status=\"success\"><result><rulebase><security/></rulebase></result></response>",
            "<config><shared/><mgt-config/></config>"
                .replace("<mgt-config/>", "<mgt-config></mgt-config>")
                .as_str(),
            "set deviceconfig system hostname x\nset address a ip-netmask 1.2.3.4\n",
            "# notes\nset rulebase security rules a action allow\n",
            "admin@pa# set device-group x address a ip-netmask 1.2.3.4\n",
            "deviceconfig {\n  system {\n    hostname x;\n  }\n}\n",
        ] {
            assert!(probe(own).is_some(), "{own}");
        }
        for other in [
            "config firewall policy\n edit 1\n set action accept\n next\nend\n",
            "set system host-name x\nset security policies from-zone a to-zone b policy c match source-address any\nset interfaces ge-0/0/0 unit 0\n",
            "set firewall name x rule 1 action accept\nset interfaces ethernet eth0 address 10.0.0.1/24\n",
            "<opnsense><filter><rule/></filter></opnsense>",
            "system {\n  host-name x;\n}\n",
            "{\"a\": 1}",
            "",
        ] {
            assert_eq!(probe(other), None, "{other}");
        }
    }
}
