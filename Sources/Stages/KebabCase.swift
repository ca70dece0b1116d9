extension String {
    /// `learningRate` as `learning-rate`: a parameter's name as an option.
    public var kebabCased: String {
        reduce(into: "") { result, character in
            if character.isUppercase, !result.isEmpty, result.last != "-" { result.append("-") }
            result.append(contentsOf: character.lowercased())
        }
    }
}
