"""Whatever stands in a file of TOML: one sentence, no traceback, no mirror that stays dark.

Settings, a language of the owner's, a calibration.
"""

import math
import re
from pathlib import Path
from string import Formatter

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mirror.__main__ import main
from mirror.app import loop as app
from mirror.calibration.calibration import fitting, keep, kept_at
from mirror.calibration.fitting import Correction, Fitted
from mirror.coach import language
from mirror.config import Settings, load, shipped
from mirror.errors import ConfigError

pytestmark = pytest.mark.slow

SHIPPED = shipped("mirror.toml").read_bytes()
GERMAN = shipped("languages/de.toml").read_bytes()
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
DEEP_OR_HUGE = (
    "a = " + "[" * 5000,
    "a" + ".a" * 5000 + " = 1",
    "a = " + "9" * 5000,
    "a = 0x" + "f" * 20000,
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
def damaged(draw, whole=SHIPPED):
    """A good file with some bytes changed, as a bad card does, or cut off."""
    data = bytearray(whole[: draw(st.integers(0, len(whole)))])
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
@example(content=b"[screen]\nfps = 0x" + b"f" * 20000)
@example(content=b"[screen]\nfps" + b".a" * 5000 + b" = 1")
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


@st.composite
def translations(draw):
    """A language with any texts for some keys, and some other keys."""
    keys = st.sampled_from([*language.load_language("en").english, "guidance", "a.b", '"a\\nb"'])
    pieces = st.sampled_from(["{deg}", "{deg:zz}", "{deg!x}", "{", "}", "{}", "{x}", "Tief", "\0"])
    texts = st.lists(pieces, max_size=3).map(lambda them: msgspec.json.encode("".join(them)))
    lines = draw(st.lists(st.tuples(keys, texts | values.map(str.encode)), max_size=4))
    return b"\n".join(key.encode() + b" = " + value for key, value in lines)


def _with_examples(test):
    for text in DEEP_OR_HUGE:
        test = example(content=text.encode())(test)
    return test


@FUZZ
@given(content=st.one_of(translations(), damaged(GERMAN), st.binary(max_size=60)))
@_with_examples
@example(content=b"stop.depth = '{deg:zz}'")
@example(content=b"stop.depth = '{deg!x}'")
@example(content=b"stop.depth = '{deg:999999999}'")
def test_any_language_is_spoken_or_is_one_sentence(content, tmp_path, started, monkeypatch, capsys):
    """Behind the glass the mirror speaks English then; what was read can be filled in."""
    monkeypatch.setattr(language, "SYSTEM_CONFIG", tmp_path / "mirror.toml")
    path = tmp_path / "languages" / "xx.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    (tmp_path / "mirror.toml").write_text("[coach]\nlanguage = 'xx'")
    refused = None
    try:
        found = language.load_language("xx")
    except ConfigError as error:
        refused = str(error)
        assert refused.startswith(str(path))
    else:
        for key, text in found.english.items():
            found.say(key, **{name: 7 for _, name, _, _ in Formatter().parse(text) if name})
    started.clear()
    assert main(["run", "--kiosk", "--config", str(tmp_path / "mirror.toml")]) == 0
    ((now, options),) = started
    assert now.coach.language == ("xx" if refused is None else "en")
    assert (options.warning is None) == (refused is None)
    err = capsys.readouterr().err
    assert "Traceback" not in err
    assert not re.search(r"\w+Error\(", err)


@pytest.fixture
def kept(state):
    """The values of a good calibration."""
    correction = Correction(0.01, -0.02, 0.003, 1.5, -0.5, 0.25, 0.004)
    return keep(Fitted(correction, 6.25), Settings()).read_bytes()


@st.composite
def corrections(draw, whole):
    """A calibration with any values for some keys."""
    lines = whole.decode().splitlines()
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        lines[at] = f"{lines[at].partition(' =')[0]} = {draw(values)}"
    return "\n".join(lines).encode("utf-8", "surrogatepass")


@FUZZ
@given(data=st.data())
def test_any_calibration_is_used_or_is_one_sentence(data, kept):
    """All used values are finite."""
    content = data.draw(st.one_of(corrections(kept), damaged(kept), st.binary(max_size=60)))
    _used_or_refused(content)


@pytest.mark.parametrize("text", [*DEEP_OR_HUGE, "residual_mm = nan\n[correction]\n[made_with]"])
def test_a_calibration_that_is_deep_or_huge_is_one_sentence(text, kept):
    """It is no end of the mirror."""
    assert _used_or_refused(text.encode()) is not None


def _used_or_refused(content):
    kept_at().write_bytes(content)
    found = refused = None
    try:
        found = fitting(Settings())
    except ConfigError as error:
        refused = str(error)
    assert refused is None or refused.startswith(str(kept_at()))
    assert all(math.isfinite(number) for number in _numbers(msgspec.to_builtins(found)))
    return refused


def _numbers(value):
    if isinstance(value, dict):
        for inner in value.values():
            yield from _numbers(inner)
    elif isinstance(value, (int, float)):
        yield value
