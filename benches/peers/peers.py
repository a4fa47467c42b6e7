"""Python's peers beside a loop over a list of functions. Run by python.sh, in an environment that has them.

A sync callback computes `v ^ i`, as in the other languages. An async one does so in a coroutine. What is timed is a send
until every callback has run: where a peer only schedules them, the event loop is let go on until they have.
"""

import asyncio
import itertools
import logging
import platform
import time
from importlib import metadata

from harness import compare, loop, skip, tell, version

SIZES = [1, 10, 100, 1_000]
QUESTION = "python"


def plain(i):
    return lambda v: v ^ i


def raw(n):
    callbacks = [plain(i) for i in range(n)]

    def operation():
        for callback in callbacks:
            callback(7)

    return loop(operation)


def blinker(n):
    from blinker import Signal

    def receiver(i):
        return lambda sender, v: v ^ i

    signal = Signal()
    for i in range(n):
        signal.connect(receiver(i), weak=False)
    assert len(signal.send(None, v=7)) == n
    return loop(lambda: signal.send(None, v=7))


def aiopubsub_sync(n):
    from aiopubsub import Hub, Key, Publisher, Subscriber

    def listener(i):
        return lambda key, v: v ^ i

    hub = Hub()
    for i in range(n):
        Subscriber(hub, str(i)).add_sync_listener(Key("bench", "v"), listener(i))
    publisher, key = Publisher(hub, Key("bench")), Key("v")
    return loop(lambda: publisher.publish(key, 7))


def aiopubsub_patterns(n):
    """Publishing under a topic that one of n patterns matches: as it is kept, and looked for anew."""
    from aiopubsub import Hub, Key

    hub = Hub()
    for i in range(n):
        # What `add_subscriber` comes to. It would publish a notice, too, each of which is looked for in all patterns.
        key = Key("plant", str(i // 100), str(i % 100), "*", "inside", "*")
        hub._subscribers[key].append(lambda key, v: v ^ 1)
    topics = [
        Key("plant", str(i // 100), str(i % 100), "temperature", "inside", "c")
        for i in range(min(n, 100))
    ]
    assert all(len(hub._get_callbacks_by_key(topic)) == 1 for topic in topics)
    kept, anew = itertools.cycle(topics), itertools.cycle(topics)

    def after_a_change():
        hub._key_callbacks_cache.clear()
        hub.publish(next(anew), 7)

    return [
        ("aiopubsub, cached", loop(lambda: hub.publish(next(kept), 7))),
        ("aiopubsub, after a change", loop(after_a_change)),
    ]


class Countdown:
    """Ends a wait when so many callbacks have run."""

    def __init__(self, n):
        self.n = n
        self.left = 0
        self.done = None

    def arm(self):
        self.left = self.n
        self.done = asyncio.get_running_loop().create_future()

    def step(self):
        self.left -= 1
        if not self.left:
            self.done.set_result(None)


async def repeat(count, send, countdown):
    start = time.perf_counter()
    for _ in range(count):
        countdown.arm()
        await send()
        await countdown.done
    return time.perf_counter() - start


def in_loop(event_loop, n, connect):
    """`connect` takes the countdown and gives the send."""
    countdown = Countdown(n)
    send = event_loop.run_until_complete(connect(n, countdown))
    return lambda count: event_loop.run_until_complete(repeat(count, send, countdown))


async def raw_async(n, countdown):
    """A task for each callback: the plain way to run some coroutines at once."""

    def callback(i):
        async def call(v):
            v ^ i
            countdown.step()

        return call

    callbacks = [callback(i) for i in range(n)]

    async def send():
        await asyncio.gather(*[callback(7) for callback in callbacks])

    return send


async def aiopubsub_async(n, countdown):
    from aiopubsub import Hub, Key, Publisher, Subscriber

    def listener(i):
        async def call(key, v):
            v ^ i
            countdown.step()

        return call

    hub = Hub()
    for i in range(n):
        Subscriber(hub, str(i)).add_async_listener(Key("bench", "v"), listener(i))
    publisher, key = Publisher(hub, Key("bench")), Key("v")

    async def send():
        publisher.publish(key, 7)

    return send


def dispatch(is_async, key=None):
    from dispatch import load

    Signal = load()

    async def connect(n, countdown):
        def callback(i):
            def call(signal, senders, keys, v):
                v ^ i
                countdown.step()

            async def call_async(signal, senders, keys, v):
                call(signal, senders, keys, v)

            return call_async if is_async else call

        signal = Signal(loop=asyncio.get_running_loop(), v=0)
        for i in range(n):
            await signal.connect(callback(i), weak=False)
        if key is not None:
            countdown.n = 1
            for i in range(key):
                await signal.connect(callback(i), key=i, weak=False)
            return lambda: signal.send(key=key // 2, v=7)
        return lambda: signal.send(v=7)

    return connect


def iambus(event_loop):
    """A command to its one handler, and back."""
    import typing

    if typing.ParamSpecKwargs.__hash__ is None:
        # Python 3.11 and 3.12 cannot hash what iambus writes in its annotations.
        typing.ParamSpecKwargs.__hash__ = lambda kwargs: hash(kwargs.__origin__)
        version("iambus, patched at run time", "for Python 3.11")
    from iambus import Dispatcher, RequestRouter

    class Command:
        pass

    async def handler(command):
        return 7 ^ 1

    async def start():
        bus = Dispatcher(commands_router_cls=RequestRouter, listen_for_signals=False)
        bus.commands.bind(Command, handler)
        bus.start()
        return bus

    async def repeat_handle(bus, count):
        command = Command()
        begin = time.perf_counter()
        for _ in range(count):
            await bus.handle(command, wait_for_response=True)
        return time.perf_counter() - begin

    bus = event_loop.run_until_complete(start())
    return lambda count: event_loop.run_until_complete(repeat_handle(bus, count))


def main():
    version("Python", platform.python_version())
    for peer in ["blinker", "aiopubsub", "asyncio_dispatch", "iambus"]:
        version(peer, metadata.version(peer))
    import dispatch as patch

    if patch.IS_PATCHED:
        version("asyncio_dispatch, patched at run time", "for Python 3.9 and later")

    logging.disable(logging.CRITICAL)
    event_loop = asyncio.new_event_loop()
    asyncio.set_event_loop(event_loop)
    for n in SIZES:
        cases = [("raw loop", raw(n))]
        for name, make in [
            ("blinker", lambda: blinker(n)),
            ("aiopubsub, sync", lambda: aiopubsub_sync(n)),
            ("raw gather", lambda: in_loop(event_loop, n, raw_async)),
            ("aiopubsub, async", lambda: in_loop(event_loop, n, aiopubsub_async)),
            ("asyncio_dispatch, sync", lambda: in_loop(event_loop, n, dispatch(False))),
            ("asyncio_dispatch, async", lambda: in_loop(event_loop, n, dispatch(True))),
        ]:
            try:
                cases.append((name, make()))
            except Exception as error:  # One peer that fails is no reason to lose the others.
                skip(name, f"{type(error).__name__}: {error}")
        compare(QUESTION, n, cases)
        # aiopubsub leaves a task for each listener, and logs when it ends.
        for task in asyncio.all_tasks(event_loop):
            task.cancel()
        event_loop.run_until_complete(asyncio.sleep(0))

    for n in [1, 100, 10_000]:
        # One after the other: what is looked for anew empties what is kept.
        for case in aiopubsub_patterns(n):
            compare(QUESTION, n, [case])

    try:
        compare(QUESTION, 1, [("iambus", iambus(event_loop))])
    except Exception as error:
        skip("iambus", f"{type(error).__name__}: {error}")

    n = 10_000
    keyed = in_loop(event_loop, 0, dispatch(False, key=n))
    compare(QUESTION, n, [("asyncio_dispatch, one key", keyed)])


main()
