"""Random scripts, and what `bands` 0.1.3 answers to them: writes `scripts.txt` beside this file.

Run with the original installed: `pip install bands==0.1.3`, then `python3 record.py`.

Receivers are connected strongly, and parents and channels are kept alive, so that lifetimes do not matter. Each line is a
script, of steps with semicolons between them:

    connect <channel> <receiver>      channel: `*` for the unbound one, or the number of a parent
    disconnect <channel> <receiver>   receiver: `f0`... are functions, `m<object><method>` are methods
    send <channel> = <replies>

The original goes from channel to channel in an unbound send, in the order in which they were first asked for. Where that is
not the order in which receivers were connected, its replies stand behind `~` and not behind `=`.
"""

import pathlib
import random

import bands

SCRIPTS, STEPS, PARENTS = 200, 20, 3


class Parent:
    pass


class Object:
    def __init__(self, number):
        self.number = number

    def a(self):
        return "m%da" % self.number

    def b(self):
        return "m%db" % self.number


def function(number):
    def receiver():
        return "f%d" % number

    return receiver


def play(seed):
    dice = random.Random(seed)
    band = bands.Band()
    parents = [Parent() for _ in range(PARENTS)]
    objects = [Object(0), Object(1)]
    receivers = {"f%d" % number: function(number) for number in range(4)}
    for thing in objects:
        receivers["m%da" % thing.number] = thing.a
        receivers["m%db" % thing.number] = thing.b
    # Channels are made in some order, which is the order of unbound sends in the original.
    names = ["*"] + [str(number) for number in range(PARENTS)]
    channels = {}

    def channel(name):
        if name not in channels:
            parent = None if name == "*" else parents[int(name)]
            channels[name] = band.channel("name", parent)
        return channels[name]

    steps = []
    standing = []  # (channel, receiver), as they were connected
    for _ in range(STEPS):
        what = dice.choices(["connect", "disconnect", "send"], [6, 2, 5])[0]
        name = dice.choice(names)
        receiver = dice.choice(sorted(receivers))
        if what == "connect":
            channel(name).connect(receivers[receiver], strong=True)
            steps.append("connect %s %s" % (name, receiver))
            if (name, receiver) not in standing:
                standing.append((name, receiver))
        elif what == "disconnect":
            channel(name).disconnect(receivers[receiver])
            steps.append("disconnect %s %s" % (name, receiver))
            standing = [pair for pair in standing if pair != (name, receiver)]
        else:
            replies = channel(name).send()
            connected = list(dict.fromkeys(receiver for _, receiver in standing))
            sign = "=" if name != "*" or replies == connected else "~"
            steps.append(" ".join(["send", name, sign] + replies))
    return steps


def main():
    scripts = ["; ".join(play(seed)) + "\n" for seed in range(SCRIPTS)]
    path = pathlib.Path(__file__).with_name("scripts.txt")
    path.write_text("".join(scripts))


if __name__ == "__main__":
    main()
