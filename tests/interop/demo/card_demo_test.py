"""`sesame demo --card-only` over real sockets: what it says, what it writes, and that nothing of it stays behind."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

BUILD = Path(sys.argv.pop(1))
SESAME = BUILD / "bin" / "sesame"
LIMIT = 150

# In the place of xfs-proxy: what it recorded is told later than the application tells what it did.
LATE_RECORDING = f"""#!/bin/bash
exec '{BUILD}/bin/xfs-proxy' "$@" > >(while IFS= read -r line; do sleep 0.02; printf '%s\\n' "$line"; done)
"""


class Demo:
    """One demo in a temporary directory of its own."""

    def __init__(self, *options, sesame=SESAME):
        self.folder = tempfile.TemporaryDirectory(prefix="sesame-demo-test-")
        self.json = Path(self.folder.name) / "demo.json"
        environment = {**os.environ, "TMPDIR": self.folder.name}
        self.process = subprocess.Popen([str(sesame), "demo", "--card-only", "--json", str(self.json), *options], env=environment,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def finish(self):
        try:
            said, _ = self.process.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            said, _ = self.process.communicate()
            raise AssertionError("the demo came to no end:\n" + said)
        return said

    def data(self):
        return json.loads(self.json.read_text())

    def leftovers(self):
        return [entry.name for entry in Path(self.folder.name).iterdir() if entry != self.json]

    def processes(self):
        """Programs that run with something of this demo's directory on their command line."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == self.process.pid:
                continue
            try:
                words = (entry / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if self.folder.name in words:
                found.append(words.replace("\0", " "))
        return found


class TheCardDemo(unittest.TestCase):
    def test_two_at_once_pass_and_leave_nothing_behind(self):
        demos = [Demo(), Demo()]
        for demo in demos:
            said = demo.finish()
            self.assertEqual(demo.process.returncode, 0, said)
            self.assertIn("PASSED, cards only", said)
            self.assertNotIn("FAIL", said)
            self.assertEqual(demo.leftovers(), [])
            self.assertEqual(demo.processes(), [])

    def test_the_data_tell_the_same_and_hold_no_card_or_PIN(self):
        demo = Demo()
        said = demo.finish()
        self.assertEqual(demo.process.returncode, 0, said)
        data = demo.data()
        self.assertEqual(data["failed"], 0)
        self.assertTrue(all(step["passed"] for step in data["steps"]), data["steps"])
        names = [message["name"] for message in data["transcript"]]
        for name in ("CardReader.ReadRawData", "CardReader.MediaInsertedEvent", "Keyboard.PinEntry", "CardReader.Move", "CardReader.MediaRemovedEvent"):
            self.assertIn(name, names)
        text = demo.json.read_text() + said
        for secret in ("4761739001010119", "5413330089010640", "29122011143804400000"):
            self.assertNotIn(secret, text)

    def test_a_recording_that_comes_late_confuses_nobody(self):
        # The demo takes its programs from the folder that it lies in.
        with tempfile.TemporaryDirectory(prefix="late-recording-", dir=BUILD) as folder:
            programs = Path(folder)
            os.link(SESAME, programs / "sesame")
            (programs / "atm-application").symlink_to(BUILD / "bin" / "atm-application")
            (programs / "xfs-proxy").write_text(LATE_RECORDING)
            (programs / "xfs-proxy").chmod(0o755)
            demo = Demo(sesame=programs / "sesame")
            said = demo.finish()
            self.assertEqual(demo.process.returncode, 0, said)
            self.assertNotIn("FAIL", said)
            self.assertEqual(demo.processes(), [])

    def test_an_interrupted_demo_takes_its_processes_along(self):
        demo = Demo("--keep")
        deadline = time.monotonic() + LIMIT
        for line in demo.process.stdout:
            if "keeps running" in line:
                break
            self.assertLess(time.monotonic(), deadline)
        self.assertNotEqual(demo.processes(), [])
        demo.process.send_signal(signal.SIGINT)
        demo.finish()
        self.assertEqual(demo.process.returncode, 0)
        self.assertEqual(demo.processes(), [])
        self.assertEqual(demo.leftovers(), [])


if __name__ == "__main__":
    unittest.main()
