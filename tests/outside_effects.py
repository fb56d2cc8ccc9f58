"""Modules whose function does something to what lies outside of it."""

# name: (the module, names of it whose content is compared after each call)
EFFECTS = {
    "append": (
        """
        history = []
        def f(x):
            y = np.sum(x * x)
            history.append(y)
            return y
        """,
        ["history"],
    ),
    "append and read": (
        """
        history = [1.0]
        def f(x):
            history.append(np.sum(x * x))
            return history[-1] * history[0] * len(history)
        """,
        ["history"],
    ),
    "read and append": (
        """
        history = [3.0]
        def f(x):
            y = history[-1] * np.sum(x)
            history.append(2.0)
            history.extend([4.0, y])
            return y
        """,
        ["history"],
    ),
    "append in a loop": (
        """
        history = []
        def f(x):
            for i in range(len(x)):
                history.append(x[i] * i)
                x = x * x[i]
            return np.sum(x)
        """,
        ["history"],
    ),
    "append in a loop and read": (
        """
        history = [1.0]
        def f(x):
            for i in range(len(x)):
                history.append(history[-1] * x[i])
            return history[-1] * np.sum(x)
        """,
        ["history"],
    ),
    "append in a branch": (
        """
        history, other = [], [5.0]
        def f(x):
            if x[0] > 0.5:
                history.append("large")
                other[0] = other[0] * 2.0
            else:
                history.append("small")
            return np.sum(x) * other[0]
        """,
        ["history", "other"],
    ),
    "all that lists can do": (
        """
        items = [1.0, 2.0, 3.0]
        def f(x):
            items.insert(1, 2.0)
            last = items.pop()
            items.remove(2.0)
            items[0] = 9.0
            items.extend([last, 4.0])
            del items[1]
            items.reverse()
            items.append(np.sum(x))
            return np.sum(x) * items[0]
        """,
        ["items"],
    ),
    "a list that is cleared and sorted": (
        """
        items = [3.0, 1.0, 2.0]
        others = [1.0]
        def f(x):
            items.sort()
            others.clear()
            return np.sum(x) * items[0] * items[-1]
        """,
        ["items", "others"],
    ),
    "a counter in a list": (
        """
        counter = [0]
        def f(x):
            counter[0] += 1
            return counter[0] * np.sum(x)
        """,
        ["counter"],
    ),
    "a counter in a loop": (
        """
        counter = [0, 0.5]
        def f(x):
            for i in range(len(x)):
                counter[0] += i
                counter[1] *= 2.0
            return np.sum(x) * counter[1]
        """,
        ["counter"],
    ),
    "a dict": (
        """
        state = {"n": 0, "scale": 2.0}
        def f(x):
            state["n"] += 1
            state["last"] = np.sum(x)
            state.setdefault("first", 1.5)
            state.update(scale=state["scale"] * 1.5)
            return state["last"] * state["scale"] * state["first"]
        """,
        ["state"],
    ),
    "keys that go and come": (
        """
        state = {"a": 1.0, "b": 2.0}
        def f(x):
            b = state.pop("b")
            state["c"] = b
            state["b"] = b * 2.0
            del state["a"]
            state["a"] = 5.0
            return np.sum(x) * b
        """,
        ["state"],
    ),
    "an attribute": (
        """
        class Model:
            def __init__(self):
                self.count = 0
                self.w = 2.0
                self.trace = []
        model = Model()
        def f(x):
            model.count += 1
            model.last = x * model.w
            model.trace.append(model.count)
            return np.sum(model.last * x)
        """,
        ["model.count", "model.last", "model.trace"],
    ),
    "a method that counts": (
        """
        class Model:
            def __init__(self):
                self.count = 0
                self.cache = {}
            def step(self, x):
                self.count += 1
                self.cache["last"] = np.sum(x)
                return x * self.count
        model = Model()
        def f(x):
            return np.sum(model.step(model.step(x)) * x)
        """,
        ["model.count", "model.cache"],
    ),
    "nested containers": (
        """
        state = {"log": {"losses": []}, "best": [np.inf]}
        def f(x):
            y = np.sum(x * x)
            state["log"]["losses"].append(y)
            state["best"][0] = min(state["best"][0], 0.5)
            return y
        """,
        ["state"],
    ),
    "a default argument": (
        """
        def f(x, memo=[]):
            memo.append(np.sum(x))
            return memo[-1] * np.sum(x) * len(memo)
        """,
        ["f.__defaults__"],
    ),
    "an array": (
        """
        counts = np.zeros(2)
        def f(x):
            counts[0] += 1.0
            counts[1:] = counts[0] * 2.0
            return np.sum(x) * counts[1]
        """,
        ["counts"],
    ),
    "an array that takes what has a derivative": (
        """
        buffer = np.zeros(2)
        def f(x):
            for i in range(len(x)):
                buffer[i] = x[i] * x[i]
            buffer[0] *= buffer[1]
            return np.sum(buffer * x)
        """,
        ["buffer"],
    ),
    "an array in an object": (
        """
        class Model:
            pass
        model = Model()
        model.w = np.array([1.0, 2.0])
        same = model.w
        def f(x):
            y = np.sum(model.w * x * x)
            model.w *= 0.5
            model.w[0] += 1.0
            return y
        """,
        ["model.w", "same"],
    ),
    "arrays in a list": (
        """
        history = []
        def f(x):
            y = x * 2.0
            history.append(y)
            history.append(x)
            z = y * x
            z[0] = z[1] * x[0]
            history.append(z)
            return np.sum(z * y)
        """,
        ["history"],
    ),
    "records": (
        """
        history = []
        def f(x):
            y = np.sum(x * x)
            history.append({"loss": y, "x": (x, [1, y])})
            return y
        """,
        ["history"],
    ),
    "a set": (
        """
        seen = set()
        def f(x):
            seen.add("called")
            return np.sum(x * x)
        """,
        ["seen"],
    ),
    "a set that is read first": (
        """
        seen = {0}
        def f(x):
            y = np.sum(x) * len(seen)
            seen.add(y > 0.0)
            return y
        """,
        ["seen"],
    ),
    "a closure": (
        """
        def make():
            calls = []
            def f(x):
                calls.append(len(calls))
                return np.sum(x * x)
            f.calls = calls
            return f
        f = make()
        """,
        ["f.calls"],
    ),
    "a helper": (
        """
        log = []
        def note(name, value):
            log.append((name, value))
            return value
        def f(x):
            return np.sum(note("square", x * x) * note("x", x))
        """,
        ["log"],
    ),
    "one list under two names": (
        """
        a = [1.0]
        b = a
        def f(x):
            a.append(2.0)
            return np.sum(x) * a[0]
        """,
        ["a", "b"],
    ),
    "a list put into a dict from outside": (
        """
        items, state = [1.0], {}
        def f(x):
            state["items"] = items
            items.append(2.0)
            return np.sum(x) * items[0]
        """,
        ["items", "state"],
    ),
    "an attribute of a class's instance that hides it": (
        """
        class Model:
            rate = 2.0
        model = Model()
        def f(x):
            y = np.sum(x) * model.rate
            model.rate = model.rate * 1.5
            return y
        """,
        ["model.rate", "Model.rate"],
    ),
}
REFUSED = {
    "what is put there is changed afterwards": """
        history = []
        def f(x):
            row = []
            history.append(row)
            row.append(1.0)
            return np.sum(x)
        """,
    "what is put there in each iteration was made before": """
        history = []
        def f(x):
            row = [0.0]
            for i in range(len(x)):
                row[0] += 1.0
                history.append(row)
            return np.sum(x)
        """,
    "an array that is put there is written afterwards": """
        history = []
        def f(x):
            y = x * 2.0
            history.append(y)
            y[0] = 0.0
            return np.sum(y)
        """,
    "a global": """
        total = 0.0
        def f(x):
            global total
            total += 1.0
            return np.sum(x)
        """,
    "a variable of a function around it": """
        def make():
            count = 0
            def f(x):
                nonlocal count
                count += 1
                return np.sum(x)
            return f
        f = make()
        """,
    "what a derivative inside changes": """
        state = {"n": 0}
        def inner(x):
            state["n"] += 1
            return np.sum(x * x * x)
        def f(x):
            return np.sum(srcgrad.grad(inner)(x))
        """,
    "one of two": """
        a, b = [1.0], [2.0]
        def f(x):
            c = a if x[0] > 0.5 else b
            c.append(3.0)
            return np.sum(x)
        """,
    "a set that is changed and read": """
        seen = set()
        def f(x):
            seen.add(1)
            return np.sum(x) * len(seen)
        """,
}
