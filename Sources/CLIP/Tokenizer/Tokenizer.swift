import Foundation
public struct Tokenizer: Sendable { public init(merges: URL) throws(TokenizerError) {}
public var vocabularyCount: Int {0} }
