"""A child with jobs that misbehave on purpose: it loads no engine, so that tests need not wait for one.

Requests are JSON objects; ``seconds`` says how long a well-behaved job takes.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from typing import NoReturn

from dispatch_engine.api.child import main
from dispatch_engine.api.task import JobFunction, Result, Task
from dispatch_engine.errors import InputError

PRICES = {"travel": {"cost_minutes": 1.0}}


def plan(name: str, stopped_by: str = "time_limit") -> str:
    """A plan without routes whose problem is called ``name``."""
    return json.dumps({"problem": name, "routes": [], "solver": {"stopped_by": stopped_by}})


def result(name: str) -> Result:
    return Result(plan(name), PRICES, tickets=10, unassigned=1)


def echo(task: Task) -> Result:
    """Ends at once; the plan is named after the request, and the log tells the limit."""
    task.log(f"limit {task.time_limit_seconds:g}")
    return result(task.request.decode())


def steady(task: Task) -> Result:
    """Works for a while, hands over plans, and heeds a cancel."""
    wanted = json.loads(task.request)["seconds"]
    number = 0
    while task.seconds() < wanted and not task.is_cancelled():
        number += 1
        task.progress({"phase": "search", "sla_penalty": 1.0, "cost_minutes": 10.0 / number, "bound": None})
        task.incumbent(plan(f"incumbent {number}"), PRICES)
        time.sleep(0.02)
    return result("cancelled" if task.is_cancelled() else "steady")


def stubborn(task: Task) -> NoReturn:
    """Hands over one plan, then heeds neither limit nor cancel."""
    task.incumbent(plan("first"), PRICES)
    task.incumbent(plan("second"), PRICES)
    while True:
        time.sleep(0.05)


def silent(task: Task) -> NoReturn:
    """As stubborn, without any plan."""
    while True:
        time.sleep(0.05)


def frozen(task: Task) -> NoReturn:
    """Stops its own process, all threads of it."""
    task.incumbent(plan("first"), PRICES)
    os.kill(os.getpid(), signal.SIGSTOP)
    raise AssertionError


def hungry(task: Task) -> NoReturn:
    """Takes memory until there is none."""
    task.incumbent(plan("first"), PRICES)
    held = []
    while True:
        held.append(bytearray(8 << 20))


def hungry_in_c(task: Task) -> NoReturn:
    """As a C++ library ends when it gets no memory."""
    task.incumbent(plan("first"), PRICES)
    print("terminate called after throwing an instance of 'std::bad_alloc'", file=sys.stderr, flush=True)
    os.abort()


def broken(task: Task) -> NoReturn:
    """Has a defect."""
    task.incumbent(plan("first"), PRICES)
    raise RuntimeError("the customer's secret address")


def unreadable(task: Task) -> NoReturn:
    """Finds its input bad after all."""
    raise InputError.of("/travel/url", "unreachable", "no answer; check the address")


def crash(task: Task) -> NoReturn:
    """Dies at once."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def crash_twice(task: Task) -> Result:
    """Dies until the file named in the request has two lines."""
    with open(task.request.decode(), "a+", encoding="ascii") as notes:
        notes.seek(0)
        if len(notes.readlines()) < 2:
            notes.write("died\n")
            notes.flush()
            os.kill(os.getpid(), signal.SIGKILL)
    return result("third time")


def chatty(task: Task) -> Result:
    """Prints to where the protocol was, as libraries do."""
    print("hello from a library", flush=True)
    os.system("echo hello from a grandchild")
    return result("chatty")


def whoami(task: Task) -> Result:
    """Tells its process id and niceness."""
    return result(f"{os.getpid()} {os.nice(0)}")


KINDS: dict[str, JobFunction] = {
    function.__name__: function
    for function in (
        *(echo, steady, stubborn, silent, frozen, hungry, hungry_in_c, broken, unreadable),
        *(crash, crash_twice, chatty, whoami),
    )
}

if __name__ == "__main__":
    main(lambda: KINDS)
