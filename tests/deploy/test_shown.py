"""What a command prints of what people wrote."""

import pytest

from deploy.commands.ground import shown


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("Al\u001b]0;pwned\u0007", "Al\\x1b]0;pwned\\x07"),
        ("one\nforged line", "one\\nforged line"),
        ("abc\u202edef", "abc\\u202edef"),
        ("回音 é 😀", "回音 é 😀"),
    ],
)
def test_a_terminal_is_shown_no_control(written: str, printed: str) -> None:
    assert shown(written) == printed
    assert shown(f"a\n{written}", keep="\n").splitlines()[0] == "a"
