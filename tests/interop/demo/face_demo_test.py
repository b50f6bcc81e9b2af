"""`sesame demo` with faces, on the real videos and models: one application, card and face customers, and equal transcripts."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

BUILD = pathlib.Path(sys.argv.pop(1))
CACHE = pathlib.Path(os.environ.get("SESAME_CACHE") or pathlib.Path.home() / ".cache/sesame")
HAVE_FACES = (BUILD / "bin/sesame-face").exists() and (CACHE / "models/mobilefacenet.onnx").exists() and (CACHE / "videos/cap13_edit2.mp4").exists()


@unittest.skipUnless(HAVE_FACES, "no face models or videos: script/setup fetches them")
class TheFaceDemo(unittest.TestCase):
    def test_card_and_face_customers_are_served_alike(self):
        with tempfile.TemporaryDirectory(prefix="sesame-demo-test-") as folder:
            file = pathlib.Path(folder) / "demo.json"
            said = subprocess.run([str(BUILD / "bin/sesame"), "demo", "--trials", "1", "--json", str(file)], env={**os.environ, "TMPDIR": folder},
                                  capture_output=True, text=True, timeout=400)
            self.assertEqual(said.returncode, 0, said.stdout + said.stderr)
            self.assertIn("PASSED: one unmodified application served card and face customers alike", said.stdout)
            data = json.loads(file.read_text())
            steps = {step["name"]: step for step in data["steps"]}
            self.assertTrue(all(step["passed"] for step in data["steps"]), data["steps"])
            self.assertGreaterEqual(steps["customers' transcripts are equal"]["found"]["customers"], 6)
            for name in ("a face customer is served", "a customer shows a QR code instead of typing", "another man under that claim is refused",
                         "a claim that nobody has is refused", "the face process is stuck: the card works"):
                self.assertIn(name, steps)
            text = file.read_text() + said.stdout
            for secret in ("7416302", "SESAME-4f1c9a70", "90817263", "4761739001010119", "29122011143804400000"):
                self.assertNotIn(secret, text)


if __name__ == "__main__":
    unittest.main()
