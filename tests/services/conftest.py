"""Says at the end of a run what could not be tried with real data."""

from pathlib import Path

import pytest

BREAD_BASKET = Path(__file__).parents[3] / "shared" / "data" / "bread-basket.csv"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The whole replay needs the data set beside the checkout."""
    if not BREAD_BASKET.is_file():
        terminalreporter.write_line(
            "bread-basket.csv is not beside the checkout: the replay was tested with a small extract only"
        )
