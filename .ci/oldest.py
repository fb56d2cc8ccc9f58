"""Print the oldest versions that srcgrad declares, as requirements: what its floors are tested with.

Run it where srcgrad is installed; its metadata hold the floors, and pyproject.toml alone states them.
"""

from importlib.metadata import requires

# Tools of development, and packages that the step "integrations" of .ci/run installs as they are today.
LEFT_OUT = ("dev", "torch", "jax", "pytensor", "dask")

for requirement in requires("srcgrad") or ():
    version, _, marker = requirement.partition(";")
    if ">=" in version and not any(f'"{extra}"' in marker for extra in LEFT_OUT):
        print(version.strip().replace(">=", "=="))
