import COpenBLAS
import CPanels

/// Which kernels this program has, and which of them it has chosen for this processor, in words.
public enum Kernels {
    /// The processors that all code was compiled for, as the x86-64 ABI calls their level, such as “x86-64-v4”.
    public static let target = String(cString: spg_target())

    /// The kernels that were chosen when the program was started.
    public static let description = [
        "float32 \(f32_is_available() ? "AVX-512" : "OpenBLAS")", "bfloat16 \(bf16_is_available() ? "AVX-512 BF16" : "none")",
        "OpenBLAS \(openBLASVersion ?? "of an unknown version") for \(String(cString: openblas_get_corename()))",
    ].joined(separator: ", ")

    /// OpenBLAS tells it among much else: `OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH …`.
    private static var openBLASVersion: Substring? {
        String(cString: openblas_get_config()).split(separator: " ").first { $0.first?.isNumber == true }
    }
}
