import Datasets
import Foundation
import Testing

@Suite struct SplitTests {
    /// `counts[c]` images of class c, all different.
    private func images(_ counts: [Int]) -> [LabelledImage] {
        counts.enumerated().flatMap { label, count in
            (0..<count).map { image in
                let digest = Digest(of: Data("\(label) \(image)".utf8))
                return LabelledImage(path: "\(label)/\(image)", digest: digest, label: label)
            }
        }
    }

    private func trained(_ images: [LabelledImage], seed: UInt64) -> Set<Digest> {
        Set(Split(of: images, seed: seed).train.map { images[$0].digest })
    }

    @Test func everyImageIsInOnePart() {
        let images = images([10, 3, 1, 7, 0, 2])
        let split = Split(of: images, seed: 1)
        #expect((split.train + split.validation).sorted() == Array(images.indices))
        #expect(split.train == split.train.sorted() && split.validation == split.validation.sorted())
    }

    /// 70 % to the nearest, halves up, with at least one image in each part from two images on.
    @Test(arguments: zip([1, 2, 3, 4, 5, 6, 10, 15, 100], [1, 1, 2, 3, 4, 4, 7, 11, 70]))
    func sevenInTenTrain(count: Int, trained: Int) {
        #expect(Split(of: images([count]), seed: 5).train.count == trained)
        let (train, all) = (Split(of: images([8, count]), seed: 5).train, images([8, count]))
        #expect(train.count { all[$0].label == 1 } == trained, "a class does not depend on the others")
    }

    @Test(arguments: [0.0, 0.01, 0.99, 1.0]) func bothPartsGetAnImage(fraction: Double) {
        let split = Split(of: images([2, 50]), seed: 3, trainFraction: fraction)
        #expect(split.train.count >= 2 && split.validation.count >= 2)
    }

    @Test func neitherNamesNorOrderMatter() {
        let original = images([12, 9, 30])
        var renamed = original.reversed() as [LabelledImage]
        for i in renamed.indices { renamed[i].path = "elsewhere/\(i * 7919 % 51).png" }
        for seed in 1...5 as ClosedRange<UInt64> {
            #expect(trained(original, seed: seed) == trained(renamed, seed: seed))
        }
    }

    @Test func seedsDiffer() {
        let images = images([40, 40])
        let parts = Set((1...20).map { trained(images, seed: $0) })
        #expect(parts.count == 20)
        #expect(trained(images, seed: 4) == trained(images, seed: 4))
    }

    @Test func everyImageTrainsAboutAsOften() {
        let images = images([20])
        let counts = (0..<500).reduce(into: [Digest: Int]()) { counts, seed in
            for digest in trained(images, seed: UInt64(seed)) { counts[digest, default: 0] += 1 }
        }
        // 350 expected of each; the standard deviation is about 10.
        #expect(counts.count == 20 && counts.values.allSatisfy { (300...400).contains($0) })
    }

    @Test func addingAnImageMovesFew() {
        let before = trained(images([100]), seed: 9), after = trained(images([101]), seed: 9)
        #expect(before.symmetricDifference(after).count <= 2)
    }

    @Test func copiesStayTogether() {
        var images = images([10])
        images += images.map { LabelledImage(path: "copy of \($0.path)", digest: $0.digest, label: $0.label) }
        let split = Split(of: images, seed: 2)
        #expect(split.train.count == 14)
        #expect(Set(split.train.map { images[$0].digest }).isDisjoint(with: split.validation.map { images[$0].digest }))
    }

    /// As many as DomainNet's authors' split takes of a class: two percent and one.
    @Test func aFractionIsUsed() {
        let images = images([200, 3, 1])
        let split = Split(of: images, seed: 5, trainFraction: 2.0 / 3, fraction: 0.03)
        func counts(_ part: [Int]) -> [Int] { (0..<3).map { label in part.count { images[$0].label == label } } }
        #expect(counts(split.train) == [4, 1, 1] && counts(split.validation) == [2, 1, 0])
        // They are the first that would train in a split of all.
        #expect(Set(split.train).isSubset(of: Split(of: images, seed: 5, trainFraction: 2.0 / 3).train))
    }
}
