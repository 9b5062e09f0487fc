//! The bytes of a certificate, as `docs/certificate.md` lays them out.
//!
//! Every number that says how much follows is held against what is left of the file, and room is made only for what has been read.

use crate::space::{DIMENSIONS, Region, Set};

/// What every certificate begins with.
pub const MAGIC: &[u8; 8] = b"SPLPROOF";
/// The one version of the format that this checker knows.
pub const VERSION: u32 = 4;
/// How long the digest at the end is.
pub const DIGEST: usize = 32;

/// What a certificate says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The program that made it.
    pub tool: String,
    /// The digests of the left and the right policy, as they were given to that program.
    pub policies: (String, String),
    /// Whether every way of stopping a packet counts as the same.
    pub merge_denials: bool,
    /// Whether packets of which a port is 0 are among those that were compared.
    pub port_zero: bool,
    /// Names of the zones that are taken to be the same, left and right. What comes in by another zone is not compared.
    pub zones: Vec<(String, String)>,
    /// Names of zones that are in no pair.
    pub unpaired: (Vec<String>, Vec<String>),
}

/// A value (address or port) of a packet that leaves, as a function of the old one. Equal values are the same function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// The old value plus this number, modulo 2^128.
    Moved(u128),
    /// One of these numbers.
    OneOf(Vec<(u128, u128)>),
    /// Something that only its name is known of.
    Named(String),
}

/// The new source of a packet that leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Address and port.
    Told([Value; 2]),
    /// As the lists of this number say of the packet: as it came, or as it is with its new destination, which is for all packets of
    /// those lists the same.
    Listed(usize),
}

/// What happens to packets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Label {
    /// They are stopped in this way.
    Stopped(String),
    /// They leave.
    Leaves {
        /// The new source.
        source: Source,
        /// The new destination, address and port.
        destination: [Value; 2],
        /// Where: as the routes say, or by one of these zones.
        by: String,
    },
}

/// What the parts of one address family share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// 4 or 6.
    pub version: u8,
    /// What is unknown, in words.
    pub questions: Vec<String>,
    /// What happens to packets.
    pub labels: Vec<Label>,
    /// How many lists of both policies follow.
    pub lists: usize,
    /// How many parts follow behind those.
    pub parts: usize,
}

/// One line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which packets.
    pub region: Region,
    /// What happens to them: the number of a label; `None`: they are not of the region.
    pub label: Option<usize>,
    /// Numbers of entries that together cover it (see [`entry_of`]), if that is claimed.
    pub cover: Option<Vec<u32>>,
}

/// One policy's list for the packets of a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// In order: the first entry that has a packet decides.
    pub entries: Vec<Entry>,
    /// Numbers of entries that together cover the region.
    pub whole: Vec<u32>,
}

/// Two entries with different labels that share packets, and what covers those.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The number of the left entry.
    pub left: u32,
    /// The number of the right entry.
    pub right: u32,
    /// Numbers of entries: even ones of the left list, odd ones of the right list.
    pub cover: Vec<u32>,
}

/// One part of the packets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which packets.
    pub region: Region,
    /// The destination address and port that both policies give them before their rules see them.
    pub new: [Value; 2],
    /// The number of the lists that say what both do with packets like that.
    pub lists: usize,
}

/// The lists of both policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lists {
    /// The packets that they are about.
    pub region: Region,
    /// The left policy.
    pub left: List,
    /// The right policy.
    pub right: List,
    /// The pairs that need a cover of their own.
    pub pairs: Vec<Pair>,
}

/// The number of an entry in its list, and whether the list is the second one: numbers in covers count both lists in turns.
pub fn entry_of(number: u32) -> (usize, bool) {
    (usize::try_from(number / 2).unwrap_or(usize::MAX), number % 2 == 1)
}

/// Why bytes are not a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// What is wrong.
    pub why: &'static str,
    /// Where, in bytes from the start.
    pub at: usize,
}

type Read<T> = Result<T, Malformed>;

/// Reads a certificate piece by piece: header, then for each family its head and its parts.
#[derive(Clone, Debug)]
pub struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Reader<'b> {
    /// Starts at the beginning of the bytes before the digest.
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Whether all has been read.
    pub fn ended(&self) -> bool {
        self.at == self.bytes.len()
    }

    /// An error at the place where the reader is.
    pub fn malformed<T>(&self, why: &'static str) -> Read<T> {
        Err(Malformed { why, at: self.at })
    }

    fn take(&mut self, length: usize) -> Read<&'b [u8]> {
        let end = self.at.checked_add(length);
        match end.and_then(|end| self.bytes.get(self.at..end)) {
            Some(taken) => {
                self.at += length;
                Ok(taken)
            }
            None => self.malformed("the file ends too early"),
        }
    }

    fn byte(&mut self) -> Read<u8> {
        match self.take(1)? {
            [byte] => Ok(*byte),
            _ => self.malformed("the file ends too early"),
        }
    }

    /// A number: seven bits in each byte, the lowest first; the eighth bit says that more follow. Always the shortest form.
    fn number(&mut self) -> Read<u128> {
        let mut value = 0u128;
        for index in 0..19u32 {
            let byte = self.byte()?;
            let bits = u128::from(byte & 0x7f);
            let shifted = bits << (7 * index);
            if shifted >> (7 * index) != bits {
                return self.malformed("a number is too large");
            }
            value |= shifted;
            if byte & 0x80 == 0 {
                if byte == 0 && index > 0 {
                    return self.malformed("a number is longer than it needs to be");
                }
                return Ok(value);
            }
        }
        self.malformed("a number is too large")
    }

    fn small(&mut self) -> Read<u32> {
        let number = self.number()?;
        u32::try_from(number).or_else(|_| self.malformed("a number is too large"))
    }

    fn index(&mut self) -> Read<usize> {
        Ok(usize::try_from(self.small()?).unwrap_or(usize::MAX))
    }

    fn flag(&mut self) -> Read<bool> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => self.malformed("a flag is neither 0 nor 1"),
        }
    }

    /// How many things follow. Each takes a byte or more, so that no count can exceed what is left.
    fn count(&mut self) -> Read<usize> {
        let left = self.bytes.len() - self.at;
        let count = usize::try_from(self.number()?).unwrap_or(usize::MAX);
        if count > left { self.malformed("a count exceeds the file") } else { Ok(count) }
    }

    fn many<T>(&mut self, mut one: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let count = self.count()?;
        let mut all = Vec::new();
        for _ in 0..count {
            all.push(one(self)?);
        }
        Ok(all)
    }

    fn text(&mut self) -> Read<String> {
        let length = self.count()?;
        let bytes = self.take(length)?;
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => self.malformed("a text is not UTF-8"),
        }
    }

    /// The beginning of the file.
    ///
    /// # Errors
    /// When it is not as the format has it.
    pub fn header(&mut self) -> Read<Header> {
        if self.take(MAGIC.len())? != MAGIC {
            return self.malformed("this is not a certificate");
        }
        if self.small()? != VERSION {
            return self.malformed("this version of the format is not known");
        }
        Ok(Header {
            tool: self.text()?,
            policies: (self.text()?, self.text()?),
            merge_denials: self.flag()?,
            port_zero: self.flag()?,
            zones: self.many(|reader| Ok((reader.text()?, reader.text()?)))?,
            unpaired: (self.many(Self::text)?, self.many(Self::text)?),
        })
    }

    /// The head of a family.
    ///
    /// # Errors
    /// When it is not as the format has it.
    pub fn family(&mut self) -> Read<Family> {
        Ok(Family {
            version: self.byte()?,
            questions: self.many(Self::text)?,
            labels: self.many(Self::label)?,
            lists: self.count()?,
            parts: self.count()?,
        })
    }

    fn label(&mut self) -> Read<Label> {
        Ok(match self.byte()? {
            0 => Label::Stopped(self.text()?),
            1 => {
                let source = Source::Told([self.value()?, self.value()?]);
                self.leaves(source)?
            }
            2 => {
                let source = Source::Listed(self.index()?);
                self.leaves(source)?
            }
            _ => return self.malformed("a label is of no known kind"),
        })
    }

    fn leaves(&mut self, source: Source) -> Read<Label> {
        let destination = [self.value()?, self.value()?];
        Ok(Label::Leaves { source, destination, by: self.text()? })
    }

    fn value(&mut self) -> Read<Value> {
        Ok(match self.byte()? {
            0 => Value::Moved(self.number()?),
            1 => Value::OneOf(self.many(|reader| Ok((reader.number()?, reader.number()?)))?),
            2 => Value::Named(self.text()?),
            _ => return self.malformed("a value is of no known kind"),
        })
    }

    /// The lists of both policies for the packets of a region.
    ///
    /// # Errors
    /// When they are not as the format has it, or name questions or labels that the family does not have.
    pub fn lists(&mut self, family: &Family) -> Read<Lists> {
        let sets = self.many(Self::set)?;
        let region = self.region(family, &sets)?;
        let left = self.list(family, &sets, &region)?;
        let right = self.list(family, &sets, &region)?;
        let pairs = self.many(|reader| {
            Ok(Pair { left: reader.small()?, right: reader.small()?, cover: reader.cover()? })
        })?;
        Ok(Lists { region, left, right, pairs })
    }

    /// A part.
    ///
    /// # Errors
    /// When it is not as the format has it, or names questions that the family does not have.
    pub fn part(&mut self, family: &Family) -> Read<Part> {
        let sets = self.many(Self::set)?;
        let region = self.region(family, &sets)?;
        Ok(Part { region, new: [self.value()?, self.value()?], lists: self.index()? })
    }

    fn region(&mut self, family: &Family, sets: &[Set]) -> Read<Region> {
        let mut cells = Vec::new();
        for _ in 0..DIMENSIONS {
            cells.push(self.cell(sets)?);
        }
        match <[Set; DIMENSIONS]>::try_from(cells) {
            Ok(cells) => Ok(Region { cells, answers: self.answers(family)? }),
            Err(_) => self.malformed("a region has too few cells"),
        }
    }

    /// Ranges, each as the numbers left out before it and its length without the first number.
    fn set(&mut self) -> Read<Set> {
        let mut next = Some(0u128);
        let ranges = self.many(|reader| {
            let (skipped, length) = (reader.number()?, reader.number()?);
            let first = next.and_then(|next| next.checked_add(skipped));
            let Some((first, last)) =
                first.and_then(|first| Some((first, first.checked_add(length)?)))
            else {
                return reader.malformed("a range ends behind the last number");
            };
            // A gap of one number at least.
            next = last.checked_add(2);
            Ok((first, last))
        })?;
        match Set::new(ranges) {
            Some(set) if !set.is_empty() => Ok(set),
            _ => self.malformed("a set is empty"),
        }
    }

    fn cell(&mut self, sets: &[Set]) -> Read<Set> {
        let index = self.index()?;
        match sets.get(index) {
            Some(set) => Ok(set.clone()),
            None => self.malformed("there is no set of this number"),
        }
    }

    fn answers(&mut self, family: &Family) -> Read<Vec<(u32, bool)>> {
        let answers = self.many(|reader| Ok((reader.small()?, reader.flag()?)))?;
        let sorted = answers.windows(2).all(|pair| matches!(pair, [a, b] if a.0 < b.0));
        let last =
            answers.last().map_or(0, |(last, _)| usize::try_from(*last).unwrap_or(usize::MAX));
        if !sorted || (!answers.is_empty() && last >= family.questions.len()) {
            return self.malformed("answers are not sorted, or to no question");
        }
        Ok(answers)
    }

    fn cover(&mut self) -> Read<Vec<u32>> {
        self.many(Self::small)
    }

    fn list(&mut self, family: &Family, sets: &[Set], region: &Region) -> Read<List> {
        let entries = self.many(|reader| {
            // Six bits for the cells that are others than the region's own, one for answers.
            let which = reader.byte()?;
            let mut entry = region.clone();
            for (dimension, cell) in entry.cells.iter_mut().enumerate() {
                if which >> dimension & 1 == 1 {
                    *cell = reader.cell(sets)?;
                }
            }
            match which >> DIMENSIONS {
                0 => entry.answers.clear(),
                1 => entry.answers = reader.answers(family)?,
                _ => return reader.malformed("an entry is of no known kind"),
            }
            let label = reader.index()?.checked_sub(1);
            if label.is_some_and(|label| label >= family.labels.len()) {
                return reader.malformed("there is no label of this number");
            }
            let cover = if reader.flag()? { Some(reader.cover()?) } else { None };
            Ok(Entry { region: entry, label, cover })
        })?;
        Ok(List { entries, whole: self.cover()? })
    }
}
