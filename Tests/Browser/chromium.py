"""Drives a Chromium by the DevTools protocol over two pipes, with Python's standard library alone."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path


def find():
    """The path of a Chromium or Chrome, or None."""
    names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


class Failed(Exception):
    pass


class Chromium:
    """A browser without a window. What its page says on the console, and errors, are in `messages`."""

    def __init__(self, program, seconds=60):
        self.deadline = time.monotonic() + seconds
        self.messages = []
        self._buffer = b""
        self._number = 0
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        # The browser reads commands at descriptor 3 and writes answers at 4.
        reader, self._commands = os.pipe()
        self._answers, writer = os.pipe()
        arguments = [
            program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
            "--remote-debugging-pipe", "--no-first-run", f"--user-data-dir={self._folder.name}", "about:blank",
        ]
        script = f'exec 3<&{reader} 4>&{writer}; exec "$@"'
        self._process = subprocess.Popen(
            ["bash", "-c", script, "bash", *arguments], pass_fds=[reader, writer], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(reader)
        os.close(writer)
        target = self._send("Target.createTarget", {"url": "about:blank"})["targetId"]
        self._session = self._send("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        for domain in ["Page", "Runtime", "Log", "Network"]:
            self.send(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        os.close(self._commands)
        os.close(self._answers)
        self._folder.cleanup()

    def send(self, method, parameters=None):
        """A command to the page."""
        return self._send(method, parameters, self._session)

    def _send(self, method, parameters=None, session=None):
        self._number += 1
        command = {"id": self._number, "method": method, "params": parameters or {}}
        if session:
            command["sessionId"] = session
        data = json.dumps(command).encode() + b"\0"
        while data:
            data = data[os.write(self._commands, data):]
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise Failed(f"{method}: {answer['error']}")
                return answer["result"]

    def _read(self):
        while b"\0" not in self._buffer:
            left = self.deadline - time.monotonic()
            if left <= 0 or not select.select([self._answers], [], [], left)[0]:
                raise Failed("the browser does not answer")
            part = os.read(self._answers, 1 << 20)
            if not part:
                raise Failed("the browser has ended")
            self._buffer += part
        line, self._buffer = self._buffer.split(b"\0", 1)
        message = json.loads(line)
        self._note(message.get("method"), message.get("params", {}))
        return message

    def _note(self, method, what):
        if method == "Runtime.exceptionThrown":
            details = what["exceptionDetails"]
            self.messages.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Runtime.consoleAPICalled" and what["type"] in ("error", "warning", "assert"):
            self.messages.append(" ".join(str(one.get("value", one.get("description"))) for one in what["args"]))
        elif method == "Log.entryAdded" and what["entry"]["level"] in ("error", "warning"):
            self.messages.append(what["entry"]["text"])
        elif method == "Network.requestWillBeSent" and not what["request"]["url"].startswith(("file:", "data:", "about:")):
            self.messages.append(f"a request to {what['request']['url'][:100]}")

    def ask(self, expression):
        """The value of a JavaScript expression in the page; a promise is waited for."""
        answer = self.send("Runtime.evaluate", {"expression": expression, "returnByValue": True, "awaitPromise": True})
        if "exceptionDetails" in answer:
            raise Failed(f"{expression}: {answer['exceptionDetails'].get('exception', {}).get('description')}")
        return answer["result"].get("value")

    def open(self, path, width=1280, height=900, dark=False, script=True):
        """Shows a file, and waits until its charts are drawn."""
        end = time.monotonic() + 60
        # A page without scripts that is still read would begin to run those that come when they are allowed again.
        self.send("Page.navigate", {"url": "about:blank"})
        while self.ask("document.URL") != "about:blank" and time.monotonic() < end:
            time.sleep(0.02)
        self.send("Emulation.setScriptExecutionDisabled", {"value": not script})
        self.look(width, height, dark)
        self.send("Page.navigate", {"url": Path(path).resolve().as_uri()})
        while script and self.ask("document.readyState === 'complete' && document.documentElement.dataset.drawn") in (None, False):
            if time.monotonic() > end:
                raise Failed(f"{path} does not become a page with charts")
            time.sleep(0.05)

    def hover_over_image(self):
        """What is wrong where the pointer is on a point of the map that has a picture; nothing where there is no such point."""
        # Scrolling hides what the pointer is on, and is noticed with the next frame.
        place = self.ask("""(async () => {
          const chart = document.getElementById('chart-features');
          chart?.scrollIntoView({ behavior: 'instant', block: 'center' });
          for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
          for (const point of document.querySelectorAll('#chart-features .mark-symbol path')) {
            const box = point.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
            if (point.__data__?.datum?.image === undefined || document.elementFromPoint(x, y) !== point) continue;
            return [x, y];
          }
        })()""")
        if not place:
            return ""
        self.send("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": place[0], "y": place[1]})
        for _ in range(40):
            if self.ask("!document.getElementById('tooltip').hidden"):
                break
            time.sleep(0.05)
        loaded = self.ask("document.querySelector('#tooltip:not([hidden]) img')?.decode().then(() => true, () => false)")
        self.send("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": 1, "y": 1})
        return "" if loaded else "the pointer is on one, and shows none"

    def look(self, width=1280, height=900, dark=False, media=""):
        self.send("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", {"media": media, "features": [scheme]})

    def picture(self, path, whole=False, top=0, height=None):
        """A screenshot as PNG: of what a screen shows, of the whole page, or of a part of it."""
        parameters = {"format": "png", "captureBeyondViewport": whole or height is not None}
        if whole or height is not None:
            size = self.ask("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
            parameters["clip"] = {"x": 0, "y": top, "width": size[0], "height": height or size[1], "scale": 1}
        data = self.send("Page.captureScreenshot", parameters)["data"]
        Path(path).write_bytes(base64.b64decode(data))

    def paper(self, path):
        """The page as it is printed: PDF, A4."""
        data = self.send("Page.printToPDF", {"paperWidth": 8.27, "paperHeight": 11.69, "printBackground": True, "preferCSSPageSize": True})["data"]
        Path(path).write_bytes(base64.b64decode(data))
