# Egress: where bytes go.

error-partial = `{ $path }` is no partial sum of this run: { $why }
    .help = give the files that `supplant egress --shard I/N … -o FILE` wrote
error-partial-other = it is of other inputs or other endpoints
error-partial-shards = the partial sum of part { $shard } of { $shards } is missing or there twice
    .help = give one file for each part
error-no-endpoints = there is no endpoint to look for
    .help = give a table with `--endpoints FILE.csv`, or leave `--only-endpoints` out
egress-table-problem = { $path }:{ $line }: { $text }: `{ $value }`
