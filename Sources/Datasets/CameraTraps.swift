import Foundation

/// Caltech Camera Traps as their publishers pack them: all images in one folder, and JSON files that give each the camera's
/// location, which is TerraIncognita's domain, and categories.
public struct CameraTraps: Hashable, Sendable {
    /// The folder of images.
    let images: String
    /// The files of annotations, with `images`, `annotations` and `categories` as in COCO.
    let annotations: [String]
    /// The categories that are classes; images of others are left out.
    let classes: Set<String>

    /// What a file says. A location is a number in some files and a text in others.
    private struct Annotations: Decodable {
        struct Image: Decodable {
            let id: String, file: String, location: String

            enum CodingKeys: String, CodingKey { case id, file = "file_name", location }

            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                id = try container.decode(String.self, forKey: .id)
                file = try container.decode(String.self, forKey: .file)
                location =
                    try (try? container.decode(Int.self, forKey: .location)).map { "\($0)" }
                    ?? container.decode(String.self, forKey: .location)
            }
        }

        struct Annotation: Decodable {
            let image: String, category: Int

            enum CodingKeys: String, CodingKey { case image = "image_id", category = "category_id" }
        }

        struct Category: Decodable { let id: Int, name: String }

        let images: [Image], annotations: [Annotation], categories: [Category]
    }

    /// The images of each domain `location_<number>`; an image with several categories is one of each.
    func places(of domains: [Name], under root: String) throws(DatasetError) -> [Name: [Layout.Place]] {
        let files = annotations.map { "\(root)/\($0)" }
        guard isFolder("\(root)/\(images)"), files.allSatisfy(isFile) else { return [:] }
        var contents: [Annotations] = []
        for file in files {
            let bytes = Data(try TextFile.text(of: file).utf8)
            do { contents.append(try JSONDecoder().decode(Annotations.self, from: bytes)) } catch {
                throw .unreadable(path: file, reason: "it holds no annotations in COCO's form")
            }
        }
        // A file may annotate the images of another.
        var images: [Name: (domain: Name, path: String)] = [:], names: [Int: String] = [:]
        for image in contents.flatMap(\.images) {
            let domain: Name = "location_\(image.location)"
            guard domains.contains(domain), !image.file.contains("/") else { continue }
            images[Name(image.id)] = (domain, "\(root)/\(self.images)/\(image.file)")
        }
        for category in contents.flatMap(\.categories) { names[category.id] = category.name }
        var found: [Name: Set<Layout.Place>] = [:]
        for annotation in contents.flatMap(\.annotations) {
            guard let image = images[Name(annotation.image)], let name = names[annotation.category], classes.contains(name)
            else { continue }
            found[image.domain, default: []].insert(.image(Name(image.path), className: Name(name)))
        }
        return found.mapValues { $0.sorted { ($0.path, $0.className) < ($1.path, $1.className) } }
    }
}
