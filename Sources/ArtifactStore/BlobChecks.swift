import Foundation
import GRDB

extension Row {
    /// A blob of a row, compared with the digest that was written beside it (the column `sha256`).
    /// - Parameter name: what an error calls it.
    /// - Throws: `StoreError.badValue` where it is not the one that was written.
    func wholeBlob(_ column: String, _ name: @autoclosure () -> String) throws -> Data {
        let blob = self[column] as Data
        guard blob.sha256 == self["sha256"] as Data? else {
            throw StoreError.badValue("\(name()) is damaged; run spg store verify to see what to do")
        }
        return blob
    }
}
