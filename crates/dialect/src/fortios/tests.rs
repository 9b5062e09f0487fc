//! Small configurations of our own, and decisions about packets.

mod books;
mod nat;
mod objects;
mod places;
mod rules;

use policy::{Decision, Given, Nothing, Packet, PacketText, Policy, Verdict};

use crate::facts::DialectFacts;
use crate::limits::Limits;
use crate::reading::{Reading, read};
use crate::text::Bytes;
use crate::{Group, codes};

/// Two interfaces with networks, a default route, and what follows.
const HEAD: &str = "#config-version=FGT60F-7.4.4-FW-build2662-240514:opmode=0:vdom=0:user=admin
config system global
    set hostname \"fw\"
    set allow-traffic-redirect disable
end
config system interface
    edit \"lan\"
        set vdom \"root\"
        set ip 10.0.0.1 255.255.255.0
        set allowaccess ping https
    next
    edit \"wan\"
        set vdom \"root\"
        set ip 203.0.113.2/29
        set allowaccess ping
    next
    edit \"dmz\"
        set vdom \"root\"
        set ip 10.9.0.1 255.255.255.0
    next
end
config router static
    edit 1
        set gateway 203.0.113.1
        set device \"wan\"
    next
end
config firewall service custom
    edit \"ALL\"
        set protocol IP
    next
    edit \"HTTPS\"
        set tcp-portrange 443
    next
    edit \"HTTP\"
        set tcp-portrange 80
    next
end
";

fn reading(text: &str) -> Reading {
    let bytes = Bytes { path: "fw.conf".to_owned(), bytes: text.as_bytes().to_vec() };
    let group = Group { dialect: "fortios", files: vec![bytes] };
    let access = include_str!("../../../../data/dialects/fortios/access.toml");
    let file = ("dialects/fortios/access.toml", access);
    let (facts, problems) = DialectFacts::load(std::iter::once(file));
    assert_eq!(problems, []);
    let reading = read(group, &facts, &Limits::default());
    assert!(
        reading.problems.iter().all(|problem| problem.code != codes::READER_BUG),
        "{:?}",
        reading.problems
    );
    reading
}

fn policy(text: &str) -> Policy {
    reading(text).devices.remove(0).contexts.remove(0)
}

/// The head, and policies with `set schedule always` and what is given.
fn with(rest: &str) -> Policy {
    policy(&format!("{HEAD}{rest}"))
}

fn packet(policy: &Policy, text: &str) -> Packet {
    PacketText::parse(text).unwrap().in_policy(policy).unwrap()
}

fn decided(policy: &Policy, text: &str) -> Decision {
    policy::decide(policy, &packet(policy, text), &mut Nothing)
}

fn verdict(policy: &Policy, text: &str) -> Verdict {
    decided(policy, text).verdict
}

/// Every verdict that some answer to the open questions leads to.
fn verdicts(policy: &Policy, text: &str) -> Vec<Verdict> {
    let outcomes = policy::outcomes(policy, &packet(policy, text), &Given::default(), 64);
    let mut verdicts: Vec<Verdict> =
        outcomes.cases.iter().map(|case| case.decision.verdict).collect();
    verdicts.sort();
    verdicts.dedup();
    verdicts
}

/// The label of the rule that decided.
fn by(policy: &Policy, text: &str) -> String {
    let decision = decided(policy, text);
    match decision.steps.last().map(|step| step.by) {
        Some(policy::By::Rule(base, rule)) => {
            policy.rulebases[base.0 as usize].rules[rule as usize].origin.label.to_string()
        }
        Some(policy::By::Default(base)) => {
            policy.rulebases[base.0 as usize].default_origin.label.to_string()
        }
        other => format!("{other:?}"),
    }
}

/// One policy.
fn line(id: u32, from: &str, to: &str, source: &str, destination: &str, rest: &str) -> String {
    format!(
        "config firewall policy\nedit {id}\nset srcintf {from}\nset dstintf {to}\nset srcaddr {source}\nset dstaddr {destination}\nset schedule always\n{rest}\nnext\nend\n"
    )
}

const ACCEPT: &str = "set action accept\nset service ALL";
