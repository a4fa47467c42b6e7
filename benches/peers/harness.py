"""Candidates in turn, round by round, and a line of JSON for each: what src/harness does, in Python."""

import json
import sys
import time
from statistics import median

QUICK = "--quick" in sys.argv
ROUNDS, ROUND = (3, 0.01) if QUICK else (9, 0.06)


def compare(question, n, cases):
    """Each case is a name and a function that does the operation so many times and gives the seconds that took."""
    plans = [(name, run, calibrate(run)) for name, run in cases]
    rounds = {name: [] for name, _ in cases}
    for turn in range(ROUNDS):
        for step in range(len(plans)):
            name, run, count = plans[(turn + step) % len(plans)]
            rounds[name].append(run(count) / count * 1e9)
    for name, values in rounds.items():
        tell(question, name, n, values)


def calibrate(run):
    count = 1
    while True:
        # Twice: something else may have run in between.
        taken = min(run(count), run(count))
        if taken * 4 >= ROUND:
            return max(1, int(count * ROUND / taken))
        count *= 2


def tell(question, candidate, n, values):
    line = {
        "question": question,
        "candidate": candidate,
        "n": n,
        "unit": "ns",
        "median": median(values),
        "min": min(values),
        "max": max(values),
        "rounds": values,
    }
    print(json.dumps(line), flush=True)
    print(f"{question:<18} {candidate:<44} {n:>8} {median(values):>14.2f} ns", file=sys.stderr)


def loop(operation):
    """Times a plain function in a loop."""

    def run(count):
        start = time.perf_counter()
        for _ in range(count):
            operation()
        return time.perf_counter() - start

    return run


def version(peer, number):
    print(json.dumps({"peer": peer, "version": number}), flush=True)


def skip(peer, reason):
    print(json.dumps({"peer": peer, "skipped": reason}), flush=True)
    print(f"skipped {peer}: {reason}", file=sys.stderr)
