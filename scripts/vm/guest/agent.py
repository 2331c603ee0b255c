"""Run in the virtual machine: take commands from a virtual serial port and return their output.

A line in is JSON: {"command": shell text, "timeout": seconds}. A line out is JSON: {"code", "out"}.
"""

import json
import subprocess

PORT = "/dev/virtio-ports/agent"


def send(port, answer):
    """Write all; the port may take only a part at a time."""
    rest = json.dumps(answer).encode() + b"\n"
    while rest:
        rest = rest[port.write(rest) or 0 :]


with open(PORT, "r+b", buffering=0) as port:
    send(port, {"up": True})
    rest = b""
    while True:
        rest += port.read(65536) or b""
        while b"\n" in rest:
            line, _, rest = rest.partition(b"\n")
            asked = json.loads(line)
            try:
                done = subprocess.run(
                    ["bash", "-c", asked["command"]],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    timeout=asked["timeout"],
                    check=False,
                )
                answer = {"code": done.returncode, "out": done.stdout.decode(errors="replace")}
            except subprocess.TimeoutExpired as late:
                answer = {"code": 124, "out": (late.stdout or b"").decode(errors="replace")}
            send(port, answer)
