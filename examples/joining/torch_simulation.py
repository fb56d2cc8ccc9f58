"""A simulation that is written with NumPy, in place, as the last layer of a network of PyTorch's.

A network guesses the conductivity along a rod from the rod's recipe; the simulation says how the rod
cools; what is compared is the temperature at the end. PyTorch goes backwards through the network, and
srcgrad's generated gradient through the simulation.

    python examples/joining/torch_simulation.py
"""

import torch

import srcgrad.torch

CELLS, STEPS = 12, 60


@srcgrad.torch.function
def cooled(start, conductivity):
    """The temperatures of a rod after some time: each step changes the array in place."""
    heat = start.copy()
    for _ in range(STEPS):
        flow = conductivity * (heat[1:] - heat[:-1])
        heat[1:] -= flow
        heat[:-1] += flow
    return heat


def main():
    torch.manual_seed(0)
    start = torch.zeros(CELLS, dtype=torch.float64)
    start[CELLS // 3] = 1.0
    recipes = torch.rand(6, 2, dtype=torch.float64)
    places = torch.linspace(0.0, 1.0, CELLS - 1, dtype=torch.float64)
    true = [0.1 + 0.3 * a * places + 0.05 * b for a, b in recipes]
    seen = [cooled(start, conductivity) for conductivity in true]

    network = torch.nn.Sequential(
        torch.nn.Linear(2, 16), torch.nn.Tanh(), torch.nn.Linear(16, CELLS - 1), torch.nn.Sigmoid()
    ).double()
    steps = torch.optim.Adam(network.parameters(), lr=0.02)
    for epoch in range(61):
        steps.zero_grad()
        guessed = 0.5 * network(recipes)
        errors = [
            torch.sum((cooled(start, k) - end) ** 2) for k, end in zip(guessed, seen, strict=True)
        ]
        loss = sum(errors)
        loss.backward()
        steps.step()
        if epoch % 20 == 0:
            print(f"epoch {epoch:2d}: loss {loss.item():.6f}")

    small = (start, guessed[0].detach().requires_grad_())
    right = torch.autograd.gradcheck(cooled, small)
    print(f"gradcheck of the simulation: {'passed' if right else 'failed'}")


if __name__ == "__main__":
    main()
