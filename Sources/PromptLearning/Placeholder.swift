// PromptLearning
