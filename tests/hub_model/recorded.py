"""Random scripts, and what aiopubsub's hub and subscribers answer: writes recorded.txt beside this file, for recorded.rs.

pip install aiopubsub==3.0.0, then: python3 recorded.py

Each line is a script, of steps with semicolons between them; what was answered stands behind `=`:

    subscribe <subscriber> <id> <pattern>     = notices, as <topic>:<count>
    unsubscribe <subscriber> <id> <pattern>   = notices
    listen <subscriber> <listener> <kind> <pattern>,<pattern>.. = notices    kind: sync, fails (it raises), later (async)
    remove <listener>                         = notices
    remove_all <subscriber>                   = notices
    publish <topic> <number>                  = the sync listeners that heard it
    run                                       = <listener>:<number>.., what async listeners heard, each in order
    consume <subscriber> <id>                 = <topic>:<number>, or `nothing`
    sizes <topic>                             = how much waits in queues
    has <pattern>                             = whether there are subscribers

A callback or queue that is subscribed under several keys that match gets a message several times: the second and later ones
are left out here, and so are notices that reach who subscribes to `*`. Listeners that hear one message are sorted, since the
original calls them key by key.
"""
import asyncio
import logging
import pathlib
import random

from aiopubsub import Hub, Key, Publisher, Subscriber

SCRIPTS, STEPS, SUBSCRIBERS = 80, 40, 2
TOPICS = ["a", "b", "a.a", "a.b", "b.a", "a.a.a", "a.b.a", "b.b.b.b"]
PATTERNS = [
    "a", "a.b", "b.a", "a.a.a", "*", "a.*", "b.*", "*.a", "*.b.*", "a.*.a", "*.*", "*.*.*", "*.a.*", "b.b.b.b",
]
IDS = ["default", "other"]


def key(text):
    return Key(*text.split("."))


class Session:
    def __init__(self, dice):
        self.dice = dice
        self.hub = Hub()
        self.subscribers = [Subscriber(self.hub, str(number)) for number in range(SUBSCRIBERS)]
        self.told, self.heard, self.later = [], [], []
        self.ids = set()
        self.listeners = {}
        # Not a subscription like others: nobody is to be told of it.
        self.hub.add_subscriber(Key("Hub", "*"), lambda topic, notice: self.tell(topic, notice))
        self.told.clear()

    def tell(self, topic, notice):
        self.told.append("%s:%d" % (".".join(topic), notice["currentSubscriberCount"]))

    def notices(self):
        told, self.told = sorted(self.told), []
        return told

    def listener(self, number, kind):
        def sync(topic, message):
            if topic[0] != "Hub" and (number, message) not in self.heard:
                self.heard.append((number, message))
            if kind == "fails":
                raise ValueError("on purpose")

        async def later(topic, message):
            if topic[0] != "Hub" and (number, message) not in self.later:
                self.later.append((number, message))

        return later if kind == "later" else sync

    async def run(self):
        for _ in range(200):
            await asyncio.sleep(0)
        heard, self.later = self.later, []
        # Of each listener in order.
        heard.sort(key=lambda pair: pair[0])
        return ["%d:%d" % pair for pair in heard]

    def sizes(self, topic):
        queues = {}
        for pattern, unreads in self.hub._unreads.items():
            if topic.is_subset_of(pattern):
                for unread in unreads:
                    queue = unread.__self__
                    queues[id(queue)] = len({message for one, message in queue._queue if one[0] != "Hub"})
        return sorted(queues.values())

    async def consume(self, who, name):
        subscriber = self.subscribers[who]
        queue = subscriber._subscriptions[name].queue
        topic = ("Hub",)
        while topic[0] == "Hub":
            if queue.empty():
                return "nothing"
            topic, message = await subscriber.consume(name)
        while not queue.empty() and queue._queue[0][1] == message:
            queue.get_nowait()
        return "%s:%d" % (".".join(topic), message)

    async def step(self, number):
        """Each step as a text, with its answer."""
        dice = self.dice
        what = dice.choice(
            ["subscribe"] * 4 + ["unsubscribe"] * 2 + ["listen"] * 4 + ["remove", "remove_all"] + ["publish"] * 10
            + ["run"] * 2 + ["consume"] * 5 + ["sizes"] * 2 + ["has"] * 2
        )
        who, name, pattern = dice.randrange(SUBSCRIBERS), dice.choice(IDS), dice.choice(PATTERNS)
        steps = []
        if what in ("remove", "remove_all"):
            # While it waits for one of them, the others go on.
            steps.append(("run", await self.run()))
        if what == "subscribe":
            self.subscribers[who].subscribe(key(pattern), name)
            self.ids.add((who, name))
            steps.append(("subscribe %d %s %s" % (who, name, pattern), self.notices()))
        elif what == "unsubscribe" and (who, name) in self.ids:
            self.subscribers[who].unsubscribe(key(pattern), name)
            steps.append(("unsubscribe %d %s %s" % (who, name, pattern), self.notices()))
        elif what == "listen":
            kind = dice.choice(["sync", "fails", "later", "later"])
            patterns = sorted(set(dice.choices(PATTERNS, k=dice.randint(1, 3))))
            keys, callback = {key(one) for one in patterns}, self.listener(number, kind)
            subscriber = self.subscribers[who]
            add = subscriber.add_async_listener if kind == "later" else subscriber.add_sync_listener
            add(keys, callback)
            self.listeners[number] = (who, keys, callback)
            steps.append(("listen %d %d %s %s" % (who, number, kind, ",".join(patterns)), self.notices()))
        elif what == "remove" and self.listeners:
            number = dice.choice(sorted(self.listeners))
            who, keys, callback = self.listeners.pop(number)
            await self.subscribers[who].remove_listener(keys, callback)
            steps.append(("remove %d" % number, self.notices()))
        elif what == "remove_all":
            await self.subscribers[who].remove_all_listeners()
            self.listeners = {n: it for n, it in self.listeners.items() if it[0] != who}
            steps.append(("remove_all %d" % who, self.notices()))
        elif what == "publish":
            topic = dice.choice(TOPICS)
            prefix, _, rest = topic.partition(".")
            if rest and dice.random() < 0.5:
                Publisher(self.hub, prefix).publish(key(rest), number)
            else:
                self.hub.publish(key(topic), number)
            heard, self.heard = sorted(listener for listener, _ in self.heard), []
            steps.append(("publish %s %d" % (topic, number), map(str, heard)))
        elif what == "run":
            steps.append(("run", await self.run()))
        elif what == "consume" and (who, name) in self.ids:
            steps.append(("consume %d %s" % (who, name), [await self.consume(who, name)]))
        elif what == "sizes":
            topic = dice.choice(TOPICS)
            steps.append(("sizes %s" % topic, map(str, self.sizes(key(topic)))))
        elif what == "has":
            steps.append(("has %s" % pattern, [str(self.has(pattern))]))
        return [" ".join([step, "=", *answer]) for step, answer in steps]

    def has(self, pattern):
        """Without the subscription of this script, which is one to `Hub.*`."""
        if pattern == "*":
            return any(callbacks for one, callbacks in self.hub._subscribers.items() if one[0] != "Hub")
        return self.hub.has_subscribers(key(pattern)) if pattern[0] != "*" else self.others(pattern)

    def others(self, pattern):
        subscribers = self.hub._subscribers.items()
        return any(callbacks and one[0] != "Hub" and one.is_subset_of(key(pattern)) for one, callbacks in subscribers)


async def play(seed):
    session = Session(random.Random(seed))
    steps = []
    for number in range(STEPS):
        steps += await session.step(number)
    steps.append(" ".join(["run =", *await session.run()]))
    for subscriber in session.subscribers:
        await subscriber.remove_all_listeners()
    return "; ".join(steps)


def main():
    logging.disable(logging.CRITICAL)
    with open(pathlib.Path(__file__).with_name("recorded.txt"), "w") as file:
        for seed in range(SCRIPTS):
            print(asyncio.run(play(seed)), file=file)


main()
