# Proving two configurations the same

prove-side = { $side }: { $target }, { $devices }
prove-context = { $left } and { $right } ({ $by })
prove-zones = zones taken to be the same ({ $by }): { $list }
prove-zones-alone = zones of { $side } without a counterpart, not compared: { $list }
prove-zones-idle = zones of { $side } without a counterpart; nothing passes them: { $list }
prove-differing = { $count ->
    [one] { $count } pair of rules decides differently
   *[other] { $count } pairs of rules decide differently
}
prove-more = { $count } more; `--limit` shows more
prove-possible = possible: it takes something undefined or unreadable
prove-undecided = { $count ->
    [one] { $count } question was left open
   *[other] { $count } questions were left open
}
prove-limit = a limit was reached: { $name }
prove-left-out = { $count ->
    [one] { $count } statement of { $side } is
   *[other] { $count } statements of { $side } are
} not modelled, or not exactly, and not compared:
prove-contexts-alone = contexts of { $side } that were not compared: { $list }
prove-equivalent = equivalent: both do the same with every packet
prove-equivalent-except = equivalent except for what is listed above: it was not compared, or takes something undefined or unreadable
prove-differs = different
prove-differs-as-read = different, as far as the configurations were read
basis-gaps = not read, so that what stands there is not known:
basis-not-read = files that could not be read; what they say is not known:
basis-assumed = not told by the configuration, and assumed:
prove-gave-up = not decided: a limit was reached
prove-merged = all ways of stopping a packet count as the same; `--apart` tells them apart
prove-apart = ways of stopping a packet are told apart
prove-transit = packets to the firewall itself were left out
prove-port-zero = packets of which a port is 0, which is reserved, were not compared; `--port-zero` compares them
prove-taken-alike = not told by the configurations, and taken to be the same in both: { $list }

prove-packets = in about 2^{ $power } packets:
prove-packets-within = in at most about 2^{ $power } packets, somewhere within:
prove-areas-more = { $count ->
    [one] { $count } more part
   *[other] { $count } more parts
}; JSON has more of them
prove-area = { $family }; source { $source }; destination { $destination }; service { $services }
prove-area-from = coming in from { $list }
prove-area-to = leaving to { $list }
prove-area-source-ports = source port { $list }
prove-area-holds = if { $kind } { $name } holds ({ $about })
prove-area-holds-not = if { $kind } { $name } does not hold ({ $about })
prove-name-of = { $name } of { $side }
prove-defined-differently = { $kind } { $name } is defined differently in A and B
word-alike-services-of-the-device-itself = services of the device itself
prove-cell-any = any
prove-cell-none = none
prove-cell-except = all but ({ $list })
prove-cell-more = { $list } and { $count } more
prove-coverage = { $family }: proved the same for { $share } % of all packets; { $done } of { $parts } parts were compared to the end
word-family-ipv4 = IPv4
word-family-ipv6 = IPv6
word-about-source = source
word-about-destination = destination
word-about-translated = destination after translation
word-about-packet = packet

word-change-allowed = newly allowed: only B lets it pass
word-change-stopped = newly stopped: only A lets it pass
word-change-rewritten = both let it pass and translate it differently
word-change-leaves = both let it pass, to different places
word-change-denied = both stop it, in different ways

word-pair-given = given
word-pair-name = same name
word-pair-address = same address
word-pair-interface = same interface

word-limit-source-translated-before-the-filter = a source that is translated before the filter sees it
word-limit-memory = memory for the lists that are compared at a time
word-limit-work = steps of work
word-limit-stopped = ended before it was done
word-limit-entries-of-one-list = entries of one list
word-limit-alternatives-of-one-cell = alternatives of one cell of a rule
word-limit-ranges-of-one-wildcard-mask = ranges of one wildcard mask
word-limit-splits-of-one-cover = steps of one comparison
word-limit-parts-of-address-translation = parts of address translation
word-limit-ways-of-translating-one-address = ways of translating one address
word-limit-passes-of-destination-translation = passes of destination translation
word-limit-source-translated-twice = a source that is translated twice
word-limit-translation-between-address-families = translation between address families
word-limit-destination-that-the-device-picks = a destination that the device picks, where rules tell servers apart

error-pair = `{ $text }` is no pair
    .help = write `A=B`: a name of the first configuration and one of the second
error-pair-context = no context, or more than one, is named `{ $name }`
    .help = the first has { $left }; the second has { $right }
error-no-pair = no context of the first has one in the second
    .help = name two with `--context A=B`, or pairs in a file for `--map`; the first has { $left }; the second has { $right }
error-pair-zone = `{ $text }` names no zone of both configurations
    .help = the first has { $left }; the second has { $right }
error-no-zones = no zone of the first is known to be one of the second
    .help = name pairs with `--zone A=B` or in a file (`--write-map FILE`, then `--map FILE`); the first has { $left }; the second has { $right }

# Asking what may pass

query-part = from { $from }: { $source } > { $destination } { $services }
query-translated = by { $list }, which is translated to it
word-query-permitted = permitted
word-query-denied = denied
word-query-both = some is permitted, some is denied
word-query-possible = denied, unless what is named below lets some of it pass
word-query-nothing = there is no such packet
word-query-unknown-name = this context does not know the name
word-query-gave-up = not decided
word-limit-replay = a packet that was found did not hold

error-query = `{ $text }` is no question: `{ $word }` is not understood
    .help = write `src 10.0.0.0/8 dst 192.0.2.0/24 tcp/22 from ZONE to ZONE`; services are also `icmp/8:0` and `ip/47`; their names stand behind `service`
error-query-name = nothing is named `{ $name }`
    .help = `supplant policy` lists zones and objects; addresses are `10.0.0.1`, `10.0.0.0/8` or `10.0.0.1-10.0.0.9`
error-query-near = nothing is named `{ $name }`; nearly so: { $near }
    .help = `supplant policy` lists zones and objects; names with spaces stand in quotes
error-reach = `{ $text }` is no destination
    .help = write `192.0.2.5:3389`, `[2001:db8::5]:53/udp`

# What may flow between zones

matrix-title = What may flow between the zones of { $target }
matrix-eyebrow = Zone matrix
matrix-intro = Each cell says what may flow from the zone of its row to the zone of its column, for all packets that cross the firewall. What takes something that the configuration does not say (names, users, applications, times) is told apart as possible.
matrix-caption = From the zone of the row to the zone of the column; a cell leads to its rules below
matrix-possible = only if something unknown turns out so: { $services }
matrix-limited = only from some source ports: { $services }
matrix-internet = also from the Internet
matrix-cut = a limit was reached: there may be more
matrix-closed = nothing may flow between { $pairs } of { $all } pairs of zones
matrix-rules = Rules
matrix-by = Let it pass
word-permits-everything = everything
word-permits-any-service = any service
word-permits-some = some services
word-permits-possible = possible only
word-permits-unknown = not decided
word-permits-none = nothing

error-query-format = { $format } is for `--matrix`
    .help = questions are answered as text or JSON
