import ArtifactStore
import Datasets
import Foundation
import Stages
import Testing

@Suite("Predictions that a program has written")
struct PredictionTableTests {
    /// Four images, two of them of the same bytes, in two classes of three.
    private static let manifest = DomainManifest(
        dataset: "Small", domain: "ink", classes: ["bars", "caf\u{e9}, \"old\"", "rings"],
        images: [(0, 1), (0, 2), (0, 2), (1, 3)].enumerated().map { position, image in
            LabelledImage(path: "/data/ink/\(position).png", digest: digest(image.1), label: image.0)
        })

    private static func digest(_ byte: UInt8) -> Digest {
        Digest(bytes: Data(repeating: byte, count: 32)) ?? Digest(of: Data())
    }

    private static let header = ["image_path", "image_sha256", "label", "predicted", "probability"]

    private static let rows: [[String]] = zip(manifest.images, ["bars", "rings", "bars", "rings"]).map { image, predicted in
        [image.path.text, image.digest.description, manifest.classes[image.label].text, predicted, "0.1"]
    }

    private static func text(_ rows: [[String]]) -> String {
        rows.map { $0.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ",") }.joined(separator: "\n")
    }

    private func read(_ text: String) throws(StageInputError) -> [Evaluation.Prediction] {
        try Evaluation.Prediction.list(of: Data(text.utf8), file: "p.csv", about: Self.manifest)
    }

    @Test("Rows and columns come in any order, in the encodings that tables have; probabilities are float32")
    func reading() throws {
        let expected = zip(0..., zip(Self.manifest.images, [0, 2, 0, 2])).map { position, item in
            Evaluation.Prediction(
                position: position, label: item.0.label, predicted: item.1, probability: Double(Float(0.1)))
        }
        let plain = Self.text([Self.header] + Self.rows)
        #expect(try read(plain) == expected)
        let mixed = ([Self.header] + Self.rows.reversed()).map { $0.reversed() + ["more"] }
        #expect(try read("\u{feff}" + Self.text(mixed).replacing("\n", with: "\r\n") + "\r\n") == expected)
        let utf16 = plain.utf16.reduce(into: Data([0xff, 0xfe])) { $0 += [UInt8($1 & 0xff), UInt8($1 >> 8)] }
        #expect(try Evaluation.Prediction.list(of: utf16, file: "p.csv", about: Self.manifest) == expected)
        for (text, value) in [("0", 0), ("1", 1), ("1e-3", Double(Float(0.001))), ("0.99999999999", 1.0)] {
            var rows = Self.rows
            rows[0][4] = text
            #expect(try read(Self.text([Self.header] + rows))[0].probability == value)
        }
    }

    /// What is done to a good table, and what is said.
    static let faults: [(change: @Sendable (inout [[String]]) -> Void, says: String)] = [
        (
            { $0[2][0] = "/data/ink/9.png" },
            "p.csv, line 3, column “image_path”: “/data/ink/9.png” is not one of the 4 images of ink"
        ),
        ({ $0[4] = $0[1] }, "p.csv, line 5, column “image_path”: “/data/ink/0.png” is already in line 2"),
        ({ $0[1][1] = $0[2][1] }, "p.csv, line 2, column “image_sha256”: “0202020202"),
        ({ $0[1][2] = "rings" }, "p.csv, line 2, column “label”: “rings” is not the image's class, which is “bars”"),
        ({ $0[3][3] = "ring" }, "p.csv, line 4, column “predicted”: “ring” is not one of the 3 classes; did you mean “rings”?"),
        (
            { $0[3][3] = "cafe\u{301}, \"old\"" },
            "p.csv, line 4, column “predicted”: “cafe\u{301}, \"old\"” is not one of the 3 classes"
        ),
        ({ $0[3][4] = "nan" }, "p.csv, line 4, column “probability”: “nan” is not a number from 0 to 1"),
        ({ $0[3][4] = "inf" }, "is not a number from 0 to 1"), ({ $0[3][4] = "-0.1" }, "is not a number from 0 to 1"),
        ({ $0[3][4] = "1.0000001" }, "is not a number from 0 to 1"), ({ $0[3][4] = "" }, "is not a number from 0 to 1"),
        ({ $0[3][4] = "0,5" }, "is not a number from 0 to 1"), ({ $0[3][4] = "50 %" }, "is not a number from 0 to 1"),
        ({ $0.remove(at: 3) }, "p.csv: 1 of the 4 images of ink have no row (“/data/ink/2.png”)"),
        (
            { $0 = [$0[0]] },
            "p.csv: 4 of the 4 images of ink have no row (“/data/ink/0.png”, “/data/ink/1.png”, “/data/ink/2.png”, …)"
        ),
        (
            { $0[0][4] = "score" },
            "p.csv, line 1: expected one column “probability”; it has image_path, image_sha256, label, predicted, score"
        ),
        ({ $0 = $0.map { $0 + [$0[3]] } }, "p.csv, line 1: expected one column “predicted”"),
        ({ $0[2].removeLast() }, "p.csv, line 3 has 4 fields, and there are 5 columns"),
        (
            {
                $0[1][2] = "bars\nrings"; $0[2].append("")
            }, "p.csv, line 4 has 6 fields"
        ),
        ({ $0 = [] }, "p.csv is empty"),
    ]

    @Test("What does not fit the images is said with file, line and column", arguments: faults.indices)
    func faulty(index: Int) {
        var rows = [Self.header] + Self.rows
        Self.faults[index].change(&rows)
        let error = #expect(throws: StageInputError.self) { try read(Self.text(rows)) }
        #expect(error?.description.contains(Self.faults[index].says) == true, "\(error?.description ?? "")")
    }

    @Test("A quotation mark without an end, and a text in another encoding, are said with their line")
    func texts() throws {
        let open = #expect(throws: StageInputError.self) { try read(Self.header.joined(separator: ",") + "\na,\"b\nc,d\n") }
        #expect(open?.description == "p.csv, line 2: a quotation mark is never closed")
        let latin = Data("image_path\ncaf".utf8) + [0xe9, 0x0a]
        let odd = #expect(throws: StageInputError.self) {
            try Evaluation.Prediction.list(of: latin, file: "p.csv", about: Self.manifest)
        }
        #expect(odd?.description.contains("p.csv: it is not UTF-8 text, see line 2") == true)
    }
}
