//! Conversations, one after the other, each with what a reader of all the logs can know about it.

use std::net::IpAddr;

use super::world::{Own, Suffix, World};
use crate::demo::random::Random;

/// What is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    Tls,
    Http,
    Quic,
    Other,
}

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Finished,
    /// Nobody answered; nothing was counted.
    Silent,
    /// Refused; counters are zero.
    Refused,
}

/// A DNS question with its answer.
#[derive(Clone, Debug)]
pub(super) struct Lookup {
    /// When the answer came, in microseconds.
    pub(super) at: i64,
    pub(super) client: IpAddr,
    pub(super) name: String,
    /// The names to which it was an alias, in order.
    pub(super) aliases: Vec<String>,
    /// Addresses, each with its time to live in seconds.
    pub(super) addresses: Vec<(IpAddr, u32)>,
}

/// One conversation.
#[derive(Clone, Debug)]
pub(super) struct Conversation {
    /// What logs tie its rows by; others may bear it too, days apart.
    pub(super) id: u64,
    /// Microseconds since the epoch.
    pub(super) start: i64,
    /// Microseconds.
    pub(super) duration: i64,
    pub(super) client: IpAddr,
    pub(super) client_port: u16,
    pub(super) server: IpAddr,
    pub(super) server_port: u16,
    /// Whether the server is ours.
    pub(super) inbound: bool,
    /// Whether both are ours.
    pub(super) internal: bool,
    pub(super) service: Service,
    pub(super) state: State,
    /// From client to server and back; `None` where the log has no counters.
    pub(super) volume: Option<(u64, u64)>,
    /// The name as the client wrote it, once for each row of its log.
    pub(super) names: Vec<String>,
    pub(super) lookups: Vec<Lookup>,
    /// Whether its names are logged long after the conversation itself.
    pub(super) late: bool,
    /// The suffix below which its own name lies.
    pub(super) by_name: Option<usize>,
    /// The suffix that DNS tells.
    pub(super) by_dns: Option<usize>,
    /// The longest prefix in which the other side's address lies.
    pub(super) by_prefix: Option<usize>,
}

impl Conversation {
    /// IP protocol number.
    pub(super) fn protocol(&self) -> u8 {
        if self.service == Service::Quic { 17 } else { 6 }
    }

    /// Ours.
    pub(super) fn asset(&self) -> IpAddr {
        if self.inbound { self.server } else { self.client }
    }
}

/// What is to be told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plot {
    pub(super) seed: u64,
    /// Conversations with vendors, of a thousand.
    pub(super) vendors: u64,
    /// Whether ids are used again days later, which tools that only join by them cannot know.
    pub(super) reuse: bool,
    /// Whether IPv6 occurs.
    pub(super) six: bool,
}

/// Makes conversations up.
pub(super) struct Teller<'w> {
    world: &'w World,
    plot: Plot,
    random: Random,
    now: i64,
    told: u64,
    waiting: Option<Conversation>,
}

/// Monday, 2026-01-05, 00:00 UTC.
const BEGINNING: i64 = 1_767_571_200_000_000;
const SECOND: i64 = 1_000_000;

impl<'w> Teller<'w> {
    pub(super) fn new(world: &'w World, plot: Plot) -> Self {
        let random = Random::named(plot.seed, "conversations");
        Self { world, plot, random, now: BEGINNING, told: 0, waiting: None }
    }

    /// The next one.
    pub(super) fn next(&mut self) -> Conversation {
        if let Some(waiting) = self.waiting.take() {
            return waiting;
        }
        let mut talk = self.anybody();
        let dice = self.random.below(1000);
        if dice < self.plot.vendors {
            self.with_vendor(&mut talk);
        } else if dice < self.plot.vendors + self.plot.vendors.div_ceil(3) {
            self.alike(&mut talk);
        } else {
            self.with_nobody(&mut talk);
        }
        talk.late = self.random.percent(2);
        talk
    }

    /// One of ours begins to talk to somebody who is not known yet.
    fn anybody(&mut self) -> Conversation {
        self.told += 1;
        self.now += self.random.below(20_000) as i64;
        let random = &mut self.random;
        let six = self.plot.six && random.percent(10);
        let long = random.percent(5);
        Conversation {
            id: super::text::mix(self.plot.seed ^ 0x5157) ^ self.told,
            start: self.now,
            duration: random.below(if long { 4_000_000_000 } else { 20_000_000 }) as i64 + 1000,
            client: World::host(self.world.busy.draw(random), six),
            client_port: 32_768 + random.below(28_000) as u16,
            server: World::plain(random.next() >> 20, six),
            server_port: 443,
            inbound: false,
            internal: false,
            service: Service::Tls,
            state: State::Finished,
            volume: Some((bytes(random, 6), bytes(random, 8))),
            names: Vec::new(),
            lookups: Vec::new(),
            late: false,
            by_name: None,
            by_dns: None,
            by_prefix: None,
        }
    }

    fn with_vendor(&mut self, talk: &mut Conversation) {
        let number = self.random.below(self.world.suffixes.len() as u64) as usize;
        let Some(suffix) = self.world.suffixes.get(number) else { return };
        match self.random.below(100) {
            0..3 => self.called_by(talk, suffix),
            3..7 => self.failed_with(talk, number, suffix),
            7..10 => self.foreign_name(talk, suffix),
            10..14 => self.misleading_answer(talk, suffix),
            _ => self.ordinary(talk, number, suffix),
        }
        let talked = talk.by_name.is_some() || talk.by_dns.is_some();
        if self.plot.reuse && talked && self.random.percent(3) {
            let mut other = self.anybody();
            other.id = talk.id;
            other.start += 3 * 86_400 * SECOND;
            if self.random.percent(50) {
                self.foreign_name(&mut other, suffix);
            }
            self.waiting = Some(other);
        }
    }

    /// With a name, or without one: TLS leaves it out in nine of a hundred cases.
    fn ordinary(&mut self, talk: &mut Conversation, number: usize, suffix: &Suffix) {
        let service = self.random.below(100);
        talk.service = match service {
            0..12 => Service::Http,
            12..22 => Service::Quic,
            _ => Service::Tls,
        };
        talk.server_port = if talk.service == Service::Http { 80 } else { 443 };
        let name = self.name_below(suffix);
        let shared = self.random.percent(10);
        if talk.service == Service::Tls && self.random.percent(9) {
            let told = shared || self.random.percent(50);
            self.go(talk, suffix, shared, told);
            if told {
                talk.by_dns = Some(number);
                self.ask(talk, name);
            } else if talk.by_prefix.is_none() {
                // On the shared address an earlier answer could tell it.
                talk.server = World::plain(talk.id, talk.client.is_ipv6());
            }
            return;
        }
        let told = self.random.percent(45);
        self.go(talk, suffix, shared, told);
        if told {
            self.ask(talk, name.clone());
        }
        talk.by_name = Some(number);
        self.say(talk, name);
    }

    /// Sets out to a suffix: to a shared address, or to one of its own that DNS tells or never tells.
    fn go(&mut self, talk: &mut Conversation, suffix: &Suffix, shared: bool, told: bool) {
        let six = talk.client.is_ipv6();
        let mut own: Vec<&Own> = suffix.own.iter().filter(|own| own.told == told).collect();
        own.retain(|own| own.address.is_ipv6() == six);
        let chosen = own.get(self.random.below(own.len() as u64) as usize).filter(|_| !shared);
        match chosen {
            Some(own) => {
                talk.server = own.address;
                talk.by_prefix = Some(own.prefix);
            }
            None if six => talk.server = suffix.shared.1,
            None => talk.server = suffix.shared.0,
        }
    }

    /// Has the client ask for the name, so that the answer tells the server's address in time.
    fn ask(&mut self, talk: &mut Conversation, name: String) {
        let random = &mut self.random;
        let life = *[20, 60, 300, 3600].get(random.below(4) as usize).unwrap_or(&60);
        let moment = 50_000 + random.below(900_000) as i64;
        let at = match random.below(100) {
            // Within the slack: late, or by a clock that is slow.
            0..3 => talk.start - (i64::from(life) + 1) * SECOND - random.below(3_000_000) as i64,
            3..6 => talk.start + SECOND + random.below(3_000_000) as i64,
            6..30 => talk.start - random.below(u64::from(life) * 900_000) as i64 - moment,
            _ => talk.start - moment,
        };
        let mut aliases = Vec::new();
        if random.percent(40) {
            aliases.push(format!("e{}.edge-{}.net", random.below(9999), random.below(90)));
        }
        let addresses = vec![(talk.server, life)];
        talk.lookups.push(Lookup { at, client: talk.client, name, aliases, addresses });
    }

    /// Has the client say the name, in one row or in several.
    fn say(&mut self, talk: &mut Conversation, name: String) {
        let rows = if self.random.percent(10) { 2 + self.random.below(3) } else { 1 };
        talk.names.resize(rows as usize, name);
    }

    /// A name below a suffix, or the suffix itself, written as clients write it.
    fn name_below(&mut self, suffix: &Suffix) -> String {
        const HOSTS: &[&str] =
            &["ts01-b", "api", "lfodown01-b", "sensor-12", "update.eu-1", "cloud", "ue1.x_y"];
        let mut name = match self.random.below(100) {
            0..10 => suffix.text.clone(),
            _ => format!("{}.{}", self.random.pick(HOSTS), suffix.text),
        };
        if self.random.percent(3) {
            name.make_ascii_uppercase();
        }
        if self.random.percent(3) {
            name.push('.');
        }
        name
    }

    /// An address of the vendor's calls one of ours.
    fn called_by(&mut self, talk: &mut Conversation, suffix: &Suffix) {
        self.go(talk, suffix, false, false);
        if talk.by_prefix.is_none() {
            return self.with_nobody(talk);
        }
        std::mem::swap(&mut talk.client, &mut talk.server);
        talk.inbound = true;
        if self.random.percent(40) {
            talk.names.push("portal.jinhai-port.example".to_owned());
        } else {
            talk.service = Service::Other;
        }
    }

    /// It is asked for and never comes to a name.
    fn failed_with(&mut self, talk: &mut Conversation, number: usize, suffix: &Suffix) {
        let told = self.random.percent(50);
        self.go(talk, suffix, false, told);
        if talk.by_prefix.is_none() {
            talk.server = World::plain(talk.id, talk.client.is_ipv6());
        } else if told {
            let name = self.name_below(suffix);
            self.ask(talk, name);
            talk.by_dns = Some(number);
        }
        self.fail(talk);
    }

    fn fail(&mut self, talk: &mut Conversation) {
        talk.service = Service::Other;
        let silent = self.random.percent(70);
        talk.state = if silent { State::Silent } else { State::Refused };
        talk.volume = (!silent).then_some((0, 0));
    }

    /// Somebody else's name on the vendor's own address: the prefix tells, whatever DNS said.
    fn foreign_name(&mut self, talk: &mut Conversation, suffix: &Suffix) {
        let told = self.random.percent(50);
        self.go(talk, suffix, false, told);
        if told && talk.by_prefix.is_some() {
            let name = self.name_below(suffix);
            self.ask(talk, name);
        }
        let name = self.anothers();
        self.say(talk, name);
    }

    fn anothers(&mut self) -> String {
        let number = self.world.wanted.draw(&mut self.random);
        self.world.names.get(number).cloned().unwrap_or_default()
    }

    /// A DNS answer that must not be believed: too old, from the future, somebody else's, or for another name. Each has an address
    /// that occurs nowhere else.
    fn misleading_answer(&mut self, talk: &mut Conversation, suffix: &Suffix) {
        talk.server = World::once(self.told, talk.client.is_ipv6());
        let name = self.name_below(suffix);
        let life = 60;
        let mut lookup = Lookup {
            at: talk.start - SECOND,
            client: talk.client,
            name,
            aliases: Vec::new(),
            addresses: vec![(talk.server, life)],
        };
        let apart = (8 * SECOND) + self.random.below(100_000_000) as i64;
        match self.random.below(4) {
            0 => lookup.at = talk.start - i64::from(life) * SECOND - apart,
            1 => lookup.at = talk.start + apart,
            2 => {
                let six = talk.client.is_ipv6();
                let others = (0..9).map(|number| World::host(number, six));
                let mut others = others.filter(|host| *host != talk.client);
                lookup.client = others.next().unwrap_or(talk.client);
            }
            _ => {
                lookup.aliases.push(lookup.name);
                lookup.name = self.anothers();
            }
        }
        talk.lookups.push(lookup);
    }

    /// A name that looks like a vendor's.
    fn alike(&mut self, talk: &mut Conversation) {
        let number = self.random.below(self.world.suffixes.len() as u64) as usize;
        let Some(suffix) = self.world.suffixes.get(number) else { return };
        let like = match self.random.below(4) {
            0 if suffix.root => format!("not{}", suffix.text),
            1 if suffix.root => format!("www.x-{}", suffix.text),
            2 => format!("{}x", suffix.text),
            _ => format!("{}.evil{}.example", suffix.text, self.random.below(1000)),
        };
        match self.random.below(4) {
            // Nothing but its DNS answer tells a name.
            0 => {
                talk.server = World::once(self.told, talk.client.is_ipv6());
                self.ask(talk, like);
            }
            // The vendor's name was asked for too, and leads to the same shared address.
            1 => {
                self.go(talk, suffix, true, true);
                let name = self.name_below(suffix);
                self.ask(talk, name);
                self.say(talk, like);
            }
            _ => {
                let at = self.world.wanted.draw(&mut self.random);
                talk.server = self.world.of_name(at, talk.client.is_ipv6());
                if self.random.percent(50) {
                    self.ask(talk, like.clone());
                }
                self.say(talk, like);
            }
        }
    }

    /// What most traffic is.
    fn with_nobody(&mut self, talk: &mut Conversation) {
        match self.random.below(100) {
            0..83 => self.browse(talk),
            83..92 => {
                talk.service = Service::Other;
                talk.server_port =
                    *[22, 25, 123, 993, 8443].get(self.random.below(5) as usize).unwrap_or(&22);
            }
            92..96 => self.fail(talk),
            _ => {
                let six = talk.client.is_ipv6();
                talk.server = World::host(self.world.busy.draw(&mut self.random), six);
                talk.internal = true;
                talk.service = Service::Other;
                talk.server_port = 445;
            }
        }
    }

    fn browse(&mut self, talk: &mut Conversation) {
        let number = self.world.wanted.draw(&mut self.random);
        talk.server = self.world.of_name(number, talk.client.is_ipv6());
        let Some(name) = self.world.names.get(number) else { return };
        talk.service = match self.random.below(100) {
            0..10 => Service::Http,
            10..16 => Service::Quic,
            _ => Service::Tls,
        };
        talk.server_port = if talk.service == Service::Http { 80 } else { 443 };
        if self.random.percent(45) {
            self.ask(talk, name.clone());
        }
        // An answer may have told the address for another name as well: without a name of its own it stays somebody's.
        if talk.service != Service::Tls || !self.random.percent(2) {
            self.say(talk, name.clone());
        } else {
            talk.server = World::plain(talk.id, talk.client.is_ipv6());
            talk.lookups.clear();
        }
    }
}

/// Sizes over four orders of magnitude, small ones more often.
fn bytes(random: &mut Random, least: u64) -> u64 {
    let size = least + random.below(6) + random.below(6);
    (1 << size) + random.below(1 << size)
}
