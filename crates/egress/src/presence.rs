//! Which hosts of an inventory occur in the logs at all. Of one that was never seen nobody can say that it is silent.
//!
//! A host is looked for until it is seen once, so that the lines that sieves let through for its sake stay few.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};

use hashbrown::HashMap;

use crate::endpoints::{Blocks, canonical};
use crate::event::{Host, parse_address};

/// Hosts that are looked for, each with whether it was seen.
#[derive(Debug, Default)]
pub struct Presence {
    addresses: HashMap<IpAddr, AtomicBool>,
    names: HashMap<String, AtomicBool>,
    blocks: Blocks,
}

impl Presence {
    /// Looks for these addresses and names; for a name also without its domain, or with one that nobody has.
    pub fn new(identifiers: impl IntoIterator<Item = Identifier>) -> Self {
        let mut presence = Self::default();
        for identifier in identifiers {
            match identifier {
                Identifier::Address(address) => {
                    if let IpAddr::V4(four) = address {
                        presence.blocks.add(four.to_bits());
                    }
                    presence.addresses.insert(address, AtomicBool::new(false));
                }
                Identifier::Name(name) => {
                    presence.names.insert(alike(&name), AtomicBool::new(false));
                    presence.names.insert(name, AtomicBool::new(false));
                }
            }
        }
        presence
    }

    /// Whether exactly it was seen.
    pub fn saw(&self, identifier: &Identifier) -> bool {
        let seen = match identifier {
            Identifier::Address(address) => self.addresses.get(address),
            Identifier::Name(name) => self.names.get(name),
        };
        seen.is_some_and(|seen| seen.load(Ordering::Relaxed))
    }

    /// Whether a name was seen that is the same but for a domain that one of the two lacks.
    pub fn saw_alike(&self, name: &str) -> bool {
        self.saw(&Identifier::Name(alike(name)))
    }

    /// Whether a line with this address is worth reading for its sake.
    pub(crate) fn seeks(&self, address: IpAddr) -> bool {
        self.addresses.get(&address).is_some_and(|seen| !seen.load(Ordering::Relaxed))
    }

    /// The blocks of the addresses that are looked for.
    pub(crate) fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    /// Notes that a log covers what a host sends.
    pub(crate) fn note(&self, host: Host<'_>) {
        let seen = match host {
            Host::Address(address) => self.addresses.get(&address),
            Host::Named(_) if self.names.is_empty() => None,
            Host::Named(name) => {
                let name = canonical(name);
                self.names.get(&name).or_else(|| self.names.get(&format!("{}.", short(&name))))
            }
        };
        if let Some(seen) = seen {
            seen.store(true, Ordering::Relaxed);
        }
    }
}

/// What a host is known by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identifier {
    /// An address.
    Address(IpAddr),
    /// A host name, lower case, without a dot at its end.
    Name(String),
}

impl Identifier {
    /// Reads one, perhaps with the length of its network behind a slash. `None` for what tells nobody apart: addresses of the host
    /// itself or of one link, and names that every host has.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(address) = parse_address(text.split('/').next().unwrap_or(text)) {
            let link_local = match address {
                IpAddr::V4(four) => four.is_link_local() || four.is_broadcast(),
                IpAddr::V6(six) => six.is_unicast_link_local(),
            };
            let common = link_local
                || address.is_loopback()
                || address.is_unspecified()
                || address.is_multicast();
            return (!common).then_some(Self::Address(address));
        }
        let name = canonical(text);
        let common = name.is_empty() || short(&name) == "localhost";
        (!common).then_some(Self::Name(name))
    }
}

/// What stands for the same name without its domain or, where it has none, with any other (`pc1.`).
fn alike(name: &str) -> String {
    let short = short(name);
    if short == name { format!("{name}.") } else { short.to_owned() }
}

/// A name without its domain.
pub(crate) fn short(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Identifier {
        Identifier::Name(text.to_owned())
    }

    #[test]
    fn a_host_is_sought_until_it_is_seen() {
        let address: IpAddr = "10.0.0.1".parse().unwrap();
        let presence = Presence::new([Identifier::Address(address)]);
        assert!(presence.seeks(address));
        presence.note(Host::Address(address));
        assert!(!presence.seeks(address) && presence.saw(&Identifier::Address(address)));
    }

    #[test]
    fn a_name_with_a_domain_is_alike_the_one_without() {
        let presence = Presence::new([name("pc1")]);
        presence.note(Host::Named("PC1.corp.test."));
        assert_eq!((presence.saw(&name("pc1")), presence.saw_alike("pc1")), (false, true));
    }

    #[test]
    fn a_name_without_a_domain_is_alike_the_one_with() {
        let presence = Presence::new([name("pc1.a.test")]);
        presence.note(Host::Named("pc1"));
        assert!(presence.saw_alike("pc1.a.test"));
    }

    #[test]
    fn a_name_in_another_domain_is_not_alike() {
        let presence = Presence::new([name("pc1.a.test"), name("pc1")]);
        presence.note(Host::Named("pc1.b.test"));
        assert!(!presence.saw_alike("pc1.a.test"));
    }

    #[test]
    fn what_every_host_has_tells_nobody_apart() {
        let common = ["127.0.0.1", "::1", "fe80::1", "169.254.1.1", "localhost.localdomain", ""];
        assert_eq!(common.map(Identifier::parse), [const { None }; 6]);
    }

    #[test]
    fn an_address_may_have_the_length_of_its_network() {
        let address = Identifier::Address("10.0.0.1".parse().unwrap());
        assert_eq!(Identifier::parse("10.0.0.1/24"), Some(address));
    }
}
