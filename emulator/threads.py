"""The threads in which a server's blocking work is done, by what it may wait for.

asyncio's own are few and for what is soon over. To wait there for a lock, which another shell may hold for minutes, is
to have everybody wait: nobody's worker could be started, and nothing be listed.
"""

import asyncio
import functools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_ENGINE_CALLS_AT_ONCE = 8

_engine = ThreadPoolExecutor(_ENGINE_CALLS_AT_ONCE, thread_name_prefix="engine")


async def ask_engine(verb: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what a verb of the engine returns; nothing that waits for a lock or builds an image is called so."""
    return await asyncio.get_running_loop().run_in_executor(_engine, functools.partial(verb, *args, **kwargs))


async def run_alone(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what *work* returns, which may take minutes: it has a thread of its own, and no process waits for it."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[T] = loop.create_future()

    def tell(note: Callable[[], None]) -> None:
        try:
            loop.call_soon_threadsafe(lambda: None if ended.done() else note())
        except RuntimeError:  # the loop has ended, and whoever asked with it
            return

    def run() -> None:
        try:
            result = work(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001 - it is raised where it is awaited
            tell(functools.partial(ended.set_exception, error))
        else:
            tell(functools.partial(ended.set_result, result))

    threading.Thread(target=run, name=f"alone-{getattr(work, '__name__', 'work')}", daemon=True).start()
    return await ended
