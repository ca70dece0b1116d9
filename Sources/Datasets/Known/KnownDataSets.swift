// Layouts and counts of the data sets' usual copies: as their publishers pack them, as Dassl.pytorch and the authors of
// SPG arrange them, as DomainBed's scripts leave them.

extension KnownDataSet {
    /// All of them.
    public static let all = [
        pacs, vlcs, officeHome, terraIncognita, domainNet, miniDomainNet, visDA2017, desktopIcons,
    ]

    public static let pacs = KnownDataSet(
        "PACS",
        domains: [
            Domain("art_painting", "a", 2048), Domain("cartoon", "c", 2344), Domain("photo", "p", 1670),
            Domain("sketch", "s", 3929),
        ],
        classCount: 7,
        layouts: [
            Layout("Dassl, SPG", .folders(["images/{domain}/{class}"])),
            Layout("as downloaded", .folders(["kfold/{domain}/{class}"])),
            Layout("DomainBed", .folders(["{domain}/{class}"])),
        ],
        brokenFiles: ["sketch/dog/n02103406_4068-1.png"])

    public static let vlcs = KnownDataSet(
        "VLCS",
        domains: [
            Domain("CALTECH", "c", 1415), Domain("LABELME", "l", 2656), Domain("PASCAL", "p", 3376),
            Domain("SUN", "s", 3282),
        ],
        classCount: 5,
        layouts: [
            Layout(
                "as downloaded, Dassl",
                .folders(["{domain}/train/{class}", "{domain}/crossval/{class}", "{domain}/test/{class}"]),
                classNames: vlcsClasses),
            Layout(
                "SPG",
                .folders([
                    "images/{domain}/train/{class}", "images/{domain}/crossval/{class}", "images/{domain}/test/{class}",
                ]), classNames: vlcsClasses),
            Layout(
                "DomainBed", .folders(["{domain}/{class}"]),
                domainNames: [
                    "CALTECH": "Caltech101", "LABELME": "LabelMe", "PASCAL": "VOC2007", "SUN": "SUN09",
                ], classNames: vlcsClasses),
            Layout("domain/class", .folders(["{domain}/{class}"]), classNames: vlcsClasses),
        ],
        // Their list of the training images is the folder “full”, which is the same as train and crossval.
        ruleOfSPG: .folders(train: ["train", "crossval"], validation: ["test"]),
        note: "The folders “full” repeat images of the others and are not read.")

    /// Class folders are numbered in the copy that most papers use.
    private static let vlcsClasses = ["0": "bird", "1": "car", "2": "chair", "3": "dog", "4": "person"]

    public static let officeHome = KnownDataSet(
        "OfficeHome",
        domains: [
            Domain("art", "a", 2427), Domain("clipart", "c", 4365), Domain("product", "p", 4439),
            Domain("real_world", "r", 4357),
        ],
        classCount: 65,
        layouts: [
            Layout("Dassl", .folders(["{domain}/train/{class}", "{domain}/val/{class}"])),
            Layout("SPG", .folders(["images/{domain}/train/{class}", "images/{domain}/val/{class}"])),
            Layout("SPG, parts joined", .folders(["images/{domain}/{class}"])),
            Layout(
                "as downloaded, DomainBed", .folders(["{domain}/{class}"]),
                domainNames: [
                    "art": "Art", "clipart": "Clipart", "product": "Product", "real_world": "Real World",
                ]),
            Layout("Dassl, for adaptation", .folders(["{domain}/{class}"])),
        ])

    public static let terraIncognita = KnownDataSet(
        "TerraIncognita",
        domains: [
            Domain("location_100", "1", 4741), Domain("location_38", "2", 9736), Domain("location_43", "3", 3970),
            Domain("location_46", "4", 5883),
        ],
        classCount: 10,
        layouts: [
            Layout("SPG", .folders(["images/{domain}/{class}"])), Layout("DomainBed", .folders(["{domain}/{class}"])),
            Layout(
                "as downloaded",
                .annotations(
                    CameraTraps(
                        images: "eccv_18_all_images_sm",
                        annotations: ["cis_test", "cis_val", "train", "trans_test", "trans_val"].map {
                            "eccv_18_annotation_files/\($0)_annotations.json"
                        },
                        classes: [
                            "bird", "bobcat", "cat", "coyote", "dog", "empty", "opossum", "rabbit", "raccoon", "squirrel",
                        ]))),
        ],
        note: "Some papers count 24,788 images.")

    private static let domainNetDomains = [
        Domain("clipart", "c", 48_129), Domain("infograph", "i", 51_605), Domain("painting", "p", 72_266),
        Domain("quickdraw", "q", 172_500), Domain("real", "r", 172_947), Domain("sketch", "s", 69_128),
    ]

    public static let domainNet = KnownDataSet(
        "DomainNet", domains: domainNetDomains, classCount: 345,
        layouts: [
            Layout("Dassl", .lists(["splits/{domain}_train.txt", "splits/{domain}_test.txt"])),
            Layout("as downloaded, with lists", .lists(["{domain}_train.txt", "{domain}_test.txt"])),
            Layout("SPG", .folders(["images/{domain}/{class}"])),
            Layout("as downloaded, DomainBed", .folders(["{domain}/{class}"])),
        ],
        duplicates: DomainNetDuplicates.fileNames, ruleOfSPG: .shares(train: 0.02, validation: 0.01),
        note: "Counts are those of the cleaned lists.")

    public static let miniDomainNet = KnownDataSet(
        "Mini-DomainNet",
        domains: [
            Domain("clipart", "c", 18_703), Domain("painting", "p", 31_202), Domain("real", "r", 65_609),
            Domain("sketch", "s", 24_492),
        ],
        classCount: 126,
        layouts: [
            Layout("Dassl", .lists(["splits_mini/{domain}_train.txt", "splits_mini/{domain}_test.txt"]))
        ],
        note: "The root is DomainNet's, of which the lists in splits_mini choose a part.")

    public static let visDA2017 = KnownDataSet(
        "VisDA-2017", domains: [Domain("synthetic", "s", 152_397), Domain("real", "r", 55_388)], classCount: 12,
        layouts: [
            Layout(
                "as downloaded, Dassl", .folders(["{domain}/{class}"]),
                domainNames: [
                    "synthetic": "train", "real": "validation",
                ]),
            .plain,
        ])

    public static let desktopIcons = KnownDataSet(
        "DesktopIcons",
        domains: [
            Domain("breeze", "b"), Domain("oxygen", "o"), Domain("papirus", "p"), Domain("symbolic", "s"),
            Domain("tango", "t"),
        ],
        classCount: 67, layouts: [.plain],
        note: "Scripts/prepare-desktop-icons makes it; how many icons there are depends on the themes' versions.")
}
