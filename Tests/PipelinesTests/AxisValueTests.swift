import ArtifactStore
import Foundation
import Pipelines
import Stages
import Testing

@Suite("The values of axes are what the file writes")
struct AxisValueTests {
    private static let text = """
        pipeline: sample
        dataset: {root: Data/sample}
        encoder: {checkpoint: Models/sample}
        matrix: {value: [VALUES]}
        stages:
          features: {uses: extract}
          prompts: {uses: fit, from: {embeddings: features}, with: {seed: "${value}"}}
          notes: {uses: command, run: "note ${value} > ${outputs.note}", outputs: {note: note.txt}}
        """

    private func instances(_ values: String, _ stage: String) throws -> [Instance] {
        let text = Self.text.replacing("VALUES", with: values)
        return try plan(stage == "notes" ? text.replacing("{seed: \"${value}\"}", with: "{seed: 1}") : text)
            .instances.filter { $0.stage == stage }
    }

    private func message(_ values: String) -> String? {
        #expect(throws: SpecificationError.self) { try instances(values, "notes") }?.description
    }

    @Test(
        "People and texts get a value as it is written",
        arguments: [
            "3.10", "001", "20231130123456789", "9007199254740993", "2e-3", "1.0", "+1", "0.12345678901234567890", "true",
            "0x1F",
            "2023-11-30", "12345678901234567890123", "\"3.10\"", "!!str 3.10", "!!str 1", "~x", "ink",
        ])
    func texts(_ written: String) throws {
        let text = written.replacing("!!str ", with: "").replacing("\"", with: "")
        let note = try #require(try instances("\(written), other", "notes").first)
        #expect(note.name == "notes(value \(text))")
        // The shell would take a tilde for a home.
        let word = text.hasPrefix("~") ? "'\(text)'" : text
        #expect(note.recipe.parameters["command"] == .string("note \(word) > ${outputs.note}"))
        // A person may write the number otherwise.
        #expect(
            try plan(Self.text.replacing("VALUES", with: written).replacing("{seed: \"${value}\"}", with: "{seed: 1}"))
                .instance(InstanceSelector("notes/value=\(text)")).key == note.key)
    }

    @Test("Numbers are numbers where a number is asked for, whole ones to the last digit")
    func numbers() throws {
        func seeds(_ values: String) throws -> [JSONValue?] {
            try instances(values, "prompts").filter { $0.cell.value(on: "domain")?.text == "ink" }.map {
                $0.recipe.parameters["seed"]
            }
        }
        #expect(try seeds("3, 4.0") == [3, 4])
        let large = try seeds("9007199254740993, 9007199254740992, 9223372036854775807, -9223372036854775808")
        #expect(
            large.map { $0?.canonicalText }
                == ["9007199254740993", "9007199254740992", "9223372036854775807", "-9223372036854775808"])
        #expect(try large.map { try $0?.decoded(as: Int.self) } == [9_007_199_254_740_993, 9_007_199_254_740_992, .max, .min])
        let instance = try #require(try instances("9007199254740993", "prompts").first)
        #expect(
            instance.arguments(for: try specification(Self.text.replacing("VALUES", with: "1")), store: "s", threads: 1)
                .contains("--seed=9007199254740993"))
    }

    @Test("A number written in two ways is one value, and listing it twice an error that says what to do")
    func twice() throws {
        #expect(
            message("3.10, 3.1")?.hasSuffix("3.10 and 3.1 are the same number; put them in quotes if they are texts") == true)
        #expect(message("1, 001")?.contains("1 and 001 are the same number") == true)
        #expect(message("7, 7")?.hasSuffix("the value 7 is listed twice") == true)
        #expect(try instances("9007199254740993, 9007199254740992", "notes").count == 2)
        #expect(try instances("\"3.10\", 3.1, !!str 3.1", "notes").count == 3)
    }

    @Test("Another notation of a number changes no key of what takes numbers, and none of the cell in the store")
    func keys() throws {

        let text = Self.text.replacing("{seed: \"${value}\"}", with: "{learningRate: \"${value}\"}")
        func plan(_ values: String) throws -> [Instance] {
            try Plan(specification(text.replacing("VALUES", with: values)), inputs: sampleInputs()).instances
                .filter { $0.stage == "prompts" }
        }
        let one = try plan("2e-3, 0.10"), other = try plan("0.002, 0.1")
        #expect(one.map(\.key) == other.map(\.key) && one.map(\.cell) == other.map(\.cell))
        #expect(one.map(\.cell.json.canonicalText) == other.map(\.cell.json.canonicalText))
        #expect(one.map(\.name) != other.map(\.name))
        #expect(
            try Plan(specification(text.replacing("VALUES", with: "2e-3")), inputs: sampleInputs())
                .instance(InstanceSelector("prompts(domain ink, value 0.002)")).name == "prompts(domain ink, value 2e-3)")
    }

    @Test("A tag that says what a value is not is an error")
    func tags() {
        #expect(message("!!binary aGk=")?.contains("the tag “binary” has no meaning here") == true)
        #expect(message("!odd x")?.contains("the tag “!odd” has no meaning here") == true)
    }
}

@Suite("Whole numbers in JSON")
struct WholeNumberTests {
    @Test("Every number's text reads back as the same number with the same text")
    func roundTrips() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let double = Double(bitPattern: .random(in: 0...UInt64.max, using: &generator))
            let scaled = Double.random(in: 0x1p53...0x1p70, using: &generator)
            let whole = Int64.random(in: .min ... .max, using: &generator)
            for value in [JSONValue(whole: whole), JSONValue(whole: whole >> 9), .number(scaled.rounded())]
                + (double.isFinite ? [.number(double)] : [])
            {
                let text = value.canonicalText
                let read = try JSONValue(parsing: text)
                #expect(read == value && read.canonicalText == text)
                #expect(JSONValue(number: text)?.number == value.number)
            }
            #expect(try JSONValue(encoding: whole).decoded(as: Int64.self) == whole)
            #expect(JSONValue(number: "\(whole)") == JSONValue(whole: whole))
        }
    }
}
