import Tensors

/// A file's tensors under names without what PyTorch's wrappers put into them: “visual._orig_mod.proj”, where the image
/// encoder alone was compiled, is “visual.proj”.
///
/// What stands before all names of a model is left to `NameScheme`, which chooses by it among several models.
struct UnwrappedFile: TensorFile {
    private let file: any TensorFile
    /// The file's own names, by those without wrappers.
    private let originals: [String: String]

    /// Nil where no name is to be changed.
    init?(_ file: any TensorFile) {
        let names = file.names, wrapped = names.filter { $0.utf8.count != Self.unwrapped($0).utf8.count }
        guard !wrapped.isEmpty else { return nil }
        var originals = Dictionary(uniqueKeysWithValues: Set(names).subtracting(wrapped).map { ($0, $0) })
        for name in wrapped.sorted() {
            let unwrapped = Self.unwrapped(name)
            // A second tensor of that name keeps its own.
            originals[originals[unwrapped] == nil ? unwrapped : name] = name
        }
        (self.file, self.originals) = (file, originals)
    }

    /// What `torch.compile`, FSDP and activation checkpointing call the module that they wrap.
    private static let wrappers: Set<Substring> = ["_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"]
    /// What training on several devices calls it; inside a model, where it stands behind one of the model's parts.
    private static let module: Substring = "module"
    private static let parts: Set<Substring> = [
        "visual", "transformer", "token_embedding", "ln_final", "vision_model", "text_model", "visual_projection",
        "text_projection",
    ]

    private static func unwrapped(_ name: String) -> String {
        guard name.utf8.contains(UInt8(ascii: "m")), name.contains("mod") else { return name }
        var isInside = false
        return name.split(separator: ".", omittingEmptySubsequences: false).filter { part in
            if parts.contains(part) { isInside = true }
            return !wrappers.contains(part) && !(isInside && part == module)
        }.joined(separator: ".")
    }

    var source: String { file.source }
    var format: String { file.format }
    var files: [FileBytes] { file.files }
    var names: [String] { Array(originals.keys) }
    func original(_ name: String) -> String { originals[name] ?? name }
    func entry(named name: String) -> TensorEntry? { originals[name].flatMap(file.entry) }
    func tensor(named name: String) throws(TensorFileError) -> Tensor { try file.tensor(named: original(name)) }
}
