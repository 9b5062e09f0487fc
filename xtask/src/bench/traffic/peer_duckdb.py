# DuckDB on the same logs: `python3 -c SOURCE FORMAT QUERY FOLDER`, with QUERY one of none, name, prefix, both.
# The ranges are joined once for each distinct address: an ASOF join of cut-up ranges cost ten times as much.
# "both" reads the needed columns of each log once into a table and asks both questions of it.
import csv
import glob
import ipaddress
import json
import sys

import duckdb

form, query, folder = sys.argv[1:4]
db = duckdb.connect()
logs = folder + "/logs/"


def columns_of(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("#fields"):
                return line.rstrip("\n").split("\t")[1:]
    return []


def source(log, columns):
    """A log as a relation with these columns and types."""
    if form == "zeek-tsv":
        path = sorted(glob.glob(logs + log + "*.log"))[0]
        every = {name: columns.get(name, "VARCHAR") for name in columns_of(path)}
        listed = ", ".join(f"'{name}': '{kind}'" for name, kind in every.items())
        return (
            f"read_csv('{logs}{log}*.log', delim='\t', header=false, skip=8, auto_detect=false, "
            f"quote='', escape='', nullstr='-', columns={{{listed}}})"
        )
    listed = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    end = ".gz" if form.endswith("gzip") else ""
    name = f"{log}*.json{end}" if form.startswith("eve") else f"{log}*.log{end}"
    return f"read_json('{logs}{name}', format='newline_delimited', columns={{{listed}}})"


if form.startswith("eve"):
    eve = source(
        "eve",
        {
            "event_type": "VARCHAR",
            "flow_id": "UBIGINT",
            "src_ip": "VARCHAR",
            "dest_ip": "VARCHAR",
            "tls": "STRUCT(sni VARCHAR)",
            "quic": "STRUCT(sni VARCHAR)",
            "http": "STRUCT(hostname VARCHAR)",
            "flow": "STRUCT(bytes_toserver UBIGINT)",
        },
    )
    name_of = "coalesce(tls.sni, quic.sni, http.hostname)"
    named = (
        f"SELECT flow_id AS uid, {name_of} AS name FROM {eve} "
        "WHERE event_type IN ('tls', 'quic', 'http')"
    )
    flows = (
        "SELECT flow_id AS uid, src_ip AS h, dest_ip AS d, flow.bytes_toserver AS b "
        f"FROM {eve} WHERE event_type = 'flow'"
    )
else:
    named = " UNION ALL ".join(
        f"SELECT uid, {key} AS name FROM {source(log, {'uid': 'VARCHAR', key: 'VARCHAR'})}"
        for log, key in [("ssl", "server_name"), ("http", "host"), ("quic", "server_name")]
    )
    ends = {"uid": "VARCHAR", "id.orig_h": "VARCHAR", "id.resp_h": "VARCHAR", "orig_bytes": "UBIGINT"}
    conn = source("conn", ends)
    flows = f'SELECT uid, "id.orig_h" AS h, "id.resp_h" AS d, orig_bytes AS b FROM {conn}'

db.execute(f"CREATE TABLE suffixes AS SELECT suffix FROM read_csv('{folder}/names.csv')")


def networks():
    with open(folder + "/networks.csv", encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            network = ipaddress.ip_network(row["cidr"])
            if network.version == 4:
                yield int(network[0]), int(network[-1]), network.prefixlen, row["vendor"]


if query in ("prefix", "both"):
    db.execute("CREATE TABLE prefixes (low UBIGINT, high UBIGINT, len INTEGER, vendor VARCHAR)")
    columns = [list(column) for column in zip(*networks())]
    db.execute("INSERT INTO prefixes SELECT unnest(?), unnest(?), unnest(?), unnest(?)", columns)

NAME = """
WITH named AS MATERIALIZED (
  SELECT DISTINCT uid, rtrim(lower(name), '.') AS name FROM ({named}) WHERE name IS NOT NULL),
labels AS (SELECT name, string_split(name, '.') AS l FROM (SELECT DISTINCT name FROM named)),
candidates AS (
  SELECT name, unnest(list_transform(range(1, len(l) + 1),
    lambda i: array_to_string(list_slice(l, i, len(l)), '.'))) AS suffix FROM labels),
matched AS (
  SELECT name, arg_max(suffix, length(suffix)) AS suffix
  FROM candidates JOIN suffixes USING (suffix) GROUP BY name),
wanted AS (SELECT DISTINCT uid, suffix FROM named JOIN matched USING (name))
SELECT h, suffix, sum(coalesce(b, 0))::UBIGINT AS bytes
FROM ({flows}) JOIN wanted USING (uid) GROUP BY ALL
"""
NUMBER = (
    "(split_part(d, '.', 1)::UBIGINT << 24) + (split_part(d, '.', 2)::UBIGINT << 16) "
    "+ (split_part(d, '.', 3)::UBIGINT << 8) + split_part(d, '.', 4)::UBIGINT"
)
OWNERS = (
    "SELECT d, arg_max(vendor, len) AS vendor FROM numbers JOIN prefixes "
    "ON ip BETWEEN low AND high GROUP BY d"
)
PREFIX = """
WITH c AS MATERIALIZED (SELECT h, d, b FROM ({flows}) WHERE d NOT LIKE '%:%'),
numbers AS (SELECT d, {number} AS ip FROM (SELECT DISTINCT d FROM c)),
owners AS ({owners})
SELECT h, vendor, sum(coalesce(b, 0))::UBIGINT AS bytes
FROM c JOIN owners USING (d) GROUP BY ALL
"""


def show(sql, second):
    for host, other, amount in db.execute(sql).fetchall():
        print(json.dumps({"host": host, second: other, "bytes": amount}))


if query == "both":
    db.execute(f"CREATE TEMP TABLE kept_flows AS {flows}")
    db.execute(f"CREATE TEMP TABLE kept_names AS {named}")
    flows, named = "SELECT * FROM kept_flows", "SELECT * FROM kept_names"
if query in ("name", "both"):
    show(NAME.format(named=named, flows=flows), "suffix")
if query in ("prefix", "both"):
    show(PREFIX.format(flows=flows, number=NUMBER, owners=OWNERS), "vendor")
