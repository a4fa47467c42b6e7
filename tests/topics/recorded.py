"""Writes what aiopubsub says of pairs of keys, for tests/topics/original.rs.

pip install aiopubsub==3.0.0, then: python recorded.py > recorded.txt
"""
import random

from aiopubsub import Key

CHOSEN = [
    ("a", "a"), ("a", "b"), ("a", "*"), ("*", "a"), ("*", "*"), ("a.b", "*"), ("a.b.c", "*"),
    ("a.b", "a.*"), ("b.b", "a.*"), ("a", "a.*"), ("a.b.c", "a.*"), ("a.b.c", "a.*.c"), ("a.b.d", "a.*.c"),
    ("a.b.b.c", "a.*.c"), ("a.b", "*.b"), ("a.a.b", "*.b"), ("a.*", "*.b"), ("a.*", "*"), ("*", "a.*"),
    ("a.*.c", "a.*.*"), ("a.*.*", "a.*.c"), ("a.*", "a.*.*"), ("a.*.*", "a.*"), ("a.b.*", "a.*"), ("a.b.*", "a.*.c"),
    ("*.b", "*.b"), ("*.*", "*"), ("*", "*.*"), ("a.b.c.d", "a.*.c.*"), ("a.b.c", "a.*.c.*"), ("A.b", "a.b"), ("é.b", "é.*"),
]


def main():
    chance = random.Random(3)

    def part(stars):
        return "*" if chance.random() < stars else chance.choice("aab")

    def key(stars):
        return [part(stars) for _ in range(chance.randint(1, 4))]

    pairs = dict.fromkeys(CHOSEN)
    while len(pairs) < 450:
        pattern = key(0.4)
        if chance.random() < 0.6:
            # One that may well match.
            left = [part(0.1) if p == "*" else p for p in pattern] + key(0.1)[: chance.choice([0, 0, 1, 2])]
        else:
            left = key(0.2)
        pairs[".".join(left), ".".join(pattern)] = None
    for left, right in pairs:
        print(left, right, Key(*left.split(".")).is_subset_of(Key(*right.split("."))))


main()
