//! One packet through two firewalls at the same time: what the configurations do not say gets the same answer on both sides.

use std::collections::BTreeMap;
use std::net::IpAddr;

use model::record::trace::Assumption;
use model::record::walk::{PassedRule, Walk, WalkedCase, WalkedContext};
use policy::{
    About, Assumed, Atom, Decision, InterfaceId, Mismatch, Packet, PacketError, Passed, Policy,
    PredicateKind, World, ZoneId, decide_telling, without_digest,
};
use proof::prove::ZoneMap;

use super::checked::written;
use super::packets::{Asked, Teller, error_text, places};
use super::pairing::Placed;
use super::replay::{Terms, alone, change};
use super::spots::spot_of;
use super::zoning::zone_name;

/// What is asked of both sides.
pub(crate) struct Walking<'a> {
    /// The two contexts, prepared as for a comparison.
    pub(crate) sides: (Placed<'a>, Placed<'a>),
    /// Which zones are the same.
    pub(crate) zones: &'a ZoneMap,
    /// Whether all ways of stopping are the same.
    pub(crate) merge_denials: bool,
    /// How many outcomes to list.
    pub(crate) most: usize,
}

/// Why a packet cannot be put into both: a key with its values.
type Misplaced = (String, BTreeMap<String, String>);

/// Where the packet comes in and leaves on each side, as far as that was said.
struct Ends {
    packets: (Packet, Packet),
    egress: (Option<InterfaceId>, Option<InterfaceId>),
}

/// A question that a configuration leaves open.
#[derive(Clone, PartialEq, Eq)]
enum Question {
    /// Whether an unknown holds; those of which no two are the same have their side and number.
    Holds(PredicateKind, Box<str>, Option<(usize, u32)>, Option<IpAddr>),
    /// Where packets to this address leave.
    Leaves(IpAddr),
}

/// An answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// It holds, or not.
    Holds(bool),
    /// By the zones of this pair.
    By(usize),
}

/// Walks a packet through both.
pub(crate) fn walk(walking: &Walking<'_>, asked: &Asked) -> WalkedContext {
    let (left, right) = walking.sides;
    let mut walked =
        WalkedContext { left: left.name(), right: right.name(), ..WalkedContext::default() };
    let ends = match walking.place(asked) {
        Ok(ends) => ends,
        Err((key, args)) => {
            walked.error = key;
            walked.error_args = args;
            return walked;
        }
    };
    let mut open: Vec<Vec<(Question, Answer)>> = vec![Vec::new()];
    while let Some(answers) = open.pop() {
        if walked.cases.len() >= walking.most {
            walked.cut = true;
            break;
        }
        let one = walking.run(0, (&ends.packets.0, ends.egress.0), asked, &answers);
        let two = walking.run(1, (&ends.packets.1, ends.egress.1), asked, &answers);
        match one.open.clone().or_else(|| two.open.clone()) {
            None => walked.cases.push(walking.case(&ends, &one, &two)),
            // The last one in is the first one out: what holds comes before what does not.
            Some(question) => open.extend(walking.answers(&question).into_iter().rev().map(|it| {
                let mut longer = answers.clone();
                longer.push((question.clone(), it));
                longer
            })),
        }
    }
    walked
}

/// What one side does, and the first question that nobody has answered yet.
struct Ran {
    decision: Decision,
    /// The rules that each step tried in vain.
    passed: Vec<Vec<Passed>>,
    assumed: Vec<Assumed>,
    open: Option<Question>,
}

impl Walking<'_> {
    /// The packet on both sides. A name of one side stands for the zone that is the same on the other.
    fn place(&self, asked: &Asked) -> Result<Ends, Misplaced> {
        let (left, right) = (self.sides.0.policy, self.sides.1.policy);
        let ingress = match &asked.packet.ingress {
            Some(name) => self.both(name)?,
            None => {
                let found = (asked.packet.in_policy(left), asked.packet.in_policy(right));
                match found {
                    (Ok(one), Ok(two)) => (one.ingress, two.ingress),
                    (Ok(one), Err(_)) => (one.ingress, self.other(0, one.ingress)?),
                    (Err(_), Ok(two)) => (self.other(1, two.ingress)?, two.ingress),
                    (Err(error), Err(_)) => return Err(misplaced(&error, left)),
                }
            }
        };
        let egress = match &asked.packet.egress {
            Some(name) => self.both(name).map(|(one, two)| (Some(one), Some(two)))?,
            None => (None, None),
        };
        let of = |ingress| Packet {
            ingress,
            source: asked.packet.source,
            destination: asked.packet.destination,
            transport: asked.packet.transport,
        };
        Ok(Ends { packets: (of(ingress.0), of(ingress.1)), egress })
    }

    /// The interfaces that a name of either side means.
    fn both(&self, name: &str) -> Result<(InterfaceId, InterfaceId), Misplaced> {
        let (left, right) = (self.sides.0.policy, self.sides.1.policy);
        match (left.place(name), right.place(name)) {
            (Some(one), Some(two)) if self.same(one, two) => Ok((one, two)),
            (Some(one), _) => Ok((one, self.other(0, one)?)),
            (None, Some(two)) => Ok((self.other(1, two)?, two)),
            (None, None) => Err(misplaced(&PacketError::Place(name.to_owned()), left)),
        }
    }

    /// Whether two interfaces are in zones that are the same.
    fn same(&self, one: InterfaceId, two: InterfaceId) -> bool {
        let zones = zone_of(self.sides.0.policy, one).zip(zone_of(self.sides.1.policy, two));
        zones.is_some_and(|pair| self.zones.pairs.contains(&pair))
    }

    /// An interface of the other side, in the zone that is the same.
    fn other(&self, side: usize, id: InterfaceId) -> Result<InterfaceId, Misplaced> {
        let (left, right) = (self.sides.0.policy, self.sides.1.policy);
        let (mine, theirs) = if side == 0 { (left, right) } else { (right, left) };
        let zone = zone_of(mine, id);
        let pairs = self.zones.pairs.iter();
        let mut others = pairs.filter_map(|pair| {
            let (mine, theirs) = if side == 0 { (pair.0, pair.1) } else { (pair.1, pair.0) };
            (Some(mine) == zone).then_some(theirs)
        });
        let found = others.find_map(|zone| first_in(theirs, zone));
        found.ok_or_else(|| {
            let name = zone.map_or_else(String::new, |zone| zone_name(mine, zone));
            let side = if side == 0 { "A" } else { "B" };
            let args = [("side".to_owned(), side.to_owned()), ("zone".to_owned(), name)];
            ("walk-no-counterpart".to_owned(), BTreeMap::from(args))
        })
    }

    /// One side with these answers.
    fn run(
        &self,
        side: usize,
        (packet, egress): (&Packet, Option<InterfaceId>),
        asked: &Asked,
        answers: &[(Question, Answer)],
    ) -> Ran {
        let policy = if side == 0 { self.sides.0.policy } else { self.sides.1.policy };
        let mut way = Way {
            walking: self,
            policy,
            side,
            egress,
            asked,
            answers,
            first: None,
            assumed: Vec::new(),
        };
        let (decision, passed) = decide_telling(policy, packet, &mut way);
        Ran { decision, passed, assumed: way.assumed, open: way.first }
    }

    /// The answers that a question can have.
    fn answers(&self, question: &Question) -> Vec<Answer> {
        match question {
            Question::Holds(..) => vec![Answer::Holds(true), Answer::Holds(false)],
            Question::Leaves(_) => (0..self.zones.pairs.len()).map(Answer::By).collect(),
        }
    }

    fn case(&self, ends: &Ends, one: &Ran, two: &Ran) -> WalkedCase {
        let (left, right) = self.sides;
        let terms = |policy, side| Terms {
            policy,
            side,
            zones: self.zones,
            merge_denials: self.merge_denials,
        };
        let (mine, theirs) = (terms(left.policy, 0), terms(right.policy, 1));
        let change = change(&mine.becomes(&one.decision), &theirs.becomes(&two.decision));
        let ingress = self.same(ends.packets.0.ingress, ends.packets.1.ingress);
        let parts = match change {
            _ if !ingress => "ingress",
            None => "",
            Some(_) => parting((&mine, &one.decision), (&theirs, &two.decision)),
        };
        let (left, right) = (way(left, &ends.packets.0, one), way(right, &ends.packets.1, two));
        let mut assumed: Vec<Assumption> = Vec::new();
        for one in left.case.assumed.iter().chain(&right.case.assumed) {
            if one.kind != "route" && !assumed.contains(one) {
                assumed.push(one.clone());
            }
        }
        let change = change.unwrap_or_default().to_owned();
        WalkedCase { assumed, change, parts: parts.to_owned(), left, right }
    }
}

/// Where two ways part first.
fn parting(
    (mine, one): (&Terms<'_>, &Decision),
    (theirs, two): (&Terms<'_>, &Decision),
) -> &'static str {
    let (new, other) = (&one.translated, &two.translated);
    if mine.address(&new.destination) != theirs.address(&other.destination)
        || new.destination_port != other.destination_port
    {
        "destination"
    } else if mine.way_out(one) != theirs.way_out(two) {
        "route"
    } else if one.verdict != two.verdict {
        "filter"
    } else {
        "source"
    }
}

/// The way of one side in the administrator's words.
fn way(placed: Placed<'_>, packet: &Packet, ran: &Ran) -> Walk {
    let (reading, policy) = (placed.reading, placed.policy);
    let teller = Teller { reading, policy, packet };
    let mut case = teller.case(&ran.decision);
    case.assumed = ran.assumed.iter().map(|one| teller.assumption(one)).collect();
    let (ingress, ingress_zone) = teller.interface(packet.ingress);
    let of_step = |step: &Vec<Passed>| -> Vec<PassedRule> {
        step.iter().filter_map(|one| passed(placed, one)).collect()
    };
    let passed: Vec<Vec<PassedRule>> = ran.passed.iter().map(of_step).collect();
    let count = |step: &Vec<PassedRule>| u64::try_from(step.len()).unwrap_or(u64::MAX);
    let tried = passed.iter().map(count).collect();
    Walk { packet: packet.to_string(), ingress, ingress_zone, tried, passed, case }
}

/// A rule that does not match; `None` for what is switched off or nobody wrote.
fn passed(placed: Placed<'_>, passed: &Passed) -> Option<PassedRule> {
    let (base, number) = passed.rule;
    let rule = placed.policy.rulebase(base)?.rules.get(index(number))?;
    let why = match passed.mismatch {
        Mismatch::Disabled => return None,
        Mismatch::From => "from",
        Mismatch::To => "to",
        Mismatch::Pair => "pair",
        Mismatch::Ends => "ends",
        Mismatch::Source => "source",
        Mismatch::Destination => "destination",
        Mismatch::Services => "services",
        Mismatch::Conditions => "conditions",
    };
    written(rule).then(|| PassedRule {
        name: rule.origin.label.to_string(),
        place: spot_of(placed.reading, &rule.origin),
        why: why.to_owned(),
    })
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn zone_of(policy: &Policy, id: InterfaceId) -> Option<ZoneId> {
    policy.interfaces.get(index(id.0)).map(|one| one.zone)
}

/// The first interface of a zone.
fn first_in(policy: &Policy, zone: ZoneId) -> Option<InterfaceId> {
    let found = policy.interfaces.iter().position(|one| one.zone == zone)?;
    u32::try_from(found).ok().map(InterfaceId)
}

fn misplaced(error: &PacketError, policy: &Policy) -> Misplaced {
    let (key, value) = error_text(error);
    let args = [("text".to_owned(), value.to_owned()), ("places".to_owned(), places(policy))];
    (key.to_owned(), BTreeMap::from(args))
}

/// One side on its way.
struct Way<'a> {
    walking: &'a Walking<'a>,
    policy: &'a Policy,
    side: usize,
    egress: Option<InterfaceId>,
    asked: &'a Asked,
    answers: &'a [(Question, Answer)],
    /// The first question without an answer.
    first: Option<Question>,
    assumed: Vec<Assumed>,
}

impl Way<'_> {
    fn answer(&mut self, question: Question) -> Option<Answer> {
        let known = self.answers.iter().find(|(known, _)| *known == question);
        if known.is_none() && self.first.is_none() {
            self.first = Some(question);
        }
        known.map(|(_, answer)| *answer)
    }

    fn note(&mut self, assumed: Assumed) {
        if !self.assumed.contains(&assumed) {
            self.assumed.push(assumed);
        }
    }

    /// What the packet says of an unknown: when one of a kind is given, the others of that kind do not hold.
    fn given(&self, kind: PredicateKind, names: [&str; 3]) -> Option<bool> {
        let all = &self.asked.packet.given;
        let mut of_kind = all.iter().filter(|(given, _)| given == kind.as_str()).peekable();
        of_kind.peek()?;
        Some(of_kind.any(|(_, name)| names.contains(&name.as_str())))
    }
}

impl World for Way<'_> {
    fn holds(&mut self, atom: Atom) -> bool {
        let policy = self.policy;
        let Some(known) = policy.predicates.get(index(atom.predicate.0)) else { return false };
        let open = matches!(known.kind, PredicateKind::Undefined | PredicateKind::Unreadable);
        let names = [&*known.meaning, without_digest(&known.meaning), &known.origin.label];
        let given = self.given(known.kind, names);
        if let Some(answer) = given.filter(|_| !open) {
            return answer;
        }
        let address = match atom.about {
            About::Address(address) => Some(address),
            About::Packet => None,
        };
        let own = alone(known.kind).then_some((self.side, atom.predicate.0));
        let question = Question::Holds(known.kind, known.meaning.clone(), own, address);
        let holds = self.answer(question) == Some(Answer::Holds(true));
        self.note(Assumed::Holds(atom, holds));
        holds
    }

    fn egress(&mut self, destination: IpAddr) -> Option<InterfaceId> {
        let found = self.egress.or_else(|| match self.answer(Question::Leaves(destination)) {
            Some(Answer::By(pair)) => {
                let (mine, theirs) = *self.walking.zones.pairs.get(pair)?;
                first_in(self.policy, if self.side == 0 { mine } else { theirs })
            }
            _ => None,
        })?;
        self.note(Assumed::Leaves(destination, found));
        Some(found)
    }
}
