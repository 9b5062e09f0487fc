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
