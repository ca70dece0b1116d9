import ArtifactStore
import Datasets
import Pipelines
import Testing

@Suite("Domains whose names look alike")
struct NameTests {
    private static let composed = "caf\u{e9}", decomposed = "cafe\u{301}"

    private func plan() throws -> Plan {
        try PipelinesTests.plan(
            sampleText.replacing("[oil, ink]", with: "[\(Self.composed), \(Self.decomposed)]"),
            inputs: sampleInputs(domains: [Self.composed, "ink", Self.decomposed]))
    }

    @Test("Each has instances, inputs and a column of its own")
    func planned() throws {
        let plan = try plan()
        let features = plan.instances.filter { $0.stage == "features" }
        #expect(features.count == 3 && Set(features.map(\.key)).count == 3)
        #expect(plan.columns.map { Name($0) } == [Name(Self.composed), Name(Self.decomposed)])
        // The one left out is the one of the same bytes.
        for (target, source) in [(Self.composed, Self.decomposed), (Self.decomposed, Self.composed)] {
            let generator = try plan.instance(InstanceSelector("generator(target \(target), seed 2)"))
            #expect(generator.sources.contains(.instance(name: "features(domain \(source))")))
            #expect(!generator.sources.contains(.instance(name: "features(domain \(target))")))
        }
    }

    @Test("A selector means the one of its bytes")
    func selectors() throws {
        let plan = try plan()
        for name in [Self.composed, Self.decomposed] {
            for selector in ["features(domain \(name))", "features/domain=\(name)"] {
                let found = try plan.instances(InstanceSelector(selector))
                #expect(
                    found.count == 1 && found.allSatisfy { $0.cell.value(on: "domain")?.json == .string(name) }, "\(selector)")
            }
        }
    }

    @Test("A domain that is there in other bytes is shown by them")
    func otherForm() {
        let error = #expect(throws: SpecificationError.self) {
            try PipelinesTests.plan(
                sampleText.replacing("[oil, ink]", with: "[\(Self.composed)]"),
                inputs: sampleInputs(domains: ["chalk", "ink", Self.decomposed]))
        }
        #expect(error?.description.contains("“cafe\\xcc\\x81” is there, and has other bytes than “caf\\xc3\\xa9”") == true)
    }

    @Test("Values are one where their canonical texts are")
    func values() {
        let a = JSONValue.string(Self.composed), b = JSONValue.string(Self.decomposed)
        #expect(a != b && a.canonicalText.utf8.count != b.canonicalText.utf8.count)
        #expect(
            Set([a, b, a]).count == 2 && JSONValue.array([a]) != .array([b]) && JSONValue.object(["x": a]) != .object(["x": b]))
    }
}
