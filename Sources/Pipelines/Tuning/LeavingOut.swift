import ArtifactStore
import Datasets

extension Specification {
    /// The pipeline over some of its domains alone, each of them in turn the target, as if there were no others and no other
    /// data sets.
    ///
    /// Which cells the file leaves out or brings in says which targets there are, and is of no consequence here.
    /// - Throws: `SpecificationError` where the stages do not go together without the other data sets.
    func leavingOneOut(among domains: [Name]) throws(SpecificationError) -> Specification {
        var inner = self
        inner.dataSet.domains = domains.map {
            Located(value: $0, location: dataSet.location, keyPath: "dataset.domains")
        }
        if !targets.isEmpty {
            inner.targets = []
            try inner.connectStages()
        }
        let values = domains.map { AxisValue($0.text) }, axes = matrix.map(\.name)
        inner.matrix = matrix.map { axis in
            guard axis.name == targetAxis else { return axis }
            let located = values.map { Located(value: $0, location: axis.location, keyPath: "matrix.\(targetAxis)") }
            return Axis(name: targetAxis, located, location: axis.location)
        }
        let faces = cells.map { $0.projected(on: axes.filter { $0 != targetAxis }) }.uniqued
        inner.cells = faces.flatMap { face in values.map { face.projected(on: axes, setting: targetAxis, to: $0) } }
        inner.columns = [targetAxis]
        for index in inner.stages.indices {
            inner.stages[index].domainConditions.removeAll { !domains.contains($0.value) }
        }
        return inner
    }

    /// Whether another pipeline has the same images, encoder, cells and files, so that it differs in what stages do with them.
    func sharesData(with other: Specification) -> Bool {
        let encoders = [self, other].map {
            [$0.checkpoint.value, $0.precision.value.rawValue, $0.preprocessing.rawValue, $0.importedEncoder]
        }
        return encoders[0] == encoders[1] && cells == other.cells
            && dataSets.elementsEqual(other.dataSets) { $0.isAlike($1) }
            && stages.elementsEqual(other.stages) { one, other in
                one.name == other.name && one.inputs.mapValues(\.value) == other.inputs.mapValues(\.value)
                    && one.command?.files.mapValues(\.value) == other.command?.files.mapValues(\.value)
            }
    }
}

extension Specification.DataSet {
    fileprivate func isAlike(_ other: Self) -> Bool {
        root == other.root && name == other.name && label == other.label && onBadImage == other.onBadImage
            && names == other.names && splits?.value == other.splits?.value
            && domains?.map(\.value) == other.domains?.map(\.value)
    }
}
