//! `trace`: what firewalls do with packets, and which rule says so.

use std::path::Path;

use anyhow::Result;
use dialect::Reading;
use model::record::trace::{TRACE_SCHEMA, Traces};
use policy::{Device, PacketText, Policy, PredicateKind};
use report::words::Words;

use crate::Outcome;
use crate::cli::{Common, Trace, TraceFormat};
use crate::data::load_facts;
use crate::firewall::packets::{Asked, error_text, trace};
use crate::firewall::{self, Configs};
use crate::output::{collected, colour, put_or_write};
use crate::trouble::Trouble;

/// Runs `trace`.
///
/// # Errors
/// See [`super::run`].
pub(crate) fn run(args: &Trace, common: &Common, words: &Words) -> Result<Outcome> {
    let asked = args
        .packet
        .iter()
        .map(|text| parse(text, words))
        .collect::<Result<Vec<Asked>, Trouble>>()?;
    let facts = load_facts(&common.data, words)?;
    super::refuse_broken(&facts, words)?;
    let configs = firewall::read(&args.paths, args.together, &facts.dialects, words)?;
    let chosen = choose(&configs, args, words)?;
    let mut traces = Vec::new();
    for packet in &asked {
        for (reading, device, policy) in &chosen {
            traces.push(trace(reading, device, policy, packet, args.cases.max(1)));
        }
    }
    let record = Traces {
        schema: TRACE_SCHEMA.to_owned(),
        program: super::program(),
        data_sha256: facts.sha256,
        target: super::target(&args.paths),
        traces,
        basis: configs.basis(),
    };
    let bytes = match args.format {
        TraceFormat::Text => {
            let colour = args.output == Path::new("-") && colour(common.color);
            report::firewall::trace::render(&record, words, colour).into_bytes()
        }
        TraceFormat::Json => collected(words, |out| report::json::pretty(&record, out))?,
    };
    put_or_write(&bytes, &args.output, words)?;
    // A packet that no context can place was not answered.
    let answered = |packet: &Asked| {
        let mut about = record.traces.iter().filter(|trace| trace.asked == packet.text);
        about.any(|trace| trace.error.is_empty())
    };
    Ok(if !record.basis.is_whole() {
        Outcome::Unfinished
    } else if asked.iter().all(answered) {
        Outcome::Clean
    } else {
        Outcome::Wrong
    })
}

/// A packet as somebody wrote it.
///
/// # Errors
/// When it is none.
pub(super) fn parse(text: &str, words: &Words) -> Result<Asked, Trouble> {
    let wrong = |key: &str, value: &str| {
        let args = [("text", value.into()), ("places", "".into())];
        let why = words.text(key, &args);
        let args = [("packet", text.into()), ("why", (&why).into())];
        Trouble::wrong(words, "error-packet", &args)
    };
    let packet = PacketText::parse(text).map_err(|error| {
        let (key, value) = error_text(&error);
        wrong(key, value)
    })?;
    let known = |kind: &str| PredicateKind::ALL.iter().any(|known| known.as_str() == kind);
    if let Some((kind, _)) = packet.given.iter().find(|(kind, _)| !known(kind)) {
        return Err(wrong("packet-kind", kind));
    }
    Ok(Asked { text: text.to_owned(), packet })
}

/// The contexts that were asked for, all when none was named.
fn choose<'c>(
    configs: &'c Configs,
    args: &Trace,
    words: &Words,
) -> Result<Vec<(&'c Reading, &'c Device, &'c Policy)>, Trouble> {
    let mut all = Vec::new();
    for reading in &configs.readings {
        for device in &reading.devices {
            all.extend(device.contexts.iter().map(|context| (reading, device, context)));
        }
    }
    let meant =
        |wanted: &Option<String>, name: &str| wanted.as_deref().is_none_or(|wanted| wanted == name);
    let chosen: Vec<_> = all
        .iter()
        .filter(|(_, device, policy)| {
            meant(&args.device, &device.name) && meant(&args.context, &policy.context)
        })
        .copied()
        .collect();
    if chosen.is_empty() {
        let names: Vec<String> = all
            .iter()
            .map(|(_, device, policy)| format!("`{}` / `{}`", device.name, policy.context))
            .collect();
        let names = names.join(&words.plain("comma"));
        let names = if names.is_empty() { "–" } else { &names };
        return Err(Trouble::wrong(words, "error-context", &[("names", names.into())]));
    }
    Ok(chosen)
}
