# The HTML report and the workbook

report-eyebrow = Vendor directive assessment
report-title = Vendor directive assessment of { $target }
footer = read copies of inventories; changed nothing
press-only-title = Press only.
press-only-banner = No official text of this directive is public. Scope, deadline and vendors are given here as the press reports them; ask the authority before you rely on details.

nav-label = Contents
nav-overview = Overview
nav-decisions = Decisions
nav-findings = Findings
nav-coverage = Coverage
nav-diagnostics = Diagnostics
nav-waivers = Waivers
nav-directive = Directive
nav-about = About this report

countdown-left = { $count ->
    [one] day left
   *[other] days left
}
countdown-past = { $count ->
    [one] day past the deadline
   *[other] days past the deadline
}
directive-reach = { $vendors ->
    [one] { $vendors } vendor
   *[other] { $vendors } vendors
}, { $products ->
    [one] { $products } known product
   *[other] { $products } known products
}

mark-known = facts { $how }

headline-prohibited = { $count ->
    [one] { $count } asset
   *[other] { $count } assets
} out of { $of } { $count ->
    [one] holds
   *[other] hold
} at least one prohibited product.
headline-none-prohibited = No asset out of { $of } holds a product that is prohibited for certain.
headline-nothing = Nothing of the named vendors was found on { $of } assets.
headline-undecided = { $count ->
    [one] { $count } finding depends
   *[other] { $count } findings depend
} on questions that the text of the directive leaves open.
headline-unsure = { $count ->
    [one] { $count } finding is
   *[other] { $count } findings are
} not confirmed yet and should be looked at before acting.
headline-whole = All { $rows } rows read were interpreted; nothing is left over.
headline-gaps = Of { $rows } rows read, { $lost } were not understood; { $unread ->
    [0] every input could be read
    [one] { $unread } input could not be read
   *[other] { $unread } inputs could not be read
}. What is missing there may hold more findings.

tile-assets = Assets with prohibited
tile-of-assets = of { $count } assets
tile-prohibited = Prohibited findings
tile-of-findings = of { $count } findings
tile-undecided = Undecided
tile-undecided-note = wait for a decision
tile-vendors = Vendors found
tile-vendors-note = in { $count } findings
tile-covered = Rows interpreted
tile-covered-note = { $count ->
    [one] { $count } row not understood
   *[other] { $count } rows not understood
}

chart-states = Findings by state
chart-vendors = Findings by vendor
chart-confidence = Confidence of the identification
chart-rows = What became of every row read
chart-sites = Findings by site
unknown-site = site not stated
bars-rest = { $count ->
    [one] { $count } more
   *[other] { $count } more
}, with { $findings ->
    [one] { $findings } finding
   *[other] { $findings } findings
} together

decisions-intro = What the text leaves open, and the answer that this report uses. Another answer changes the state of the findings that depend on it.
decision-findings = { $count ->
    [one] finding depends on it
   *[other] findings depend on it
}

findings-intro = One asset, one product, one clause. Open a line to see why, and the row of the source that proves it.
findings-search = Search all text
findings-sort = Sort by
sort-pressing = Most pressing
findings-capped = This page lists the { $shown } most pressing of { $all } findings. All of them are in the workbook (XLSX), in CSV and in JSONL.
evidence-count = { $count ->
    [one] { $count } observation
   *[other] { $count } observations
}
evidence-capped = { $shown } of { $all } observations are shown here. The workbook (XLSX) and JSONL list the evidence that was kept.
evidence-title = Evidence
evidence-matches = matches

coverage-intro = Every row of every input is understood, of no interest, or not understood; the books balance.
coverage-total = All inputs
lost-title = Not understood
lost-intro = Rows that no reader could interpret. They may hold further products.
rows-capped = { $shown } of { $all } are listed here. All of them are in the workbook (XLSX).

directive-deadlines = Deadlines
directive-as-stated = As stated
directive-known = How it is known
directive-vendors = Named vendors
directive-unknowns = What nobody outside knows
directive-citations = Citations
about-intro = The same inputs, data and date give the same report, byte for byte.

none-findings = No findings.
none-decisions = The text leaves nothing open.
none-diagnostics = Nothing to report about the inputs.
none-waivers = No waivers were given.
none-sources = There were no inputs.

meta-target = Assessed
meta-date = As of
meta-program = Program
meta-schema = Record
meta-data = SHA-256 of the data
meta-filters = Filters
meta-no-filters = none; every row of every table is here
meta-findings = Findings
meta-evidence = Evidence rows
meta-observations = Observations that support findings
meta-assets = Assets
meta-assets-listed = Assets with findings
meta-sources = Inputs
meta-rows = Rows read
meta-understood = Rows understood
meta-inert = Rows of no interest
meta-lost = Rows not understood
meta-state = Findings, { $state }
meta-not-read = Input not read
meta-distinct-strings = Distinct strings judged
meta-distinct-items = Distinct items judged

sheet-findings = Findings
sheet-assets = Assets
sheet-evidence = Evidence
sheet-sources = Sources
sheet-diagnostics = Diagnostics
sheet-directives = Directives and decisions
sheet-waivers = Waivers
sheet-meta = Meta
section-directive = directive
section-binds = who must obey
section-note = note
section-deadline = deadline
section-decision = decision
section-vendor = named vendor
section-unknown = unknown
section-citation = citation
cell-cut = {" "}… (cut; { $count } characters, whole in JSONL)
