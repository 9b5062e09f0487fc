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

word-waiver-in-force = in force
word-waiver-expired = expired
word-waiver-not-yet = not yet in force
