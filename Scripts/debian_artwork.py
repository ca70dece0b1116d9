"""What the scripts that make data sets out of Debian's packages share: downloads, grounds, and folders that appear whole."""
import csv
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

WHITE, DARK_GREY = (255, 255, 255), (64, 64, 64)


class Failure(Exception):
    """What the user has to know, in one sentence."""


def recipe_digest(*files):
    """Changes whenever the images might: the script, this file and the tables, byte for byte."""
    digest = hashlib.sha256()
    for file in (*files, Path(__file__)):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def unpack(package, version, cache):
    """The root of the unpacked package, downloaded first where the cache lacks it."""
    folder = cache / f"{package}_{version.split(':')[-1]}"
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        print(f"downloading {package} {version}", flush=True)
        # apt drops its privileges for downloads, and says so at length where it cannot write here without them.
        run = subprocess.run(["apt-get", "download", "-q", "-o", "APT::Sandbox::User=root", f"{package}={version}"],
                             cwd=cache, capture_output=True, text=True)
        if run.returncode:
            reason = run.stderr.strip().splitlines()[-1:] or ["apt-get failed"]
            raise Failure(f"cannot download {package} {version} ({reason[0]}). It is part of Debian 12 (bookworm): "
                          "is the network up, and has `apt-get update` been run?")
        archive, partial = next(cache.glob(f"{package}_*.deb")), folder.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        subprocess.run(["dpkg", "-x", archive, partial], check=True)
        archive.unlink()
        partial.rename(folder)
    return folder


def licence_of(copyright_file):
    """The licence's short name, from the first paragraph on files in debian/copyright: the artwork's, in all icon themes."""
    match = re.search(r"^Files:.*?^License: *(.+?)$", copyright_file.read_text(), re.MULTILINE | re.DOTALL)
    return re.sub(r"\s+", " ", match[1]) if match else "see debian/copyright"


def rendered(drawing, size):
    """The bytes of a PNG of an SVG drawing, at most `size` pixels wide and high."""
    command = ["rsvg-convert", "--keep-aspect-ratio", "-w", str(size), "-h", str(size), str(drawing)]
    run = subprocess.run(command, capture_output=True)
    if run.returncode:
        raise Failure(f"rsvg-convert cannot draw {drawing}: {run.stderr.decode().strip()}")
    return run.stdout


def ground(drawing):
    """The colour to put an RGBA drawing on: white, or dark grey for what would not show on white."""
    return DARK_GREY if nearly_white(drawing) else WHITE


def nearly_white(drawing):
    """Whether nothing much of the drawing would be seen on white: hardly any of what it covers is darker than 215."""
    opaque = drawing.getchannel("A").point(lambda alpha: 255 if alpha > 128 else 0)
    histogram = drawing.convert("RGB").convert("L").histogram(opaque)
    return sum(histogram[:215]) < 0.05 * sum(histogram)


class Publication:
    """A folder of images that is there whole or not at all, with its manifest and a stamp of what it was made of."""

    def __init__(self, target, recipe, packages):
        self.target, self.partial = target, target.with_name(target.name + ".partial")
        self.stamp = json.dumps({"recipe": recipe, "packages": packages}, indent=1)

    def is_up_to_date(self):
        stamp = self.target / "stamp.json"
        return stamp.exists() and stamp.read_text() == self.stamp

    def write(self, rows, fields, draw_all):
        """Has the images of the manifest's rows drawn beside the target, and puts all in its place."""
        shutil.rmtree(self.partial, ignore_errors=True)
        for parent in {(self.partial / row["file"]).parent for row in rows}:
            parent.mkdir(parents=True)
        draw_all(self.partial)
        with open(self.partial / "manifest.csv", "w", newline="") as file:
            writer = csv.DictWriter(file, fields, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        (self.partial / "stamp.json").write_text(self.stamp)
        shutil.rmtree(self.target, ignore_errors=True)
        self.partial.rename(self.target)


def summary(rows, domains, target):
    """Prints how many images and classes each domain has."""
    for domain in domains:
        print(f"{domain:10}{sum(row['domain'] == domain for row in rows):6} images,"
              f"{len({row['class'] for row in rows if row['domain'] == domain}):3} classes")
    print(f"{target}: {len(rows)} images")
