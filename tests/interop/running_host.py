"""Starts a host in a run directory of its own and stops it: every test has one that nobody else uses."""
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time

import watchdog  # noqa: F401

BIN = pathlib.Path(os.environ.get("SESAME_BIN", pathlib.Path(__file__).resolve().parents[2] / "build/dev/bin"))
START_LIMIT = 60.0
STOP_LIMIT = 30.0


class Host:
    """`program serve ...` with the port left to the system, until the block ends.

    Leaving the block asks it to end (SIGTERM) and fails if it ended before, ended badly or did not end.
    """

    def __init__(self, configuration=None, program="sesame-test-host", arguments=(), environment=None):
        self.folder = tempfile.TemporaryDirectory(prefix="sesame-interop-")
        self.run_directory = pathlib.Path(self.folder.name) / "run"
        command = [str(BIN / program), "serve"]
        if configuration is None:
            command.append("--simulated")
        else:
            file = pathlib.Path(self.folder.name) / "host.yaml"
            file.write_text(configuration)
            command.append(str(file))
        self.command = [*command, "--port", "0", "--run-directory", str(self.run_directory), *arguments]
        self.environment = {**os.environ, **(environment or {})}
        self.uris = {}
        self.asked = False

    def __enter__(self):
        self.errors = open(pathlib.Path(self.folder.name) / "stderr", "w+")
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=self.errors, text=True, env=self.environment)
        try:
            self._read_uris()
        except BaseException:
            self.process.kill()
            raise
        return self

    def _read_uris(self):
        self.publisher = self._line()
        self.port = int(re.search(r":(\d+)/", self.publisher).group(1))
        os.set_blocking(self.process.stdout.fileno(), False)
        # The program prints all its URIs in one write, the publisher's first.
        for line in self.process.stdout:
            uri = line.strip()
            self.uris[uri.rsplit("/", 1)[1]] = uri

    def _line(self):
        import select
        ready, _, _ = select.select([self.process.stdout], [], [], START_LIMIT)
        line = self.process.stdout.readline().strip() if ready else ""
        if not line:
            raise AssertionError(f"the host did not start: {self.error_text()}")
        return line

    def error_text(self):
        self.errors.flush()
        return pathlib.Path(self.errors.name).read_text()

    def alive(self):
        return self.process.poll() is None

    def memory(self, key="VmRSS"):
        """Bytes, from /proc/PID/status."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{key}:\s+(\d+) kB", status, re.M).group(1)) * 1024

    def sim(self, *verbs):
        """Sends verbs to the simulators' socket; gives what they say. A refusal is an AssertionError."""
        said = []
        with socket.socket(socket.AF_UNIX) as stream:
            stream.settimeout(START_LIMIT)
            stream.connect(str(self.run_directory / "simulators.socket"))
            lines = stream.makefile("rw")
            for verb in verbs:
                lines.write(verb + "\n")
                lines.flush()
                while True:
                    answer = lines.readline().rstrip("\n")
                    if answer == "ok":
                        break
                    assert answer and not answer.startswith("error"), f"{verb}: {answer or 'the host went away'}"
                    said.append(answer)
        return said

    def journal(self):
        file = self.run_directory / "journal.log"
        return file.read_text() if file.exists() else ""

    def stop(self):
        """Asks it to end and gives the exit code; the block's end then finds it stopped."""
        self.asked = True
        if self.process.poll() is not None:
            return self.process.returncode
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return "it did not end"

    def __exit__(self, kind, *_):
        by_itself = not self.asked and self.process.poll() is not None
        result = self.stop()
        self.process.stdout.close()
        text = self.error_text()
        self.errors.close()
        self.folder.cleanup()
        if kind is None and (by_itself or result != 0):
            raise AssertionError(f"the host ended with {result} ({'by itself' if by_itself else 'when asked'}): {text}")


def eventually(condition, limit=20.0):
    """Waits for something outside this process that gives no event (a file, a process): looks until it holds."""
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
