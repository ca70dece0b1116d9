/// The pickle instructions that files of tensors are made of. All others are refused.
enum PickleOpcode: UInt8 {
    case proto = 0x80, frame = 0x95, stop = 0x2e, mark = 0x28
    // Plain values.
    case none = 0x4e, newTrue = 0x88, newFalse = 0x89
    case int = 0x4a, byte = 0x4b, short = 0x4d, long = 0x8a, float = 0x47
    case text = 0x58, shortText = 0x8c
    // Containers.
    case emptyTuple = 0x29, tuple = 0x74, tuple1 = 0x85, tuple2 = 0x86, tuple3 = 0x87
    case emptyList = 0x5d, append = 0x61, appends = 0x65
    case emptyDictionary = 0x7d, setItem = 0x73, setItems = 0x75
    // Values to be used again.
    case put = 0x71, longPut = 0x72, memoize = 0x94, get = 0x68, longGet = 0x6a
    // Named things, and what is made with them.
    case global = 0x63, stackGlobal = 0x93, reduce = 0x52, newObject = 0x81, build = 0x62
    /// A reference to something outside the pickle: one of the file's storages.
    case persistentID = 0x51

    /// What to call an instruction that is refused.
    static func name(of byte: UInt8) -> String {
        refused[byte] ?? "0x" + String(byte, radix: 16)
    }

    /// Python's names of instructions that are real, and not needed for tensors.
    private static let refused: [UInt8: String] = [
        0x30: "POP", 0x31: "POP_MARK", 0x32: "DUP", 0x46: "FLOAT", 0x49: "INT", 0x4c: "LONG", 0x50: "PERSID",
        0x53: "STRING", 0x54: "BINSTRING", 0x55: "SHORT_BINSTRING", 0x56: "UNICODE", 0x42: "BINBYTES",
        0x43: "SHORT_BINBYTES", 0x64: "DICT", 0x67: "GET", 0x69: "INST", 0x6c: "LIST", 0x6f: "OBJ", 0x70: "PUT",
        0x82: "EXT1", 0x83: "EXT2", 0x84: "EXT4", 0x8b: "LONG4", 0x8d: "BINUNICODE8", 0x8e: "BINBYTES8",
        0x8f: "EMPTY_SET", 0x90: "ADDITEMS", 0x91: "FROZENSET", 0x92: "NEWOBJ_EX", 0x96: "BYTEARRAY8",
        0x97: "NEXT_BUFFER", 0x98: "READONLY_BUFFER",
    ]
}
