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
