/// The views: the store's contract with whoever queries it. Docs/store.md explains each with an example.
///
/// They stand apart from the tables' versions: whatever version a store had, its views are those of this program. A view
/// that changes needs a version all the same, for older stores to get it.
enum Views {
    static let all =
        artifactViews + imageViews + resultViews + figureViews + pipelineViews + runViews + fileViews + blockStatisticViews
}
