"""What happens to modules between calls of a derivative: to their classes, functions and attributes."""

# name: (the module, what happens to it between the calls of ``f``)
OF_CLASSES = {
    "an attribute of a class, read through the class": (
        """
        class Config:
            rate = 2.0

        def f(x):
            return np.sum(Config.rate * x * x)
        """,
        ["Config.rate = 3.0", "Config.rate = np.array([1.0, 2.0])", "Config.rate = 7"],
    ),
    "an attribute of a class, read through an instance": (
        """
        class Config:
            rate = 2.0

        config = Config()

        def f(x):
            return np.sum(config.rate * x * x)
        """,
        ["Config.rate = 3.0", "config.rate = 5.0", "del config.rate", "config = Config()"],
    ),
    "an attribute of a base, hidden by one of a class that derives": (
        """
        class Base:
            rate = 2.0

        class Config(Base):
            pass

        config = Config()

        def f(x):
            return np.sum(config.rate * Config.rate * x)
        """,
        ["Base.rate = 3.0", "Config.rate = 5.0", "config.rate = 7.0", "del Config.rate"],
    ),
    "a flag of a class": (
        """
        class Config:
            fast = True

        def f(x):
            return np.sum(x * x) if Config.fast else np.sum(x * x * x)
        """,
        ["Config.fast = False", "Config.fast = True", "Config.fast = 0"],
    ),
    "a method that is replaced on the class": (
        """
        class Model:
            def step(self, x):
                return 2.0 * x

        model = Model()

        def f(x):
            return np.sum(model.step(x) * x)
        """,
        [
            "Model.step = lambda self, x: 3.0 * x",
            "Model.step = staticmethod(lambda x: 5.0 * x)",
            "Model.step = classmethod(lambda cls, x: 7.0 * x)",
            "model.step = lambda x: 11.0 * x",
            "del model.step",
        ],
    ),
    "a method that a deriving class gets": (
        """
        class Base:
            def step(self, x):
                return 2.0 * x

        class Model(Base):
            pass

        def f(x):
            return np.sum(Model().step(x))
        """,
        [
            "Model.step = lambda self, x: 3.0 * x",
            "del Model.step",
            "Base.step = lambda self, x: 5.0 * x",
        ],
    ),
    "a method that hides behind super": (
        """
        class Base:
            def step(self, x):
                return 2.0 * x

        class Model(Base):
            def step(self, x):
                return super().step(x) * x

        def f(x):
            return np.sum(Model().step(x))
        """,
        ["Base.step = lambda self, x: 3.0 * x", "Base.step = lambda self, x: x * x"],
    ),
    "a method called through the class": (
        """
        class Model:
            @staticmethod
            def step(x):
                return 2.0 * x

        def f(x):
            return np.sum(Model.step(x))
        """,
        ["Model.step = staticmethod(lambda x: 3.0 * x)", "Model.step = lambda x: 4.0 * x"],
    ),
    "a property that is replaced": (
        """
        class Model:
            scale = 2.0

            @property
            def rate(self):
                return 2.0 * self.scale

        model = Model()

        def f(x):
            return np.sum(model.rate * x)
        """,
        ["Model.rate = property(lambda self: 3.0)", "Model.rate = 5.0", "Model.scale = 9.0"],
    ),
    "a constructor that is replaced": (
        """
        class Model:
            def __init__(self, k):
                self.k = k

        def f(x):
            return np.sum(Model(2.0).k * x)
        """,
        [
            "def init(self, k):\n    self.k = 3.0 * k\nModel.__init__ = init",
        ],
    ),
    "an operator that a class gets": (
        """
        class Vector:
            def __init__(self, v):
                self.v = v

            def __mul__(self, other):
                return Vector(self.v * other)

        def f(x):
            y = Vector(x)
            y *= 2.0
            return np.sum(y.v)
        """,
        [
            "Vector.__imul__ = lambda self, other: Vector(self.v * other * other)",
            "del Vector.__imul__",
            "Vector.__mul__ = lambda self, other: Vector(self.v + other)",
        ],
    ),
    "a call of an object": (
        """
        class Layer:
            def __init__(self, w):
                self.w = w

            def __call__(self, x):
                return self.w * x

        layer = Layer(2.0)

        def f(x):
            return np.sum(layer(x))
        """,
        [
            "layer.w = 3.0",
            "Layer.__call__ = lambda self, x: self.w * x * x",
            "layer = Layer(np.array([1.0, 4.0]))",
        ],
    ),
    "hasattr of an instance": (
        """
        class Config:
            pass

        config = Config()

        def f(x):
            return np.sum(config.rate * x) if hasattr(config, "rate") else np.sum(x * x)
        """,
        ["config.rate = 3.0", "del config.rate", "Config.rate = 5.0"],
    ),
    "getattr with a default": (
        """
        class Config:
            name = "plain"

        config = Config()

        def f(x):
            return np.sum(getattr(config, "rate", 2.0) * x)
        """,
        ["config.rate = 3.0", "config.rate = 4.0", "del config.rate", "Config.rate = 5.0"],
    ),
    "hasattr and getattr of a class, a function and a module": (
        """
        import types
        settings = types.ModuleType("settings")

        class Config:
            pass

        def helper(x):
            return x

        def f(x):
            y = getattr(settings, "rate", 2.0) * x
            if hasattr(Config, "power"):
                y = y * x
            return np.sum(getattr(helper, "gain", 1.0) * y)
        """,
        ["settings.rate = 3.0", "Config.power = 2", "helper.gain = 5.0", "helper.gain = 7.0"],
    ),
    "attributes of functions and modules": (
        """
        import types
        settings = types.ModuleType("settings")
        settings.rate = 2.0

        def helper(x):
            return helper.gain * x

        helper.gain = 3.0

        def f(x):
            return np.sum(helper(x) * settings.rate)
        """,
        ["helper.gain = 5.0", "settings.rate = 7.0", "settings.rate = 7"],
    ),
}
