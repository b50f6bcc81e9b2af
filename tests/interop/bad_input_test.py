"""What an operator can get wrong: each is answered by one clear sentence, with file and line where there is one, and no host."""
import os
import pathlib
import socket
import subprocess
import tempfile
import unittest

from running_host import BIN, Host

DEVICES = """simulators: {}
services:
  - {name: cardreader, provider: CardReader, driver: simulated, type: motor}
  - {name: keyboard, provider: Keyboard, driver: simulated}
  - {name: textterminal, provider: TextTerminal, driver: simulated}
"""
CARDLESS = "cardless: {card_reader: cardreader, keyboard: keyboard, display: textterminal, profiles: [%s], issuer: {%s}%s}\n"


def serve(text, *words, folder=None):
    """Exit code and what was said of a host that should not start."""
    with tempfile.TemporaryDirectory(prefix="sesame-bad-") as own:
        folder = folder or own
        file = pathlib.Path(own) / "atm.yaml"
        file.write_text(text)
        said = subprocess.run([str(BIN / "sesame"), "serve", str(file), "--port", "0", "--run-directory", folder + "/run", *words],
                              capture_output=True, text=True, timeout=60)
        return said.returncode, said.stderr


class BadInput(unittest.TestCase):
    def refused(self, text, *expected):
        code, said = serve(text)
        self.assertEqual(code, 2, said)
        self.assertEqual(said.count("\n"), 1, said)
        for words in expected:
            self.assertIn(words, said)

    def test_configurations_that_are_wrong(self):
        self.refused(DEVICES + "fases: {}\n", "atm.yaml:6", "fases")
        self.refused(DEVICES.replace("type: motor", "type: moter"), "atm.yaml:3", "motor, swipe")
        self.refused(DEVICES.replace("provider: Keyboard", "provider: Keybord"), "atm.yaml:4", "Keyboard")
        self.refused(DEVICES.replace("driver: simulated, type", "driver: acme, type"), "atm.yaml:3", "simulated")
        self.refused(DEVICES.replace("type: motor", "tipe: motor"), "atm.yaml:3: unknown key services[0].tipe", "read_ms", "type")
        self.refused(DEVICES.replace("driver: simulated}", "driver: simulated, read_ms: 5}"), "atm.yaml:4: unknown key services[1].read_ms")
        self.refused("services: [", "atm.yaml")

    def test_a_cardless_session_that_cannot_be(self):
        simulated = "simulated: true"
        self.refused(DEVICES + CARDLESS % ("nosuch", simulated, ""), "atm.yaml:6", "passcode")
        self.refused(DEVICES + CARDLESS % ("passcode", simulated, ", language: xx"), "en, ja, zh, bo")
        self.refused(DEVICES + CARDLESS % ("passcode", simulated, ", pin_digits: 6"), "not 6 digits")
        self.refused(DEVICES + CARDLESS % ("passcode", 'key_file: none, bin: "999901", used_codes: used', ""), "key_file", "none")
        self.refused(DEVICES + (CARDLESS % ("passcode", simulated, "")).replace("cardreader,", "reader9,"), "card_reader", "name of one of the services")

    def test_an_issuer_whose_tokens_could_be_real_cards(self):
        with tempfile.TemporaryDirectory() as folder:
            key = pathlib.Path(folder) / "key"
            key.write_bytes(os.urandom(32))
            key.chmod(0o600)
            issuer = f'key_file: {key}, used_codes: {folder}/used, bin: "411111", funding_bins: ["4111"]'
            self.refused(DEVICES + CARDLESS % ("passcode", issuer, ""), "could be a real card")
            key.chmod(0o644)
            self.refused(DEVICES + CARDLESS % ("passcode", issuer.replace("411111", "999901"), ""), "key_file", str(key))

    def test_a_second_host_in_the_same_place_says_who_is_there(self):
        with Host(DEVICES, program="sesame") as host:
            file = pathlib.Path(host.folder.name) / "second.yaml"
            file.write_text(DEVICES)
            said = subprocess.run([str(BIN / "sesame"), "serve", str(file), "--port", "0", "--run-directory", str(host.run_directory)],
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual(said.returncode, 2)
            self.assertIn(f"process {host.process.pid}", said.stderr)
            self.assertTrue(host.alive())

    def test_ports_that_are_all_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with tempfile.TemporaryDirectory() as folder:
                file = pathlib.Path(folder) / "atm.yaml"
                file.write_text(DEVICES)
                said = subprocess.run([str(BIN / "sesame"), "serve", str(file), "--port", str(port), "--run-directory", folder + "/run"],
                                      capture_output=True, text=True, timeout=60)
                self.assertEqual(said.returncode, 2)
                self.assertIn(str(port), said.stderr)

    def test_a_journal_that_cannot_be_written(self):
        code, said = serve(DEVICES + "journal: /proc/nowhere/journal.log\n")
        self.assertEqual(code, 2)
        self.assertIn("/proc/nowhere/journal.log", said)


if __name__ == "__main__":
    unittest.main()
