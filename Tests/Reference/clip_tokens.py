"""Golden values for the tests of CLIP's tokenizer.

    python3 Tests/Reference/clip_tokens.py

Learns a small merges file from the fragments below, writes it to Tests/Fixtures/clip/merges.txt, joins fragments to
some thousands of texts by formula, and writes tokens.json: the fragments, the tokens of the first texts and a hash of
the others'. The tokens are those of OpenAI's rules, restated here with the `ftfy`, `regex` and `html` modules. Where
transformers' CLIPTokenizer follows the same rules (it has no repair, no HTML entities, no final sigma, no case folding,
and splits off special tokens first), the two must agree. To be run before clip_fixtures.py, which counts the merges. Made
with Python 3.11, ftfy 6.3.1, regex 2026.11.15, transformers 5.23.0.
"""

import html
import html.entities
import json
import unicodedata
from collections import Counter
from pathlib import Path

import ftfy
import regex
from transformers import CLIPTokenizer

from split_mix import mixed

folder = Path(__file__).parent.parent / "Fixtures" / "clip"

fragments = """
a an the of in on with and photo picture icon symbolic drawing printer folder Printer FOLDER camera CAMERA floppy disk
network-wired audio_volume_high don't DON'T it's It's we're they've I'm you'll he'd 'tis rock'n'roll 's 't' ''s can''t
0 7 42 2024 3.14 1,000 ½ Ⅷ ² ٣٤ १२३ ㊿ 𝟘𝟙 x86_64 C3PO 1st 10%
naïve café CAFÉ coöperate Ångström Ñandú straße STRASSE ẞ İstanbul ısı ﬁnal ǅ ΟΔΟΣ ΣΟΦΟΣ σοφός ΑΣ. Σ ЁЛКА ёлка Привет ЖУК
中文 图标 日本語 アイコン 한국어 שלום مرحبا हिन्दी ไทย தமிழ் ქართული ᲥᲐᲠᲗᲣᲚᲘ Ꭰꭰ
😀 👍🏽 👩‍👩‍👧 🇩🇪 ❤️ ☃ → ∑ № ™ € £ “quoted” ‘single’ – — … • ¿ ¡ « » !!! ?! :-) (brackets) [x] {y} <b> a/b\\c @ # $5 ^ ~ ` | = + * _ -
&amp; &amp;amp; &lt;b&gt; &eacute;t&eacute; &copy 2020 &copyright &notit; &#233; &#xe9; &#x1F600; &#128; &#0; &#xD800; &#1; &hellip; &unknown; & &; &# &#x; AT&T
&ampamp; &amp;lt; &Eacute; &euro; &Alpha;&omega; &nbsp;x &#99999999; &lang; &apos; &#39;s &quot
<|startoftext|> <|endoftext|> !<|endoftext|> <|ENDOFTEXT|> <|end|>
""".split() + ["e\u0301", "A\u030a", "\u1e9b\u0323", "'\u017f", "\u212a", "a\u0308\u0323", "\u0130", "\U00010400", "Σ\u0301",
               "aΣ'", "\u200b", "\ufeff", "\x85", "\ufffd", "\U000f0000", "\u0378"]
separators = [" ", " ", " ", "", "", "  ", "\t", "\n", "\r\n", "\u00a0", "\u3000", "\u2028", ", ", "-", "'", "."]


def alphabet():
    printable = list(range(0x21, 0x7F)) + list(range(0xA1, 0xAD)) + list(range(0xAE, 0x100))
    others = [b for b in range(256) if b not in printable]
    return {b: chr(b) for b in printable} | {b: chr(0x100 + i) for i, b in enumerate(others)}


BYTES = alphabet()
WORD = regex.compile(
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+", regex.IGNORECASE)


def words(text, repair=ftfy.fix_text):
    text = html.unescape(html.unescape(repair(text))).strip()
    return WORD.findall(regex.sub(r"\s+", " ", text).strip().lower())


def learn(corpus, count):
    """The most frequent pair first; of equally frequent ones the lowest."""
    spelled = {w: [BYTES[b] for b in w.encode()] for w in corpus}
    for w in spelled:
        spelled[w][-1] += "</w>"
    merges = []
    while len(merges) < count:
        pairs = Counter()
        for w, symbols in spelled.items():
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] += corpus[w]
        if not pairs:
            break
        best = min(pairs, key=lambda p: (-pairs[p], p))
        merges.append(best)
        for w, symbols in spelled.items():
            spelled[w] = join(symbols, best)
    return merges


def join(symbols, pair):
    joined, i = [], 0
    while i < len(symbols):
        if tuple(symbols[i : i + 2]) == pair:
            joined.append(pair[0] + pair[1])
            i += 2
        else:
            joined.append(symbols[i])
            i += 1
    return joined


# Learned from text that is only composed, so that the merges depend on nothing but the fragments.
corpus = Counter(
    w for f in fragments for w in words(f, lambda t: unicodedata.normalize("NFC", t)) if not w.startswith("<|"))
merges = learn(corpus, 480)
(folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
names = list(BYTES.values())
names = names + [n + "</w>" for n in names] + [a + b for a, b in merges] + ["<|startoftext|>", "<|endoftext|>"]
ids = {n: i for i, n in enumerate(names)}
assert len(ids) == len(names)
ranks = {pair: rank for rank, pair in enumerate(merges)}


def tokens(text):
    result = []
    for word in words(text):
        if word in ("<|startoftext|>", "<|endoftext|>"):
            result.append(ids[word])
            continue
        symbols = [BYTES[b] for b in word.encode()]
        symbols[-1] += "</w>"
        while True:
            pairs = [p for p in zip(symbols, symbols[1:]) if p in ranks]
            if not pairs:
                break
            symbols = join(symbols, min(pairs, key=ranks.get))
        result += [ids[s] for s in symbols]
    return result


def text(index):
    """The fragments by themselves first, then random sequences of up to eight with separators between."""
    if index < len(fragments):
        return fragments[index]
    joined = ""
    for place in range(1 + mixed(index * 64) % 8):
        joined += fragments[mixed(index * 64 + 2 * place + 1) % len(fragments)]
        joined += separators[mixed(index * 64 + 2 * place + 2) % len(separators)]
    return joined


def checksum(values):
    h = 0xCBF29CE484222325
    for v in values:
        h = (h ^ v) * 0x100000001B3 % 2**64
    return h >> 32


COUNT, SHOWN = 4000, len(fragments) + 100
texts = [text(i) for i in range(COUNT)]
golden = [tokens(t) for t in texts]

other = CLIPTokenizer(vocab=ids, merges=merges)
compared = 0
for t, g in zip(texts, golden):
    composed = unicodedata.normalize("NFC", t)
    if ftfy.fix_text(t) != composed or any(s in composed for s in ["&", "<|", "\u017f", "Σ"]):
        continue
    theirs = other(t, add_special_tokens=False)["input_ids"]
    assert theirs == g, (t, g, theirs)
    compared += 1
print(f"{compared} of {COUNT} texts compared with CLIPTokenizer; {len(merges)} merges; {max(map(len, golden))} tokens at most")

fixture = {
    "fragments": fragments, "separators": separators, "count": COUNT, "tokens": golden[:SHOWN],
    "checksums": [checksum(g) for g in golden[SHOWN:]],
    "entities": [
        [e, html.unescape(e)] for e in sorted(
            ["&" + n for n in html.entities.html5] + ["&" + n.rstrip(";") for n in html.entities.html5]
            + [f"&#{n};" for n in [9, 10, 11, 12, 13, 31, 32, 127, 65534, 64976, 1114111, 1114112, *range(128, 160)]])],
}
(folder / "tokens.json").write_text(json.dumps(fixture, ensure_ascii=True, separators=(",", ":")) + "\n")
