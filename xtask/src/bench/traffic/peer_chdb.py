# chdb on the same logs: `python3 -c SOURCE FORMAT QUERY FOLDER`, with QUERY one of none, name, prefix, both.
# "both" reads the needed columns of each log once into a table in memory and asks both questions of it.
import glob
import sys

from chdb import session

form, query, folder = sys.argv[1:4]
db = session.Session()
logs = folder + "/logs/"
SETTINGS = (
    " SETTINGS input_format_json_ignore_unknown_keys_in_named_tuple=1, "
    "input_format_skip_unknown_fields=1, input_format_null_as_default=1, "
    "input_format_json_defaults_for_missing_elements_in_named_tuple=1, join_algorithm='hash'"
)


def columns_of(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("#fields"):
                return line.rstrip("\n").split("\t")[1:]
    return []


def source(log, columns):
    if form == "zeek-tsv":
        path = sorted(glob.glob(logs + log + "*.log"))[0]
        every = {name: columns.get(name, "String") for name in columns_of(path)}
        listed = ", ".join(f"`{name}` {kind}" for name, kind in every.items())
        return f"file('{logs}{log}*.log', 'TSV', '{listed}')"
    listed = ", ".join(f"`{name}` {kind}" for name, kind in columns.items())
    end = ".gz" if form.endswith("gzip") else ""
    name = f"{log}*.json{end}" if form.startswith("eve") else f"{log}*.log{end}"
    return f"file('{logs}{name}', 'JSONEachRow', '{listed}')"


if form == "zeek-tsv":
    SETTINGS += ", input_format_tsv_skip_first_lines=8, format_tsv_null_representation='-'"

if form.startswith("eve"):
    eve = source(
        "eve",
        {
            "event_type": "LowCardinality(String)",
            "flow_id": "UInt64",
            "src_ip": "String",
            "dest_ip": "String",
            "tls": "Tuple(sni String)",
            "quic": "Tuple(sni String)",
            "http": "Tuple(hostname String)",
            "flow": "Tuple(bytes_toserver UInt64)",
        },
    )
    named = (
        "SELECT flow_id AS uid, concat(tls.sni, quic.sni, http.hostname) AS name "
        f"FROM {eve} WHERE event_type IN ('tls', 'quic', 'http')"
    )
    flows = (
        "SELECT flow_id AS uid, src_ip AS h, dest_ip AS d, flow.bytes_toserver AS b "
        f"FROM {eve} WHERE event_type = 'flow'"
    )
else:
    named = " UNION ALL ".join(
        f"SELECT uid, {key} AS name FROM {source(log, {'uid': 'String', key: 'String'})}"
        for log, key in [("ssl", "server_name"), ("http", "host"), ("quic", "server_name")]
    )
    ends = {"uid": "String", "id.orig_h": "String", "id.resp_h": "String"}
    ends["orig_bytes"] = "Nullable(UInt64)"
    conn = source("conn", ends)
    flows = (
        "SELECT uid, `id.orig_h` AS h, `id.resp_h` AS d, ifNull(orig_bytes, 0) AS b "
        f"FROM {conn}"
    )

db.query("CREATE DATABASE IF NOT EXISTS b ENGINE = Atomic")
db.query("USE b")
if query in ("name", "both"):
    db.query("CREATE TABLE suffixes (suffix String) ENGINE = Memory")
    listed = f"file('{folder}/names.csv', 'CSVWithNames', 'suffix String, vendor String')"
    db.query(f"INSERT INTO suffixes SELECT suffix FROM {listed} {SETTINGS}")
if query in ("prefix", "both"):
    db.query("CREATE TABLE nets (cidr String, vendor String) ENGINE = Memory")
    listed = f"file('{folder}/networks.csv', 'CSVWithNames', 'cidr String, vendor String')"
    db.query(f"INSERT INTO nets SELECT cidr, vendor FROM {listed} {SETTINGS}")
    db.query(
        "CREATE DICTIONARY owners (cidr String, vendor String) PRIMARY KEY cidr "
        "SOURCE(CLICKHOUSE(TABLE 'nets' DB 'b')) LAYOUT(IP_TRIE()) LIFETIME(0)"
    )
if query == "both":
    db.query(f"CREATE TABLE kept_flows ENGINE = Memory AS {flows} {SETTINGS}")
    db.query(f"CREATE TABLE kept_names ENGINE = Memory AS {named} {SETTINGS}")
    flows, named = "SELECT * FROM kept_flows", "SELECT * FROM kept_names"

NAME = """
WITH named AS (
  SELECT DISTINCT uid, trimRight(lower(name), '.') AS name FROM ({named})
  WHERE name NOT IN ('', '-')),
matched AS (
  SELECT name, argMax(tail, length(tail)) AS suffix FROM (
    SELECT name, arrayJoin(arrayMap(i -> arrayStringConcat(arraySlice(l, i), '.'),
      range(1, length(l) + 1))) AS tail
    FROM (SELECT name, splitByChar('.', name) AS l FROM (SELECT DISTINCT name FROM named)))
  WHERE tail IN (SELECT suffix FROM suffixes) GROUP BY name),
wanted AS (SELECT DISTINCT uid, suffix FROM named INNER JOIN matched USING (name))
SELECT h AS host, suffix, toString(sum(b)) AS bytes
FROM ({flows}) AS f INNER JOIN wanted USING (uid) GROUP BY host, suffix
"""
PREFIX = """
SELECT h AS host, vendor, toString(sum(b)) AS bytes FROM (
  SELECT h, b, dictGetOrDefault('b.owners', 'vendor',
    tuple(IPv6StringToNum(if(position(d, ':') > 0, d, concat('::ffff:', d)))), '') AS vendor
  FROM ({flows}))
WHERE vendor != '' GROUP BY host, vendor
"""


def show(sql):
    print(db.query(sql + SETTINGS, "JSONEachRow"))


if query in ("name", "both"):
    show(NAME.format(named=named, flows=flows))
if query in ("prefix", "both"):
    show(PREFIX.format(flows=flows))
