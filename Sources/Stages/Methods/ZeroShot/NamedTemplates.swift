/// Lists of templates that have a name: what others have published, to be named in place of being written out.
///
/// Facts of OpenAI's notebook "Prompt Engineering for ImageNet" and of CoOp's released zero-shot trainer.
public enum NamedTemplates {
    /// By name. `{}` stands for the class name.
    public static let lists: [String: [String]] = [
        "imagenet-80": imageNet, "imagenet-7": imageNetBest,
        "oxford-pets": ["a photo of a {}, a type of pet."],
        "oxford-flowers": ["a photo of a {}, a type of flower."],
        "fgvc-aircraft": ["a photo of a {}, a type of aircraft."],
        "dtd": ["{} texture."],
        "eurosat": ["a centered satellite photo of {}."],
        "food-101": ["a photo of {}, a type of food."],
        "ucf-101": ["a photo of a person doing {}."],
    ]

    /// The templates that a list of texts and names of lists stands for.
    static func expanded(_ texts: [String]) -> [String] { texts.flatMap { lists[$0] ?? [$0] } }

    /// The seven that were chosen among the eighty by search on ImageNet.
    private static let imageNetBest = [
        "itap of a {}.", "a bad photo of the {}.", "a origami {}.", "a photo of the large {}.",
        "a {} in a video game.", "art of the {}.", "a photo of the small {}.",
    ]

    /// The eighty that ImageNet's published zero-shot accuracies are of.
    private static let imageNet = [
        "a bad photo of a {}.", "a photo of many {}.", "a sculpture of a {}.", "a photo of the hard to see {}.",
        "a low resolution photo of the {}.", "a rendering of a {}.", "graffiti of a {}.",
        "a bad photo of the {}.", "a cropped photo of the {}.", "a tattoo of a {}.", "the embroidered {}.",
        "a photo of a hard to see {}.", "a bright photo of a {}.", "a photo of a clean {}.",
        "a photo of a dirty {}.", "a dark photo of the {}.", "a drawing of a {}.", "a photo of my {}.",
        "the plastic {}.", "a photo of the cool {}.", "a close-up photo of a {}.",
        "a black and white photo of the {}.", "a painting of the {}.", "a painting of a {}.",
        "a pixelated photo of the {}.", "a sculpture of the {}.", "a bright photo of the {}.",
        "a cropped photo of a {}.", "a plastic {}.", "a photo of the dirty {}.",
        "a jpeg corrupted photo of a {}.", "a blurry photo of the {}.", "a photo of the {}.",
        "a good photo of the {}.", "a rendering of the {}.", "a {} in a video game.", "a photo of one {}.",
        "a doodle of a {}.", "a close-up photo of the {}.", "a photo of a {}.", "the origami {}.",
        "the {} in a video game.", "a sketch of a {}.", "a doodle of the {}.", "a origami {}.",
        "a low resolution photo of a {}.", "the toy {}.", "a rendition of the {}.", "a photo of the clean {}.",
        "a photo of a large {}.", "a rendition of a {}.", "a photo of a nice {}.", "a photo of a weird {}.",
        "a blurry photo of a {}.", "a cartoon {}.", "art of a {}.", "a sketch of the {}.", "a embroidered {}.",
        "a pixelated photo of a {}.", "itap of the {}.", "a jpeg corrupted photo of the {}.",
        "a good photo of a {}.", "a plushie {}.", "a photo of the nice {}.", "a photo of the small {}.",
        "a photo of the weird {}.", "the cartoon {}.", "art of the {}.", "a drawing of the {}.",
        "a photo of the large {}.", "a black and white photo of a {}.", "the plushie {}.",
        "a dark photo of a {}.", "itap of a {}.", "graffiti of the {}.", "a toy {}.", "itap of my {}.",
        "a photo of a cool {}.", "a photo of a small {}.", "a tattoo of the {}.",
    ]
}
