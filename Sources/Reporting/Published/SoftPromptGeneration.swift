/// The tables of Bai, Zhang, Zhou, Luan and Chen, “Soft Prompt Generation for Domain Generalization”, ECCV 2024
/// (arXiv 2404.19286): theirs, and the methods that they have run beside it with CLIP's encoders.
///
/// Everything stands as printed, also where two of its tables differ (TerraIncognita's linear probe with ViT-B/16: 44.6 in
/// table 1, 46.6 in table 10; OfficeHome's CoOp with RN50: 73.5 in table 1, 73.2 as “all-domain prompt” in table 4). In tables
/// 12 to 16 a column is the domain that was learned from: as a target, PACS's photo is above 98 with every method of table 7.
extension PublishedTable {
    static let softPromptGeneration = acrossDataSets + ablations + multiSource + singleSource

    private static func place(_ number: Int) -> String {
        "Bai et al., Soft Prompt Generation for Domain Generalization, ECCV 2024 (arXiv 2404.19286), table \(number)"
    }

    private static let five = ["PACS", "VLCS", "OfficeHome", "TerraIncognita", "DomainNet"]
    private static let pacs = ["art_painting", "cartoon", "photo", "sketch"]
    private static let vlcs = ["CALTECH", "LABELME", "PASCAL", "SUN"]
    private static let officeHome = ["art", "clipart", "product", "real_world"]
    private static let terra = ["location_38", "location_43", "location_46", "location_100"]
    private static let domainNet = ["clipart", "infograph", "painting", "quickdraw", "real", "sketch"]

    private static let acrossDataSets = [
        PublishedTable(
            .leaveOneOut, nil, "RN50", five, from: place(1),
            """
            ZS-CLIP 90.7±0.0 80.0±0.0 70.8±0.0 23.8±0.0 46.4±0.0 62.3
            Linear probe 90.6±0.3 79.8±0.4 65.5±0.2 33.0±1.2 27.1±0.2 59.2
            CoOp 91.3±0.3 81.4±0.2 73.5±0.2 33.2±3.4 49.7±0.2 65.9
            CoCoOp 91.9±0.6 81.8±0.3 73.4±0.4 34.1±3.0 49.7±0.1 66.3
            DPL 91.8±0.7 80.8±0.8 73.6±0.4 34.4±1.0 49.6±0.2 66.0
            VP 90.2±0.1 80.5±0.3 70.2±0.2 25.6±1.0 45.8±0.1 62.4
            SPG 92.8±0.2 84.0±1.1 73.8±0.5 37.5±1.8 50.1±0.2 67.5
            """),
        PublishedTable(
            .leaveOneOut, nil, "ViT-B/16", five, from: place(1),
            """
            ZS-CLIP 96.1±0.0 82.3±0.0 81.8±0.0 33.8±0.0 56.6±0.0 70.2
            Linear probe 94.9±1.4 77.5±0.7 79.3±0.2 44.6±2.1 48.2±0.2 68.9
            CoOp 96.4±0.3 80.8±0.3 83.0±0.1 46.8±0.7 59.5±0.2 73.6
            CoCoOp 96.7±0.2 80.3±0.3 83.4±0.2 45.3±2.4 59.4±0.2 73.2
            DPL 96.4±0.3 80.9±0.5 83.0±0.3 46.6±0.8 59.5±0.3 73.6
            VP 95.8±0.1 82.2±0.0 81.2±0.2 34.9±0.2 56.5±0.0 70.1
            VPT 96.9±0.2 82.0±0.2 83.2±0.1 46.7±0.6 58.5±0.2 73.6
            MaPLe 96.5±0.2 82.2±0.2 83.4±0.0 50.2±0.9 59.5±0.3 74.4
            SPG 97.0±0.5 82.4±0.4 83.6±0.4 50.2±1.2 60.1±0.5 74.7
            """),
        PublishedTable(
            .singleSource, nil, "RN50", five, from: place(2),
            """
            Linear probe 77.3 65.5 46.4 23.3 6.3 43.8
            CoOp 86.0 75.3 70.7 30.7 44.9 61.4
            CoCoOp 88.1 68.2 70.6 25.6 45.5 59.6
            DPL 86.8 75.2 70.8 28.4 43.8 61.0
            SPG 88.8 76.5 70.9 32.3 45.6 62.8
            """),
        PublishedTable(
            .crossDataSet, nil, "ViT-B/16", Array(five.dropLast()), from: place(3),
            """
            ZS-CLIP 94.5 80.5 82.1 30.9 72.0
            CoOp 96.2 72.8 83.1 32.1 71.1
            CoCoOp 95.8 72.6 83.3 34.2 71.5
            DPL 96.0 72.7 83.6 30.2 70.6
            VPT 95.7 77.7 82.5 26.2 70.5
            MaPLe 95.1 74.4 83.9 27.3 70.2
            SPG 96.7 76.7 83.9 38.0 73.8
            """),
    ]

    /// What stands in table 1 too is left out here.
    private static let ablations = [
        PublishedTable(
            .leaveOneOut, nil, "RN50", five, from: place(4),
            """
            Mix-domain prompt 92.0 76.2 72.5 29.6 47.9
            All-domain prompt 91.3 81.4 73.2 33.2 49.7
            """),
        PublishedTable(
            .leaveOneOut, nil, "RN50", five, from: place(17),
            """
            SPG with visual prompts 89.4 79.8 67.8 19.1 44.7 60.2
            SPG with an MLP 90.4 79.6 72.3 31.7 47.8 64.4
            """),
    ]

    private static let multiSource = [
        PublishedTable(
            .leaveOneOut, "PACS", "RN50", pacs, from: place(7),
            """
            ZS-CLIP 90.9 93.3 99.2 79.5 90.7
            Linear probe 90.8 92.7 99.1 79.8 90.6
            CoOp 92.0 93.8 98.6 80.7 91.3
            CoCoOp 93.1 94.3 99.3 80.8 91.9
            DPL 93.6 93.8 99.0 80.7 91.8
            VP 90.6 92.7 99.3 78.0 90.2
            SPG 92.8 93.8 99.5 85.1 92.8
            """),
        PublishedTable(
            .leaveOneOut, "PACS", "ViT-B/16", pacs, from: place(7),
            """
            ZS-CLIP 97.2 99.1 99.9 88.2 96.1
            Linear probe 96.2 94.7 98.7 90.1 94.9
            CoOp 97.7 98.4 99.6 90.0 96.4
            CoCoOp 97.7 99.0 99.8 90.4 96.7
            DPL 97.8 98.5 99.9 89.5 96.4
            VP 96.9 98.9 99.9 87.3 95.8
            VPT 97.9 98.9 99.9 91.0 96.9
            MaPLe 97.9 98.7 99.7 89.8 96.5
            SPG 97.7 99.0 99.9 91.3 97.0
            """),
        PublishedTable(
            .leaveOneOut, "VLCS", "RN50", vlcs, from: place(8),
            """
            ZS-CLIP 99.4 64.9 84.1 71.6 80.0
            Linear probe 99.3 61.1 81.8 76.9 79.8
            CoOp 99.7 64.0 84.7 77.3 81.4
            CoCoOp 99.7 63.7 84.8 78.8 81.8
            DPL 99.8 62.5 84.5 76.3 80.8
            VP 99.6 66.3 84.6 71.5 80.5
            SPG 99.5 68.7 85.4 82.4 84.0
            """),
        PublishedTable(
            .leaveOneOut, "VLCS", "ViT-B/16", vlcs, from: place(8),
            """
            ZS-CLIP 99.9 68.6 85.9 74.8 82.3
            Linear probe 95.9 63.7 76.3 74.2 77.5
            CoOp 99.6 61.4 84.6 77.5 80.8
            CoCoOp 99.9 59.7 85.9 75.5 80.3
            DPL 99.8 61.5 84.6 77.8 80.9
            VP 100.0 68.5 86.2 73.9 82.2
            VPT 99.9 64.8 85.2 78.2 82.0
            MaPLe 98.3 64.8 85.1 80.6 82.2
            SPG 99.7 64.7 84.4 80.7 82.4
            """),
        PublishedTable(
            .leaveOneOut, "OfficeHome", "RN50", officeHome, from: place(9),
            """
            ZS-CLIP 69.0 53.5 80.1 80.5 70.8
            Linear probe 62.0 49.0 73.6 77.4 65.5
            CoOp 71.3 56.1 83.2 83.2 73.5
            CoCoOp 70.3 56.7 83.4 83.3 73.4
            DPL 71.5 56.2 83.5 83.1 73.6
            VP 67.7 52.5 80.0 80.4 70.2
            SPG 71.3 55.6 84.8 83.4 73.8
            """),
        PublishedTable(
            .leaveOneOut, "OfficeHome", "ViT-B/16", officeHome, from: place(9),
            """
            ZS-CLIP 80.1 70.0 88.2 89.0 81.8
            Linear probe 73.5 69.9 87.4 86.4 79.3
            CoOp 81.2 72.0 89.7 89.2 83.0
            CoCoOp 81.8 71.7 90.3 89.7 83.4
            DPL 81.0 71.2 90.0 89.6 83.0
            VP 79.8 69.1 87.4 88.6 81.2
            VPT 80.9 72.5 89.0 90.4 83.2
            MaPLe 81.6 72.6 90.2 89.0 83.4
            SPG 81.6 72.7 90.2 89.9 83.6
            """),
        PublishedTable(
            .leaveOneOut, "TerraIncognita", "RN50", terra, from: place(10),
            """
            ZS-CLIP 28.4 32.8 24.0 10.1 23.8
            Linear probe 33.0 42.7 31.9 24.4 33.0
            CoOp 25.6 43.5 34.5 29.2 33.2
            CoCoOp 35.9 42.1 32.5 25.8 34.1
            DPL 36.0 41.1 32.9 27.6 34.4
            VP 28.8 34.0 26.8 12.6 25.6
            SPG 42.1 38.9 32.1 36.8 37.5
            """),
        PublishedTable(
            .leaveOneOut, "TerraIncognita", "ViT-B/16", terra, from: place(10),
            """
            ZS-CLIP 20.5 32.8 29.6 52.4 33.8
            Linear probe 48.0 50.5 43.8 44.0 46.6
            CoOp 53.3 47.4 41.1 45.5 46.8
            CoCoOp 51.6 46.9 39.3 43.2 45.3
            DPL 54.3 49.0 41.6 41.6 46.6
            VP 20.2 34.3 32.8 52.3 34.9
            VPT 46.8 52.8 41.8 45.5 46.7
            MaPLe 52.4 53.0 43.1 52.4 50.2
            SPG 51.0 49.2 50.7 49.8 50.2
            """),
        PublishedTable(
            .leaveOneOut, "DomainNet", "RN50", domainNet, from: place(11),
            """
            ZS-CLIP 52.7 40.5 53.2 5.7 77.1 49.3 46.4
            Linear probe 34.6 24.7 35.3 4.1 28.2 35.9 27.1
            CoOp 57.0 43.9 58.1 7.8 78.8 52.6 49.7
            CoCoOp 57.0 44.0 58.3 7.8 78.9 52.0 49.7
            DPL 56.7 43.9 57.9 7.9 78.2 53.0 49.6
            VP 52.4 40.3 52.7 5.3 76.8 47.1 45.8
            SPG 57.3 41.7 58.3 7.9 80.0 55.5 50.1
            """),
        PublishedTable(
            .leaveOneOut, "DomainNet", "ViT-B/16", domainNet, from: place(11),
            """
            ZS-CLIP 70.2 46.3 65.0 13.0 83.0 62.0 56.6
            Linear probe 62.9 35.4 56.8 11.3 65.8 56.7 48.2
            CoOp 72.7 50.2 68.5 15.6 84.2 65.9 59.5
            CoCoOp 72.1 50.4 67.9 15.8 84.4 65.5 59.4
            DPL 72.5 50.4 68.3 15.8 83.9 66.0 59.5
            VP 70.1 45.5 64.6 14.1 82.7 62.0 56.5
            VPT 71.0 48.5 66.2 16.3 83.6 65.2 58.5
            MaPLe 73.1 49.9 67.8 16.6 83.5 65.9 59.5
            SPG 68.7 50.2 73.2 16.6 83.3 68.5 60.1
            """),
    ]

    private static let singleSource = [
        PublishedTable(
            .singleSource, "PACS", "RN50", pacs, from: place(12),
            """
            Linear probe 79.2 82.2 76.7 71.2 77.3
            CoOp 91.4 84.5 82.5 85.4 86.0
            CoCoOp 91.1 85.7 88.2 87.5 88.1
            DPL 90.4 83.7 84.5 88.5 86.8
            SPG 90.5 87.4 88.4 88.7 88.8
            """),
        PublishedTable(
            .singleSource, "VLCS", "RN50", vlcs, from: place(13),
            """
            Linear probe 58.9 62.6 76.7 63.8 65.5
            CoOp 74.6 76.9 78.7 71.0 75.3
            CoCoOp 70.0 58.7 80.3 63.8 68.2
            DPL 64.8 77.0 80.7 78.3 75.2
            SPG 70.2 79.3 76.3 80.2 76.5
            """),
        PublishedTable(
            .singleSource, "OfficeHome", "RN50", officeHome, from: place(14),
            """
            Linear probe 36.8 42.1 50.8 55.8 46.4
            CoOp 71.3 75.6 65.8 70.2 70.7
            CoCoOp 72.0 75.7 65.1 69.7 70.6
            DPL 72.0 75.3 65.7 70.1 70.8
            SPG 72.3 74.8 66.1 70.2 70.9
            """),
        PublishedTable(
            .singleSource, "TerraIncognita", "RN50", terra, from: place(15),
            """
            Linear probe 29.6 16.0 18.3 29.1 23.3
            CoOp 23.7 39.2 40.8 19.2 30.7
            CoCoOp 22.8 27.5 34.0 18.1 25.6
            DPL 23.2 32.9 28.5 29.1 28.4
            SPG 21.5 30.3 40.8 36.5 32.3
            """),
        PublishedTable(
            .singleSource, "DomainNet", "RN50", domainNet, from: place(16),
            """
            Linear probe 4.2 3.3 6.6 2.7 16.4 4.4 6.3
            CoOp 47.2 46.6 45.3 48.0 35.0 47.1 44.9
            CoCoOp 46.8 48.0 46.3 50.4 34.4 47.1 45.5
            DPL 46.6 47.5 45.2 40.6 35.6 47.3 43.8
            SPG 44.0 45.4 45.2 55.6 36.6 46.8 45.6
            """),
    ]
}
