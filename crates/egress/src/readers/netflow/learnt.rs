//! What the inputs of a run know about templates and sampling.
//!
//! In a file of export packets the exporter is not named: two exporters may use the same domain and template numbers. A template of
//! another file is therefore taken only where one alone remains: of those that fit the data, by the time at which the exporter
//! started (version 9 tells it), and last by the likeness of the file names.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use crate::readers::netflow::record::{Sent, WRAP};
use crate::readers::netflow::template::Template;

/// Whose templates: exporter, version and observation domain (source id in version 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Domain {
    /// Address of the exporter, where the input tells it.
    pub(crate) exporter: Option<IpAddr>,
    /// Version of the packets: 5, 7, 9 or 10.
    pub(crate) version: u16,
    /// Source id or observation domain.
    pub(crate) number: u32,
}

/// To what a sampling rate applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scope {
    /// All records of the domain.
    All,
    /// Those that came in on the interface.
    Interface(u64),
    /// Those that the sampler took.
    Sampler(u64),
}

/// Where something was learnt.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Origin {
    /// Name of the input.
    pub(crate) input: String,
    /// When the exporter started, in milliseconds modulo the range of its counter; IPFIX does not say.
    pub(crate) boot: Option<i64>,
}

/// Templates and sampling rates that inputs of the run hold.
#[derive(Clone, Debug, Default)]
pub struct Learnt {
    templates: BTreeMap<(Domain, u16), Vec<Taught>>,
    rates: BTreeMap<(Domain, Scope), Vec<(u32, Origin)>>,
    held: usize,
}

/// A template and where it was learnt.
type Taught = (Arc<Template>, Origin);

/// A template found, or why none was.
pub(crate) enum Found {
    /// This one, of another input with this name.
    One(Arc<Template>, String),
    /// Several that differ.
    Ambiguous,
    /// None.
    Missing,
}

impl Learnt {
    /// Adds what a later input knows.
    pub fn add(&mut self, later: Self) {
        for ((domain, id), known) in later.templates {
            for (template, origin) in known {
                self.template(domain, id, &template, &origin);
            }
        }
        for ((domain, scope), known) in later.rates {
            for (rate, origin) in known {
                self.rate(domain, scope, rate, &origin);
            }
        }
    }

    /// Keeps a template.
    pub(crate) fn template(
        &mut self,
        domain: Domain,
        id: u16,
        template: &Arc<Template>,
        origin: &Origin,
    ) {
        let weight = template.weight() + origin.input.len();
        let known = self.templates.entry((domain, id)).or_default();
        let new = known.len() < MOST_ALIKE
            && !known.iter().any(|(it, from)| it == template && from == origin);
        if new && self.held + weight <= MOST_HELD {
            self.held += weight;
            known.push((Arc::clone(template), origin.clone()));
        }
    }

    /// Keeps a sampling rate.
    pub(crate) fn rate(&mut self, domain: Domain, scope: Scope, rate: u32, origin: &Origin) {
        let known = self.rates.entry((domain, scope)).or_default();
        let new = known.len() < MOST_ALIKE && !known.iter().any(|(_, from)| from == origin);
        let weight = 64 + origin.input.len();
        if new && self.held + weight <= MOST_HELD {
            self.held += weight;
            known.push((rate, origin.clone()));
        }
    }

    /// The template for this body of a set, seen in an input of this origin.
    pub(crate) fn find(&self, domain: Domain, id: u16, body: &[u8], origin: &Origin) -> Found {
        let Some(known) = self.templates.get(&(domain, id)) else { return Found::Missing };
        let fit: Vec<_> = known.iter().filter(|(template, _)| template.fits(body)).collect();
        if fit.is_empty() {
            return Found::Missing;
        }
        let same_boot =
            fit.iter().copied().filter(|(_, from)| same_boot(from.boot, origin.boot)).collect();
        let alike = |other: &Origin| {
            let pairs = other.input.bytes().zip(origin.input.bytes());
            pairs.take_while(|(left, right)| left == right).count()
        };
        let most = fit.iter().map(|(_, from)| alike(from)).max().unwrap_or(0);
        let alikes = fit.iter().copied().filter(|(_, from)| alike(from) == most && most > 0);
        let alikes = alikes.collect();
        for choice in [&fit, &same_boot, &alikes] {
            if let Some(((template, from), others)) = choice.split_first()
                && others.iter().all(|(other, _)| other == template)
            {
                return Found::One(Arc::clone(template), from.input.clone());
            }
        }
        Found::Ambiguous
    }

    /// The sampling rate that inputs of the same exporter agree on.
    pub(crate) fn rate_of(
        &self,
        domain: Domain,
        scope: Scope,
        input: &str,
        boot: Option<i64>,
    ) -> Option<u32> {
        if self.rates.is_empty() {
            return None;
        }
        let known = self.rates.get(&(domain, scope))?;
        if let Some((rate, _)) = known.iter().find(|(_, from)| from.input == input) {
            return Some(*rate);
        }
        let mut others = known.iter().filter(|(_, from)| {
            domain.exporter.is_some() || boot.is_none() || same_boot(from.boot, boot)
        });
        let (rate, _) = others.next()?;
        others.all(|(other, _)| other == rate).then_some(*rate)
    }
}

/// When the exporter of a packet started, as [`Origin::boot`] has it.
pub(crate) fn boot(sent: Sent) -> Option<i64> {
    let uptime = i64::from(sent.uptime?);
    Some((sent.at.0.div_euclid(1_000) - uptime).rem_euclid(WRAP))
}

/// Whether two packets may be of one exporter that was not started again in between: clocks drift by a minute at most.
fn same_boot(left: Option<i64>, right: Option<i64>) -> bool {
    let (Some(left), Some(right)) = (left, right) else { return false };
    let apart = (left - right).rem_euclid(WRAP);
    apart.min(WRAP - apart) <= 60_000
}

/// How many templates of one number are told apart.
const MOST_ALIKE: usize = 64;

/// How many bytes of templates are kept for a run.
const MOST_HELD: usize = 64 << 20;
