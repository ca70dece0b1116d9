"""RandomStream of Sources/Tensors in numpy, so that weights and batches need not be kept as fixtures."""
import numpy as np


def words(seed, purpose, *coordinates, count):
    """The first `count` 32-bit words of the stream at an address."""
    h = 0xCBF29CE484222325
    for byte in purpose.encode():
        h = ((h ^ byte) * 0x100000001B3) % 2**64
    mixed = (h + seed * 0x9E3779B97F4A7C15) % 2**64
    k0, k1 = mixed % 2**32, mixed >> 32
    a = list(coordinates) + [0] * (3 - len(coordinates))
    blocks = (count + 3) // 4
    c = [np.arange(blocks, dtype=np.uint64)] + [np.full(blocks, x % 2**32, np.uint64) for x in a]
    low = np.uint64(0xFFFFFFFF)
    for _ in range(10):
        p, q = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [
            (q >> np.uint64(32)) ^ c[1] ^ np.uint64(k0), q & low,
            (p >> np.uint64(32)) ^ c[3] ^ np.uint64(k1), p & low,
        ]
        k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
    return np.stack(c, 1).reshape(-1)[:count]


def uniform(seed, purpose, *coordinates, shape):
    """Float32 numbers in [0, 1), row-major."""
    count = int(np.prod(shape))
    bits = words(seed, purpose, *coordinates, count=count)
    return ((bits >> np.uint64(8)).astype(np.float32) * np.float32(2**-24)).reshape(shape)


def normal(seed, purpose, *coordinates, shape):
    """Float32 numbers from the standard normal distribution, row-major: Box and Muller's, the sine half left out."""
    w = words(seed, purpose, *coordinates, count=4 * int(np.prod(shape))).astype(np.uint64).reshape(-1, 4)
    u = [((w[:, 2 * i] | w[:, 2 * i + 1] << np.uint64(32)) >> np.uint64(11)).astype(np.float64) * 2.0**-53 for i in (0, 1)]
    return (np.sqrt(-2 * np.log(1 - u[0])) * np.cos(2 * np.pi * u[1])).astype(np.float32).reshape(shape)
