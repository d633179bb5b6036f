"""One exam for every executor, and what only worker processes can promise."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time

import pytest

from synesthete.jobs.executors import Inline, Processes
from tests.jobs.chores import chore


@pytest.fixture(params=["inline", "processes"])
def hands(request):
    executor = Inline() if request.param == "inline" else Processes(2)
    yield executor
    executor.close()


def _by_item(executor, items):
    return {o.item: (o.result, o.error) for o in executor.map(chore, items) if o is not None}


def test_every_item_has_one_outcome(hands):
    got = [o.result for o in hands.map(chore, [f"x{i}" for i in range(20)]) if o is not None]
    assert sorted(got) == sorted(f"X{i}" for i in range(20))


def test_nothing_comes_of_nothing(hands):
    assert list(hands.map(chore, [])) == []


def test_an_error_costs_its_item_only(hands):
    got = _by_item(hands, ["a", "fail", "bug", "b"])
    assert got["a"] == ("A", None) and got["b"] == ("B", None)
    assert got["fail"] == (None, "no sound here. Try another")
    assert got["bug"] == (None, "unexpected ZeroDivisionError: division by zero")


def test_a_pause_in_the_items_is_waited_out(hands):
    got = list(hands.map(chore, ["a", None, "b"]))
    assert [o.result for o in got if o is not None] == ["A", "B"]


def test_further_maps_use_the_same_hands(hands):
    pids = {next(o.result for o in hands.map(chore, ["pid"]) if o) for _ in range(3)}
    assert len(pids) == 1


@pytest.mark.parametrize("what, told", [("crash", "SIGSEGV"), ("exit", "code 7")])
def test_a_crash_costs_its_item_only(what, told):
    with Processes(2) as hands:
        got = _by_item(hands, ["a", what, "b", f"{what} again", "c"])
    assert [got[i][0] for i in "abc"] == ["A", "B", "C"]
    assert told in got[what][1] and told in got[f"{what} again"][1]


def test_a_hang_costs_its_item_only():
    with Processes(2, timeout_s=1.0) as hands:
        start = time.monotonic()
        got = _by_item(hands, ["hang", *"abc"])
        assert time.monotonic() - start < 10
    assert got["hang"] == (None, "it took longer than 1 s and was given up")
    assert [got[i][0] for i in "abc"] == ["A", "B", "C"]


def test_prints_do_not_disturb_the_line(capfd):
    with Processes(1) as hands:
        assert _by_item(hands, ["print"]) == {"print": ("PRINT", None)}
    assert "below Python" in capfd.readouterr().err


def test_workers_are_nice_and_several():
    with Processes(2, nice=7) as hands:
        got = _by_item(hands, ["nice", "work 0.3", "pid", "work 0.31"])
    assert int(got["nice"][0]) == os.nice(0) + 7


def test_load_paces_the_work():
    """At 50 % a hand rests as long as it worked."""
    with Processes(1, load=50) as hands:
        list(hands.map(chore, ["warm"]))
        start = time.monotonic()
        list(hands.map(chore, [f"work 0.2{i}" for i in range(3)]))
        assert time.monotonic() - start > 3 * 0.2 + 2 * 0.2


def test_leaving_early_ends_the_processes():
    with Processes(2) as hands:
        first = next(
            o
            for o in hands.map(chore, itertools.chain(["pid"], itertools.repeat("work 0.05")))
            if o and o.item == "pid"
        )
        pid = int(first.result)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_workers_end_with_their_parent(tmp_path):
    """Even `kill -9` of the parent leaves no worker behind."""
    log = tmp_path / "log"
    code = f"""
from synesthete.jobs.executors import Processes
from tests.jobs.chores import chore
hands = Processes(2)
list(hands.map(chore, ["append {log}", "append {log}"]))
print("ready", flush=True)
list(hands.map(chore, ["hang", "hang too"]))
"""
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout.readline() == "ready\n"
    parent.kill()
    parent.wait()
    for pid in {int(line) for line in log.read_text().split()}:
        for _ in range(100):
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                break
            time.sleep(0.05)
        else:
            pytest.fail(f"worker {pid} lives on")


def test_workers_that_cannot_start_fail_the_job_not_every_file(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with Processes(1) as hands, pytest.raises(Exception, match="cannot start"):
        list(hands.map(chore, ["a", "b"]))
