"""Blocking work beside an event loop, for machines that may have no thread left to give."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from typing import ParamSpec, TypeVar

from .faults import as_known

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


async def in_thread(
    function: Callable[_Arguments, _Result], *arguments: _Arguments.args, **keywords: _Arguments.kwargs
) -> _Result:
    """Do as `asyncio.to_thread`; what could not be begun is never done.

    Where no thread can be started, Python's executor raises and keeps the work for the next thread that is
    free: it would be done after everybody was told that it was not.

    Raises
    ------
    MachineFault
        No thread could be started: nothing was done.
    """
    done: Future[_Result] = Future()
    context = copy_context()

    def work() -> None:
        if not done.set_running_or_notify_cancel():
            return
        try:
            done.set_result(context.run(function, *arguments, **keywords))
        except BaseException as error:  # noqa: BLE001 - told to who waits
            done.set_exception(error)

    try:
        asyncio.get_running_loop().run_in_executor(None, work)
    except RuntimeError as error:
        known = as_known(error)
        # A thread that was busy may have begun with it meanwhile.
        if known is error or known is None or done.cancel():
            raise (known or error) from error
    return await asyncio.wrap_future(done)
