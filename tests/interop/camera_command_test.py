"""`sesame camera` and what a tamper event does to a running host with the real face process: faces are refused, the journal says why,
cards go on, and an operator clears it. USB devices are made up in a folder that stands for /sys."""
import pathlib
import subprocess
import tempfile
import unittest

from identity_commands_test import have_faces, sesame
from running_host import BIN, Host, eventually

CARD = "4761739001010119=29122011143804400000"
CONFIGURATION = """
simulators: {{}}
faces:
  camera: empty
  store: {folder}/identities.db
  key_file: {folder}/master.key
  insecure_key_file: true
  sysfs: {folder}/sys
  camera_identity: {{vendor: 046d, product: "0825", serial: A1B2C3, port: 1-1.2}}
services:
  - {{name: cardreader, provider: CardReader, driver: simulated, type: motor}}
  - {{name: camera, provider: Camera, cameras: {{person: {{driver: face}}}}}}
"""


def plug_in(sysfs, port, serial, video):
    """As the kernel shows a camera: the device, its interface with a driver, the video device and the links to them."""
    usb = sysfs / "devices/usb1" / port
    device = usb / f"{port}:1.0/video4linux" / video
    device.mkdir(parents=True)
    for name, value in (("idVendor", "046d"), ("idProduct", "0825"), ("serial", serial), ("busnum", "1"), ("devnum", "5")):
        (usb / name).write_text(value + "\n")
    (device / "name").write_text("HD Camera\n")
    for link, target in ((sysfs / "bus/usb/devices" / port, usb), (sysfs / "class/video4linux" / video, device)):
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)


class Connected(unittest.TestCase):
    def test_the_list_says_how_to_pin_each_camera(self):
        with tempfile.TemporaryDirectory() as folder:
            sysfs = pathlib.Path(folder)
            self.assertEqual(sesame("camera", "list", "--sysfs", folder).stdout, "no camera is connected\n")
            plug_in(sysfs, "1-1.2", "A1B2C3", "video0")
            said = sesame("camera", "list", "--sysfs", folder)
            self.assertEqual(said.returncode, 0, said.stderr)
            self.assertEqual(said.stdout.splitlines(), ["/dev/video0 (HD Camera): 046d:0825 serial A1B2C3 on port 1-1.2",
                                                        '  camera_identity: {vendor: "046d", product: "0825", serial: "A1B2C3", port: "1-1.2"}'])

    def test_a_half_identity_is_refused_with_what_is_missing(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "host.yaml"
            file.write_text('faces: {camera: empty, camera_identity: {vendor: "046d", product: "0825"}}\nservices: []\n')
            said = subprocess.run([str(BIN / "sesame"), "serve", str(file), "--port", "0", "--run-directory", folder + "/run"],
                                  capture_output=True, text=True, timeout=60)
            self.assertNotEqual(said.returncode, 0)
            self.assertIn("camera_identity", said.stderr)
            self.assertIn("sesame camera", said.stderr)


@unittest.skipUnless(have_faces(), "no face models or videos: script/setup fetches them")
class Tampered(unittest.TestCase):
    def test_another_camera_than_the_pinned_one_lets_no_face_in_and_leaves_cards_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            plug_in(pathlib.Path(folder) / "sys", "1-1.2", "A1B2C3", "video0")
            with Host(CONFIGURATION.format(folder=folder), program="sesame") as host:
                where = ("--run-directory", str(host.run_directory))
                self.assertTrue(eventually((host.run_directory / "face.sock").exists, 60), host.error_text())
                said = sesame("camera", *where)
                self.assertEqual(said.returncode, 1, said.stderr)
                self.assertIn("pinned: 046d:0825 serial A1B2C3 on port 1-1.2", said.stdout)
                self.assertIn("TAMPER EVENT: expected the camera 046d:0825 serial A1B2C3 on port 1-1.2, found no USB camera", said.stdout)
                self.assertTrue(eventually(lambda: "faces: tamper event" in host.journal()), host.journal())
                # The application sees the standard, and nothing of the event.
                said = sesame("call", host.uris["camera"], "Camera.TakePicture", '{"camera": "person"}')
                self.assertIn("cameraInoperable", said.stdout)
                self.assertNotIn("tamper", said.stdout.lower())
                self.assertNotIn("046d", said.stdout)
                reading = subprocess.Popen([str(BIN / "sesame"), "call", host.uris["cardreader"], "CardReader.ReadRawData", '{"track2": true}'],
                                           stdout=subprocess.PIPE, text=True)
                host.sim("cardreader wait slot-open", f"cardreader insert card track2={CARD}")
                read, _ = reading.communicate(timeout=60)
                self.assertIn("MediaInsertedEvent", read)
                # The cause is still there, and says so.
                said = sesame("camera", "clear", *where)
                self.assertEqual(said.returncode, 1)
                self.assertIn("the cause is still there", said.stderr)
                self.assertTrue(eventually(lambda: "the tamper event was cleared by operator" in host.journal()), host.journal())


if __name__ == "__main__":
    unittest.main()
