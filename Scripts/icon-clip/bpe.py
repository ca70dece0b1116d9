"""CLIP's byte-level byte-pair encoding: learning merges from captions, and encoding with them."""
import collections
import functools
import re

PATTERN = re.compile(r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|(?:[^\s\w]|_)+")
START, END = "<|startoftext|>", "<|endoftext|>"


def byte_symbols():
    """One printable character for each byte, as in GPT-2 and CLIP; their order is the vocabulary's."""
    kept = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [b for b in range(256) if b not in kept]
    return dict(zip(kept + others, [chr(b) for b in kept] + [chr(256 + i) for i in range(len(others))]))


BYTES = byte_symbols()


def pieces(text):
    """Lower-cased words as tuples of symbols, the last one marked as a word's end."""
    for word in PATTERN.findall(re.sub(r"\s+", " ", text).strip().lower()):
        symbols = [BYTES[b] for b in word.encode()]
        yield (*symbols[:-1], symbols[-1] + "</w>")


def merged(symbols, pair):
    out, i = [], 0
    while i < len(symbols):
        if symbols[i:i + 2] == pair:
            out.append("".join(pair))
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return tuple(out)


def learn(texts, most):
    """The most frequent pairs, merged one after another; ties go to the alphabetically first."""
    counts = collections.Counter(piece for text in texts for piece in pieces(text))
    merges = []
    while len(merges) < most:
        pairs = collections.Counter()
        for symbols, count in counts.items():
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] += count
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        if pairs[best] < 2:
            break
        merges.append(best)
        joined = collections.Counter()
        for symbols, count in counts.items():
            joined[merged(symbols, best)] += count
        counts = joined
    return merges


class Tokenizer:
    def __init__(self, merges):
        self.rank = {pair: i for i, pair in enumerate(merges)}
        symbols = list(BYTES.values())
        vocabulary = symbols + [s + "</w>" for s in symbols] + ["".join(p) for p in merges] + [START, END]
        self.ids = {symbol: i for i, symbol in enumerate(vocabulary)}
        self.encode_piece = functools.lru_cache(None)(self.encode_piece)

    @classmethod
    def read(cls, path):
        """From a merges.txt, whose first line is its version."""
        lines = path.read_text(encoding="utf-8").splitlines()[1:]
        return cls([tuple(line.split()) for line in lines if line])

    def write(self, path):
        lines = ["#version: 0.2", *(" ".join(pair) for pair in self.rank)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def encode_piece(self, symbols):
        while len(symbols) > 1:
            best = min(zip(symbols, symbols[1:]), key=lambda pair: self.rank.get(pair, len(self.rank)))
            if best not in self.rank:
                break
            symbols = merged(symbols, best)
        return [self.ids[s] for s in symbols]

    def encode(self, text, length):
        """Start, text, end, zeros; a text too long is cut, its end token kept."""
        tokens = [self.ids[START], *(t for piece in pieces(text) for t in self.encode_piece(piece)), self.ids[END]]
        if len(tokens) > length:
            tokens[length - 1:] = [self.ids[END]]
        return tokens + [0] * (length - len(tokens))
