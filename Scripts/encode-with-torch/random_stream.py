"""RandomStream of Sources/Tensors: random numbers that are addressed by name, never by the order of calls."""

MASK = 0xFFFFFFFF


def philox4x32(counter, key):
    """One block of Philox4x32-10: four random words for a counter of four words and a key of two."""
    (c0, c1, c2, c3), (k0, k1) = counter, key
    for _ in range(10):
        a, b = c0 * 0xD2511F53, c2 * 0xCD9E8D57
        c0, c1, c2, c3 = (b >> 32) ^ c1 ^ k0, b & MASK, (a >> 32) ^ c3 ^ k1, a & MASK
        k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
    return c0, c1, c2, c3


class RandomStream:
    """The numbers at an address: a seed, a purpose, and up to three coordinates, of which the low 32 bits count."""

    def __init__(self, seed, purpose, *coordinates):
        mixed = 0xCBF29CE484222325
        for byte in purpose.encode():
            mixed = (mixed ^ byte) * 0x100000001B3 % 2**64
        mixed = (mixed + seed * 0x9E3779B97F4A7C15) % 2**64
        self._key = mixed & MASK, mixed >> 32
        self._address = tuple([c & MASK for c in coordinates] + [0] * (3 - len(coordinates)))
        self._block, self._words = 0, ()

    @classmethod
    def of_image(cls, digest, purpose):
        """The numbers that belong to an image, through the SHA-256 of its bytes."""
        return cls(0, purpose, *(int.from_bytes(digest[at:at + 4], "big") for at in (0, 4, 8)))

    def next32(self):
        """The next 32 random bits."""
        if not self._words:
            self._words = philox4x32((self._block, *self._address), self._key)
            self._block = (self._block + 1) & MASK
        word, *self._words = self._words
        return word

    def uniform_double(self):
        """A number in [0, 1), a multiple of 2⁻⁵³."""
        low = self.next32()
        return ((low | self.next32() << 32) >> 11) * 2.0**-53
