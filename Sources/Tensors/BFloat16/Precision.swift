import CPanels

/// The numbers in which an encoder's matrix products are taken. Their sums, and all between them, are float32.
public enum Precision: String, Sendable, Codable, CaseIterable {
    case float32
    /// bfloat16: float32's exponent with 8 bits of the number itself, half the memory, and twice the products at a time.
    case bf16

    /// Refuses a precision that this machine cannot compute in.
    /// - Throws: if this is `bf16` and the processor does not multiply bfloat16.
    public func check(on processor: Processor = .current) throws(UnsupportedPrecision) {
        if self == .bf16, !processor.multipliesBFloat16 { throw UnsupportedPrecision() }
    }
}

/// What the processor's instructions allow, found when the program runs.
public struct Processor: Sendable {
    /// Whether it has AVX-512 BF16, by what processor and operating system say.
    public var multipliesBFloat16: Bool

    public init(multipliesBFloat16: Bool) {
        self.multipliesBFloat16 = multipliesBFloat16
    }

    /// The one that runs this program. Who has OpenBLAS run its kernels for an older one, by `OPENBLAS_CORETYPE`, sees what
    /// programs do there: it has no bfloat16 then.
    public static let current = Processor(multipliesBFloat16: bf16_is_available() && !ProductParts.isLimited)
}

/// bfloat16 was asked for on a machine that has no instructions for it.
public struct UnsupportedPrecision: Error, CustomStringConvertible {
    public var description: String {
        "precision bf16 needs a processor with AVX-512 BF16 (AMD from Zen 4 on, Intel Xeon from Cooper Lake on), which this "
            + (ProductParts.isLimited ? "machine is kept from being by OPENBLAS_CORETYPE" : "machine's does not have")
            + ". Use float32 here, or do this on a machine that has it: what it makes can be used on any."
    }
}
