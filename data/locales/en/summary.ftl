# Phrases that several renderers use

comma = {", "}
help = help
position-line = line { $at }
position-byte = byte { $at }
position-row = row { $at }
in-brackets = {" "}({ $text })
more = … and { $count } more
days-today = today
days-left = { $count ->
    [one] { $count } day left
   *[other] { $count } days left
}
days-past = { $count ->
    [one] { $count } day past
   *[other] { $count } days past
}
period-since = since { $from }
period-until = until { $until }
period-both = { $from } to { $until }
owner-step = { $vendor } { $kind } { $to } ({ $notes })
decision-by-user = decided
decision-by-default = default

# The terminal summary

summary-directive = Directive
summary-inventory = Inventory
summary-found = Found
summary-decisions = Decisions
summary-unread = Not read
summary-waivers = Waivers
summary-reports = Reports
summary-next = Next

summary-directive-head = { $id } ({ $vendors ->
    [one] { $vendors } vendor
   *[other] { $vendors } vendors
}, { $products ->
    [one] { $products } product
   *[other] { $products } products
})
summary-deadline = deadline { $day }, { $days }: { $action }
summary-deadline-short = { $day }, { $days }
summary-deadline-rule = deadline { $day }: { $action }
summary-no-deadline = no deadline is known
summary-no-directive = none applied
summary-press-only = press only: no official text is public, everything here rests on reports
summary-press-mark = {" "}(press only)
summary-no-inputs = no inputs in { $target }
summary-assets = { $count ->
    [one] { $count } asset
   *[other] { $count } assets
}
summary-rows = { $rows ->
    [one] { $rows } row
   *[other] { $rows } rows
}: { $understood } understood, { $inert } of no interest, { $lost } not understood
summary-inputs = inputs: { $whole } read whole, { $partly } partly, { $unread } not read
summary-findings = { $findings ->
    [one] { $findings } finding
   *[other] { $findings } findings
} on { $assets } of { $of } assets; { $prohibited } with something prohibited
summary-nothing = nothing: { $of ->
    [one] { $of } asset
   *[other] { $of } assets
}, every row interpreted
summary-nothing-listed = nothing on the assets of the inventory; a host that it lacks talks to a vendor, see above
summary-nothing-but = nothing so far: what was not read or not understood may hold more
summary-by-state = state
summary-by-vendor = vendor
summary-by-confidence = confidence
summary-decision = { $answer } ({ $by }), { $findings ->
    [one] { $findings } finding
   *[other] { $findings } findings
}: { $id } – { $question }
summary-decisions-more = { $count ->
    [one] { $count } more in the reports
   *[other] { $count } more in the reports
}
summary-decisions-unused = { $count ->
    [one] { $count } open question, no finding depends on it
   *[other] { $count } open questions, no finding depends on them
}
summary-partly = { $path }  { $lost } of { $rows } rows not understood
summary-waiver = { $count } { $status } ({ $findings ->
    [one] { $findings } finding
   *[other] { $findings } findings
})
