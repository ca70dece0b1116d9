import Yams

extension SpecificationError {
    init(_ error: YamlError, text: String, file: String) {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            let line = lines.indices.contains(mark.line - 1) ? lines[mark.line - 1] : ""
            let isTab = line.unicodeScalars.dropFirst(mark.column - 1).first == "\t"
            let detail = context.map { " \($0.text), from line \($0.mark.line) on" } ?? ""
            let hint = isTab ? "; YAML is indented with spaces, never with tabs" : ""
            self.init(
                "the file is not valid YAML: \(problem)\(detail)\(hint)",
                at: SourceLocation(file: file, line: mark.line, column: mark.column))
        case .duplicatedKeysInMapping(let names, let context):
            self.init(
                "the key \(names.map { "“\($0)”" }.joined(separator: ", ")) is given more than once; first here",
                at: SourceLocation(file: file, line: context.mark.line, column: context.mark.column))
        case .reader(let problem, let offset, _, _):
            let before = text.prefix(offset ?? 0)
            let line = before.count { $0.isNewline } + 1
            let column = before.reversed().prefix { !$0.isNewline }.count + 1
            self.init(
                "the file is not valid YAML: \(problem)", at: SourceLocation(file: file, line: line, column: column))
        default:
            self.init("the file is not valid YAML: \(error)", file: file)
        }
    }
}
