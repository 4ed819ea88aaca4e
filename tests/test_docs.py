"""What is generated is committed as generated."""

import pytest

from tools.docs import DOCS, PAGES


@pytest.mark.parametrize("name", PAGES)
def test_page_is_current(name) -> None:
    """`make docs` would change nothing."""
    assert (DOCS / name).read_text() == PAGES[name], "run `make docs`"
