"""The door: the ``clew`` command, made of what each room offers."""


def main() -> None:
    """Run ``clew``."""
    raise SystemExit("clew: not built yet")
