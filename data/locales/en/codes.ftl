# Diagnostics and ledger reasons: the code with "-" for "/". `.help` says what to do.
# Values that a text does not mention are added behind it by the program.

input-truncated = the input ends before its format says so
    .help = export or copy the file again; what was read before the cut is kept
input-read-failed = reading failed: { $error }
    .help = check the medium, the permissions and the archive, then run again
input-limit-reached = a limit was reached, the rest was left out
    .help = split the input, or export fewer columns and rows at a time
input-decompression-ratio = the input expands far beyond its size, as an archive bomb does
    .help = if the archive is genuine, unpack it yourself and assess the folder
input-nested-too-deep = archives are nested too deep, the inner ones were not opened
    .help = unpack the outer archives and assess the folder
input-bad-encoding = bytes that are not valid in the text's encoding were replaced
    .help = export the file as UTF-8 if names look wrong
input-empty = the file is empty
    .help = export it again if it should have content
input-unknown-format = no reader knows this content
    .help = export the inventory in a supported format, or tell us about this one
input-compression = compressed or packed in a way that is not read: { $what }
    .help = unpack it yourself, or compress with gzip, xz or zstd; pack with zip or tar
input-log-in-archive = a log of traffic in an archive inside an archive, or in a compressed zip, was not counted
    .help = unpack the outer archive and run again
input-malformed = the content breaks the rules of its format here
    .help = look at the place; rows before and after it are read where possible
bug-reader-panicked = reader `{ $reader }` stopped because of a defect of ours; the rest of the input was not read
    .help = please report this with a sample of the input; the other inputs are not affected
input-empty-folder = there is no file to read in the folder
    .help = check the path; put the exports into the folder and run again
archive-unsafe-path = a member of the archive has a path that is absolute or leads out of it
    .help = nothing was written to disk; ask where the archive comes from
archive-unsupported-member = a member of the archive is encrypted or stored in an unsupported way, it was not read
    .help = unpack the archive yourself and assess the folder
image-missing-blob = the container image names a layer or blob that is not there or cannot be read: `{ $path }`
    .help = save the image again with all its layers
k8s-template = the file is a template and was read line by line; what its actions compute is not known
    .help = export the rendered manifests, with `helm template` or `helm get manifest`
rpm-log-not-read = a write-ahead log lies beside the rpm database, packages in it were not read: `{ $path }`
    .help = copy the database while rpm is idle
hive-dirty = the hive was copied while in use, its newest changes may be missing
    .help = save it again with `reg save` or from a shadow copy
hive-recovered = the hive is damaged; keys that no list leads to were found by their own marks
    .help = save the hive again if you can; what was found counts as residue at best
hive-transaction-log = the file is the transaction log of a hive and was not read
    .help = assess the hive itself; save it with `reg save` so that the log is merged
table-unmapped-columns = columns from which nothing is read: { $columns }
    .help = if one of them holds software or vendors, rename it to a common word such as `name` or `vendor`
table-ragged-row = a row has more cells than the table has columns ({ $cells }); what stands below a header was read
    .help = look for a separator inside a value and export the table again
table-open-quote = a value begins with a quote that never ends, its line was read as it stands
    .help = correct the line or export the table again

row-unclaimed = rows that the reader did not interpret
    .help = look at the first positions; tell us if they describe software or devices
row-malformed = rows that break the rules of the format
    .help = look at the first positions and export the source again
row-no-known-field = rows without any column or key that an inventory has
    .help = rename the columns to common ones such as `name`, `vendor`, `version`, `hostname`
row-too-long = rows longer than the limit
    .help = split the rows or export fewer columns
row-not-inventory = rows that say nothing about software, vendors or platforms
    .help = nothing to do
row-not-installed = packages or entries recorded as not installed
    .help = nothing to do
row-removed = rows that a later row of the log takes back
    .help = nothing to do
row-superseded = older copies of something that the same source also describes as current
    .help = nothing to do
row-asset-detail = rows that name, place or number the asset itself and hold nothing else
    .help = nothing to do
row-repeated = rows that say only what an earlier row of the same asset said
    .help = nothing to do
row-swapped-columns = vendor and version stood in each other's column and were put back
    .help = correct the table, and look at others of the same author
row-symbolic-oid = rows whose object identifier is written as a name that is not held here
    .help = walk the device again with `snmpwalk -On`
row-not-regular = devices, FIFOs and sockets, which are never opened
    .help = nothing to do
row-replaced = entries that a later layer of the image replaces or removes
    .help = nothing to do
row-header = titles and headers of tables
    .help = nothing to do
row-blank = rows in which nothing stands
    .help = nothing to do

# Data files and waivers

data-syntax = this is not valid TOML: { $why }
    .help = correct the place that is marked
data-unknown-file = the layout of the data knows no file `{ $path }`
    .help = move it into `vendors`, `products`, `replacements` or `directives`; docs/data.md shows the layout
data-unknown-key = the schema has no key `{ $key }`
    .help = look for a typing error; docs/data.md lists the keys
data-missing-key = the key `{ $key }` is missing
    .help = add it; docs/data.md says what it holds
data-wrong-type = { $expected } is expected here, this is { $found }
    .help = write the value in the expected type
data-not-in-list = `{ $value }` is not one of: { $expected }
    .help = use a word of the list
data-undefined = the { $kind } `{ $id }` is defined nowhere
    .help = correct the id or add the entry; `supplant catalog list` shows products
data-duplicate = the { $kind } `{ $id }` is defined twice
    .help = remove or rename one of the two; an overlay may replace a bundled entry, not one of its own
data-invalid = the value breaks a rule: { $why }
    .help = correct the value; docs/data.md has the rules
map-unknown-name = no { $kind } of { $side } is named `{ $name }`, or more than one is; there is { $names }
    .help = correct the name; `--write-map -` lists all of them
map-unused = nothing uses this entry
    .help = `--context` or `--zone` says otherwise, or it stands here twice; remove it or the option
waiver-expired = waiver `{ $id }` ended { $days } days ago; what it covered counts again
    .help = renew it with a reason and an approver, or replace the product
waiver-expiring = waiver `{ $id }` ends in { $days } days
    .help = renew it in time, or replace the product before it ends
waiver-matches-nothing = waiver `{ $id }` covers no finding
    .help = remove it if the product is gone; otherwise check its scope for typing errors

# Why a finding has its state

state-named = the vendor is named by the clause
    .help = remove or replace the product, or record a waiver
state-owned = the maker is owned by a vendor that the clause names
    .help = check the chain of owners, then remove or replace the product
state-affiliate = the maker is an affiliate of a vendor that the clause names
    .help = check the chain of owners; the directive may leave affiliates open
state-lineage = the product line comes from a vendor that the clause names
    .help = decide whether former product lines are in scope
state-parent = the maker is the parent of a vendor that the clause names
    .help = decide whether parents are in scope
state-joint-venture = the maker is a joint venture of a vendor that the clause names
    .help = decide whether joint ventures are in scope
state-origin = the clause applies by the origin of the vendor
    .help = check the origin of the vendor
state-open-source = open source that a named vendor owns
    .help = decide whether open source is in scope
state-decision-open = in scope only if an open question is answered with yes
    .help = answer the question and run again; both answers are prepared for
state-decision-out = a decision puts it out of scope
    .help = keep the decision with its reason; the finding stays listed
state-residue-only = only residue is left of the product
    .help = remove the residue and export the inventory again
state-stale = no source has confirmed it for a long time
    .help = export a fresh inventory of the asset
state-waived = a waiver in force covers it
    .help = replace the product before the waiver ends
state-same-origin = not named, but of the same origin and category as those who are
    .help = nothing is required; avoid it as a replacement
state-press-only = in scope as the press reports it; no official text is public
    .help = ask the authority for the text before you rely on details
state-ownership-open = the maker is connected with a named vendor, and the directive does not say whether that counts
    .help = check the chain of owners and ask the authority; it counts as undecided until then
state-category-unknown = the vendor is named, but which of its products this is, and so whether the clause is about it, is not known
    .help = look at the asset to learn which product it is
state-not-listed = the clause permits listed products only, and this one is not listed
    .help = replace it with a listed product, or record a waiver
state-allow-list-unknown = the clause permits listed products only, and the list is not public
    .help = ask the authority for the list, and put it into your own data
state-quota = the clause limits a share; one finding alone cannot break it
    .help = count the share over the whole estate
state-purpose-limited = the clause applies to some purposes only
    .help = decide whether this asset serves such a purpose
state-function-limited = the clause applies to some functions only
    .help = decide whether this asset performs such a function
state-embedded = a component inside other software; the directive does not say whether that counts
    .help = ask the maker of the software, and decide whether embedded components are in scope
state-elsewhere = the product itself is somewhere else: this asset is its client, runs on it or sees it
    .help = assess the place where the product is
state-not-about-use = the clause is about buying, selling or caution, not about use
    .help = nothing to remove; keep to the clause when you buy

# Why the confidence is what it is

confidence-unique-known = a unique fact that has been looked up
    .help = nothing to do
confidence-two-strong = two independent strong facts
    .help = nothing to do
confidence-unique-recalled = a unique fact that nobody has looked up yet
    .help = look at the asset, or confirm the fact in vendor documentation
confidence-one-strong = one strong fact
    .help = a second, independent source would confirm it
confidence-strong-recalled = strong facts that nobody has looked up yet
    .help = look at the asset, or confirm the facts in vendor documentation
confidence-hints-only = hints only
    .help = look at the asset before you act
confidence-endpoint-named = the log has the name that the host asked for, and the endpoint has been looked up
    .help = nothing to do
confidence-endpoint-resolved = the name was resolved, told by DNS or seen without the flow; the endpoint has been looked up
    .help = a log with TLS names or requests would confirm it
confidence-endpoint-address = only the address shows the endpoint
    .help = a log with names would confirm it
confidence-endpoint-network = only the network of the address shows the vendor
    .help = others may be served from it; a log with names would tell
confidence-endpoint-inward = the vendor began every flow; nothing shows that the host calls it
    .help = look at the host: a server that anybody may reach need not have anything of the vendor
confidence-endpoint-recalled = nobody has looked the endpoint up yet
    .help = look at the host, or confirm the endpoint in vendor documentation
confidence-endpoint-asked = no flow was seen: a DNS question or a program only
    .help = look at the host before you act
state-which-product = several products use the endpoint, and the directive does not treat them alike
    .help = look at the host to learn which product it is
confidence-vendor-only = the vendor is certain, the product is not
    .help = look at the asset to learn which product it is

directive-not-yet-issued = directive `{ $id }` was issued after the evaluation date { $date }
    .help = findings say what it would have meant on that day; choose a later date to see what it means since it was issued
directive-closed = directive `{ $id }` is no longer in force
    .help = findings say what it demanded; `supplant directive show` names what replaced it, if anything did
directive-not-in-force = directive `{ $id }` is not in force on { $date }
    .help = findings say what it would demand once it is

state-origin-unknown = the clause goes by country of origin, and the maker's is not known
    .help = find out where the maker is at home, and add it with your own data
state-hints-only = only hints point at the product
    .help = look at the asset; a second source would settle it

# Configurations of firewalls

config-file-too-long = the file is longer than the limit, the rest was left out
    .help = split the configuration, or check whether the file is one
config-encoding = the text is not UTF-8, it was read as { $encoding }
    .help = export the file as UTF-8 if names look wrong
config-syntax = the text breaks the rules of its syntax here
    .help = look at the place; what follows is read where the syntax allows
config-cut-off = the text ends inside a block or a quoted value
    .help = export the configuration again, and look whether it is complete
config-too-deep = statements are nested deeper than the limit
    .help = look at the place; what lies deeper was skipped and counts as not read
config-invalid-value = a value is not valid here
    .help = correct it on the device; what uses it may match or not
config-undefined = nothing defines `{ $name }`
    .help = look whether the export is complete; what uses the name may match or not
config-duplicate = two things of one kind have the same name; the first is used
    .help = look which one the device uses
config-group-cycle = a group contains itself
    .help = correct it on the device; what uses it may match or not
config-group-depth = groups are nested deeper than the limit
    .help = flatten the groups; what uses them may match or not
config-unsupported = this decides about packets and is not modelled
    .help = decide by hand what it means; the rules that it touches are marked
config-mode = the mode of the device changes the meaning of its rules, and that is not modelled
    .help = decide by hand; answers about this context are not certain
config-missing-page = pages of the export are missing, and with them rules or objects
    .help = export again with all pages
config-assumed = something that decides is not part of the export and was assumed
    .help = check the assumption against the device
config-version-unknown = the software version is not known, and the meaning depends on it
    .help = export with the header that names the version
bug-dialect-defect = the reader of this configuration stopped because of a defect of ours; its context was left out
    .help = please report this with a minimal configuration

review-unused-address = nothing in force refers to this address object
    .help = remove it, or do not move it to the new firewall
review-unused-service = nothing in force refers to this service
    .help = remove it, or do not move it to the new firewall
review-disabled-rule = the rule is disabled
    .help = remove it if it is not needed any more
review-duplicate-rule = an earlier rule matches the same and does the same: { $earlier }
    .help = remove one of the two
review-contradicted-rule = an earlier rule matches the same and does something else, so this one never decides: { $earlier }
    .help = find out which of the two is meant
review-shadowed-rule = everything that the rule matches is decided before it, by { $rules }{ $translation ->
    [acts] ; but the translation that it names acts because of it
   *[none] {""}
}
    .help = find out which is meant; a rule that never decides can go
review-redundant-rule = without the rule the same would happen to every packet, because of { $rules }{ $translation ->
    [acts] ; but the translation that it names acts because of it
   *[none] {""}
}
    .help = it can go, or the others can; nothing changes
review-unreached-rule = no packet that the rule could match ever comes to it{ $translation ->
    [acts] ; but the translation that it names acts because of it
   *[none] {""}
}
    .help = look at the zones, the routes and the rules that lead to it
review-not-analysed = it was not looked at whether { $count } rules are needed; limit: { $limits }
    .help = nothing to do; rules that look alike are still found
review-correlated-rules = { $standing ->
    [possible] if what is unknown turns out so, its
   *[certain] its
} order with { $later } matters: { $packet } meets "{ $verdict }" here and would meet "{ $otherwise }" there, and each of the two matches packets that the other does not
    .help = find out which of the two is meant for the packets of both; keep their order when rules are moved
review-correlated-more = { $bound ->
    [at-least] at least { $pairs } pairs
   *[exactly] { $pairs } pairs
} of rules depend on their order{ $listed ->
    [none] {""}
   *[some] ; { $shown } are listed, the worst first
}{ $left ->
    [some] ; { $open } more were left open
   *[none] {""}
}
    .help = rules that overlap only in part and do the opposite are best replaced by rules that do not
review-removable-rules = rules that can be removed together, as was proved: no packet fares otherwise: { $bound ->
    [at-least] { $count } or more
   *[exactly] { $count }
} ({ $rules })
    .help = no further one can go with them, another choice may be larger; all of them are in the JSON record; look first at what they count, at schedules of reports and at other systems that name them
review-never-matches = the rule matches no packet: nothing is in its cell `{ $cell }`
    .help = fill the cell, or remove the rule

# Logs of traffic

flow-not-traffic = records that say nothing about who talks to whom
    .help = nothing to do
flow-denied = traffic that was stopped; nothing passed
    .help = nothing to do; the log of the device shows who tried
flow-counted-at-end = beginnings and parts of flows whose end counts all of it
    .help = nothing to do; flows that had not ended when the log ended are not counted
flow-counted-elsewhere = records of flows that another kind of record in the same log counts
    .help = nothing to do
flow-no-data = records that say that there was no data for a time
    .help = nothing to do
flow-skipped-by-log = records in which the log says that it left records out
    .help = totals of that time are too low; look at the capacity of the log
flow-no-address = records in which an address is missing or is none
    .help = look at the first positions
flow-duplicate-key = records in which a key that decides has two different values
    .help = look at the first positions; the program that wrote them is at fault
flow-bad-counter = records with a counter that is negative, too large or no number
    .help = look at the first positions; totals lack these records
flow-columns-differ = records whose columns are not those that the header or the format names
    .help = look at the first positions for cut lines or logs of another version
flow-template-missing = records whose template never came
    .help = give the inputs of a longer time together; exporters send templates every few minutes
flow-template-invalid = templates that cannot be used, and their records
    .help = look at the exporter
flow-template-ambiguous = records that several templates of other inputs fit
    .help = read the inputs of each exporter by themselves
flow-template-borrowed = records were read with a template that another input has
    .help = check that both inputs come from the same exporter
flow-no-flow-fields = records in which nothing identifies a flow
    .help = nothing to do unless the exporter should send flows
flow-other-format = records of another format than the rest of the file
    .help = split the file by format
flow-unknown-version = records of a version of the format that is not known
    .help = tell us about the version
flow-local-time = the log does not state the offset of its times; they were taken as UTC
    .help = have the device log in UTC or with its offset; days may be shifted
flow-direction-assumed = counters of `{ $device }` do not say which direction they count; the rule of the format was applied
    .help = compare a few rows with the device; sent and received may be swapped
flow-repeated-counters = the log repeats flows with growing counters; repeated rows count no bytes
    .help = have the exporter send each log once, unified, or only at its end
flow-gaps = the sensor missed a part of the traffic; counters may be too low
    .help = look at the load of the sensor
flow-volume-not-split = the log counts both directions in one number
    .help = have the exporter count each direction
flow-volume-unclear = a second counter may be of the other direction, or the same one counted later; it was not used
    .help = look at how the exporter is set up
flow-encrypted-hello = some clients encrypted the name that they asked for; the name seen may be that of a front
    .help = nothing to do; such flows may be judged by answers and addresses
input-not-regular = { $kind ->
    [link] a link: it is not followed
    [fifo] a pipe: it is not opened
    [socket] a socket: it is not opened
    [device] a device: it is not opened
   *[other] no regular file: it is not opened
}
    .help = give what it leads to, where a log stands behind it that is not read otherwise
flow-beginning-missing = flows of a capture that begin before it, or whose first packets were kept in part: the name that they asked for is not known
    .help = capture from the beginning and in full length; give name servers' answers or prefixes as well
flow-link-unknown = packets of a kind of link that is not known
    .help = capture again on an interface of a common kind
follow-line-unfinished = the last line has no end yet; { $bytes } bytes wait for it
    .help = nothing to do; the line is counted when it is complete
follow-still-written = read as a whole, once nobody writes to it any more
    .help = nothing to do; a later round reads it
follow-copy = a copy of `{ $path }`, not counted again
    .help = nothing to do
follow-frozen = a log was lost while what had been read last was pending: it counts as it was read, and a name that comes now is missed
    .help = keep rotated logs among the paths, or beside where they were, until `--settle` has passed
follow-gone = the log is gone; { $read } of { $known } bytes known of it were read
    .help = keep rotated logs where they are found until they are read
follow-grew = { $bytes } bytes came after the first { $read } were read as a whole; they are not counted
    .help = begin a new file for what comes later, or use a longer `--settle`
egress-endpoint-header = the table of endpoints has no header with `suffix`, `cidr` or `asn`, and `vendor`
    .help = write a header such as `suffix,vendor,country`
egress-endpoint-name = the name of a row of the table of endpoints is none
    .help = write a host name in ASCII letters (`xn--` for others), without scheme, port and path
egress-endpoint-range = a row of the table of endpoints has no range of addresses or number of a network where one belongs
    .help = write a range such as `192.0.2.0/24`, or a number such as `AS64496`
egress-endpoint-vendor = a row of the table of endpoints has no vendor
    .help = write whose endpoint it is
egress-endpoint-twice = two rows of the table of endpoints name one endpoint and two vendors; the first counts
    .help = remove one of the rows
egress-endpoint-row = a row of the table of endpoints cannot be used
    .help = correct the name or the range of the row
egress-place-header = the table of places has no header with `first` and `last`, or `cidr`, and `country` or `asn`
    .help = write a header such as `first,last,country`
egress-place-row = a row of the table of places cannot be used
    .help = correct the range or the number of the row
egress-place-database = the database of places cannot be read
    .help = fetch the file again
egress-place-limit = the table of places is longer than the limit; the rest was left out
    .help = give the parts that you need
flow-block-unreadable = blocks that are compressed or encrypted in a way that is not read
    .help = write the file again with LZ4 compression
