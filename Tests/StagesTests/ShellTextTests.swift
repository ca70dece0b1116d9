import Foundation
import Stages
import Testing

@Suite("Values in command lines")
struct ShellTextTests {
    /// Texts that mean something to a shell.
    private static let values = [
        "it's", "*", "$(echo injected)", "`echo injected`", "two words", " ends in blanks ", "", "-n", "a\"b", "a\\", "\\",
        "$HOME",
        "${x}", "$${x}", "a;b", "a&b|c", "#no comment", "~", "a=b", "=", "line\nfeed", "\n", "tab\t", "'", "\"", "''\"\"", "$",
        "{a,b}",
        "if", "7", "007", "café", "!", "[a-z]*", ">out", "(b)", "a'$(echo injected)'b", "${outputs.x}", "%s\\n", "$'a'", "EOF",
        "'\u{301} $(echo injected) '\u{301}", "a\r\nb", "$\u{301}{x}", "\"\u{301}`", "\\\u{301}$x",
    ]

    /// Command lines that print the value `v`, between others.
    private static let texts: [(text: String, before: String, after: String)] = [
        ("p ${v}", "", ""), ("p \"${v}\"", "", ""), ("p '${v}'", "", ""), ("p a${v}b", "a", "b"), ("p \"a${v}b\"", "a", "b"),
        ("p 'a'${v}\"b\"", "a", "b"), ("x=${v}; p \"$x\"", "", ""), ("x=\"${v}\"; p \"$x\"", "", ""),
        ("x='${v}'\np \"$x\"", "", ""),
        ("p \"$(p ${v}; p .)\"", "", "\u{1}.\u{1}"), ("p \"$(p \"${v}\"; p .)\"", "", "\u{1}.\u{1}"),
        ("p \"it's\"${v}", "it's", ""),
        ("p 'a\"'${v}", "a\"", ""), ("p a\\'${v}", "a'", ""), ("p \"a\\\"${v}\"", "a\"", ""), ("p \"a\\\\${v}\"", "a\\", ""),
        ("y=1; p $y${v}", "1", ""), ("y=1; p \"$y${v}\"", "1", ""), ("# it's \" ${v}\np ${v}", "", ""),
        ("p a#b'${v}'", "a#b", ""),
        ("cat <<EOF >/dev/null; p ${v}\nit's \"\nEOF\n:", "", ""), ("cat <<'E F' >/dev/null\n$(\"\nE F\np ${v}", "", ""),
        ("p $((1 + 1))${v}", "2", ""), ("p '$'${v}", "$", ""), ("(p ${v})", "", ""), ("case a in a) p ${v};; esac", "", ""),
        ("p \"$((2 * (1 + 2)))\"'${v}'", "6", ""), ("p $#${v}", "0", ""),
    ]

    /// Runs a shell in which `p` prints its one argument with an end.
    private func printed(_ shell: String, _ command: String) throws -> String {
        let process = Process(), pipe = Pipe()
        process.executableURL = URL(filePath: shell)
        let own = "p() { [ $# = 1 ] || printf 'words: %s' $#; printf '%s\\001' \"$1\"; }\n"
        process.arguments = ["-c", own + command]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    @Test("reach the command as they are, outside of quotes and inside, with sh and with bash", arguments: texts.indices)
    func values(_ index: Int) throws {
        let (text, before, after) = Self.texts[index]
        // All values in one go: a shell takes longer to start than to print.
        let commands = try Self.values.map { value in try ShellText(text).filled { $0 == "v" ? value : nil } }
        for shell in ["/bin/sh", "/bin/bash"] where FileManager.default.isExecutableFile(atPath: shell) {
            let output = try printed(shell, commands.joined(separator: "\np .\n") + "\np .\n")
            let expected = Self.values.map { before + $0 + after + "\u{1}.\u{1}" }.joined()
            #expect(output == expected, "\(shell): \(text)")
        }
    }

    @Test("are words of command lines that are put together, too; what needs no quotes has none")
    func words() throws {
        let line = Self.values.map { "p \($0.shellWord)\np .\n" }.joined()
        let expected = Self.values.map { $0 + "\u{1}.\u{1}" }.joined()
        for shell in ["/bin/sh", "/bin/bash"] where FileManager.default.isExecutableFile(atPath: shell) {
            #expect(try printed(shell, line) == expected, "\(shell)")
        }
        #expect("/a/b-1.sqlite".shellWord == "/a/b-1.sqlite" && "a b".shellWord == "'a b'" && "".shellWord == "''")
    }

    @Test("A filled text can be read again: what a value holds is no reference of the text")
    func again() throws {
        for (text, _, _) in Self.texts {
            for value in Self.values {
                let filled = try ShellText(text + " \"${outputs.a}\"").filled { $0 == "v" ? value : nil }
                let references = try ShellText(filled).references
                #expect(references.map(\.name) == ["outputs.a"] && references.first?.place == .doubleQuotes, "\(filled)")
            }
        }
    }

    @Test("A value that needs no quotes is written without: keys of commands that held such values stay")
    func plain() throws {
        let text = try ShellText("python3 ${files.s} --seed ${seed} --lr=${lr} '${d}' \"${d}\" > ${outputs.a}")
        let filled = try text.filled { ["seed": "2", "lr": "0.002", "d": "PACS:art_painting"][$0] }
        #expect(filled == "python3 ${files.s} --seed 2 --lr=0.002 'PACS:art_painting' \"PACS:art_painting\" > ${outputs.a}")
        #expect(try ShellText("echo ${seed}>a").filled { _ in "1" } == "echo '1'>a")
        #expect(try ShellText("echo $((${n} - ${n}))").filled { _ in "-1" } == "echo $(((-1) - (-1)))")
    }

    static let refused: [(text: String, value: String, message: String)] = [
        ("echo `ls ${v}`", "a b", "which cannot be put into backquotes safely: write $(…) in their place"),
        ("echo \"`ls ${v}`\"", "*", "into backquotes"),
        (
            "cat <<EOF\n${v}\nEOF", "$HOME",
            "into a here-document safely: give it to a variable before, x=${v}, and write $x there"
        ),
        ("cat <<'EOF'\n${v}\nEOF", "it's", "into a here-document"),
        ("cat <<-\\EOF\n\t${v}\n\tEOF", "EOF", "into a here-document"),
        ("cat <<EOF\na\\\nEOF\n${v}", "a b", "into a here-document"),
        ("cat <<A <<B\nA\n${v}\nB", "a b", "into a here-document"),
        ("cat <<A $(echo\n${v})\nA", "a b", "into a here-document"),
        ("echo $((${v} + 1))", "a[$(echo injected)]", "into $((…)) safely: only whole numbers can stand there"),
        ("echo $((${v}))", "1.5", "into $((…))"), ("echo $(($(echo '1') + ${v}))", "x", "into $((…))"),
        ("echo $(case a in a) echo ${v};; esac)", "a b", "behind a “case” inside of $(…)"),
        ("echo $'it\\'s' ${v}", "a b", "behind $'…'"), ("echo ${v}", "a\0b", "no shell can hold a zero byte"),
    ]

    @Test("What cannot be quoted where it stands is refused, with what to do", arguments: refused.indices)
    func refusal(_ index: Int) throws {
        let (text, value, message) = Self.refused[index]
        let error = #expect(throws: ShellTextError.self) { try ShellText(text).filled { _ in value } }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
        if value != "a\0b" { #expect(try ShellText(text).filled { _ in "8" }.contains("8")) }
    }

    @Test(
        "References that are spoiled by what is before them are refused",
        arguments: [
            ("echo ${v", "“${” without its “}”"), ("echo \\${v}", "a backslash before a reference"),
            ("echo \"\\${v}\"", "a backslash before a reference"), ("echo $${v}", "“$” before a reference"),
            ("cat <<${v}\n${v}", "the word that ends a here-document cannot be a reference"),
        ])
    func spoiled(text: String, message: String) {
        let error = #expect(throws: ShellTextError.self) { try ShellText(text) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }
}
