"""Writes what aiopubsub says of pairs of keys, for tests/topics/original.rs.

pip install aiopubsub==3.0.0, then: python3 recorded.py, beside this file.

recorded.txt has some pairs, and what is_subset_of says of them. digests.txt has a line for each 10,000 of a million random pairs:
how many of them are subsets, and a hash of all the answers. Both sides make the pairs by the same rule, which is written here
as in original.rs.
"""
import pathlib
import random

from aiopubsub import Key

CHOSEN = [
    ("a", "a"), ("a", "b"), ("a", "*"), ("*", "a"), ("*", "*"), ("a.b", "*"), ("a.b.c", "*"),
    ("a.b", "a.*"), ("b.b", "a.*"), ("a", "a.*"), ("a.b.c", "a.*"), ("a.b.c", "a.*.c"), ("a.b.d", "a.*.c"),
    ("a.b.b.c", "a.*.c"), ("a.b", "*.b"), ("a.a.b", "*.b"), ("a.*", "*.b"), ("a.*", "*"), ("*", "a.*"),
    ("a.*.c", "a.*.*"), ("a.*.*", "a.*.c"), ("a.*", "a.*.*"), ("a.*.*", "a.*"), ("a.b.*", "a.*"), ("a.b.*", "a.*.c"),
    ("*.b", "*.b"), ("*.*", "*"), ("*", "*.*"), ("a.b.c.d", "a.*.c.*"), ("a.b.c", "a.*.c.*"), ("A.b", "a.b"), ("é.b", "é.*"),
]

HERE = pathlib.Path(__file__).parent


def some_pairs():
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
    return pairs


class Chance:
    """Numbers that another language can make as well."""

    def __init__(self):
        self.state = 7

    def below(self, limit):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % limit


PARTS = ["a", "a", "b", "c", "temperature", "north", "no-4", "é"]


def pair(chance):
    """Two lists of parts: of one that may be a topic or a pattern, and of a pattern. In one of eight pairs both are patterns."""
    stars = 5 if chance.below(8) == 0 else 10**9
    pattern = []
    for _ in range(1 + chance.below(5)):
        pattern.append("*" if chance.below(3) == 0 else PARTS[chance.below(len(PARTS))])
    left = []
    if chance.below(2) == 0:
        # One that may well match: the pattern's parts, other ones for its stars, and perhaps more.
        more = [0, 0, 1, 2][chance.below(4)]
        wanted = pattern + ["*"] * more
        for part in wanted:
            strays = chance.below(10) == 0
            left.append(PARTS[chance.below(len(PARTS))] if part == "*" or strays else part)
    else:
        for _ in range(1 + chance.below(5)):
            left.append(PARTS[chance.below(len(PARTS))])
    left = ["*" if chance.below(stars) == 0 else part for part in left]
    return left, pattern


def digests():
    chance = Chance()
    for _ in range(100):
        subsets, digest = 0, 0xCBF29CE484222325
        for _ in range(10_000):
            left, pattern = pair(chance)
            answer = Key(*left).is_subset_of(Key(*pattern))
            subsets += answer
            digest = ((digest ^ (1 + answer)) * 0x100000001B3) % 2**64
        yield "%d %016x" % (subsets, digest)


def main():
    with open(HERE / "recorded.txt", "w") as file:
        for left, right in some_pairs():
            answer = Key(*left.split(".")).is_subset_of(Key(*right.split(".")))
            print(left, right, answer, file=file)
    with open(HERE / "digests.txt", "w") as file:
        for line in digests():
            print(line, file=file)


main()
