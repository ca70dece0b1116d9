// Printed by Tests/Reference/optimizers.py with torch 2.13.0+cpu
enum OptimizerGolden {
    static let sgd: [Float] = [0.0430548787, -4.33420992, 0.653615713]
    static let adamW: [Float] = [0.688270032, -2.26914549, 0.791039944]
    static let constantWarmUp: [Float] = [1e-05, 0.002, 0.00180901699, 0.00130901699, 0.000690983006]
    static let linearWarmUp: [Float] = [1e-05, 0.0005, 0.001, 0.0015, 0.002, 0.00192387953, 0.00170710678, 0.00138268343]
}
