"""The example of the application developer's page, as it stands there."""
import pathlib
import subprocess
import sys
import unittest

from running_host import Host

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "docs/examples/first_client.py"


class FirstClient(unittest.TestCase):
    def test_reads_a_card_and_gives_it_back(self):
        with Host(program="sesame") as host:
            client = subprocess.Popen([sys.executable, str(EXAMPLE), str(host.port)], stdout=subprocess.PIPE, text=True)
            host.sim("cardreader wait slot-open", "cardreader insert card track2=4761739001010119=29122011143804400000",
                     "cardreader wait card-at-exit", "cardreader take card")
            said, _ = client.communicate(timeout=30)
            self.assertEqual(client.returncode, 0)
            self.assertIn("CardReader.MediaInsertedEvent", said)
            self.assertIn("begins with 476173", said)
            self.assertIn("CardReader.Move success", said)

    def test_says_when_nobody_answers(self):
        client = subprocess.run([sys.executable, str(EXAMPLE), "1"], capture_output=True, text=True, timeout=30)
        self.assertEqual(client.returncode, 1)
        self.assertIn("no publisher answers", client.stderr)


if __name__ == "__main__":
    unittest.main()
