"""Runs in the virtual machine: commands come by a virtual serial port, what they said goes back.

A line in is JSON: {"command": shell text, "timeout": seconds}. A line out is JSON: {"code", "out"}.
"""

import json
import subprocess

PORT = "/dev/virtio-ports/agent"

with open(PORT, "r+b", buffering=0) as port:
    port.write(b'{"up": true}\n')
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
            port.write(json.dumps(answer).encode() + b"\n")
