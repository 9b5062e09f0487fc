# The closed vocabularies of records. Message id: word-<group>-<value as stored>.

word-state-prohibited = prohibited
word-state-undecided = undecided
word-state-residue = residue
word-state-stale = stale
word-state-waived = waived
word-state-watch = watch
word-state-out-of-scope = out of scope

word-relation-is = is or has it
word-relation-open-source-of = open source of it
word-relation-embeds = embeds it
word-relation-client-of = client of it
word-relation-runs-on = runs on it
word-relation-neighbour-of = neighbour of it
word-relation-residue-of = residue of it

word-confidence-confirmed = confirmed
word-confidence-probable = probable
word-confidence-possible = possible

word-class-identity = identity
word-class-coordinates = coordinates
word-class-vendor-field = vendor field
word-class-product-name = product name
word-class-hint = hint

word-context-device = the asset itself
word-context-installed = installed
word-context-running = running
word-context-file = file
word-context-component = component
word-context-platform = platform
word-context-neighbour = neighbour
word-context-residue = residue
word-context-mention = mention

word-meaning-installed = installed
word-meaning-running = running
word-meaning-residue = residue
word-meaning-platform = platform
word-meaning-integration = integration
word-meaning-remote-service = remote service

word-strength-unique = unique
word-strength-strong = strong
word-strength-weak = weak

word-fact-documented = documented
word-fact-observed = observed
word-fact-reported = reported
word-fact-recalled = recalled, not looked up

word-force-binding = binding
word-force-advisory = advisory
word-force-reported-unpublished = reported, unpublished
word-force-proposed = proposed
word-force-internal-policy = internal policy

word-status-in-force = in force
word-status-in-force-as-reported = in force, as reported
word-status-closed = closed
word-status-future = future
word-status-proposed = proposed

word-fate-read = read
word-fate-opened = opened
word-fate-unknown = format unknown
word-fate-unreadable = unreadable
word-fate-not-regular = not a regular file

word-kind-host = host
word-kind-device = device
word-kind-virtual-machine = virtual machine
word-kind-image = image
word-kind-cluster = cluster
word-kind-software = software
word-kind-unknown = unknown kind

word-kinds-host = { $count ->
    [one] { $count } host
   *[other] { $count } hosts
}
word-kinds-device = { $count ->
    [one] { $count } device
   *[other] { $count } devices
}
word-kinds-virtual-machine = { $count ->
    [one] { $count } virtual machine
   *[other] { $count } virtual machines
}
word-kinds-image = { $count ->
    [one] { $count } image
   *[other] { $count } images
}
word-kinds-cluster = { $count ->
    [one] { $count } cluster
   *[other] { $count } clusters
}
word-kinds-software = { $count ->
    [one] { $count } software artefact
   *[other] { $count } software artefacts
}
word-kinds-unknown = { $count } of unknown kind

word-answer-in = in scope
word-answer-out = out of scope
word-answer-undecided = undecided

word-severity-note = note
word-severity-warning = warning
word-severity-error = error

word-unit-line = line
word-unit-byte = byte
word-unit-row = row

word-tier-official = official
word-tier-secondary = secondary
word-tier-recall = recalled

word-step-owned-by = owned by
word-step-owns = owns
word-step-lineage = became part of
word-step-affiliate = affiliated with
word-step-joint-venture = joint venture of
word-step-renamed = renamed to
word-step-formerly-owned-by = formerly owned by
word-step-divested = sold part of its business to
word-step-oem = ships products of
word-step-entity-list = stands on one list with

word-waiver-in-force = in force
word-waiver-expired = expired
word-waiver-not-yet = not yet in force

word-clause-deny-list = names vendors or products
word-clause-allow-list = everything that is not listed
word-clause-category-by-origin = a category by origin
word-clause-quota = a share
word-clause-purpose-limited = for some purposes only
word-clause-duty = a duty

word-effect-remove = stop using and remove
word-effect-cap = keep the share below a cap
word-effect-report = report its presence
word-effect-stop-buying = stop buying
word-effect-stop-supply = stop selling or supporting
word-effect-caution = be careful

word-mode-named-only = the named entity only
word-mode-subsidiaries-affiliates = with subsidiaries and affiliates
word-mode-predecessors-successors-parents-subsidiaries-affiliates = with predecessors, successors, parents, subsidiaries and affiliates
word-mode-common-control-or-majority = with everything under common control or majority ownership
word-mode-supplier-country = by the supplier's country
word-mode-category-by-origin = by the product's country of origin
word-mode-unknown = whether owners count is unknown

word-match-exact = is
word-match-starts = begins with
word-match-prefix = begins with
word-match-suffix = ends with
word-match-contains = contains
word-match-glob = has the form
word-match-regex = matches
word-match-cidr = lies in
word-match-words = has the words

word-purpose-content = content
word-purpose-licence = licence
word-purpose-management = management
word-purpose-reputation = reputation
word-purpose-sample-upload = sample upload
word-purpose-telemetry = telemetry
word-purpose-unknown = purpose unknown
word-purpose-update = update
word-purpose-vpn = VPN

word-entry-context = context
word-entry-zone = zone
word-entry-interface = interface
word-entry-vendor = vendor
word-entry-product = product
word-entry-directive = directive
word-entry-source = source
word-entry-category = category
word-entry-capability = capability
word-entry-form = form
word-entry-replacement = replacement
word-entry-clause = clause
