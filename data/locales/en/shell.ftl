# What the commands say besides reports

# Words that several commands use

yes = yes
no = no
press-only = press only: no official text of this directive is public; everything here rests on reports
separator = {"; "}
colon = {": "}
error = error

# The doctor

doctor-program = program
doctor-cores = cores
doctor-terminal = standard output is a terminal
doctor-readers = readers of formats
doctor-vendors = vendors
doctor-products = products
doctor-fingerprints = fingerprints
doctor-directives = directives
doctor-data = SHA-256 of the data
doctor-overlays = overlays
doctor-overlays-none = none
doctor-date = today
doctor-network = network
doctor-network-none = never used
doctor-verdict = { $problems ->
    [0] all that is needed is here
    [one] { $problems } problem in the data
   *[other] { $problems } problems in the data
}

# Checking the facts

check-verdict = { $problems ->
    [0] no problems
    [one] { $problems } problem
   *[other] { $problems } problems
}: { $files } files with { $vendors } vendors, { $products } products and { $directives } directives

# Showing the facts: labels at the left

fact-vendor = vendor
fact-name = name
fact-aliases = aliases
fact-category = category
fact-forms = forms
fact-capabilities = capabilities
fact-note = note
fact-endpoint = endpoint
fact-origin = origin
fact-owns = owners
fact-product = product
fact-fingerprint = fingerprint
fact-title = title
fact-issuer = issuer
fact-force = force
fact-status = status
fact-confidence = known as
fact-binds = binds
fact-summary = summary
fact-clause = clause
fact-rule = rule
fact-vendors = vendors
fact-products = products
fact-categories = categories
fact-origins = origins
fact-open-ended = open-ended
fact-deadline = deadline
fact-decision = decision
fact-question = question
fact-why = why
fact-exemption = exemption
fact-action = action
fact-report = report
fact-unknown = unknown
fact-source = source

# Explaining a finding

explain-finding = finding
explain-asset = asset
explain-product = product
explain-vendor = vendor
explain-relation = relation
explain-state = state
explain-confidence = confidence
explain-clause = clause
explain-help = what to do
explain-decisions = decisions
explain-owner = owners
explain-deadline = deadline
explain-waiver = waiver
explain-evidence = evidence
explain-shown = { $shown } of { $total } shown
explain-pattern = matches
explain-sources = fact from
explain-row = row
explain-place = place
explain-reader = reader
explain-raw = raw
explain-changed = the input has another digest now than when it was assessed: it was edited or replaced; assess again
explain-gone = the input is no longer at `{ $path }`; put it back, or run from the folder of the assessment
explain-inside = it lies inside an archive or a binary format; the row above is what was understood

# Errors: what failed, and what to do

error-directive = there is no directive `{ $id }`
    .help = `supplant directive list` shows all; near it: { $near }
error-entry = there is no product or vendor `{ $id }`
    .help = `supplant catalog list` shows all; near it: { $near }
error-slot = no directive chosen leaves the question `{ $slot }` open
    .help = they leave open: { $slots }
error-decision = `{ $text }` is no decision
    .help = write `slot=in`, `slot=out` or `slot=undecided`; `supplant directive show ID` lists the slots
error-data = the data has errors, so nothing was assessed
    .help = correct the places above; `supplant catalog check DIR` shows them again
error-waivers = the waivers file `{ $path }` has { $problems ->
    [one] { $problems } error
   *[other] { $problems } errors
}, so nothing was assessed
    .help = correct the places above; docs/manual.md shows the form of the file
error-no-report = there is no report here
    .help = run `supplant assess DIR` first, or name a report folder with `--from`
error-finding = there is no finding `{ $id }` in `{ $path }`
    .help = ids are in the reports; `--from` names another report folder
error-code = there is no code `{ $id }`
    .help = docs/diagnostics.md lists all; near it: { $near }
error-record = `{ $path }` is no assessment that this version can read
    .help = assess again, or use the version that wrote it
error-read = cannot read `{ $path }`
    .help = check the path and the permissions
error-output-is-input = `{ $path }` is among what is read: it is not overwritten
    .help = name a file outside of the inputs
error-write = cannot write `{ $path }`
    .help = check the permissions and the free space, or choose another place with `--out` or `-o`; earlier reports are untouched
error-output = cannot write the output
    .help = check the free space, or write into a file with `-o FILE`
error-toml = there is no TOML file in `{ $path }`
    .help = name a file or a folder laid out like `data/`; docs/data.md shows the layout
error-render = the reports could not be made
    .help = please report this: it is a defect of ours
error-none-near = none

error-out-is-input = the report folder `{ $path }` is the input itself
    .help = name another folder with `--out`
