# Egress: where bytes go.

error-partial = `{ $path }` is no partial sum of this run: { $why }
    .help = give the files that `supplant egress --shard I/N … -o FILE` wrote
error-partial-other = it is of other inputs or other endpoints
error-partial-shards = the partial sum of part { $shard } of { $shards } is missing or there twice
    .help = give one file for each part
error-no-endpoints = there is no endpoint to look for
    .help = give a table with `--endpoints FILE.csv`, or leave `--only-endpoints` out
egress-table-problem = { $path }:{ $line }: { $text }: `{ $value }`
error-earlier-egress = `{ $path }` is no record of `supplant egress` of this version
    .help = give a file that `supplant egress … --format json -o FILE` wrote
egress-compared-new = new: { $endpoint } ({ $vendor }), hosts: { $assets }
egress-compared-stopped = stopped: { $endpoint } ({ $vendor }), hosts before: { $assets }
egress-compared-changes = pairs of host and endpoint that differ from the earlier record: { $changes }
egress-caveat-other-facts = the earlier record was made with other facts or another program: a difference may come from that
egress-caveat-other-endpoints = the earlier run looked for another number of endpoints: a difference may come from that
egress-caveat-earlier-incomplete = the earlier run did not understand all that it read: what seems new may have been there
egress-caveat-incomplete = this run did not understand all that it read: what seems to have stopped may still be there
