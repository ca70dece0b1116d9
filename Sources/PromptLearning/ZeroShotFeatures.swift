import CLIP
import Tensors

/// The text features of plain prompts; of several templates, the mean of each class's unit features at unit length.
///
/// - Parameters:
///   - classNames: as the data set writes them.
///   - templates: one or more; `{}` stands for the class name.
///   - model: whose text encoder reads the prompts.
/// - Returns: `[classes, dimension]`, unit length.
/// - Throws: `templateWithoutPlace` if a template has no `{}`, `tooLong` if a class's prompt has more tokens than the
///   model reads.
public func zeroShotFeatures(
    of classNames: [String], templates: [String], model: CLIPText
) throws(PromptError) -> Tensor {
    precondition(!templates.isEmpty, "a template or more")
    var sum: Tensor?
    for template in templates {
        let text = try ClassPrompts(classNames: classNames, template: template, model: model).textFeatures(model: model)
        sum = sum.map { $0 + text } ?? text
    }
    // One template's are at unit length already, to the bit.
    guard templates.count > 1, let sum else { return sum ?? Tensor([0, 0]) }
    return sum.normalizedRows()
}
