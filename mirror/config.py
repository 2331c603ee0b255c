"""mirror.toml -> frozen, typed Settings.

Every unknown key or bad value raises ConfigError with file, key path, value and reason.
A missing key has the default written here; `config/mirror.toml` ships the same defaults.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import msgspec
from msgspec import Meta, Struct

from mirror.errors import ConfigError
from mirror.sentences import expected, nearest

SYSTEM_CONFIG = Path("/etc/hinge-mirror/mirror.toml")
SYSTEM_STATE = Path("/var/lib/hinge-mirror")
LONGEST_QUOTED = 100
"""Greatest number of characters of a value or key in an error."""

Pin = Annotated[int, Meta(ge=0, le=27)]
Rotation = Literal[0, 90, 180, 270]
ModelSize = Literal["full", "lite"]


class _Section(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file."""


class CameraSettings(_Section, frozen=True):
    """The source of frames. Width and height are those of the upright frame, after rotation.

    seed, act: of the shipped figure: its body, and its movement (a variation or a drill). rotate:
    replaces the default of `turn`. lens: a camera module, or `own`, which needs its field of view
    (along the longer side of the frame) and its radial distortion. mains_hz: frequency of the mains
    that feed the lamps; 0 leaves the exposure time free. The rest is the place of the camera: above
    the floor and aside of the middle of the panel, tilt down, pan; aside and pan are to the right
    of a person who faces the glass.
    """

    source: Annotated[str, Meta(min_length=1)] = "picamera"
    width: Annotated[int, Meta(ge=160, le=1920)] = 480
    height: Annotated[int, Meta(ge=160, le=1920)] = 640
    fps: Annotated[float, Meta(ge=5, le=120)] = 30.0
    rotate: Rotation | None = None
    flip: bool = False
    stall_s: Annotated[float, Meta(ge=0.5, le=60)] = 5.0
    mains_hz: Literal[0, 50, 60] = 50
    seed: Annotated[int, Meta(ge=0)] = 1
    act: str = ""
    lens: Literal["module-2", "module-3", "module-3-wide", "own"] = "module-3"
    fov_deg: Annotated[float, Meta(ge=20, le=140)] | None = None
    k1: Annotated[float, Meta(ge=-1, le=1)] = 0.0
    k2: Annotated[float, Meta(ge=-1, le=1)] = 0.0
    height_m: Annotated[float, Meta(ge=0.2, le=3)] = 1.2
    aside_m: Annotated[float, Meta(ge=-2, le=2)] = 0.0
    tilt_deg: Annotated[float, Meta(ge=-45, le=45)] = 0.0
    pan_deg: Annotated[float, Meta(ge=-45, le=45)] = 0.0
    roll_deg: Annotated[float, Meta(ge=-45, le=45)] = 0.0

    @property
    def turn(self) -> Rotation:
        """Degrees clockwise that put the frame upright.

        A camera module that lies across would lose most of its field in an upright frame, so it is
        taken to hang on its side.
        """
        if self.rotate is not None:
            return self.rotate
        hangs = self.source in ("picamera", "figure", "auto") and self.height > self.width
        return 90 if hangs else 0


class ModelSettings(_Section, frozen=True):
    """The pose model. An empty path means the bundle of that size in the user's cache folder.

    half_precision: the full model uses it where the processor can. workers: trackers that
    share the frames; 0: as many as the cores allow.
    """

    size: ModelSize = "full"
    half_precision: bool = True
    workers: Annotated[int, Meta(ge=0, le=3)] = 0
    path: str = ""


class ScreenSettings(_Section, frozen=True):
    """The display behind the mirror. The diagonal converts pixels to millimetres.

    line: where the line of the back is drawn. bottom_m: height of the lower edge of the lit area
    above the floor. gap_mm: from the reflecting face of the glass to the display.
    """

    diagonal_in: Annotated[float, Meta(ge=3, le=120)] = 32.0
    rotate: Rotation = 0
    fps: Annotated[int, Meta(ge=5, le=120)] = 30
    line: Literal["auto", "figure", "reflection"] = "auto"
    bottom_m: Annotated[float, Meta(ge=0, le=2.5)] = 0.75
    gap_mm: Annotated[float, Meta(ge=0, le=100)] = 5.0


class ButtonSettings(_Section, frozen=True):
    """GPIO (BCM) numbers of buttons wired between the pin and ground. `drill` is optional.

    side: the side of the frame that holds them, in the order next, previous, select, drill from
    above or from the left.
    """

    next: Pin = 17
    previous: Pin = 27
    select: Pin = 22
    drill: Pin | None = None
    side: Literal["left", "right", "bottom"] = "right"
    debounce_s: Annotated[float, Meta(ge=0.001, le=0.5)] = 0.05
    hold_s: Annotated[float, Meta(ge=0.3, le=10)] = 1.5


class SoundSettings(_Section, frozen=True):
    """Tones and voice. A volume of 0 is silence. voice: `cues` for cues, `all` also for counts."""

    volume: Annotated[float, Meta(ge=0, le=1)] = 0.5
    voice: Literal["off", "cues", "all"] = "cues"


class PresenceSettings(_Section, frozen=True):
    """The mirror without a person before it. `screen_off_s` 0 leaves the display on."""

    grace_s: Annotated[float, Meta(ge=1, le=600)] = 10.0
    looks_per_s: Annotated[float, Meta(ge=1.5, le=30)] = 2.0
    screen_off_s: Annotated[float, Meta(ge=0)] = 600.0


class CoachSettings(_Section, frozen=True):
    """The first variation, and the language of the mirror (a file of `config/languages`).

    target: reps of a set, 0 for none. eye: the one that sees the line on the reflection; the other
    one sees it 3 cm aside.
    """

    variation: Annotated[str, Meta(min_length=1)] = "basic"
    language: Annotated[str, Meta(pattern="^[a-z]{2,3}(-[A-Za-z]+)?$")] = "en"
    target: Annotated[int, Meta(ge=0, le=100)] = 10
    body_height_m: Annotated[float, Meta(ge=1.0, le=2.3)] | None = None
    eye: Literal["left", "right", "both"] = "right"


class HistorySettings(_Section, frozen=True):
    """How finished sets are kept, and for how long."""

    keep: bool = True
    least_reps: Annotated[int, Meta(ge=1, le=100)] = 3
    days: Annotated[int, Meta(ge=1, le=36500)] = 1100
    megabytes: Annotated[int, Meta(ge=1, le=100000)] = 500
    compare: bool = True
    battery_clock: bool = False


class NetworkSettings(_Section, frozen=True):
    """The MQTT broker that finished sets are sent to; an empty one means no network at all."""

    broker: str = ""
    port: Annotated[int, Meta(ge=1, le=65535)] = 8883
    tls: bool = True
    ca_file: str = ""
    user: str = ""
    password_file: str = ""
    name: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]*$")] = ""
    topic: Annotated[str, Meta(pattern="^[^+#/][^+#]*[^+#/]$")] = "hinge-mirror"
    discovery: Annotated[str, Meta(pattern="^[^+#]*$")] = "homeassistant"
    queue: Annotated[int, Meta(ge=1, le=100000)] = 1000


class Settings(_Section, frozen=True):
    """The whole configuration."""

    camera: CameraSettings = CameraSettings()
    model: ModelSettings = ModelSettings()
    screen: ScreenSettings = ScreenSettings()
    buttons: ButtonSettings = ButtonSettings()
    sound: SoundSettings = SoundSettings()
    presence: PresenceSettings = PresenceSettings()
    coach: CoachSettings = CoachSettings()
    history: HistorySettings = HistorySettings()
    network: NetworkSettings = NetworkSettings()


def default_file() -> Path:
    """The file read when none is named: the system's, else the shipped one."""
    try:
        is_there = SYSTEM_CONFIG.exists()
    except OSError:  # its folder may not be entered: reading it then raises the error
        is_there = True
    return SYSTEM_CONFIG if is_there else shipped("mirror.toml")


def state_folder() -> Path:
    """Folder of the finished sets and of the calibration; it may not exist yet.

    `hinge-mirror` in XDG_STATE_HOME if that is set (the unit sets it), else the system's folder if
    there is one, else the user's.

    Raises:
        ConfigError: the user has no home, and nothing else is set.
    """
    # The XDG base directory specification says that a relative path is to be ignored.
    base = Path(os.environ.get("XDG_STATE_HOME", ""))
    if base.is_absolute():
        return base / "hinge-mirror"
    if SYSTEM_STATE.is_dir():
        return SYSTEM_STATE
    try:
        return Path.home() / ".local" / "state" / "hinge-mirror"
    except RuntimeError as error:
        raise ConfigError(
            "there is no home folder to keep finished sets in: set XDG_STATE_HOME."
        ) from error


def cache_folder() -> Path:
    """Folder of files that can be made again; it may not exist yet.

    `hinge-mirror` in XDG_CACHE_HOME if that is set (the unit sets it), else in the user's home.

    Raises:
        ConfigError: the user has no home, and XDG_CACHE_HOME is not set.
    """
    # The XDG base directory specification says that a relative path is to be ignored.
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not base.is_absolute():
        try:
            base = Path.home() / ".cache"
        except RuntimeError as error:
            raise ConfigError("there is no home folder: set XDG_CACHE_HOME.") from error
    return base / "hinge-mirror"


def shipped(name: str) -> Path:
    """Path of a file of `config/`: in the wheel as package data, in a checkout beside it."""
    package = Path(__file__).parent
    inside = package / "_config" / name
    return inside if inside.exists() else package.parent / "config" / name


def load(path: Path) -> Settings:
    """Read one TOML file.

    Raises:
        ConfigError: the file cannot be read, is not TOML, or holds an unknown key or bad value.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:  # also of bytes, of huge numbers, and of depth
        raise ConfigError(f"{path}: is not valid TOML: {error}.") from error
    try:
        settings = msgspec.convert(data, Settings)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {_explain(str(error), data)}.") from error
    _check_pins(path, settings.buttons)
    if settings.network.broker and not settings.history.keep:
        raise ConfigError(
            f"{path}: network.broker = {settings.network.broker!r}: sets are sent to a broker "
            "only where history.keep = true."
        )
    _check_lens(path, settings.camera)
    return settings


def quoted(value: object) -> str:
    """Format a value of a file for a sentence: on one line, and cut to a length."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a number of too many digits, tables of too many steps
        return "(too long to show)"
    return text if len(text) <= LONGEST_QUOTED else f"{text[:LONGEST_QUOTED]}..."


def named(key: str) -> str:
    """Format a key of a file for a sentence: unchanged where that is plain."""
    return key if key.isprintable() and len(key) <= LONGEST_QUOTED else quoted(key)


def to_toml(settings: Settings) -> str:
    """The effective settings as TOML text, for `check`. Unset optional keys are left out."""
    sections = {
        name: {key: value for key, value in section.items() if value is not None}
        for name, section in msgspec.to_builtins(settings).items()
    }
    return msgspec.toml.encode(sections).decode()


def _explain(message: str, data: dict[str, Any]) -> str:
    """`Expected X - at `$.a.b`` -> `a.b = 5: expected X`."""
    # From the right: an unknown key is the file's own text and may hold anything.
    reason, at, where = message.rpartition(" - at `$")
    reason = reason if at else message
    keys = where.strip("`.") if at else ""
    if reason.startswith("Object contains unknown field"):
        field = reason.partition("`")[2].removesuffix("`")
        key = ".".join(filter(None, [keys, field]))
        return f"unknown key {named(key)}{nearest(key, _known_keys())}"
    value: Any = data
    kind: Any = Settings
    for key in keys.split("."):
        value = value.get(key) if isinstance(value, dict) else None
        kind = get_type_hints(kind).get(key) if isinstance(kind, type) else None
    return f"{keys} = {quoted(value)}: {expected(reason, kind)}"


def _known_keys() -> list[str]:
    """Tables and keys, each key with its table."""
    tables = msgspec.to_builtins(Settings())
    return [*tables, *(f"{table}.{key}" for table, keys in tables.items() for key in keys)]


def _check_lens(path: Path, camera: CameraSettings) -> None:
    if camera.lens == "own":
        if camera.fov_deg is None:
            raise ConfigError(f"{path}: camera.lens = 'own': camera.fov_deg must be given, too.")
        return
    for key in ("fov_deg", "k1", "k2"):
        if value := getattr(camera, key):
            raise ConfigError(
                f"{path}: camera.{key} = {value!r}: counts only with camera.lens = 'own'."
            )


def _check_pins(path: Path, buttons: ButtonSettings) -> None:
    seen: dict[int, str] = {}
    for name in ("next", "previous", "select", "drill"):
        pin = getattr(buttons, name)
        if pin is None:
            continue
        if pin in seen:
            raise ConfigError(
                f"{path}: buttons.{name} = {pin}: the pin is already used by buttons.{seen[pin]}."
            )
        seen[pin] = name
