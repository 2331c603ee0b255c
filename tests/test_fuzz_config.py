"""Whatever stands in mirror.toml: one sentence, no traceback, no mirror that stays dark."""

import math
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mirror import app
from mirror.__main__ import main
from mirror.config import Settings, load, shipped
from mirror.errors import ConfigError

SHIPPED = shipped("mirror.toml").read_bytes()
SECTIONS = {section: list(keys) for section, keys in msgspec.to_builtins(Settings()).items()}
FUZZ = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

values = st.recursive(
    st.one_of(
        st.integers().map(str),
        st.floats().map(repr),
        st.booleans().map(lambda x: str(x).lower()),
        st.text(max_size=20).map(lambda text: msgspec.json.encode(text).decode()),
        st.sampled_from(
            ["1979-05-27", "07:32:00", "''", '"""x"""', "0x_", "+", "[", "{}", "1e999"]
        ),
    ),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
    max_leaves=4,
)


@st.composite
def files(draw):
    """A file that looks like mirror.toml, with any values for some keys, and some other keys."""
    lines = []
    for section in draw(st.lists(st.sampled_from([*SECTIONS, "caméra", "x"]), max_size=4)):
        lines.append(f"[{section}]")
        known = SECTIONS.get(section, ["a"])
        for key in draw(st.lists(st.sampled_from([*known, "speed"]), max_size=4)):
            lines.append(f"{key} = {draw(values)}")
    return "\n".join(lines).encode("utf-8", "surrogatepass")


@st.composite
def damaged(draw):
    """The shipped file with some bytes changed, as a bad card does, or cut off."""
    data = bytearray(SHIPPED[: draw(st.integers(0, len(SHIPPED)))])
    for _ in range(draw(st.integers(0, 8)) if data else 0):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(data)


@pytest.fixture
def started(monkeypatch):
    """With what the mirror was started, instead of starting it."""
    ran = []

    def run(settings, options):
        ran.append((settings, options))
        return 0

    monkeypatch.setattr(app, "run", run)
    return ran


@FUZZ
@given(content=st.one_of(files(), damaged(), st.binary(max_size=60)))
@example(content=b"a = " + b"[" * 5000)
@example(content=b"[screen]\nfps = " + b"9" * 5000)
@example(content=b"[camera]\nfps = nan")
@example(content=b'[camera]\nsource = "\\u0000"')
@example(content=b'[coach]\nlanguage = "en\\n"')
def test_any_settings_file_starts_a_kiosk_or_is_one_sentence(content, tmp_path, started, capsys):
    """At a terminal it is read or refused; behind the glass the mirror starts in any case."""
    path = Path(tmp_path) / "mirror.toml"
    path.write_bytes(content)
    found, refused = None, None
    try:
        found = load(path)
    except ConfigError as error:
        refused = str(error)
    assert refused is None or refused.startswith(str(path))
    assert all(math.isfinite(number) for number in _numbers(msgspec.to_builtins(found)))
    started.clear()
    assert main(["run", "--kiosk", "--config", str(path)]) == 0
    ((_, options),) = started
    assert (options.warning is None) <= (found is not None)
    err = capsys.readouterr().err
    assert "Traceback" not in err
    assert not re.search(r"\w+Error\(", err)


def _numbers(value):
    if isinstance(value, dict):
        for inner in value.values():
            yield from _numbers(inner)
    elif isinstance(value, (int, float)):
        yield value
