"""Ends a test that hangs, with all it started, and says where: what this program waits for, and what every program below it does. Comes before ctest's
limit (SESAME_TEST_LIMIT, seconds), which ends it without a word."""
import faulthandler
import os
import pathlib
import signal
import sys
import threading

BEFORE_THE_LIMIT = 20


def _text(path):
    try:
        return path.read_text().strip().replace("\0", " ")
    except OSError as error:
        return f"({error.strerror})"


def _children(pid):
    tasks = pathlib.Path(f"/proc/{pid}/task")
    return [int(child) for task in tasks.iterdir() for child in _text(task / "children").split() if child.isdigit()] if tasks.exists() else []


def _describe(pid, out):
    process = pathlib.Path(f"/proc/{pid}")
    print(f"process {pid}: {_text(process / 'cmdline')[:200]}", file=out)
    for task in sorted(process.glob("task/*")):
        state = next((line.split(None, 1)[1] for line in _text(task / "status").splitlines() if line.startswith("State:")), "gone")
        print(f"  thread {task.name} {_text(task / 'comm')}: {state}, in {_text(task / 'wchan')}, system call {_text(task / 'syscall')}", file=out)
    for child in _children(pid):
        _describe(child, out)


def _kill_below(pid):
    for child in _children(pid):
        _kill_below(child)
        try:
            os.kill(child, signal.SIGKILL)
        except ProcessLookupError:
            pass


def _end():
    print("\nthis test hangs; where it is:", file=sys.stderr)
    faulthandler.dump_traceback(sys.stderr)
    for child in _children(os.getpid()):
        _describe(child, sys.stderr)
    sys.stderr.flush()
    _kill_below(os.getpid())
    os._exit(3)


def watch():
    limit = float(os.environ.get("SESAME_TEST_LIMIT", 0)) - BEFORE_THE_LIMIT
    if limit > 0:
        timer = threading.Timer(limit, _end)
        timer.daemon = True
        timer.start()


watch()
