"""Print the oldest versions that srcgrad declares, as requirements: what its floors are tested with.

Run it where srcgrad is installed; its metadata hold the floors, and pyproject.toml alone states them.
"""

from importlib.metadata import requires

for requirement in requires("srcgrad") or ():
    version, _, marker = requirement.partition(";")
    if ">=" in version and '"dev"' not in marker:  # tools of development have no floors to keep
        print(version.strip().replace(">=", "=="))
