import Foundation
import Tensors
import Testing

@Suite("Principal components")
struct PrincipalComponentsTests {
    @Test("Points on a line in a plane: one direction has all of the variance, and places along it are the points'")
    func line() {
        // (3, 4) / 5 times −2, 0, 1, 5, about their mean of 1.
        let along: [Float] = [-2, 0, 1, 5]
        let components = PrincipalComponents(of: Tensor([4, 2], along.flatMap { [10 + 0.6 * $0, 0.8 * $0] }), count: 2)
        for (place, expected) in zip(components.coordinates, along.map { Double($0) - 1 }) {
            #expect(abs(place[0] - expected) < 1e-5 && abs(place[1]) < 1e-5)
        }
        #expect(abs(components.shares[0] - 1) < 1e-6 && components.shares[1] < 1e-6)
    }

    @Test(
        "Of few rows and many columns, and the other way round, distances in all components are the rows' distances",
        arguments: [(5, 40), (40, 5)])
    func distances(rows: Int, columns: Int) {
        var stream = RandomStream(seed: 3, purpose: "points")
        let points = Tensor([rows, columns], (0..<rows * columns).map { _ in stream.normal() })
        let count = min(rows, columns)
        let components = PrincipalComponents(of: points, count: count)
        func distance<T: BinaryFloatingPoint>(_ a: [T], _ b: [T]) -> Double {
            zip(a, b).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }.squareRoot()
        }
        for a in 0..<rows {
            for b in 0..<a {
                let far = distance(points.rows(a..<a + 1).values, points.rows(b..<b + 1).values)
                #expect(abs(distance(components.coordinates[a], components.coordinates[b]) - far) < 1e-4)
            }
        }
        #expect(abs(components.shares.reduce(0, +) - 1) < 1e-5)
        #expect(components.shares == components.shares.sorted(by: >))
        #expect(PrincipalComponents(of: points, count: count).coordinates == components.coordinates)
    }

    @Test("What does not vary lies in one place, and components that are not there are 0")
    func nothing() {
        let same = PrincipalComponents(of: Tensor([3, 4], repeating: 2), count: 2)
        #expect(same.coordinates == Array(repeating: [0, 0], count: 3) && same.shares == [0, 0])
        let one = PrincipalComponents(of: Tensor([1, 4], [1, 2, 3, 4]), count: 2)
        #expect(one.coordinates == [[0, 0]])
        let thin = PrincipalComponents(of: Tensor([3, 1], [1, 2, 6]), count: 2)
        #expect(thin.coordinates.map { $0[1] } == [0, 0, 0] && abs(thin.coordinates[2][0] - 3) < 1e-5)
    }
}
