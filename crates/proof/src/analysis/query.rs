//! Who decides what: answers to questions about what may pass.

use hashbrown::HashSet;
use policy::{
    Addresses, By, Family, InterfaceId, Packet, Policy, Services, Verdict, ZoneId, Zones,
};

use super::without::{Asked, Means};
use super::{PARTS, Piece, Single, all_clients};
use crate::cover::{Covered, remainder};
use crate::list::{Entry, Point, Question, Region};
use crate::prove::{Witness, at, packet_at, usual_ports};
use crate::questions::Asked as Unknown;
use crate::sets::Set;
use crate::wide::{Exceeded, Wide};

/// A question about what may pass: all that is not said is everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Zones where packets come in.
    pub from: Zones,
    /// Zones where they leave.
    pub to: Zones,
    /// Sources.
    pub source: Addresses,
    /// Destinations, as they arrive.
    pub destination: Addresses,
    /// Services, as they arrive.
    pub services: Services,
    /// Whether destinations and services are those after translation: then only packets are meant that a rule rewrites the destination of.
    pub translated: bool,
    /// Whether packets of which a port is 0 are meant, too: decision 0008.
    pub port_zero: bool,
}

impl Query {
    /// About every packet.
    pub fn everything() -> Self {
        Self {
            from: Zones::Any,
            to: Zones::Any,
            source: Addresses::Any,
            destination: Addresses::Any,
            services: Services::Any,
            translated: false,
            port_zero: true,
        }
    }
}

/// One rule's part in the answer to a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The family.
    pub family: Family,
    /// What decides.
    pub by: By,
    /// What it decides.
    pub verdict: Verdict,
    /// Whether all of its packets take assumptions about unknowns to get there.
    pub uncertain: bool,
    /// A packet that it decides.
    pub witness: Witness,
    /// All packets of the query that it decides, in parts; `None` when they are too many to list.
    pub parts: Option<Vec<Part>>,
}

/// Packets in plain numbers: a product of sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Zones where they come in.
    pub from: Vec<ZoneId>,
    /// Source addresses, first and last.
    pub source: Vec<(std::net::IpAddr, std::net::IpAddr)>,
    /// Destination addresses as they arrive, first and last.
    pub destination: Vec<(std::net::IpAddr, std::net::IpAddr)>,
    /// Protocols with their destination ports or types, on one line: see `docs/manual`; TCP from 0, UDP from 65536, SCTP from
    /// 131072, ICMP type and code from 196608, other protocols from 262144.
    pub services: Vec<(u32, u32)>,
    /// Source ports, first and last; nothing when all are meant.
    pub clients: Vec<(u32, u32)>,
    /// What must hold of them, and what must not.
    pub answers: Vec<(Unknown, bool)>,
}

/// Answers a query: every rule that decides some of its packets, in order.
///
/// # Errors
/// When a limit is reached.
pub fn query(policy: &Policy, query: &Query) -> Result<Vec<Answer>, Exceeded> {
    let mut answers = Vec::new();
    for family in [Family::V4, Family::V6] {
        let single = Single::new(policy, family, query)?;
        let mut means = Means::new();
        for piece in &single.pieces {
            single.answers(piece, &mut means, &mut answers)?;
        }
    }
    Ok(answers)
}

impl Single<'_> {
    fn answers(
        &self,
        piece: &Piece,
        means: &mut Means,
        answers: &mut Vec<Answer>,
    ) -> Result<(), Exceeded> {
        let mut told: HashSet<u32> = HashSet::new();
        for (number, entry) in (0u32..).zip(&piece.list.entries) {
            let origin = entry.origin;
            let point = match piece.before(Asked { number, entry }, means) {
                Covered::By(_) => continue,
                Covered::Not(point) => point,
                Covered::GaveUp => return Err(Exceeded("splits of one cover")),
            };
            let Some((by, verdict)) = piece.causes.get(at(origin)) else { continue };
            let parts = self.parts(piece, number, entry);
            if !told.insert(origin)
                && let Some(known) = answers.iter_mut().rev().find(|known| known.by == *by)
            {
                known.uncertain &= !entry.region.answers.is_empty();
                match (&mut known.parts, parts) {
                    (Some(known), Some(parts)) => known.extend(parts),
                    (known, _) => *known = None,
                }
                continue;
            }
            // Ports that people expect, where they will do.
            let usual = usual_ports(&entry.region).into_iter().find_map(|region| {
                let entry = Entry { region, ..entry.clone() };
                match piece.before(Asked { number, entry: &entry }, means) {
                    Covered::Not(point) => Some(point),
                    Covered::By(_) | Covered::GaveUp => None,
                }
            });
            let point = usual.unwrap_or(point);
            let Some(witness) = self.witness(piece, &point) else { continue };
            let uncertain = !entry.region.answers.is_empty();
            let (by, verdict) = (*by, *verdict);
            answers.push(Answer { family: self.family, by, verdict, uncertain, witness, parts });
        }
        Ok(())
    }

    pub(super) fn witness(&self, piece: &Piece, point: &Point) -> Option<Witness> {
        let interface = |zone: u32| {
            let mut all = (0u32..).zip(&self.policy.interfaces);
            all.find(|(_, interface)| interface.zone.0 == zone).map(|(id, _)| InterfaceId(id))
        };
        let [from, to, ..] = point.at;
        let packet: Packet = packet_at(self.family, &piece.numbering, point, interface(from)?);
        let egress = interface(to);
        let answers = self.asked(&point.answers);
        Some(Witness { left: packet, right: packet, egress: (egress, egress), answers })
    }

    /// Questions by number as what they ask.
    fn asked(&self, answers: &[(Question, bool)]) -> Vec<(Unknown, bool)> {
        let asked = answers.iter().filter_map(|(question, answer)| {
            Some((self.questions.asked.get(at(*question))?.clone(), *answer))
        });
        asked.collect()
    }

    /// The packets that an entry decides.
    fn parts(&self, piece: &Piece, number: u32, entry: &Entry) -> Option<Vec<Part>> {
        let before = piece.list.entries.iter().take(at(number)).map(|before| &before.region);
        let before: Vec<&Region> = before.filter(|before| before.meets(&entry.region)).collect();
        let left = remainder(&entry.region, &before, PARTS)?;
        Some(left.iter().map(|region| self.part(&piece.numbering.wide(region))).collect())
    }

    fn part(&self, wide: &Wide) -> Part {
        let address = |number: u128| crate::prove::address(self.family, number);
        let addresses = |set: &Set<u128>| {
            set.ranges().iter().map(|(first, last)| (address(*first), address(*last))).collect()
        };
        let zones = wide.from.ranges().iter().flat_map(|(first, last)| *first..=*last);
        Part {
            from: zones.map(ZoneId).collect(),
            source: addresses(&wide.source),
            destination: addresses(&wide.destination),
            services: wide.service.ranges().to_vec(),
            clients: match all_clients(&wide.client) {
                true => Vec::new(),
                false => wide.client.ranges().to_vec(),
            },
            answers: self.asked(&wide.answers),
        }
    }
}
