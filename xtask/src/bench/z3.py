"""Asks Z3 whether two policies are the same. Each file: {"default": n, "rules": [...]}, as `peers.rs` writes them."""

import json
import sys

from z3 import And, BitVec, BitVecVal, If, Not, Or, Solver, UGE, ULE, BoolVal

SOURCE, DESTINATION = BitVec("source", 32), BitVec("destination", 32)
FROM, TO = BitVec("from", 8), BitVec("to", 8)
SERVICE = BitVec("service", 24)
ZONES = 1 << 8


def ranges(variable, cell):
    if cell is None:
        return BoolVal(True)
    parts = [And(UGE(variable, first), ULE(variable, last)) for first, last in cell["ranges"]]
    inside = Or(parts) if parts else BoolVal(False)
    return Not(inside) if cell["negated"] else inside


def verdict(path):
    policy = json.load(open(path))
    result = BitVecVal(policy["default"], 2)
    for rule in reversed(policy["rules"]):
        matched = And(
            ranges(FROM, rule["from"]),
            ranges(TO, rule["to"]),
            ranges(SOURCE, rule["source"]),
            ranges(DESTINATION, rule["destination"]),
            ranges(SERVICE, rule["service"]),
        )
        result = If(matched, BitVecVal(rule["verdict"], 2), result)
    return policy["zones"], result


zones, left = verdict(sys.argv[1])
_, right = verdict(sys.argv[2])
solver = Solver()
solver.set("timeout", 300_000)
solver.add(ULE(FROM, zones - 1), ULE(TO, zones - 1), left != right)
print({"sat": "different", "unsat": "same"}.get(str(solver.check()), "unknown"))
