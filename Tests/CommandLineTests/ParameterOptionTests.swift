import Foundation
import Stages
import Testing

@Suite("Parameters and inputs as options")
struct ParameterOptionTests {
    @Test("Every parameter and every input of a kind is an option of its program", arguments: Methods.all.map { $0.kind.name })
    func help(name: String) async throws {
        let kind = try #require(StageKind.all.first { $0.name == name })
        let outcome = try await Workplace().start(kind.executable, kind.command + ["--help"]).outcome()
        #expect(outcome.status == 0, "\(outcome.errors)")
        for parameter in kind.parameters { #expect(outcome.output.contains("  --\(parameter.name.kebabCased)")) }
        for role in kind.roles where role.kind != .images {
            #expect(outcome.output.contains("  --\(role.name.kebabCased) <key>"))
        }
        let options = outcome.output.split(separator: "\n").drop { !$0.hasPrefix("INPUTS:") && !$0.hasPrefix("PARAMETERS:") }
        #expect(!options.isEmpty && options.allSatisfy { $0.count <= 80 }, "columns that wrap")
    }

    @Test("spg-fit has the commands of all methods that learn, spg-cgan those of its own")
    func commands() async throws {
        let workplace = try Workplace()
        for method in Methods.learned {
            let command = try #require(method.kind.command.first)
            let outcome = try await workplace.start("spg-fit", [command, "--help"]).outcome()
            #expect(outcome.status == 0 && outcome.output.contains(method.abstract.prefix(30)), "\(command)")
            // Its example begins with the program that was called.
            #expect(outcome.output.contains("  spg-fit \(command) --"), "\(outcome.output)")
        }
    }

    @Test("A value may be empty, stand behind “=”, or be one of some words; truth values can be turned off")
    func values() async throws {
        let workplace = try Workplace()
        try await workplace.run("spg-extract", "--data", "data", "--no-statistics")
        let fitting = ["--embeddings=ink", "--context=", "--context-length=2", "--batch-size", "8", "--epochs=1"]
        let key = try await workplace.start(
            "spg-fit", fitting + ["--class-token-position=front", "--class-specific-contexts", "--no-class-specific-contexts"]
        ).outcome()
        #expect(key.status == 0, "\(key.errors)")
        #expect(
            try workplace.text(
                """
                SELECT context_length || (parameters ->> 'context') || (parameters ->> 'classTokenPosition')
                    || (parameters ->> 'classSpecificContexts') FROM prompts JOIN artifacts USING (key)
                """) == "2front0")
        let wrong = try await workplace.start("spg-fit", fitting + ["--class-token-position", "top"]).outcome()
        #expect(wrong.status == 64)
        #expect(wrong.errors.contains("--class-token-position must be “end” or “middle” or “front”, not “top”"))
    }

    @Test("The option of a list is repeated")
    func lists() async throws {
        let workplace = try Workplace()
        try await workplace.run("spg-extract", "--data", "data")
        let outcome = try await workplace.run(
            "spg-evaluate", "--embeddings", "ink", "--templates", "imagenet-7", "--templates=a {}.")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            try workplace.text("SELECT parameters ->> 'templates' FROM artifacts WHERE kind = 'evaluation'")
                == #"["imagenet-7","a {}."]"#)
    }

    @Test("Completion knows every option, and the words that one takes")
    func completion() async throws {
        let workplace = try Workplace()
        let outcome = try await Program("spg-fit", ["--generate-completion-script", "bash"], in: workplace.url).outcome()
        #expect(outcome.output.contains("--knowledge-weight") && outcome.output.contains(#"'end'$'\n''middle'"#))
    }

    @Test("Docs/parameters.md is what spg says of all kinds; an unknown kind is refused with the nearest name")
    func page() async throws {
        let workplace = try Workplace()
        let page = URL(filePath: #filePath).appending(path: "../../../Docs/parameters.md").standardizedFileURL
        let printed = try await Program("spg", ["stages", "--all", "--format", "markdown"], in: workplace.url).outcome()
        #expect(try printed.output == String(contentsOf: page, encoding: .utf8))
        let one = try await Program("spg", ["stages", "fit-dpl"], in: workplace.url).outcome()
        #expect(one.status == 0 && one.output.contains("hiddenWidth"))
        let unknown = try await Program("spg", ["stages", "fit-dlp"], in: workplace.url).outcome()
        #expect(unknown.status == 64 && unknown.errors.contains("did you mean “fit-dpl”?"))
    }
}
