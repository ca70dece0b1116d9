extension String {
    /// This text as a shell takes it for one word behind a program's name: in quotes, where it means something else without.
    public var shellWord: String {
        let isPlain = !isEmpty && utf8.allSatisfy { $0.isNameByte || "/.-+,:=@".utf8.contains($0) }
        return isPlain ? self : ShellText.Reference.singleQuoted(self)
    }
}
