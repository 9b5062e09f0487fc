# Egress: where bytes go.

error-partial = `{ $path }` is no partial sum of this run: { $why }
    .help = give the files that `supplant egress --shard I/N … -o FILE` wrote
error-partial-other = it is of other inputs or other endpoints
error-partial-shards = the partial sum of part { $shard } of { $shards } is missing or there twice
    .help = give one file for each part
error-no-logs = no log was recognised in `{ $path }`
    .help = give a folder or files with logs; `docs/formats.md` lists what is read
error-no-endpoints = there is no endpoint to look for
    .help = give a table with `--endpoints FILE.csv`, or leave `--only-endpoints` out
error-empty-endpoints = no row of `{ $path }` is an endpoint
    .help = the header names `suffix`, `host`, `cidr` or `asn`, then `vendor`; see `docs/manual.md`
egress-table-problem = { $path }:{ $line }: { $text }: `{ $value }`
egress-network-unknown = AS{ $network }: no table of places (`--places`) tells which addresses it announces, so that flows to it are not found
error-checkpoint = `{ $path }` cannot be used as a checkpoint: { $why }
    .help = put the file back as it was; or remove it to begin anew, which counts again what is still there
error-checkpoint-damaged = it is none of this version, or not as it was written
error-checkpoint-other = the checkpoint `{ $path }` was made for other endpoints, places or facts
    .help = give the same tables and facts as before; or name another file to begin anew
error-earlier-egress = `{ $path }` is no record of `supplant egress` of this version
    .help = give a file that `supplant egress … --format json -o FILE` wrote
egress-changes = Compared with the earlier record
egress-compared-new = new: { $endpoint } ({ $vendor }), hosts: { $assets }
egress-compared-stopped = stopped: { $endpoint } ({ $vendor }), hosts before: { $assets }
egress-compared-changes = pairs of host and endpoint that differ from the earlier record: { $changes }
egress-caveat-other-facts = the earlier record was made with other facts or another program: a difference may come from that
egress-caveat-other-endpoints = the earlier run looked for another number of endpoints: a difference may come from that
egress-caveat-earlier-incomplete = the earlier run did not understand all that it read: what seems new may have been there
egress-caveat-incomplete = this run did not understand all that it read: what seems to have stopped may still be there

# What was counted

egress-title = Egress of { $target }
egress-unknown = unknown
egress-totals = Counted
egress-uncounted = Not counted
egress-nothing = No flow to any of the { $endpoints } endpoints looked for was counted.
egress-total = Total: { $flows ->
    [one] { $flows } flow
   *[other] { $flows } flows
}, { $out } bytes out, { $in } bytes in.
egress-sum = { $flows ->
    [one] { $flows } flow
   *[other] { $flows } flows
}, { $out } bytes out, { $in } bytes in
egress-uploads = Of that, to endpoints for sample uploads: { $flows ->
    [one] { $flows } flow
   *[other] { $flows } flows
}, { $out } bytes out, { $in } bytes in.
egress-no-uploads = No flow to an endpoint that is known to be for sample uploads was counted.
egress-purpose-unknown = To endpoints whose purpose is unknown, so that uploads may be among it: { $flows ->
    [one] { $flows } flow
   *[other] { $flows } flows
}, { $out } bytes out, { $in } bytes in.
egress-out-unknown = { $count ->
    [one] { $count } flow
   *[other] { $count } flows
}: the log does not say how much left, so bytes out are a lower bound.
egress-in-unknown = { $count ->
    [one] { $count } flow
   *[other] { $count } flows
}: the log does not say how much came back, so bytes in are a lower bound.
egress-pairs-unknown = { $count ->
    [one] { $count } pair of host and endpoint
   *[other] { $count } pairs of host and endpoint
} with flows whose volume is unknown, shown as `?`.
egress-contacts = { $count ->
    [one] { $count } pair of host and endpoint
   *[other] { $count } pairs of host and endpoint
} with names or programs only: how much went there, if anything, is unknown.
egress-scaled = { $count ->
    [one] { $count } flow
   *[other] { $count } flows
} of sampled logs, multiplied by the sampling rate: an estimate.
egress-scale-unknown = { $count ->
    [one] { $count } flow
   *[other] { $count } flows
} of sampled logs that do not tell the rate: their bytes are a lower bound.
egress-others = { $count ->
    [one] { $count } report
   *[other] { $count } reports
} of other reporters, taken to be of the same traffic and left out so that nothing counts twice; where they saw other traffic, too little is counted.
egress-handovers = { $count ->
    [one] { $count } time
   *[other] { $count } times
} another log counts for a host and a vendor than on the day before: flows over midnight may count twice.
egress-dropped = { $count ->
    [one] { $count } name or answer
   *[other] { $count } names or answers
} not remembered because a limit was reached: flows may be missing or rest on less, so that all volumes are lower bounds. Read fewer logs at a time.
egress-names-without-flow = { $count ->
    [one] { $count } flow
   *[other] { $count } flows
} with an endpoint's name whose counters are in no input: their volume is unknown.
egress-beginning-missing = { $count ->
    [one] { $count } flow
   *[other] { $count } flows
} of captures began before the capture or were kept in part: a name is not known of them, so that some may have gone to these endpoints.
egress-contacts-elsewhere = { $count ->
    [one] { $count } pair of host and endpoint
   *[other] { $count } pairs of host and endpoint
} with names or programs only, without a flow: not among these lines, but in `--format json`, `csv` and `table`.
egress-lost = { $count ->
    [one] { $count } row
   *[other] { $count } rows
} not understood.
egress-unread = { $count ->
    [one] { $count } input
   *[other] { $count } inputs
} not read to the end.
egress-strange = { $count ->
    [one] { $count } input
   *[other] { $count } inputs
} of an unknown format.
egress-all-counted = Everything in the inputs that concerns these endpoints was counted.

# What is said about inputs

egress-input-error = { $path }: not read to the end: { $text }
egress-input-strange = { $path }: the format is unknown, nothing in it was counted
egress-input-lost = { $path }: { $rows ->
    [one] { $rows } row
   *[other] { $rows } rows
} not understood: { $text } ({ $code }; at { $at })
egress-input-note = { $path }: { $severity }: { $text } ({ $code }; { $count ->
    [one] once
   *[other] { $count } times
})

# Words

word-volume-unknown = unknown
word-volume-at-least = at least
word-volume-scaled = estimated
word-volume-measured = measured
word-peers-exact = exact
word-peers-estimate = estimate
word-contact-name = name
word-contact-prefix = address
word-contact-network = network
word-contact-contact = contact only
word-grade-sni = TLS name
word-grade-host = HTTP host
word-grade-log = name in the log
word-grade-answer = DNS answer
word-grade-prefix = address
word-grade-network = network
word-thing-asset = host
word-thing-vendor = vendor
word-thing-product = product
word-thing-endpoint = endpoint
word-thing-country = country
word-thing-purpose = purpose
word-thing-day = day

# Sheets and table headers

sheet-egress-pairs = Hosts and endpoints
sheet-egress-asset = By host
sheet-egress-vendor = By vendor
sheet-egress-product = By product
sheet-egress-endpoint = By endpoint
sheet-egress-country = By country of the address
sheet-egress-purpose = By purpose
sheet-egress-day = By day
sheet-egress-inputs = Inputs
sheet-egress-others = Other reporters
column-products = Products
column-endpoint = Endpoint
column-purpose = Purpose
column-region = Region in the name
column-evidence = Shown by
column-change = Change
column-out-before = Bytes out before
column-in-before = Bytes in before
column-flows-before = Flows before
column-bytes-out = Bytes out
column-bytes-in = Bytes in
column-volume = Volume
column-flows = Flows
column-out-unknown = Out unknown
column-in-unknown = In unknown
column-scaled = Sampled, scaled
column-scale-unknown = Sampled, rate unknown
column-peers = Addresses
column-peers-exact = Addresses are
column-first-seen = First
column-last-seen = Last
column-grades = Bytes out by evidence
column-countries = Bytes out by country
column-asked = DNS questions
column-named = Named without counters
column-programs = Programs
column-host-names = Names of the machine
column-by-thing = By
column-by-value = Value
column-assets = Hosts
column-read-error = Not read to the end
column-day = Day
column-reporter = Reporter
column-times = Times

# Page

egress-eyebrow = Egress
egress-tile-out = Bytes out
egress-tile-in = Bytes in
egress-tile-uploads = Sample uploads, bytes out
egress-tile-hosts = Hosts that talk
egress-over-days-out = Bytes out by day (UTC)
egress-over-days-in = Bytes in by day (UTC)
egress-day-unknown = Not in the chart, because the log tells no time: { $out } bytes out, { $in } bytes in.
egress-days-left-out = The chart shows the last { $count } days with flows; { $rest } earlier days are in the other forms.
egress-days-gaps = Days without a bar had no counted flow.
egress-top-hosts = Hosts with the most bytes out
egress-bars-rest = { $count } more, { $out } bytes out
egress-footer = Made offline from logs. `?` means that no log tells how much; ≥ that some of it is unknown.

# Hosts and assets

egress-section = Where data goes
egress-hosts = Hosts and the inventory
egress-tile-no-uploads = no endpoint for uploads was seen
egress-tile-no-flows = no flow to an endpoint was counted
egress-tile-unknown = no log tells how much
egress-tile-unlisted = Hosts without inventory
egress-tile-partly = the record does not list all assets
egress-rows-more = { $count } more rows are in the workbook and the JSON record.
egress-inventory-partly = The record lists { $listed } of { $assets } assets: a host that is not among them may still be one of the others.
egress-host-none = { $count ->
    [one] { $count } host talks
   *[other] { $count } hosts talk
} to an endpoint and the inventory lacks { $count ->
    [one] it
   *[other] them
}: a machine that nobody lists, or the address of a proxy or of translation.
egress-host-not-listed = { $count ->
    [one] { $count } host is
   *[other] { $count } hosts are
} not among the assets that the record lists.
egress-host-ambiguous = { $count ->
    [one] { $count } host
   *[other] { $count } hosts
} may be several assets; none is chosen.
egress-host-unnamed = Some flows are of a host that the log does not name.
egress-host-address = { $count ->
    [one] { $count } host was
   *[other] { $count } hosts were
} found in the inventory by address.
egress-host-name = { $count ->
    [one] { $count } host was
   *[other] { $count } hosts were
} found in the inventory by name.
egress-host-short-name = { $count ->
    [one] { $count } host was
   *[other] { $count } hosts were
} found in the inventory by a name without its domain.
egress-installed-silent = { $count ->
    [one] { $count } product is
   *[other] { $count } products are
} installed and silent: the logs show the asset, and no contact with a known endpoint of the product.
egress-installed-talks = { $count ->
    [one] { $count } product found on an asset talks.
   *[other] { $count } products found on assets talk.
}
egress-installed-vendor-talks = { $count ->
    [one] { $count } asset talks
   *[other] { $count } assets talk
} to endpoints of the vendor that are not known to be of the product found on it.
egress-installed-called = { $count ->
    [one] { $count } product
   *[other] { $count } products
} found on an asset that an endpoint of the product or its vendor called, and that was not seen to call one.
egress-installed-ambiguous = { $count ->
    [one] { $count } product
   *[other] { $count } products
} found on an asset that shares its address or name with another: whose traffic it is cannot be told.
egress-installed-not-covered = { $count ->
    [one] { $count } product
   *[other] { $count } products
} found on an asset that no log covers: nothing is known about traffic.
egress-installed-no-address = { $count ->
    [one] { $count } product
   *[other] { $count } products
} found on an asset without a known address or host name: no log can be tied to it.
egress-installed-no-endpoint = { $count ->
    [one] { $count } product
   *[other] { $count } products
} found of which no endpoint is known: nothing could be looked for.
summary-egress = Egress
summary-egress-total = { $hosts ->
    [one] { $hosts } host sends
   *[other] { $hosts } hosts send
} to endpoints looked for: { $out } bytes out, { $in } bytes in
summary-egress-hosts = hosts without inventory: { $unlisted } · installed and silent: { $silent } · cannot be told: { $untold }
error-inventory = `{ $path }` is no record of an assessment
    .help = give a file that `supplant assess` wrote (`assessment.json`), or `supplant audit … --format json -o FILE`
word-since-new = new
word-since-stopped = stopped
word-since-changed = changed
word-tie-address = by address
word-tie-name = by name
word-tie-short-name = by name without domain
word-tie-ambiguous = one of several
word-tie-none = not in the inventory
word-tie-not-listed = not among those listed
word-tie-unnamed = the log does not say who
word-found-product = the product
word-found-vendor = something of the vendor
word-traffic-talks = talks
word-traffic-vendor-talks = talks to its vendor
word-traffic-silent = installed, silent
word-traffic-called = only called by its vendor
word-traffic-ambiguous = shared address or name
word-traffic-not-covered = no log covers it
word-traffic-no-address = no address known
word-traffic-no-endpoint = no endpoint known
word-grade-named = name without flow
word-grade-asked = DNS question only
word-grade-program = program only
word-fact-stated = stated by you
word-thing-origin = country of the vendor
sheet-egress-origin = By country of the vendor
sheet-egress-changes = Changes
sheet-egress-unlisted = Hosts without inventory
sheet-egress-installed = Installed and talking
sheet-egress-ties = Hosts and assets
column-inventory-match = Found in the inventory
column-inventory-asset = In the inventory
column-inventory-ids = Asset IDs
column-found-there = The audit found there
column-finding-ids = Findings there
column-endpoints-seen = Endpoints
column-endpoints-known = Endpoints known
column-traffic = The logs say
