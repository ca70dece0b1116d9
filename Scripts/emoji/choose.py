#!/usr/bin/python3
"""Choose the classes of Emoji by the names of the emoji, and write classes.json. No picture's accuracy is looked at.

    Scripts/emoji/choose.py [CACHE]        CACHE: where packages are unpacked; Data/emoji-packages if it is left out

1. Candidates are the code points that EmojiOne draws and that Unicode's CLDR has an English name for.
2. A candidate shows a thing whose ordinary words, one line of Scripts/icon-clip/aliases.txt, contain what its name ends
   in, before "with", "of" and the like: "open file folder" and "folder" are the same thing, and so are "heart with arrow"
   and "heart". CLDR's name counts first, the character's own name in Unicode where CLDR's says nothing.
3. What SENSES lists has a name that misleads; it is left out, or moved to what it shows.
4. A class has at most MOST code points, the first ones, so that none outweighs the others.
5. A class that DesktopIcons has, too, is called as it is there; any other by the word that most of its emoji are named by.
6. A name of more than LONGEST tokens is left out.
"""
import collections
import json
import re
import sys
import unicodedata
import xml.etree.ElementTree as ElementTree
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "icon-clip")]
from bpe import Tokenizer  # noqa: E402
from captions import Vocabulary  # noqa: E402
from debian_artwork import unpack  # noqa: E402

CLDR = ("unicode-cldr-core", "41-0.1")
MOST = 8
LONGEST = 5  # tokens, as in DesktopIcons: icon-clip reads 16, and a prompt may have eight vectors
CUTS = re.compile(r" (?:with|without|of|and|in|at|for|from|behind|showing|face)\b|: ")
SENSES = {
    "letters, which icon-clip does not read": ({0x1F197, 0x1F519, 0x1F51D}, None),
    "two things, or a thing and its opposite": ({0x2049, 0x23EF, 0x1F4F5, 0x1F510, 0x26C5, 0x1F324, 0x1F325, 0x1F326}, None),
    "an arrow that points in two directions, or between two": (
        {0x2194, 0x2195, 0x2196, 0x2197, 0x2198, 0x2199}, None),
    "the word in another sense": (
        {0x27B0, 0x27BF, 0x3030, 0x1F32A, 0x1F3A5, 0x1F3B9, 0x1F3E2, 0x1F3E3, 0x1F3E4, 0x1F401, 0x1F42D, 0x1F4D1, 0x1F68F,
         0x1F91A}, None),
    "a letter that is sent": ({0x1F48C}, "envelope"),
    "a sign of a religion": ({0x2626, 0x271D, 0x262A, 0x2721, 0x1F52F}, None),
    "a gesture, or somebody asleep": ({0x1F646, 0x1F64F, 0x1F481, 0x1F6CC}, None),
    "a cloud with what falls from it": ({0x1F327}, "rain"),
    "the same, snow": ({0x1F328}, "snow"),
    "the same, lightning": ({0x1F329, 0x26C8}, "storm"),
}


def main():
    cache = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent.parent / "Data" / "emoji-packages"
    shared = json.loads((HERE.parent / "desktop-icons" / "classes.json").read_text())
    moved = {code: concept for codes, concept in SENSES.values() for code in codes}
    found = collections.defaultdict(list)  # concept -> code points and the words that they are named by
    for code, names in sorted(candidates(cache).items()):
        if code in moved:
            if moved[code]:
                found[moved[code]].append((code, moved[code]))
            continue
        if match := next(filter(None, map(thing, names)), None):
            found[match[0]].append((code, match[1]))
    classes = {}
    for concept, emoji in found.items():
        words = collections.Counter(word for _, word in emoji)
        name = concept if concept in shared else words.most_common(1)[0][0]
        classes[name] = [f"{code:X}" for code, _ in emoji[:MOST]]
    tokenizer = Tokenizer.read(HERE.parent.parent / "Models" / "icon-clip" / "merges.txt")
    for name in [name for name in classes if sum(map(bool, tokenizer.encode(name, 16))) - 2 > LONGEST]:
        print(f"left out, more than {LONGEST} tokens: {name}")
        del classes[name]
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(codes)}" for name, codes in sorted(classes.items()))
    (HERE / "classes.json").write_text(f"{{\n{lines}\n}}\n")
    print(f"{len(classes)} classes, {sum(map(len, classes.values()))} code points, "
          f"{len(classes.keys() & shared.keys())} of the classes in DesktopIcons")


def candidates(cache):
    """The names of each code point: CLDR's first, then Unicode's own."""
    domains = json.loads((HERE / "domains.json").read_text())
    packages = json.loads((HERE / "packages.json").read_text())
    emojione = domains["emojione"]
    drawings = unpack(emojione["package"], packages[emojione["package"]], cache) / emojione["drawings"]
    drawn = {int(path.stem, 16) for path in drawings.glob("*.svg") if re.fullmatch("[0-9a-fA-F]{4,5}", path.stem)}
    annotations = unpack(*CLDR, cache) / "usr/share/unicode/cldr/common/annotations/en.xml"
    return {ord(entry.get("cp")): (entry.text, unicodedata.name(entry.get("cp"), ""))
            for entry in ElementTree.parse(annotations).iter("annotation")
            if entry.get("type") == "tts" and len(entry.get("cp")) == 1 and ord(entry.get("cp")) in drawn}


def thing(name):
    """The concept that a name ends in, and the word for it: the longest of all that fit."""
    words = CUTS.split(name.lower())[0].replace("-", " ")
    fits = [(len(singular(phrase)), words.endswith(phrase), -place, concept, phrase)
            for place, (concept, phrases) in enumerate(VOCABULARY.phrases.items()) for phrase in phrases
            if words.replace(" ", "") == phrase.replace(" ", "") or (" " + singular(words)).endswith(" " + singular(phrase))]
    return max(fits)[-2:] if fits else None


def singular(words):
    return words.removesuffix("s")


VOCABULARY = Vocabulary()

if __name__ == "__main__":
    main()
