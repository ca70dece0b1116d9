"""Writes Tests/Fixtures/desktop-icons.safetensors: icon-clip's features of some DesktopIcons, out of the demo's store.
Made with Python 3.11, numpy 2.4, safetensors 0.6.

    python Tests/Reference/desktop_icons_features.py Cache/artifacts.sqlite

Of three domains the same eight classes, at most ten images of each, as float16: what a method needs to be seen learning.
`features` are [images, 128], `labels` and `domains` numbers of each.
"""
import sqlite3
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

database = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
DOMAINS = ["oxygen", "tango", "breeze"]
counts = database.execute(
    "SELECT label, min(n) AS least FROM (SELECT label, domain, count(*) AS n FROM embeddings WHERE view = 'center' "
    f"AND domain IN ({','.join('?' * 3)}) GROUP BY label, domain) GROUP BY label HAVING count(*) = 3 ORDER BY least DESC, label LIMIT 8",
    DOMAINS).fetchall()
classes = sorted(label for label, _ in counts)
features, labels, domains = [], [], []
for d, domain in enumerate(DOMAINS):
    for c, label in enumerate(classes):
        rows = database.execute(
            "SELECT vector FROM embeddings WHERE view = 'center' AND domain = ? AND label = ? ORDER BY image_sha256 LIMIT 10",
            (domain, label)).fetchall()
        for vector, in rows:
            features.append(np.frombuffer(vector, "<f4"))
            labels.append(c)
            domains.append(d)
folder = Path(__file__).resolve().parents[1] / "Fixtures"
save_file(
    {"features": np.stack(features).astype(np.float16), "labels": np.array(labels, np.float32),
     "domains": np.array(domains, np.float32)},
    folder / "desktop-icons.safetensors", metadata={"classes": ",".join(classes), "domains": ",".join(DOMAINS)})
print(len(labels), "images of", classes, [least for _, least in counts])
