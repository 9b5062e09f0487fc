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
input-malformed = the content breaks the rules of its format here
    .help = look at the place; rows before and after it are read where possible
bug-reader-panicked = reader `{ $reader }` stopped because of a defect of ours; the rest of the input was not read
    .help = please report this with a sample of the input; the other inputs are not affected

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
confidence-vendor-only = the vendor is certain, the product is not
    .help = look at the asset to learn which product it is

directive-not-yet-issued = directive `{ $id }` was issued after the evaluation date { $date }
    .help = findings say what it would have meant on that day; choose a later date to see what it means since it was issued
directive-closed = directive `{ $id }` is no longer in force
    .help = findings say what it demanded; `supplant directive show` names what replaced it, if anything did
directive-not-in-force = directive `{ $id }` is not in force on { $date }
    .help = findings say what it would demand once it is
