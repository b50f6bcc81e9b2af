"""The ATM application stands on the standard alone: nothing of camera, biometric or cardless is in it, or near it.

Four witnesses that know nothing of each other: the link lines CMake wrote, the libraries the loader would take, the symbols
in the program, and the headers it includes.
"""
import re
import subprocess
import sys
import unittest
from pathlib import Path

BUILD = Path(sys.argv.pop(1))
PROGRAM = BUILD / "bin" / "atm-application"
FORBIDDEN_ROOMS = ("camera", "biometric", "cardless", "devices")
FORBIDDEN_LIBRARIES = ("opencv", "libuvc", "libusb", "PocoData", "sqlite", "pkcs11", "hwy")


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def linked_archives(program):
    lines = output_of("ninja", "-C", str(BUILD), "-t", "query", f"bin/{program}").splitlines()
    inputs = lines[lines.index(next(line for line in lines if line.strip().startswith("input:"))) + 1:]
    archives = []
    for line in inputs:
        if line.strip().startswith("outputs"):
            break
        archives += re.findall(r"\S+\.(?:a|o|so\S*)$", line.strip())
    return archives



class TheAtmApplication(unittest.TestCase):
    def test_links_only_archives_of_spi_and_of_the_contract(self):
        archives = linked_archives("atm-application")
        self.assertTrue(any("spi/" in archive for archive in archives), archives)
        rooms = {archive.split("/")[0] for archive in archives if not archive.startswith("/")}
        self.assertLessEqual(rooms, {"spi", "specs", "simulators"})
        self.assertEqual([a for a in archives if a.startswith("simulators/") and "atm_application" not in a], [])

    def test_loads_no_library_of_the_face_pipeline(self):
        loaded = output_of("ldd", str(PROGRAM))
        self.assertIn("libboost_json", loaded)
        self.assertEqual([name for name in FORBIDDEN_LIBRARIES if name in loaded], [])

    def test_has_no_symbol_of_camera_biometric_cardless_or_devices(self):
        symbols = output_of("nm", "--demangle", str(PROGRAM))
        self.assertIn("sesame::simulators::AtmApplication", symbols)
        found = {room for room in FORBIDDEN_ROOMS if re.search(rf"\bsesame::{room}::", symbols)}
        self.assertEqual(found, set())

    def test_includes_no_header_of_theirs(self):
        folder = Path(__file__).parents[3] / "simulators" / "atm_application"
        included = set()
        for source in folder.glob("*.[ch]pp"):
            included |= set(re.findall(r'#include "([^"]+)"', source.read_text()))
        self.assertTrue(included)
        rooms = {name.split("/")[0] for name in included}
        self.assertLessEqual(rooms, {"spi", "xfs", "simulators"})
        self.assertEqual([n for n in included if n.startswith("simulators/") and "atm_application" not in n], [])


if __name__ == "__main__":
    unittest.main()
