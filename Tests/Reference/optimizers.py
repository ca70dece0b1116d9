"""Prints Tests/TensorsTests/OptimizerGolden.swift. Made with Python 3.11, torch 2.13.0+cpu.

The schedules restate what Dassl's warm-up schedulers make of torch's CosineAnnealingLR, stepped once an epoch.
"""
import torch


def run(make):
    p = torch.tensor([1.0, -2.0, 0.5], requires_grad=True)
    optimizer = make([p])
    for _ in range(3):
        with torch.no_grad():
            p.grad = torch.stack([p[0] * 2, p[1] * p[1] - 1, torch.tensor(-0.3)])
        optimizer.step()
    return p.tolist()


def rates(epochs, warm_up_epochs, warm):
    p = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([p], lr=2e-3)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, float(epochs))
    result = []
    for epoch in range(epochs):
        if epoch < warm_up_epochs:
            result.append(warm(epoch))
            continue
        if epoch > warm_up_epochs:
            optimizer.step()
            cosine.step()
        result.append(optimizer.param_groups[0]["lr"])
    return result


def show(name, values):
    print(f"    static let {name}: [Float] = [{', '.join(f'{v:.9g}' for v in values)}]")


print("// Printed by Tests/Reference/optimizers.py with torch", torch.__version__)
print("enum OptimizerGolden {")
show("sgd", run(lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=5e-2)))
show("adamW", run(lambda p: torch.optim.AdamW(p, lr=0.1, weight_decay=5e-2)))
show("constantWarmUp", rates(5, 1, lambda epoch: 1e-5))
show("linearWarmUp", rates(8, 4, lambda epoch: 1e-5 if epoch == 0 else 2e-3 * epoch / 4))
print("}")
