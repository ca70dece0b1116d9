"""A folder of features in shards: pairs of NAME.safetensors and NAME.csv, which says which image each row is of.

A shard is there when its table is: the table is renamed into place last. What encoded the features stands in the header of each
.safetensors, so that features that were made in different ways never come together.
"""

import csv
import hashlib
import io
import json
import os

from safetensors import SafetensorError, safe_open
from safetensors.numpy import save


class OtherFeatures(Exception):
    """Shards that were made in another way."""


class Shards:
    def __init__(self, folder, settings, versions, part):
        """`settings`: what decides the features; `versions`: what else is told of a shard; both texts by name."""
        self.folder, self.settings, self.versions, self.part = folder, settings, versions, part
        folder.mkdir(parents=True, exist_ok=True)

    def finished(self):
        """The digests of the images that are in a shard."""
        done = set()
        for table in sorted(self.folder.glob("*.csv")):
            self._check(table.with_suffix(".safetensors"))
            with open(table, newline="", encoding="utf-8") as file:
                done.update(row["sha256"] for row in csv.DictReader(file))
        return done

    def _check(self, file):
        try:
            with safe_open(file, "numpy") as shard:
                found = json.loads(shard.metadata()["encoding"])
        except (SafetensorError, TypeError, KeyError, ValueError) as error:
            raise OtherFeatures(f"{file} is no shard of features ({error}); delete it, or choose another folder") from None
        different = [f"{name} {found.get(name)} → {value}" for name, value in self.settings.items() if found.get(name) != value]
        if different:
            raise OtherFeatures(f"{file} was made in another way ({', '.join(different)}); choose another folder")

    def write(self, images, features, norms):
        """features: [images, views, dimension], float32 of unit length; norms: [images, views]."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["path", "sha256"])
        writer.writerows((image.path, image.sha256) for image in images)
        table = text.getvalue().encode()
        name = hashlib.sha256(table).hexdigest()[:16]
        # One value: the order of several is by chance, and the same features are to be the same bytes.
        metadata = {"encoding": json.dumps(self.settings | {"madeWith": self.versions})}
        self._place(f"{name}.safetensors", save({"features": features, "norms": norms}, metadata=metadata))
        self._place(f"{name}.csv", table)

    def _place(self, name, data):
        """Writes a file that is there as a whole or not at all."""
        unfinished = self.folder / f".part-{self.part}.unfinished"
        with open(unfinished, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, self.folder / name)
