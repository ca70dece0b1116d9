import Foundation

/// Waits until what was written to files shows in their stamps: only then are they remembered.
func settle() {
    Thread.sleep(forTimeInterval: 0.06)
}

/// Writes a file's bytes and gives it a time at which it was last changed, which is what `cp -p`, `rsync -a` and `tar x` do.
/// - Parameter inPlace: whether the file that is there is overwritten; else another takes its place.
func write(_ text: String, to path: String, modified: Date, inPlace: Bool = true) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: inPlace ? [] : .atomic)
    try FileManager.default.setAttributes([.modificationDate: modified], ofItemAtPath: path)
}
