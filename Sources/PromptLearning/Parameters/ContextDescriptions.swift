import CLIP

extension PromptLayout.ClassTokenPosition: ParameterChoice {}

extension ParameterDescription<Int> {
    static var contextLength: Self {
        Self("How many context vectors a prompt has.", .within(counts), unit: "vectors")
    }
}

extension ParameterDescription<String> {
    static var context: Self {
        Self("The words whose embeddings the context vectors start from; empty for random vectors of deviation 0.02.")
    }
    static var classTemplate: Self { Self("The text of a class; {} stands for its name.", .template) }
}
