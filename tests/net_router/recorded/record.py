"""Records what the original, pysig 0.7.3, says over TCP: its client and its server, each asked for everything it can do.

    pip download --no-binary :all: --no-deps --no-build-isolation pysig==0.7.3   # or from its page on PyPI
    tar xf pysig-0.7.3.tar.gz && cd pysig-0.7.3
    python3.11 /path/to/record.py > /path/to/conversation.jsonl

To see it by hand: `python3.11 /path/to/record.py --hear 127.0.0.1:4333` is a client of the original, which prints all it hears of a server that
listens there, whoever wrote it, until it is interrupted; `cargo run --features net --example net_server -- --tcp 127.0.0.1:4333` is such a one.

The package is written for Python 2. `port` makes a copy of it that Python 3 can run, with 2to3, which Python has up to 3.12; nothing of how it
works is changed.

Each line is one message as it went over the wire: who said it, in which scene, and the message. Lines with "step" say what was done before the
messages that follow. The tests play one side of each scene to ours, and compare what ours says with the other.
"""

import builtins
import json
import os
import socket
import sys
import tempfile
import threading
import time


def port(source, target):
    """A copy that Python 3 can run."""
    from lib2to3.refactor import RefactoringTool, get_fixers_from_package

    tool = RefactoringTool(get_fixers_from_package("lib2to3.fixes"))
    for folder, _, names in os.walk(source):
        for name in names:
            if not name.endswith(".py"):
                continue
            path = os.path.join(folder, name)
            with open(path) as file:
                text = file.read().expandtabs() + "\n"
            copy = os.path.join(target, "sig", os.path.relpath(path, source))
            os.makedirs(os.path.dirname(copy), exist_ok=True)
            with open(copy, "w") as file:
                file.write(str(tool.refactor_string(text, path)))


def fit(sig):
    """What was one type in Python 2 is two in Python 3: bytes go over the wire."""

    def unpack(self, data):
        if not data:
            raise EOFError
        return json.loads(data)

    sig.Carrier.pack = lambda self, message: json.dumps(message).encode()
    sig.Carrier.unpack = unpack


class Proxy:
    """Stands between a client and a server, and writes down what goes through: each read is one message, as it is to the original."""

    def __init__(self, server):
        self.scene = None
        self.server = server
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(("127.0.0.1", self.server))
            for who, source, target in [("client", client, server), ("server", server, client)]:
                threading.Thread(target=self.pipe, args=(who, source, target), daemon=True).start()

    def pipe(self, who, source, target):
        while True:
            data = source.recv(4096)
            if not data:
                break
            self.say({"scene": self.scene, "from": who, "message": json.loads(data)})
            target.sendall(data)
        try:
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def say(self, line):
        with self.lock:
            print(json.dumps(line), flush=True)

    def step(self, what):
        time.sleep(0.1)
        self.say({"scene": self.scene, "step": what})


def converse(sig):
    from sig.carrier.tcpclient import CarrierTCPClient
    from sig.carrier.tcpserver import CarrierTCPServer

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    carrier = CarrierTCPServer()
    server = sig.ServerRouter(carrier)
    carrier.start("127.0.0.1", port)
    proxy = Proxy(port)

    def fail(params):
        raise ValueError("clock is out of order")

    clock = server.addSender(
        "clock",
        ["tick", "#alarm"],
        {"time": lambda params: {"now": params}, "fail": fail},
    )
    server.addSender("silent", ["x"])

    def scene(name):
        proxy.scene = name
        link = CarrierTCPClient()
        link.auto_reconnect = False
        client = sig.ClientRouter(link)
        assert link.connect("127.0.0.1", proxy.port)
        return client, link

    def end(link):
        time.sleep(0.1)
        try:
            link.disconnect()
        except AttributeError:
            pass  # Its own thread was quicker.
        time.sleep(0.1)

    # The client sends, and replies.
    client, link = scene("sender")
    heard = []
    server.addListener(lambda info, data: heard.append((info["event"], data)), "thermometer")
    proxy.step("client registers thermometer: temperature, #alarm; read, any")
    thermometer = client.addRemoteSender(
        "thermometer",
        ["temperature", "#alarm"],
        {"read": lambda params: 21.5, None: lambda method, params: [method, params]},
    )
    proxy.step("client sends temperature 21.5")
    thermometer.getSignal("temperature").trigger(21.5)
    proxy.step("client sends #alarm {'limit': 20, 'why': 'h\u00e9\u00e9t'}")
    thermometer.getSignal("#alarm").trigger({"limit": 20, "why": "h\u00e9\u00e9t"})
    proxy.step("server requests read null")
    assert server.request("thermometer", "read") == 21.5
    proxy.step("server requests dance {'steps': [1, 2]}")
    assert server.request("thermometer", "dance", {"steps": [1, 2]}) == ["dance", {"steps": [1, 2]}]
    proxy.step("client removes thermometer")
    try:
        client.removeRemoteSender("thermometer")
    except TypeError:
        pass  # A mistake of the original, after it has sent everything.
    assert [event for event, _ in heard] == ["#connect", "temperature", "#alarm", "#disconnect"]
    end(link)

    # The client listens.
    client, link = scene("listener")
    told = []

    def listener(name):
        return lambda info, data: told.append((name, info["event"], data))

    exact, any_event, channel = listener("exact"), listener("any"), listener("channel")
    proxy.step("client listens to tick of clock")
    assert client.addRemoteListener(exact, "clock", "tick")
    proxy.step("client listens to any event of clock")
    assert client.addRemoteListener(any_event, "clock", None)
    proxy.step("client listens to #alarm of any sender")
    assert client.addRemoteListener(channel, None, "#alarm")
    proxy.step("server sends tick 1")
    clock.getSignal("tick").trigger(1)
    proxy.step("server sends #alarm [2]")
    clock.getSignal("#alarm").trigger([2])
    proxy.step("client ceases to listen to any event of clock")
    assert client.removeRemoteListener(any_event, "clock", None)
    proxy.step("server sends tick 3")
    clock.getSignal("tick").trigger(3)
    assert told == [
        ("any", "tick", 1),
        ("exact", "tick", 1),
        ("any", "#alarm", [2]),
        ("channel", "#alarm", [2]),
        ("exact", "tick", 3),
    ], told
    end(link)

    # The client asks.
    client, link = scene("request")
    proxy.step("client requests time of clock [7]")
    assert client.remoteRequest("clock", "time", [7]) == {"now": [7]}
    for sender, method in [("clock", "fail"), ("clock", "dance"), ("silent", "time")]:
        proxy.step("client requests %s of %s null" % (method, sender))
        assert client.remoteRequest(sender, method) is None
    end(link)

    # What a client of it has no method for, but its server knows.
    client, link = scene("other")
    for message in [
        {"method": "get_version"},
        {"method": "list_senders", "params": {}},
        {"method": "fly", "params": {}},
        {"params": {}},
        {"method": "remove_listener", "params": {"listener_id": 1}},
        {"method": "signal", "params": {"info": {"sender": "nobody", "event": "x"}, "data": 1}},
        {"method": "add_sender", "params": {"sender": "clock", "events": ["tick"]}},
        {"method": "add_sender", "params": {"sender": "one", "events": "single"}},
    ]:
        proxy.step("client says it")
        link.handleTX(0, message)
    end(link)
    carrier.stop()


def hear(sig, address):
    """Prints what a client of the original hears of a server."""
    from sig.carrier.tcpclient import CarrierTCPClient

    host, _, port = address.rpartition(":")
    link = CarrierTCPClient()
    client = sig.ClientRouter(link)
    assert link.connect(host, int(port)), "nobody listens at " + address
    assert client.addRemoteListener(lambda info, data: print(info, data, flush=True), None, None)
    threading.Event().wait()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        port("sig", folder)
        sys.path.insert(0, folder)
        builtins.unicode = str
        import sig

        fit(sig)
        if sys.argv[1:2] == ["--hear"]:
            hear(sig, sys.argv[2])
        else:
            converse(sig)
