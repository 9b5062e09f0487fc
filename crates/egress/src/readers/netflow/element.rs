//! The elements of records that are looked at, by the numbers of the IANA registry "IP Flow Information Export (IPFIX) Entities";
//! numbers below 128 are those of NetFlow version 9.

/// The length of a field whose records say it.
pub(crate) const VARIABLE: u16 = u16::MAX;

/// The enterprise number under which RFC 5103 has the reverse direction of each element.
const REVERSE: u32 = 29305;

/// What a field means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Element {
    /// Bytes since the last record of the flow.
    Bytes,
    /// Bytes in the other direction, or those that left the exporter.
    OutBytes,
    /// Bytes since the flow began.
    Total,
    /// Bytes of the one who began.
    InitiatorBytes,
    /// Bytes of the other.
    ResponderBytes,
    /// [`Self::Bytes`] of the reverse direction.
    ReverseBytes,
    /// [`Self::Total`] of the reverse direction.
    ReverseTotal,
    /// IP protocol number.
    Protocol,
    /// Source port.
    SourcePort,
    /// Destination port.
    TargetPort,
    /// Source address.
    Source,
    /// Destination address.
    Target,
    /// Destination address after translation.
    TranslatedTarget,
    /// Beginning in milliseconds since the exporter started.
    FirstUptime,
    /// End in milliseconds since the exporter started.
    LastUptime,
    /// Beginning in seconds since 1970.
    StartSeconds,
    /// End in seconds since 1970.
    EndSeconds,
    /// Beginning in milliseconds since 1970.
    StartMillis,
    /// End in milliseconds since 1970.
    EndMillis,
    /// Beginning as an NTP time stamp.
    StartNtp,
    /// End as an NTP time stamp.
    EndNtp,
    /// Beginning in microseconds before the export.
    StartBefore,
    /// End in microseconds before the export.
    EndBefore,
    /// Length of the flow in milliseconds.
    Duration,
    /// When the event happened, in milliseconds since 1970.
    EventMillis,
    /// When the exporter started, in milliseconds since 1970.
    BootMillis,
    /// 0 ingress, 1 egress.
    Direction,
    /// 1 the source began, 2 the destination did.
    BiflowDirection,
    /// The interface on which it came in.
    Interface,
    /// Which sampler took the packet.
    Sampler,
    /// One packet of so many was taken.
    Interval,
    /// How many packets in a row were taken.
    PacketInterval,
    /// How many packets in a row were left out.
    PacketSpace,
    /// How many packets of a population were taken.
    SampleSize,
    /// Of how many packets.
    Population,
    /// Probability with which a packet was taken, a floating point number.
    Probability,
    /// What a firewall did: 1 began, 2 ended, 3 denied, 4 alert, 5 update.
    Event,
    /// Why the flow ended; 2: it did not, it is reported in parts.
    EndReason,
    /// Number of the application.
    Application,
    /// Name of the application.
    ApplicationName,
    /// Host of an HTTP request.
    Host,
    /// Of the whole exporter: the scope of an option.
    ScopeSystem,
    /// Nothing that is looked at.
    Other,
}

impl Element {
    /// The element of this enterprise (0: IANA) and number. Scopes of options are elements too.
    pub(crate) fn of(enterprise: u32, number: u16) -> Self {
        match (enterprise, number) {
            (REVERSE, 1) => Self::ReverseBytes,
            (REVERSE, 85) => Self::ReverseTotal,
            (0, number) => Self::of_iana(number),
            _ => Self::Other,
        }
    }

    fn of_iana(number: u16) -> Self {
        match number {
            1 => Self::Bytes,
            4 => Self::Protocol,
            7 => Self::SourcePort,
            8 | 27 => Self::Source,
            10 => Self::Interface,
            11 => Self::TargetPort,
            12 | 28 => Self::Target,
            21 => Self::LastUptime,
            22 => Self::FirstUptime,
            23 => Self::OutBytes,
            34 | 50 => Self::Interval,
            48 | 302 => Self::Sampler,
            61 => Self::Direction,
            85 => Self::Total,
            95 => Self::Application,
            // 56701 is not registered: one firewall sends its own word for the application so in version 9.
            96 | 56701 => Self::ApplicationName,
            136 => Self::EndReason,
            150 => Self::StartSeconds,
            151 => Self::EndSeconds,
            152 => Self::StartMillis,
            153 => Self::EndMillis,
            154 | 156 => Self::StartNtp,
            155 | 157 => Self::EndNtp,
            158 => Self::StartBefore,
            159 => Self::EndBefore,
            160 => Self::BootMillis,
            161 => Self::Duration,
            226 | 282 => Self::TranslatedTarget,
            231 => Self::InitiatorBytes,
            232 => Self::ResponderBytes,
            // 40005: the same before the number was registered.
            233 | 40005 => Self::Event,
            239 => Self::BiflowDirection,
            305 => Self::PacketInterval,
            306 => Self::PacketSpace,
            309 => Self::SampleSize,
            310 => Self::Population,
            311 => Self::Probability,
            323 => Self::EventMillis,
            460 => Self::Host,
            _ => Self::Other,
        }
    }

    /// The scope of a version 9 option: they have numbers of their own (RFC 3954, section 6.1).
    pub(crate) fn of_v9_scope(number: u16) -> Self {
        match number {
            1 => Self::ScopeSystem,
            2 => Self::Interface,
            _ => Self::Other,
        }
    }
}
