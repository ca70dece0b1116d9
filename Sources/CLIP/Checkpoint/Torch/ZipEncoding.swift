import Foundation

extension ZipArchive {
    /// The bytes of an archive whose members are stored as they are, each beginning at a multiple of 64. Equal members give
    /// equal bytes.
    /// - Returns: nil where the archive would be larger than the format's 4 GB.
    package static func encode(_ members: [(name: String, content: Data)]) -> Data? {
        let size = members.reduce(22) { $0 + $1.content.count + 2 * $1.name.utf8.count + 76 + 64 }
        guard size < Int(UInt32.max), members.count < Int(UInt16.max) else { return nil }
        var file = Data(capacity: size), directory = Data()
        for (name, content) in members {
            let offset = file.count
            let checksum = content.withUnsafeBytes { zipChecksum(of: $0) }
            // Version 2.0, no flags, stored, 1 January 1980.
            let common = [20, 0, 0, 0, 0x21].map(UInt16.init)
            // An extra field of zeros aligns the content.
            let padding = 4 + (64 - (offset + 34 + name.utf8.count) % 64) % 64
            file.append(0x0403_4b50 as UInt32)
            for number in common { file.append(number) }
            for number in [checksum, UInt32(content.count), UInt32(content.count)] { file.append(number) }
            file.append(UInt16(name.utf8.count))
            file.append(UInt16(padding))
            file.append(contentsOf: name.utf8)
            file.append(0x4246 as UInt16)
            file.append(UInt16(padding - 4))
            file.append(Data(count: padding - 4))
            file.append(content)

            directory.append(0x0201_4b50 as UInt32)
            directory.append(20 as UInt16)
            for number in common { directory.append(number) }
            for number in [checksum, UInt32(content.count), UInt32(content.count)] { directory.append(number) }
            directory.append(UInt16(name.utf8.count))
            // No extra field, no comment, first disk, no attributes.
            directory.append(Data(count: 12))
            directory.append(UInt32(offset))
            directory.append(contentsOf: name.utf8)
        }
        let start = UInt32(file.count)
        file.append(directory)
        file.append(0x0605_4b50 as UInt32)
        file.append(0 as UInt32)
        for _ in 0..<2 { file.append(UInt16(members.count)) }
        file.append(UInt32(directory.count))
        file.append(start)
        file.append(0 as UInt16)
        return file
    }
}

extension Data {
    /// Appends a number's bytes, the lowest first.
    fileprivate mutating func append<Number: FixedWidthInteger>(_ number: Number) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }
}
