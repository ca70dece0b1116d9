import Foundation
import Tensors

/// Reads a pickle as data. Python's own reader is a machine that imports and calls whatever a pickle names; this one
/// knows the instructions and names that files of tensors are made of. Another instruction is refused by its name; what
/// another name would make is foreign, and nothing more is known of it.
///
/// There are no jumps, so every instruction is run once, and none makes more than its own bytes warrant: containers are
/// shared by reference, however often a pickle says so.
struct PickleMachine {
    private let code: Data
    private var position: Int
    private let end: Int
    private var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    private var constructors: TorchConstructors
    private(set) var heap = PickleHeap()
    private(set) var root = PickleValue.none
    /// The first name that is none of a tensor's.
    private(set) var foreignName: String?

    /// The most instructions that are run. A training checkpoint of a large model has some ten thousands.
    private static let longestProgram = 1 << 20

    /// Runs the pickle in a part of a file.
    /// - Parameter constructors: what its names stand for.
    init(
        running range: Range<Int>, of file: Data, _ constructors: TorchConstructors
    ) throws(TensorFileError.Problem) {
        (code, position, end, self.constructors) = (file, range.lowerBound, range.upperBound, constructors)
        do {
            try run()
        } catch {
            // What comes after a foreign name may be meant for what it makes.
            throw foreignName.map { .foreign($0) } ?? error
        }
    }

    private mutating func run() throws(TensorFileError.Problem) {
        guard try byte() == PickleOpcode.proto.rawValue else { throw .malformed("its pickle has no version") }
        let version = try byte()
        guard (2...5).contains(version) else { throw .malformed("its pickle has the unknown version \(version)") }
        for _ in 0..<Self.longestProgram {
            let code = try byte()
            guard let opcode = PickleOpcode(rawValue: code) else {
                throw .refused(
                    "its pickle uses the instruction \(PickleOpcode.name(of: code)), which no file of tensors needs")
            }
            if opcode == .stop {
                root = try pop()
                return
            }
            try run(opcode)
        }
        throw .refused("its pickle has more than \(Self.longestProgram) instructions")
    }

    private mutating func run(_ opcode: PickleOpcode) throws(TensorFileError.Problem) {
        switch opcode {
        case .proto: position = try bytes(1).upperBound
        case .frame: position = try bytes(8).upperBound
        case .stop: break
        case .mark: marks.append(stack.count)
        case .none: stack.append(.none)
        case .newTrue: stack.append(.bool(true))
        case .newFalse: stack.append(.bool(false))
        case .int: stack.append(.integer(Int(try number(Int32.self))))
        case .byte: stack.append(.integer(Int(try byte())))
        case .short: stack.append(.integer(Int(try number(UInt16.self))))
        case .long: stack.append(try longInteger())
        case .float:
            stack.append(.real(Double(bitPattern: try number(UInt64.self).byteSwapped)))
        case .text: stack.append(.text(try text(Int(try number(UInt32.self)))))
        case .shortText: stack.append(.text(try text(Int(try byte()))))
        case .emptyTuple: stack.append(.tuple(heap.add([])))
        case .tuple: stack.append(.tuple(heap.add(try popToMark())))
        case .tuple1: stack.append(.tuple(heap.add(try pop(1))))
        case .tuple2: stack.append(.tuple(heap.add(try pop(2))))
        case .tuple3: stack.append(.tuple(heap.add(try pop(3))))
        case .emptyList: stack.append(.list(heap.add([])))
        case .append: try append(try pop(1))
        case .appends: try append(try popToMark())
        case .emptyDictionary: stack.append(.dictionary(heap.add([])))
        case .setItem: try setItems(try pop(2))
        case .setItems: try setItems(try popToMark())
        case .put: memo[Int(try byte())] = try top()
        case .longPut: memo[Int(try number(UInt32.self))] = try top()
        case .memoize: memo[memo.count] = try top()
        case .get:
            let index = Int(try byte())
            stack.append(try remembered(index))
        case .longGet:
            let index = Int(try number(UInt32.self))
            stack.append(try remembered(index))
        case .global: push(constructors.named(module: try line(), name: try line()))
        case .stackGlobal: try pushGlobal()
        case .reduce: try reduce()
        case .newObject: try makeObject()
        case .build: try build()
        case .persistentID: stack.append(try constructors.storage(try pop(), &heap))
        }
    }
}

// MARK: The stack

extension PickleMachine {
    private static let underflow = TensorFileError.Problem.malformed("its pickle takes a value that is not there")

    private func top() throws(TensorFileError.Problem) -> PickleValue {
        guard let value = stack.last, stack.count > marks.last ?? 0 else { throw Self.underflow }
        return value
    }

    private mutating func pop() throws(TensorFileError.Problem) -> PickleValue {
        let value = try top()
        stack.removeLast()
        return value
    }

    private mutating func pop(_ count: Int) throws(TensorFileError.Problem) -> [PickleValue] {
        guard stack.count - (marks.last ?? 0) >= count else { throw Self.underflow }
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    private mutating func popToMark() throws(TensorFileError.Problem) -> [PickleValue] {
        guard let mark = marks.popLast() else { throw .malformed("its pickle has no mark where one is needed") }
        defer { stack.removeLast(stack.count - mark) }
        return Array(stack[mark...])
    }

    private func remembered(_ index: Int) throws(TensorFileError.Problem) -> PickleValue {
        guard let value = memo[index] else {
            throw .malformed("its pickle refers to value \(index), which there is not")
        }
        return value
    }

    private mutating func append(_ values: [PickleValue]) throws(TensorFileError.Problem) {
        if case .foreign = try top() { return }
        guard case .list(let place) = try top() else { throw .malformed("its pickle appends to \(try top().kind)") }
        heap.containers[place] += values
    }

    private mutating func setItems(_ items: [PickleValue]) throws(TensorFileError.Problem) {
        if case .foreign = try top() { return }
        guard case .dictionary(let place) = try top(), items.count.isMultiple(of: 2) else {
            throw .malformed("its pickle sets \(items.count) keys and values of \(try top().kind)")
        }
        heap.containers[place] += items
    }
}

// MARK: Named things

extension PickleMachine {
    private mutating func pushGlobal() throws(TensorFileError.Problem) {
        let parts = try pop(2)
        guard case .text(let module) = parts[0], case .text(let name) = parts[1] else {
            throw .malformed("its pickle names something by \(parts[0].kind) and \(parts[1].kind)")
        }
        push(constructors.named(module: module, name: name))
    }

    private mutating func push(_ value: PickleValue) {
        if case .foreign(let name) = value, foreignName == nil { foreignName = name }
        stack.append(value)
    }

    private mutating func reduce() throws(TensorFileError.Problem) {
        let parts = try pop(2)
        if case .foreign = parts[0] { return stack.append(parts[0]) }
        guard case .global(let name) = parts[0], case .tuple(let place) = parts[1] else {
            throw .malformed("its pickle calls \(parts[0].kind) with \(parts[1].kind)")
        }
        stack.append(try constructors.call(name, heap.containers[place], &heap))
    }

    private mutating func makeObject() throws(TensorFileError.Problem) {
        let parts = try pop(2)
        if case .foreign = parts[0] { return stack.append(parts[0]) }
        guard case .global(let name) = parts[0], TorchConstructors.isClassOfAttributes(name),
            case .tuple(let place) = parts[1], heap.containers[place].isEmpty
        else {
            throw .refused(
                "its pickle makes an object of \(parts[0].kind), which is not a class of TorchScript or of PyTorch's "
                    + "optimizers")
        }
        stack.append(.object(heap.add([])))
    }

    /// Gives an object its attributes. What ordered dictionaries have besides their items (PyTorch's versions) is left.
    private mutating func build() throws(TensorFileError.Problem) {
        let state = try pop()
        switch try top() {
        case .object(let place):
            guard heap.containers[place].isEmpty else { throw .malformed("its pickle builds an object twice") }
            heap.containers[place] = [state]
        case .dictionary, .foreign:
            break
        case let other:
            throw .refused("its pickle gives attributes to \(other.kind)")
        }
    }
}

// MARK: The bytes

extension PickleMachine {
    /// The next bytes, which are there.
    private func bytes(_ count: Int) throws(TensorFileError.Problem) -> Range<Int> {
        guard count <= end - position else {
            throw .truncated("its pickle ends at byte \(end - position) of \(count) that an instruction takes")
        }
        return position..<position + count
    }

    private mutating func byte() throws(TensorFileError.Problem) -> UInt8 { try number(UInt8.self) }

    private mutating func number<Number: FixedWidthInteger>(
        _ type: Number.Type
    ) throws(TensorFileError.Problem) -> Number {
        let range = try bytes(MemoryLayout<Number>.size)
        guard let number = code.integer(at: range.lowerBound, type) else {
            throw .truncated("its pickle ends too early")
        }
        position = range.upperBound
        return number
    }

    /// Little-endian two's complement of as many bytes as the first one says.
    private mutating func longInteger() throws(TensorFileError.Problem) -> PickleValue {
        let size = Int(try byte()), range = try bytes(size)
        position = range.upperBound
        guard range.count <= 8 else { return .hugeInteger }
        var value = range.isEmpty ? 0 : Int(Int8(bitPattern: code[range.upperBound - 1]))
        for byte in code[range].dropLast().reversed() { value = value << 8 | Int(byte) }
        return .integer(value)
    }

    private mutating func text(_ size: Int) throws(TensorFileError.Problem) -> String {
        let range = try bytes(size)
        position = range.upperBound
        guard let text = String(validating: code[range], as: UTF8.self) else {
            throw .malformed("a string in its pickle is not UTF-8 text")
        }
        return text
    }

    /// The text up to the next line feed.
    private mutating func line() throws(TensorFileError.Problem) -> String {
        guard let lineEnd = code[position..<end].firstIndex(of: 0x0a) else {
            throw .truncated("its pickle ends within a name")
        }
        let name = try text(lineEnd - position)
        position += 1
        return name
    }
}
