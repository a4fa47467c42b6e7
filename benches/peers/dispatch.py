"""asyncio_dispatch, as it is up to Python 3.8 and patched while it is loaded on a newer one.

The package dates from Python 3.4. Two things it is written in are gone:
- `with (yield from lock):`, removed in 3.9: it acquired the lock and gave a context manager that released it;
- `@asyncio.coroutine`, removed in 3.11: it made a generator awaitable, and a plain function into such a generator.
Both are put back here as they were in Python 3.8, and nothing else is changed. The installed file is left alone.
"""

import asyncio
import functools
import importlib.util
import inspect
import re
import sys
import types

IS_PATCHED = sys.version_info >= (3, 9)


def load():
    """The package's `Signal`."""
    if not IS_PATCHED:
        from asyncio_dispatch import Signal

        return Signal
    # Not imported: finding its file must not run it.
    package = importlib.util.find_spec("asyncio_dispatch")
    path = package.origin.replace("__init__.py", "dispatcher.py")
    with open(path, encoding="utf-8") as file:
        source = file.read()
    source = source.replace("@asyncio.coroutine", "@coroutine")
    source, count = re.subn(r"with \(yield from (.+)\):", r"with (yield from held(\1)):", source)
    if not count:
        raise RuntimeError("no lock is taken the old way: the patch does not fit this version")
    # An escape that newer Pythons warn about, in a docstring.
    source = source.replace(r"\*\*kwargs", "**kwargs")
    module = types.ModuleType("asyncio_dispatch.dispatcher")
    module.__dict__.update(coroutine=coroutine, held=held)
    exec(compile(source, "dispatcher.py", "exec"), module.__dict__)
    return module.Signal


class Held:
    """What Python 3.8 gave for `yield from lock`."""

    def __init__(self, lock):
        self.lock = lock

    def __enter__(self):
        return None

    def __exit__(self, *_):
        self.lock.release()


@types.coroutine
def held(lock):
    yield from lock.acquire().__await__()
    return Held(lock)


def coroutine(function):
    """`asyncio.coroutine` of Python 3.8, without its debug mode."""
    if inspect.iscoroutinefunction(function):
        return function
    if inspect.isgeneratorfunction(function):
        made = function
    else:

        @functools.wraps(function)
        def made(*args, **kwargs):
            result = function(*args, **kwargs)
            if asyncio.isfuture(result) or inspect.isgenerator(result):
                result = yield from result
            elif hasattr(result, "__await__"):
                result = yield from result.__await__()
            return result

    wrapped = types.coroutine(made)
    wrapped._is_coroutine = asyncio.coroutines._is_coroutine
    return wrapped
