"""Save what networks.py does, less the modules one by one and the old layout: `python weights.py DIRECTORY SAVERS`."""

import networks


def main():
    """Write the files."""
    networks.DIRECTORY.mkdir(parents=True)
    networks.write_weights()
    for path in networks.DIRECTORY.glob("*-legacy.pt"):
        path.unlink()


if __name__ == "__main__":
    main()
