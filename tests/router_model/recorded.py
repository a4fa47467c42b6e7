"""Random scripts, and what pysig's router answers: writes recorded.txt beside this file, for recorded.rs.

pysig 0.7.3 is written for Python 2. Unpack pysig-0.7.3.tar.gz (https://pypi.org/project/pysig/0.7.3/#files), and then, with a Python 3
that still has lib2to3 (3.12 or older): python3 recorded.py <directory of the package>. Its main module is converted in memory.

Each line is a script, of steps with semicolons between them; what was answered stands behind `=`:

    listen <listener> <place>,<place>..      = True or False for each place; a place is <sender>:<event>, `*` for any
    unlisten <listener> <place>              = True or False
    register <sender> <events> <methods>     = who heard of it, and what was told | `taken` | `nothing`
                                               events and methods: `-` for none said, `[]` for an empty list, `*` for the default handler
    disconnect <sender>                      = who heard of it, and what was told | `no`
    send <sender> <event>                    = who heard it, in order | `undeclared` | `no`
    request <sender> <method>                = the reply | `unknown`, `unsupported`, `no method`, `failed`

A listener that is called twice for one event, since it is in several places, is written down once. No listener listens to an event
without `#` of any sender: the original takes it and never calls it.
"""
import io
import pathlib
import random
import sys
import types
from lib2to3.refactor import RefactoringTool, get_fixers_from_package

SCRIPTS, STEPS = 120, 40
SENDERS = ["s", "t"]
EVENTS = ["a", "b", "#alarm", "#fault"]
METHODS = ["read", "size", "fail"]
PLACES = ["*:*", "*:#alarm", "*:#fault", "*:#connect", "*:#disconnect"] + [
    "%s:%s" % (sender, event) for sender in SENDERS for event in ["*", "#connect", "#disconnect"] + EVENTS
]


def load(directory):
    source = (pathlib.Path(directory) / "sig" / "main.py").read_text().expandtabs(8)
    tool = RefactoringTool(get_fixers_from_package("lib2to3.fixes"))
    module = types.ModuleType("pysig_main")
    exec(compile(str(tool.refactor_string(source + "\n", "main.py")), "main.py", "exec"), module.__dict__)
    return module


def parts(place):
    return [None if part == "*" else part for part in place.split(":")]


class Session:
    def __init__(self, dice, module):
        self.dice = dice
        self.router = module.Router()
        self.heard, self.told = [], None
        self.listeners = {}

    def listener(self, number):
        def listener(info, data):
            if number not in self.heard:
                self.heard.append(number)
            if isinstance(data, dict):
                requests = data["requests"]
                methods = "-" if requests is None else ",".join(sorted("*" if r is None else r for r in requests))
                self.told = "%s %s" % (",".join(sorted(data["events"])), methods)

        return listener

    def take(self):
        heard, self.heard = self.heard, []
        told, self.told = self.told, None
        return " ".join([*map(str, heard), *([told] if told else [])])

    def handlers(self, methods):
        if methods is None:
            return None

        def fail(params):
            raise ValueError("on purpose")

        def handler(method):
            return fail if method == "fail" else lambda params: "%s:%d" % (method, params)

        all_of_them = {method: handler(method) for method in methods if method != "*"}
        if "*" in methods:
            all_of_them[None] = lambda method, params: "any %s:%d" % (method, params)
        return all_of_them

    def register(self, sender):
        dice = self.dice
        events = dice.choice([None, []] + [sorted(dice.sample(EVENTS, dice.randint(1, 3)))] * 6)
        methods = dice.choice([None] * 2 + [sorted(dice.sample(["*"] + METHODS, dice.randint(1, 3)))] * 3)
        text = "register %s %s %s" % (
            sender,
            "-" if events is None else ",".join(events) or "[]",
            "-" if methods is None else ",".join(methods),
        )
        try:
            # An event that is none is what the original makes of no events.
            self.router.addSender(sender, events, self.handlers(methods))
        except NameError:
            return text, "taken"
        except ValueError:
            return text, "nothing"
        return text, self.take()

    def request(self, sender, method):
        objsender = self.router.getSender(sender)
        # The original fails in another way where it has never heard of the name.
        if objsender is None or not objsender.isConnected():
            return "unknown"
        try:
            return self.router.request(sender, method, 7)
        except LookupError as error:
            return "unsupported" if "not supported" in str(error) else "no method"
        except ValueError:
            return "failed"

    def send(self, sender, event):
        objsender = self.router.getSender(sender)
        if objsender is None or not objsender.isConnected():
            return "no"
        signal = objsender.getSignal(event)
        if signal is None:
            return "undeclared"
        signal.trigger(1)
        return self.take()

    def step(self, number):
        dice = self.dice
        sender, event = dice.choice(SENDERS), dice.choice(EVENTS)
        what = dice.choice(
            ["listen"] * 6 + ["unlisten"] * 3 + ["register"] * 4 + ["disconnect"] * 2 + ["send"] * 10 + ["request"] * 4
        )
        if what == "listen":
            places = sorted(set(dice.choices(PLACES, k=dice.randint(1, 3))), key=PLACES.index)
            listener = self.listener(number)
            self.listeners[number] = (listener, places)
            answers = [str(self.router.addListener(listener, *parts(place))) for place in places]
            return "listen %d %s" % (number, ",".join(places)), " ".join(answers)
        if what == "unlisten" and self.listeners:
            number = dice.choice(sorted(self.listeners))
            listener, places = self.listeners[number]
            place = dice.choice(places)
            return "unlisten %d %s" % (number, place), str(self.router.removeListener(listener, *parts(place)))
        if what == "disconnect":
            return "disconnect %s" % sender, self.take() if self.router.removeSender(sender) else "no"
        if what == "send":
            return "send %s %s" % (sender, event), self.send(sender, event)
        if what == "request":
            method = dice.choice(METHODS + ["other"])
            return "request %s %s" % (sender, method), self.request(sender, method)
        return self.register(sender)


def main():
    module = load(sys.argv[1])
    with io.open(pathlib.Path(__file__).with_name("recorded.txt"), "w") as file:
        for seed in range(SCRIPTS):
            session = Session(random.Random(seed), module)
            steps = (session.step(number) for number in range(STEPS))
            print("; ".join(("%s = %s" % step).rstrip() for step in steps), file=file)


main()
