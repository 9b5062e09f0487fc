# Two configurations beside each other: what is the same place, certificates, packets walked through both

word-pair-network = same network
word-pair-routes = same routes
word-pair-single = the last one on both sides

error-map = the map `{ $path }` has { $problems ->
        [one] { $problems } error
       *[other] { $problems } errors
    }, so nothing was compared
    .help = correct the places that are marked; `--write-map -` shows what such a file looks like

# The file that says what is the same

map-head = Which contexts, zones and interfaces of A (left) and B (right) are the same: edit it, then `--map FILE`.
map-propose = With `propose = true`, what is not named here is paired by name, address, network, interface and routes.
map-contexts-alone = contexts of { $side } without a counterpart: { $list }
map-zones-alone = zones of { $side } without a counterpart: { $list }

prove-certificate = certificate: { $file }; whoever doubts it checks it with:
prove-certificate-except = it is about what was compared; zones without a counterpart are named in it
prove-no-certificate = no certificate: { $why }
word-no-certificate-differs = they differ
word-no-certificate-not-decided = it is not decided that they are the same
word-no-certificate-not-listed = what shows it is too much to write down
word-no-certificate-not-whole = a configuration was not read to its end

# The page

prove-title = { $left } and { $right }
prove-eyebrow = Two firewalls beside each other
prove-map = Taken to be the same
prove-contexts-by = contexts: { $by }
prove-limits = What limits the verdict
prove-no-limits = no limit was reached
prove-no-differences = no packet is treated differently
prove-read = { $count ->
    [one] { $count } statement
   *[other] { $count } statements
}, { $share } of them read exactly
prove-footer = read copies of configurations; changed nothing
prove-left-out-below = { $count ->
    [one] { $count } statement of { $side } is not modelled and was not compared, see below
   *[other] { $count } statements of { $side } are not modelled and were not compared, see below
}

# A packet walked through both

walk-same = both do the same
walk-parts = they part at { $where }; { $change }
walk-tried = { $count ->
    [0] the first that was tried
    [one] after { $count } other rule
   *[other] after { $count } other rules
}
walk-passed = not { $name }: { $why }
walk-passed-more = and { $count } more; the JSON names all of them
word-mismatch-from = it comes in elsewhere
word-mismatch-to = it leaves elsewhere
word-mismatch-pair = the two zones are related otherwise
word-mismatch-ends = it applies at the other end
word-mismatch-source = another source
word-mismatch-destination = another destination
word-mismatch-services = another service
word-mismatch-conditions = a condition does not hold
walk-not-rewritten = is not rewritten
walk-cut = there are more outcomes than the { $count } shown; `--limit` shows more, `app=NAME` and the like in the packet leave fewer
walk-no-counterpart = zone { $zone } of { $side } has no counterpart on the other side
    .help = name one with `--zone A=B` or in a map
word-parts-ingress = where it comes in
word-parts-destination = the translation of the destination
word-parts-route = the way out
word-parts-filter = the rules
word-parts-source = the translation of the source
word-stage-ingress = where it comes in
word-stage-route = where it goes
word-stage-filter = rules
word-stage-translation = translation
error-walk-html = a packet's way is shown as text or JSON
    .help = use `--format text` or `--format json`, or leave out `--explain`
walk-parts-alike = they part at { $where }, and still do the same
