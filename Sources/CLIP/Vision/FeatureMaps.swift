import Tensors

/// A view of images' feature maps in memory that someone else owns: [images, height, width, channels].
struct FeatureMaps {
    var base: UnsafeMutablePointer<Float>
    var images: Int
    var height: Int
    var width: Int
    var channels: Int

    /// Pixels of all images, the rows of the matrix [pixels, channels].
    var pixels: Int { images * height * width }
    /// Numbers in one image's maps.
    var imageSize: Int { height * width * channels }

    /// The maps of `count` images from `first` on.
    func images(from first: Int, count: Int) -> FeatureMaps {
        var part = self
        (part.base, part.images) = (base + first * imageSize, count)
        return part
    }

    /// Maps of the same images with other extents, at another place.
    func reshaped(at base: UnsafeMutablePointer<Float>, stride: Int = 1, channels: Int) -> FeatureMaps {
        FeatureMaps(
            base: base, images: images, height: height / stride, width: width / stride, channels: channels)
    }
}
