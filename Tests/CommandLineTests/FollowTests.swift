import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("spg report --follow", .timeLimit(.minutes(5)))
struct FollowTests {
    private static let reload = "<meta http-equiv=\"refresh\" content=\"1\">"

    @Test("It writes pages that reload themselves from before a run to its end; the last one stands still")
    func following() async throws {
        let workplace = try Workplace(), page = workplace.url.appending(path: "page.html")
        let follow = try workplace.start("spg", ["report", "small.yaml", "--follow", "--every", "0.1", "-o", "page.html"])
        let run = Mutex<Program?>(nil)
        follow.act(when: { follow.outputSoFar.contains(", 0 of 12 artifacts\n") }) { _ in
            #expect((try? String(contentsOf: page, encoding: .utf8))?.contains(Self.reload) == true)
            run.withLock { $0 = try? workplace.start("spg", ["run", "small.yaml"]) }
        }
        let outcome = try await follow.outcome()
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        #expect(outcome.lines.last?.hasSuffix(", 12 of 12 artifacts") == true && outcome.lines.count > 1, "\(outcome.output)")
        #expect(try String(contentsOf: page, encoding: .utf8).contains("http-equiv=\"refresh\"") == false)
        #expect(try await #require(run.withLock { $0 }).outcome().status == 0)
        // Without it, and where all is made, one page is written.
        let once = try await workplace.run("spg", "report", "small.yaml", "--follow", "-o", "page.html")
        #expect(once.status == 0 && once.lines.count == 1, "\(once.output)")
    }

    @Test("The time between pages is checked") func wrongTime() async throws {
        let wrong = try await Workplace().run("spg", "report", "small.yaml", "--follow", "--every", "0")
        #expect(
            wrong.status == 64 && wrong.errors.contains("--every must be from 0.1 to 3600 seconds, not 0"), "\(wrong.errors)")
    }
}
