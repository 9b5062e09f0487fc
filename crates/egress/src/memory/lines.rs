//! What is remembered as text: one JSON object a line, in the order of the keys, so that equal memories are equal bytes.

use std::io::{self, BufRead, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use serde::{Deserialize, Serialize};

use super::kept::{Answer, Few, Name, seconds};
use super::{Memory, Named, Seen, Spoke, Told};
use crate::endpoints::EndpointId;
use crate::event::NameFrom;
use crate::sums::{PartialError, read_line, write_line};
use crate::time::Time;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    /// The names of one flow.
    Flow { key: u64, claimed: Option<i64>, names: Vec<Use> },
    /// Who was told an address: the endpoint, from and until when, when it came.
    Pair { pair: u64, answers: Vec<(u32, Time, Time, i64)> },
    /// Who was seen at a conversation.
    Talk { tuple: u64, programs: Vec<Program> },
    /// The last line: how many came before it.
    End { lines: u64, forgotten: u64 },
}

/// A program: when it was seen, its path, on which machine, which endpoint the row shows, when it came.
type Program = (Time, Arc<str>, Option<Arc<str>>, Option<u32>, i64);

/// A name: when it was used, where it stood, of which endpoint, between which two, when it came.
type Use = (Option<Time>, NameFrom, Option<u32>, Option<u64>, i64);

impl Memory {
    /// Writes what is remembered.
    ///
    /// # Errors
    /// When `to` cannot be written.
    pub fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        let mut flows: Vec<(&u64, &Named)> = self.names.iter().collect();
        flows.sort_by_key(|(key, _)| **key);
        for (key, named) in &flows {
            let claimed = named.claimed_at().map(i64::from);
            let name = |name: &Name| {
                let seen = name.seen();
                (seen.at, seen.from, seen.endpoint.map(|it| it.0), seen.pair, name.came.into())
            };
            let names = named.list.iter().map(name).collect();
            write_line(to, &Line::Flow { key: **key, claimed, names })?;
        }
        let mut pairs: Vec<(&u64, &Few<Answer>)> = self.answers.iter().collect();
        pairs.sort_by_key(|(pair, _)| **pair);
        for (pair, list) in &pairs {
            let answer = |Answer { told, came }: &Answer| {
                (told.endpoint.0, told.from, told.until, i64::from(*came))
            };
            let answers = list.iter().map(answer).collect();
            write_line(to, &Line::Pair { pair: **pair, answers })?;
        }
        let mut talks: Vec<(&u64, &Vec<(Spoke, i64)>)> = self.programs.by_tuple.iter().collect();
        talks.sort_by_key(|(tuple, _)| **tuple);
        for (tuple, list) in &talks {
            let program = |(spoke, came): &(Spoke, i64)| {
                let endpoint = spoke.endpoint.map(|it| it.0);
                (spoke.at, Arc::clone(&spoke.program), spoke.host.clone(), endpoint, *came)
            };
            let programs = list.iter().map(program).collect();
            write_line(to, &Line::Talk { tuple: **tuple, programs })?;
        }
        let lines = (flows.len() + pairs.len() + talks.len()) as u64;
        write_line(to, &Line::End { lines, forgotten: self.forgotten })
    }

    /// Reads what [`Self::write`] wrote.
    ///
    /// # Errors
    /// When it cannot be read, holds a line of another format, or is cut short.
    pub fn read(from: &mut dyn BufRead) -> Result<Self, PartialError> {
        let mut memory = Self::default();
        let mut lines = 0;
        while let Some(line) = read_line(from, lines + 1)? {
            let line = serde_json::from_str(&line)
                .map_err(|error| PartialError::Line(lines + 1, error.to_string()))?;
            match line {
                Line::Flow { key, claimed, names } => {
                    memory.kept.0 += names.len();
                    let list = names.into_iter().map(|(at, from, endpoint, pair, came)| {
                        let endpoint = endpoint.map(EndpointId);
                        Name::new(&Seen { at, from, endpoint, pair }, came)
                    });
                    let claimed = claimed.map_or(0, |at| seconds(at).saturating_add(1));
                    let named = Named { list: list.collect(), claimed: AtomicU32::new(claimed) };
                    memory.names.insert(key, named);
                }
                Line::Pair { pair, answers } => {
                    memory.kept.1 += answers.len();
                    let list = answers.into_iter().map(|(endpoint, from, until, came)| {
                        let told = Told { endpoint: EndpointId(endpoint), from, until };
                        Answer { told, came: seconds(came) }
                    });
                    memory.answers.insert(pair, list.collect());
                }
                Line::Talk { tuple, programs } => {
                    memory.programs.kept += programs.len();
                    let list = programs.into_iter().map(|(at, program, host, endpoint, came)| {
                        (Spoke { at, program, host, endpoint: endpoint.map(EndpointId) }, came)
                    });
                    memory.programs.by_tuple.insert(tuple, list.collect());
                }
                Line::End { lines: written, forgotten } if written == lines => {
                    return Ok(Self { forgotten, ..memory });
                }
                Line::End { .. } => return Err(PartialError::Cut),
            }
            lines += 1;
        }
        Err(PartialError::Cut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::memory::Notes;

    fn written(memory: &Memory) -> Vec<u8> {
        let mut bytes = Vec::new();
        memory.write(&mut bytes).unwrap();
        bytes
    }

    fn some() -> Memory {
        let mut memory = Memory { now: 77, forgotten: 3, ..Memory::default() };
        let seen = Seen {
            at: Some(Time(5)),
            from: NameFrom::Host,
            endpoint: Some(EndpointId(2)),
            pair: Some(4),
        };
        let told = Told { endpoint: EndpointId(1), from: Time(-1), until: Time(9) };
        let names = (0..9).map(|key| (u64::MAX - key, seen)).collect();
        let spoke = Spoke {
            at: Time(7),
            program: "/a".into(),
            host: Some("pc".into()),
            endpoint: Some(EndpointId(3)),
        };
        let notes =
            Notes { names, answers: vec![(4, told)], programs: vec![(6, spoke)], dropped: 0 };
        memory.note(&notes, &Limits::default());
        memory.claim(u64::MAX);
        memory
    }

    #[test]
    fn what_is_remembered_survives_being_written() {
        let bytes = written(&some());
        let read = Memory::read(&mut &bytes[..]).unwrap();
        assert_eq!(written(&read), bytes);
        assert_eq!((read.unclaimed().count(), read.kept, read.forgotten), (8, (9, 1), 3));
    }

    #[test]
    fn a_memory_that_is_cut_at_any_line_is_refused() {
        let bytes = written(&some());
        for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
            let cut = Memory::read(&mut &bytes[..at]);
            assert!(cut.is_err(), "{at} bytes of {}", bytes.len());
        }
    }
}
