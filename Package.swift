// swift-tools-version: 6.1
import PackageDescription

// The numeric modules are compiled for the machine that builds them, or with SPG_PORTABLE for any that has AVX2 (make build
// PORTABLE=1): their loops are written with SIMD16<Float>, which is one AVX-512 register there and several smaller ones
// elsewhere (clang's target flags also set Swift's). They are optimised in debug builds too, where tensor loops would be a
// hundred times slower. Without -fno-math-errno a square root would be a branch for each number.
#if arch(x86_64)
let processor = Context.environment["SPG_PORTABLE"] == nil ? "native" : "x86-64-v3"
let instructions = ["-march=\(processor)"]
let numeric: [SwiftSetting] = [.unsafeFlags(["-O", "-Xcc"] + instructions + ["-Xcc", "-fno-math-errno"])]
#else
let instructions: [String] = []
let numeric: [SwiftSetting] = [.unsafeFlags(["-O"])]
#endif

let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "SoftPromptGeneration",
    products: [
        .executable(name: "spg", targets: ["spg"]),
        .executable(name: "spg-extract", targets: ["spg-extract"]),
        .executable(name: "spg-fit", targets: ["spg-fit"]),
        .executable(name: "spg-cgan", targets: ["spg-cgan"]),
        .executable(name: "spg-evaluate", targets: ["spg-evaluate"]),
        .executable(name: "spg-command", targets: ["spg-command"]),
        // For packages that build on them. They are compiled by flags of their own, so that such a package names this one by
        // its path.
        .library(name: "Tensors", targets: ["Tensors"]),
        .library(name: "Imaging", targets: ["Imaging"]),
        .library(name: "CLIP", targets: ["CLIP"]),
        .library(name: "Datasets", targets: ["Datasets"]),
        .library(name: "ArtifactStore", targets: ["ArtifactStore"]),
        .library(name: "PromptLearning", targets: ["PromptLearning"]),
    ],
    // Exactly these versions, since Package.resolved is not kept.
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        // For `make docs` alone.
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", exact: "1.5.0"),
    ],
    targets: [
        // System libraries, found through pkg-config.
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "CWebP", pkgConfig: "libwebpdemux", providers: [.apt(["libwebp-dev"])]),
        .systemLibrary(name: "CGIF", pkgConfig: "libgif", providers: [.apt(["libgif-dev"])]),
        .systemLibrary(name: "CTIFF", pkgConfig: "libtiff-4", providers: [.apt(["libtiff-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CProcess"),
        // libjpeg and libpng report errors by longjmp, which Swift cannot catch, and giflib and libtiff read through callbacks:
        // this C target makes one call and a value of each job.
        .target(name: "CImaging", dependencies: ["CJPEG", "CPNG", "CWebP", "CGIF", "CTIFF"]),
        // Matrix products that take instructions, and as many registers, as Swift has no names for; chosen when the program
        // runs.
        .target(name: "CPanels", dependencies: ["CProcessor"]),
        // Which instructions the numeric modules are compiled for, as data; and a look at the processor before anything runs.
        .target(name: "CInstructions", cSettings: [.unsafeFlags(instructions)]),
        .target(name: "CProcessor", dependencies: ["CInstructions"]),
        // The script that draws a report's charts. The assembler includes it: no list of sources would know the file.
        .target(name: "CVega", exclude: ["LICENSES"]),

        // The commit that is built, found by git.
        .plugin(name: "FindOrigin", capability: .buildTool()),
        .target(name: "Origin", plugins: ["FindOrigin"]),

        // Libraries. Arrows go down this list only.
        .target(name: "Tensors", dependencies: ["COpenBLAS", "CPanels"], swiftSettings: numeric),
        .target(name: "Imaging", dependencies: ["CImaging", "Tensors"], swiftSettings: numeric),
        .target(name: "CLIP", dependencies: ["Tensors", "Imaging", "CZlib"], swiftSettings: numeric),
        .target(name: "Datasets", dependencies: ["Tensors", "CCrypto"]),
        .target(name: "ArtifactStore", dependencies: ["Tensors", "Datasets", grdb]),
        .target(name: "PromptLearning", dependencies: ["Tensors", "CLIP"], swiftSettings: numeric),
        .target(
            name: "Stages",
            dependencies: ["CProcess", "PromptLearning", "CLIP", "Imaging", "Datasets", "ArtifactStore", "Tensors"]),
        .target(name: "Reporting", dependencies: ["CVega", "ArtifactStore", "Datasets"]),
        .target(
            name: "Pipelines",
            dependencies: [
                "Stages", "PromptLearning", "CLIP", "ArtifactStore", "Datasets", "Imaging", "Tensors", "Reporting", yams,
            ]),
        .target(
            name: "CommandLineSupport",
            dependencies: [
                "Origin", "Stages", "PromptLearning", "ArtifactStore", "CLIP", "Datasets", "Tensors", "Reporting", arguments,
            ]),

        .target(name: "FormulaModels", dependencies: ["Tensors"], swiftSettings: numeric),
        .target(
            name: "Benchmarks",
            dependencies: [
                "COpenBLAS", "CProcess", "Stages", "PromptLearning", "CLIP", "Imaging", "ArtifactStore", "Datasets",
                "FormulaModels", "Tensors", "Reporting",
            ],
            swiftSettings: numeric),

        // Executables: parse arguments, call a library, print.
        .executableTarget(
            name: "spg",
            dependencies: [
                "Pipelines", "Stages", "ArtifactStore", "CLIP", "Datasets", "Reporting", "Tensors", "CommandLineSupport",
                arguments,
            ]),
        .executableTarget(
            name: "spg-extract",
            dependencies: [
                "Stages", "ArtifactStore", "Datasets", "CLIP", "Imaging", "CommandLineSupport", "Tensors", arguments,
            ]),
        .executableTarget(name: "spg-fit", dependencies: ["PromptLearning", "Stages", "CommandLineSupport", arguments]),
        .executableTarget(name: "spg-cgan", dependencies: ["PromptLearning", "Stages", "CommandLineSupport", arguments]),
        .executableTarget(name: "spg-evaluate", dependencies: ["Stages", "CommandLineSupport", arguments]),
        .executableTarget(
            name: "spg-command", dependencies: ["Stages", "ArtifactStore", "Datasets", "CommandLineSupport", arguments]),
        .executableTarget(
            name: "spg-bench", dependencies: ["Benchmarks", "CommandLineSupport", "Tensors", arguments]),

        // What several test targets share: a small CLIP by formula, folders of pictures.
        .target(name: "TestSupport", dependencies: ["CLIP", "Imaging", "FormulaModels", "Tensors"], path: "Tests/Support"),

        // Tests. Every module that one imports is named: what is not is no reason to compile it anew. Fixtures are read from
        // Tests/Fixtures by path, found from each test file's #filePath.
        .testTarget(name: "TensorsTests", dependencies: ["Tensors"]),
        .testTarget(name: "ImagingTests", dependencies: ["Imaging", "Tensors"]),
        .testTarget(name: "CLIPTests", dependencies: ["CLIP", "FormulaModels", "Tensors", "TestSupport"]),
        .testTarget(name: "DatasetsTests", dependencies: ["Datasets", "Tensors"]),
        .testTarget(name: "ArtifactStoreTests", dependencies: ["ArtifactStore", "Datasets", "Tensors", grdb]),
        .testTarget(
            name: "PromptLearningTests",
            dependencies: ["PromptLearning", "CLIP", "FormulaModels", "Tensors", "TestSupport"]),
        .testTarget(
            name: "StagesTests",
            dependencies: [
                "Stages", "PromptLearning", "CLIP", "Imaging", "ArtifactStore", "Datasets", "Tensors", "TestSupport", grdb,
            ]),
        .testTarget(
            name: "PipelinesTests",
            dependencies: [
                "Pipelines", "Stages", "PromptLearning", "CLIP", "ArtifactStore", "Datasets", "Imaging", "Tensors",
                "Reporting", "CommandLineSupport", "FormulaModels", "TestSupport", grdb,
            ]),
        .testTarget(name: "BenchmarksTests", dependencies: ["Benchmarks", "CLIP", "Tensors"]),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "ArtifactStore", "CLIP", "CommandLineSupport", "Datasets", "Pipelines", "PromptLearning",
                "Stages", "Tensors", grdb,
                "TestSupport", "spg", "spg-extract", "spg-fit", "spg-cgan", "spg-evaluate", "spg-command", "spg-bench",
            ]),
    ],
    swiftLanguageModes: [.v6]
)

// What continuous integration sets: here a warning is an error, in the dependencies it is not.
if Context.environment["SPG_STRICT"] != nil {
    for target in package.targets where [.regular, .executable, .test].contains(target.type) {
        if ["CImaging", "CPanels", "CInstructions", "CProcessor"].contains(target.name) {
            target.cSettings = (target.cSettings ?? []) + [.unsafeFlags(["-Werror"])]
        } else {
            target.swiftSettings = (target.swiftSettings ?? []) + [.unsafeFlags(["-warnings-as-errors"])]
        }
    }
}
