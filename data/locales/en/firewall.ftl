# Firewalls: checks, traces, rule tables

firewall-title = Firewall rules of { $target }
firewall-eyebrow = Firewall rules
firewall-version-unknown = version unknown
firewalls-intro = Configurations of firewalls among the inputs. The share says how many of their statements were read exactly or cannot matter; `supplant check` shows the others.
nav-firewalls = Firewalls
sheet-firewalls = Firewalls
sheet-rules = Rules
sheet-nat = NAT rules
sheet-objects = Objects
summary-firewalls = Firewalls
summary-firewalls-line = { $count ->
    [one] { $count } firewall
   *[other] { $count } firewalls
}, { $rules ->
    [one] { $rules } rule
   *[other] { $rules } rules
}, { $share } of the configuration read: { $list }

# Checking a configuration

check-title = Check of { $target }
check-eyebrow = Firewall configuration
check-context = context { $name }
check-rules = { $enabled ->
    [one] { $enabled } rule
   *[other] { $enabled } rules
} enabled, { $disabled } disabled, { $implied } implied, in { $rulebases ->
    [one] { $rulebases } rulebase
   *[other] { $rulebases } rulebases
}; { $nat ->
    [one] { $nat } NAT rule
   *[other] { $nat } NAT rules
} enabled, { $nat_disabled } disabled
check-objects = { $addresses ->
    [one] { $addresses } address object
   *[other] { $addresses } address objects
}, { $services ->
    [one] { $services } service
   *[other] { $services } services
}, { $zones ->
    [one] { $zones } zone
   *[other] { $zones } zones
}, { $interfaces ->
    [one] { $interfaces } interface
   *[other] { $interfaces } interfaces
}, { $routes ->
    [one] { $routes } route
   *[other] { $routes } routes
}
check-unknowns = unknowns: { $list }
check-ledger = { $statements ->
    [one] { $statements } statement
   *[other] { $statements } statements
} in { $files ->
    [one] { $files } file
   *[other] { $files } files
}, { $share } converted or inert
check-files = Files
check-file = { $share } of { $statements ->
    [one] { $statements } statement
   *[other] { $statements } statements
} in { $path }{ $unrecognized ->
    [0] {""}
   *[other] , { $unrecognized } not recognized
}
check-statements = Statements
check-about = { $subject }: { $text }
check-more = { $count } more of { $code }
check-not-read-title = Not read
check-not-read = { $count ->
    [one] { $count } input was not read as a configuration
   *[other] { $count } inputs were not read as configurations
}

# Tracing a packet

trace-on = on { $device } ({ $platform })
trace-on-context = on { $device } ({ $platform }), context { $context }
trace-in = comes in by { $interface } (zone { $zone })
trace-port-chosen = the source port was not given, a usual one was chosen
trace-otherwise = otherwise
trace-if-address = if { $kind } { $name } includes { $address }
trace-if-not-address = if { $kind } { $name } does not include { $address }
trace-if-packet = if { $kind } { $name } applies
trace-if-not-packet = if { $kind } { $name } does not apply
trace-if-route = if { $address } is reached by { $name }
trace-by-rule = by { $name } of { $list }
trace-by-rule-in-section = by { $name } of { $list }, section { $section }
trace-by-default = by the default of { $list }: { $name }
trace-by-no-route = there is no route to the destination
trace-by-not-guarded = this stage does not look at the packet
trace-by-bypass = the NAT rule lets it pass without a filter rule
trace-by-no-filter = nothing filters here
trace-comment = “{ $text }”
trace-inspected = content is inspected and may still be stopped: { $names }
trace-nat = rewritten by { $name }
trace-after = as { $packet }
trace-out = leaves by { $interface } (zone { $zone })
trace-out-local = is for the firewall itself
trace-out-nowhere = leaves nowhere
trace-cut = there are more outcomes than the { $count } shown; `--cases` shows more, `app=NAME` and the like in the packet leave fewer

# Why a text is no packet

packet-no-arrow = there is no ` > ` between source and destination, or more than one
    .help = write `SOURCE:PORT > DESTINATION:PORT/tcp`
packet-no-protocol = there is no `/protocol` behind the destination
    .help = write `/tcp`, `/udp`, `/sctp`, `/icmp`, `/icmp6` or a number behind it
packet-address = `{ $text }` is no address
    .help = write an IPv4 or IPv6 address; an IPv6 address with a port stands in brackets
packet-no-port = the destination has no port
    .help = write it behind the address, `192.0.2.5:443`
packet-port = `{ $text }` is no port here
    .help = ports are 0 to 65535, and only TCP, UDP and SCTP have them
packet-protocol = `{ $text }` is no protocol
    .help = write `tcp`, `udp`, `sctp`, `icmp:TYPE:CODE`, `icmp6:TYPE:CODE` or a number (`47`, `ip/47`)
packet-families = source, destination and protocol are not of one address family
    .help = IPv4 goes with `icmp`, IPv6 with `icmp6`
packet-word = `{ $text }` is not `name=value`
    .help = before the source stand `in=NAME`, `out=NAME` and what is taken to hold, such as `app=ssl`
packet-place = there is no interface or zone `{ $text }`
    .help = there are: { $places }
packet-no-ingress = where the packet comes in is not given, and the routes do not say
    .help = add `in=NAME`; there are: { $places }
packet-kind = there is no kind of condition `{ $text }`
    .help = kinds are `app`, `user`, `fqdn`, `geo`, `schedule`, `url` and the others that `supplant check` lists

error-packet = `{ $packet }` is no packet: { $why }
    .help = write `in=port1 10.1.2.3:1024 > 192.0.2.5:443/tcp`
error-context = no device and context is named so
    .help = there are: { $names }
error-no-config = nothing in `{ $path }` is a configuration of a firewall that is known
    .help = docs/manual.md says which platforms are read and how to export their configurations
error-disposition = `{ $text }` is no disposition
    .help = there are: { $all }

# What became of statements: word-disposition-<word>, and the reasons as statement-<word>

word-disposition-converted = converted
word-disposition-inert = inert
word-disposition-approximated = approximated
word-disposition-unsupported = unsupported
word-disposition-unrecognized = unrecognized

disposition-converted = modelled exactly
    .help = nothing to do
disposition-inert = known, and cannot affect what is analysed
    .help = nothing to do
disposition-approximated = modelled with a difference that the reason states
    .help = keep the difference in mind where an answer depends on it
disposition-unsupported = known, matters, and is not modelled
    .help = decide by hand what it means for the rules that it touches
disposition-unrecognized = never heard of
    .help = look at the statement; tell us about it

statement-modelled = modelled exactly
    .help = nothing to do
statement-unknown = the statement is not known
    .help = look at it; if it decides about packets, the answers for the rules near it are not certain
statement-secret = keys, passwords and hashes; never shown
    .help = nothing to do
statement-cosmetic = names, comments, colours, order in the user interface, identifiers
    .help = nothing to do
statement-management = administration of the device
    .help = nothing to do
statement-logging = logs, reports, alarms, statistics
    .help = nothing to do
statement-inspection-profile = what content inspection looks for
    .help = the rules that use it are marked; profiles are converted by hand
statement-traffic-shaping = shaping, priorities, caching, acceleration
    .help = nothing to do for what is allowed; plan capacity by hand
statement-link-layer = switching, wireless and other link-level settings
    .help = nothing to do
statement-tunnel-crypto = keys and algorithms of tunnels
    .help = nothing to do for what is allowed; tunnels are set up anew by hand
statement-default-value = settings with the value that is also the default
    .help = nothing to do
statement-disabled = switched off
    .help = nothing to do
statement-overridden = replaced by a later statement
    .help = nothing to do
statement-unreferenced = objects that nothing which is modelled refers to
    .help = nothing to do
statement-envelope = what the file format says about the export itself
    .help = nothing to do
statement-certificate = certificates and public keys
    .help = nothing to do
statement-other-device = belongs to another device or context than the one read
    .help = nothing to do
statement-inspection = accepted content is inspected and may still be stopped
    .help = an accepted packet may be stopped later by what it carries
statement-named-unknown = names of servers, countries, lists, groups and tags, kept as unknowns with a name
    .help = a trace lists both answers; say which holds with `fqdn=NAME` and the like
statement-predefined = changes what the vendor predefines, which rules know by name
    .help = compare by hand what the two devices predefine, where rules use it
statement-application = applications, kept as unknowns with a name
    .help = a trace lists both answers; say which holds with `app=NAME`
statement-identity = users, groups and devices, kept as unknowns with a name
    .help = a trace lists both answers; say which holds with `user=NAME`
statement-time = times, kept as unknowns with a name
    .help = a trace lists both answers; say which holds with `schedule=NAME`
statement-session-helper = helpers that open further ports for a protocol
    .help = look whether such a protocol is used
statement-dynamic-route = other routes may exist that the configuration does not tell
    .help = say where packets leave with `out=NAME`
statement-session = state and time-outs; the first packet of a flow is what is modelled
    .help = nothing to do for what is allowed
statement-device-picks = what the device picks is one of several
    .help = every choice is shown
statement-local-traffic = traffic to the firewall itself
    .help = decide by hand who may manage the device
statement-policy-route = routes chosen by more than the destination
    .help = say where packets leave with `out=NAME`
statement-multicast = multicast
    .help = decide by hand
statement-other-rule-list = a list that decides beside the rules (denial of service, proxy, interface)
    .help = decide by hand whether it stops what the rules accept
statement-tunnel-selector = what a tunnel lets through
    .help = decide by hand whether the tunnel carries the packet
statement-family-translation = translation between address families
    .help = decide by hand
statement-nat-kind = a way of translating addresses that is not modelled
    .help = the rules that it touches are marked; decide by hand
statement-match-option = a value that changes which packets match and is not modelled
    .help = the rule is marked: it may match or not
statement-action-kind = an action that is not modelled
    .help = decide by hand what the rule does
statement-mode = the mode of the device changes the meaning of its rules
    .help = decide by hand; answers about this context are not certain
statement-invalid-value = the value is not valid
    .help = correct it on the device; what uses it is marked
statement-undefined = names something that is nowhere defined
    .help = look whether the export is complete; what uses it is marked
statement-cycle = contains itself
    .help = correct it on the device; what uses it is marked
statement-limit = a limit was reached
    .help = split the configuration
statement-cut-off = the text ends or breaks off here
    .help = export the configuration again

word-predicate-fqdn = DNS name
word-predicate-geo = country or region
word-predicate-list = external list
word-predicate-dynamic = dynamic group
word-predicate-mac = MAC address
word-predicate-internet-service = Internet service
word-predicate-interface-address = address of interface
word-predicate-user = user
word-predicate-device = device
word-predicate-schedule = schedule
word-predicate-app = application
word-predicate-url = URL category
word-predicate-content = content
word-predicate-vpn = VPN
word-predicate-protocol = protocol
word-predicate-link = link layer
word-predicate-undefined = undefined object
word-predicate-unreadable = unreadable part

word-verdict-accept = accept
word-verdict-deny = deny
word-verdict-drop = drop
word-verdict-reject = reject
word-verdict-continue = goes on

word-when-before-filter = before the rules
word-when-instead-of-rule = in place of the rule's own
word-when-instead-of-interface = in place of the outgoing interface
word-when-after-filter = after the rules

word-object-address = address
word-object-service = service

word-cell-from = incoming zones
word-cell-to = outgoing zones
word-cell-source = source
word-cell-destination = destination
word-cell-services = services
word-cell-conditions = conditions
