/// Reads a command line as a shell does, as far as quoting goes, to say what each reference `${name}` in it stands in.
///
/// Where shells differ, or where it would take a whole shell to know, it does not guess: from there on references stand in a
/// place in which nothing can be quoted.
struct ShellScanner {
    private typealias Place = ShellText.Place

    private let bytes: [UInt8]
    private var position = 0
    private var pieces: [ShellText.Piece] = []
    /// Where the literal begins that is not among the pieces yet.
    private var literal = 0
    /// Whether the next byte would begin a word.
    private var beginsWord = true
    private var followsVariable = false
    /// How many `$(` are open.
    private var substitutions = 0
    /// Here-documents whose text begins on the next line.
    private var documents: [(end: [UInt8], stripsTabs: Bool)] = []
    /// Once set, what every further reference stands in.
    private var unknown: ShellText.Place?

    static func pieces(of text: String) throws(ShellTextError) -> [ShellText.Piece] {
        var scanner = ShellScanner(bytes: Array(text.utf8))
        while !scanner.isAtEnd { try scanner.commands() }
        scanner.endLiteral(at: scanner.bytes.count)
        return scanner.pieces
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private var isAtEnd: Bool { position >= bytes.count }
    private func byte(_ offset: Int = 0) -> UInt8? {
        bytes.indices.contains(position + offset) ? bytes[position + offset] : nil
    }
    private func isAt(_ text: StaticString) -> Bool {
        (0..<text.utf8CodeUnitCount).allSatisfy { byte($0) == text.utf8Start[$0] }
    }

    private mutating func endLiteral(at end: Int) {
        if end > literal { pieces.append(.literal(String(decoding: bytes[literal..<end], as: UTF8.self))) }
    }

    // MARK: Outside of quotes

    /// Commands, to the end, or to the parenthesis that closes them.
    private mutating func commands() throws(ShellTextError) {
        while let byte = byte() {
            let begins = beginsWord
            beginsWord = false
            switch byte {
            case UInt8(ascii: "\\"): try escape()
            case UInt8(ascii: "'"): try singleQuotes()
            case UInt8(ascii: "\""): try doubleQuotes()
            case UInt8(ascii: "`"): try backquotes()
            case UInt8(ascii: "$"): try dollar(in: .word)
            case UInt8(ascii: "#") where begins:
                while let byte = self.byte(), byte != UInt8(ascii: "\n") { try any(in: .comment) }
            case UInt8(ascii: "\n"):
                position += 1
                beginsWord = true
                try hereDocuments()
            case UInt8(ascii: "("):
                position += 1
                beginsWord = true
                try commands()
                beginsWord = true
            case UInt8(ascii: ")"):
                position += 1
                beginsWord = true
                return
            case UInt8(ascii: "<") where isAt("<<<"):
                position += 3
                beginsWord = true
            case UInt8(ascii: "<") where isAt("<<"): try hereDocumentBegins()
            case UInt8(ascii: "c") where begins && substitutions > 0 && isAt("case") && self.byte(4)?.isNameByte != true:
                // The “)” of its patterns closes nothing.
                unknown = .caseInSubstitution
                position += 1
            default:
                position += 1
                beginsWord = " \t;&|<>".utf8.contains(byte)
            }
        }
    }

    private mutating func escape() throws(ShellTextError) {
        if byte(1) == UInt8(ascii: "$"), byte(2) == UInt8(ascii: "{") {
            throw ShellTextError(
                description: "a backslash before a reference: leave it out; values are quoted as they are put in")
        }
        position += 2
    }

    // MARK: What begins with a dollar sign

    /// Passes one byte in a place without escapes, or a reference.
    private mutating func any(in place: ShellText.Place) throws(ShellTextError) {
        if isAt("${") { try reference(in: place) } else { position += 1 }
    }

    private mutating func dollar(in place: ShellText.Place) throws(ShellTextError) {
        if isAt("${") { return try reference(in: place) }
        if isAt("$${") {
            throw ShellTextError(description: "“$” before a reference: write '$' in quotes, or leave it out")
        }
        if isAt("$((") { return try arithmetic() }
        guard let next = byte(1) else { return position += 1 }
        switch next {
        case UInt8(ascii: "("):
            position += 2
            // Whose lines come first, the here-document's or the substitution's, is another thing in each shell.
            if let document = documents.first { unknown = .hereDocument(end: String(decoding: document.end, as: UTF8.self)) }
            substitutions += 1
            beginsWord = true
            try commands()
            substitutions -= 1
            beginsWord = false
        case UInt8(ascii: "'") where place == .word:
            unknown = .dollarQuotes
            position += 1
        case _ where next.isNameByte && !next.isDigitByte:
            position += 1
            while byte()?.isNameByte == true { position += 1 }
            followsVariable = isAt("${")
        case _ where next.isDigitByte || "$#?!*@-".utf8.contains(next): position += 2
        default: position += 1
        }
    }

    private mutating func reference(in place: ShellText.Place) throws(ShellTextError) {
        guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "}")) else {
            throw ShellTextError(description: "“${” without its “}”; an axis of the matrix is written ${seed}")
        }
        endLiteral(at: position)
        var next = end + 1
        while next < bytes.count, bytes[next].isDigitByte { next += 1 }
        pieces.append(
            .reference(
                ShellText.Reference(
                    name: String(decoding: bytes[position + 2..<end], as: UTF8.self), place: unknown ?? place,
                    followsVariable: followsVariable,
                    precedesRedirection: next < bytes.count && "<>".utf8.contains(bytes[next]))))
        followsVariable = false
        (position, literal) = (end + 1, end + 1)
    }

    /// `$((…))`. Quotes in it mean one thing to one shell and another to the next.
    private mutating func arithmetic() throws(ShellTextError) {
        position += 3
        var open = 2
        while open > 0, let byte = byte() {
            switch byte {
            case UInt8(ascii: "("): open += 1
            case UInt8(ascii: ")"): open -= 1
            case UInt8(ascii: "$"):
                try dollar(in: .arithmetic)
                continue
            case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"), UInt8(ascii: "\\"): unknown = .arithmetic
            default: break
            }
            position += 1
        }
    }

    // MARK: Quotes

    private mutating func singleQuotes() throws(ShellTextError) {
        position += 1
        while let byte = byte(), byte != UInt8(ascii: "'") { try any(in: .singleQuotes) }
        position += 1
    }

    private mutating func doubleQuotes() throws(ShellTextError) {
        position += 1
        while let byte = byte(), byte != UInt8(ascii: "\"") {
            switch byte {
            case UInt8(ascii: "\\"): try escape()
            case UInt8(ascii: "`"): try backquotes()
            case UInt8(ascii: "$"): try dollar(in: .doubleQuotes)
            default: position += 1
            }
        }
        position += 1
    }

    private mutating func backquotes() throws(ShellTextError) {
        position += 1
        while let byte = byte(), byte != UInt8(ascii: "`") {
            if byte == UInt8(ascii: "\\") { try escape() } else { try any(in: .backquotes) }
        }
        position += 1
    }

    // MARK: Here-documents

    /// `<<` and the word that ends the document.
    private mutating func hereDocumentBegins() throws(ShellTextError) {
        position += 2
        let stripsTabs = byte() == UInt8(ascii: "-")
        if stripsTabs { position += 1 }
        while byte() == UInt8(ascii: " ") || byte() == UInt8(ascii: "\t") { position += 1 }
        var end: [UInt8] = []
        var quote: UInt8?
        while let byte = byte(), quote != nil || !" \t\n;&|<>()".utf8.contains(byte) {
            if isAt("${") {
                throw ShellTextError(description: "the word that ends a here-document cannot be a reference")
            }
            if byte == quote {
                quote = nil
            } else if quote == nil, byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                quote = byte
            } else if byte == UInt8(ascii: "\\"), quote != UInt8(ascii: "'"), let next = self.byte(1) {
                end.append(next)
                position += 1
            } else {
                end.append(byte)
            }
            position += 1
        }
        documents.append((end, stripsTabs))
    }

    /// The lines of the documents that the line before has begun.
    private mutating func hereDocuments() throws(ShellTextError) {
        for (end, stripsTabs) in documents {
            var isContinued = false
            let place = Place.hereDocument(end: String(decoding: end, as: UTF8.self))
            while !isAtEnd {
                let stop = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
                let line = bytes[position..<stop].drop { stripsTabs && $0 == UInt8(ascii: "\t") }
                let isEnd = line.elementsEqual(end) && !isContinued
                while position < stop { try any(in: place) }
                position = max(position, stop) + 1
                if isEnd { break }
                isContinued = line.last == UInt8(ascii: "\\")
            }
        }
        documents = []
    }
}
