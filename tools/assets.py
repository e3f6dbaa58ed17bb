"""Makes the style sheets, the script and the icon of the pages in static/dist, from nhsuk-frontend and static/src."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from tools import node
from tools.steps import ROOT, StepError, command, step, write_whole

SOURCE = ROOT / "static" / "src"
DIST = ROOT / "static" / "dist"
MANIFEST = DIST / "manifest.json"
_STAMP = DIST / ".inputs"
_NHSUK = ROOT / "node_modules" / "nhsuk-frontend" / "dist" / "nhsuk"

#: Where class names may be written. Tests are left out: they would keep styles that no page uses.
_CODE_FOLDERS = ("core", "i18n", "mail", "accounts", "panel", "engagements", "surveys", "expenses", "feedback", "demo")

#: The font that nhsuk-frontend names is fetched from a third party and licensed to the NHS alone.
_THEIR_FONT = re.compile(r"font-family:\s*Frutiger W01[^;}]*")
_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_ICON = re.compile(r"url\(\s*[\"']?/assets/([\w/.-]+\.svg)[\"']?\s*\)")

_WORD = re.compile(r"[A-Za-z][\w-]*")
#: A class name finished by a value: `nhsuk-tag--{{ kind }}`, `'nhsuk-tag--' ~ kind`, f"nhsuk-tag--{kind}".
_OPEN_ENDED = re.compile(r"""([A-Za-z][\w-]*-)(?:\{\{[^{}]*\}\}|\{[\w.]+\}|["']\s*~[^~{}]*(?:~\s*["'])?)([\w-]*)""")


def build() -> None:
    """Bring static/dist up to date; nothing happens when what it is made from has not changed."""
    if is_current():
        return
    node.install_packages()
    with step("Building the style sheets"):
        sheet = _sheet()
        kept = sorted(used_names(sheet, _texts()))
        left_to_right = _purge(sheet, kept)
        files = {
            "app.css": left_to_right,
            "app.rtl.css": _mirror(left_to_right),
            "app.js": _minify((SOURCE / "app.js").read_text(encoding="utf-8"), "js"),
            "favicon.svg": (SOURCE / "favicon.svg").read_text(encoding="utf-8"),
        }
        _write({name: text.encode() for name, text in files.items()})
        write_whole(_STAMP, _inputs().encode())


def is_current() -> bool:
    """Return whether static/dist was made from what is there now."""
    return _is_whole() and _STAMP.exists() and _STAMP.read_text() == _inputs()


def _texts() -> list[str]:
    """Return the text of every file that may name a class."""
    paths = [*(ROOT / "templates").rglob("*.html"), *SOURCE.glob("*.js"), ROOT / "app.py"]
    for folder in _CODE_FOLDERS:
        paths += (ROOT / folder).rglob("*.py")
    return [path.read_text(encoding="utf-8") for path in sorted(paths) if path.exists()]


def _inputs() -> str:
    """Return a hash of all that the result depends on, or "" before the packages are there.

    Of templates and code only the names that the style sheet knows count, so editing words costs no build.
    """
    if not _NHSUK.exists():
        return ""
    digest = hashlib.sha256()
    for path in (Path(__file__), ROOT / "package-lock.json", *sorted(SOURCE.iterdir())):
        digest.update(path.read_bytes())
    digest.update(" ".join(sorted(used_names(_sheet(), _texts()))).encode())
    return digest.hexdigest()


def _names(texts: list[str]) -> tuple[set[str], set[str]]:
    """Return the words of `texts`, and a pattern for every name that is finished by a value."""
    words: set[str] = set()
    patterns: set[str] = set()
    for text in texts:
        words.update(_WORD.findall(text))
        for start, end in _OPEN_ENDED.findall(text):
            if start.startswith(("nhsuk-", "app-")) and (end or start not in {"nhsuk-", "app-"}):
                patterns.add(rf"{re.escape(start)}[\w-]+{re.escape(end)}")
    return words, patterns


def used_names(sheet: str, texts: list[str]) -> set[str]:
    """Return the names in `sheet` that a page made from `texts` may use."""
    words, patterns = _names(texts)
    either = re.compile("|".join(sorted(patterns)) or r"(?!)")
    return {name for name in _WORD.findall(sheet) if name in words or either.fullmatch(name)}


def _sheet() -> str:
    """Return nhsuk-frontend's sheet, which then asks nobody else for anything, followed by the project's own."""
    theirs = (_NHSUK / "nhsuk-frontend.min.css").read_text(encoding="utf-8")
    theirs = re.sub(r"/\*# sourceMappingURL.*?\*/", "", _FONT_FACE.sub("", theirs))
    theirs = _THEIR_FONT.sub("font-family:var(--app-font)", theirs)
    return theirs + (SOURCE / "app.css").read_text(encoding="utf-8")


def _embed(match: re.Match[str]) -> str:
    return f'url("data:image/svg+xml;base64,{base64.b64encode((_NHSUK / "assets" / match[1]).read_bytes()).decode()}")'


def _purge(sheet: str, kept: list[str]) -> str:
    """Return `sheet`, minified, without the rules that apply to nothing on any page."""
    with TemporaryDirectory() as folder:
        paths = {name: Path(folder) / name for name in ("all.css", "names.txt", "config.cjs", "app.css")}
        paths["all.css"].write_text(sheet, encoding="utf-8")
        paths["names.txt"].write_text("\n".join(kept), encoding="utf-8")
        options = {"content": [str(paths["names.txt"])], "css": [str(paths["all.css"])], "keyframes": True}
        extractor = r"(content) => content.split('\n')"
        config = f"module.exports = {{...{json.dumps(options)}, defaultExtractor: {extractor}}};"
        paths["config.cjs"].write_text(config, encoding="utf-8")
        arguments = ("--config", paths["config.cjs"], "--output", paths["app.css"])
        command([node.tool("purgecss"), *arguments], "The style sheet could not be reduced.", node.environ())
        purged = paths["app.css"].read_text(encoding="utf-8")
    purged = _minify(_ICON.sub(_embed, purged), "css")
    if outside := re.search(r"@import|@font-face|url\(\s*[\"']?(?!data:|[\"']?#)[^)]{0,60}", purged):
        raise StepError(f"The style sheet would fetch something else: {outside[0]}.")
    return purged


def _mirror(sheet: str) -> str:
    """Return `sheet` for right-to-left pages."""
    with TemporaryDirectory() as folder:
        source, target = Path(folder) / "app.css", Path(folder) / "app.rtl.css"
        source.write_text(sheet, encoding="utf-8")
        command([node.tool("rtlcss"), source, target], "The style sheet could not be mirrored.", node.environ())
        return _minify(target.read_text(encoding="utf-8"), "css")


def _minify(text: str, kind: str) -> str:
    """Return `text` (kind css or js) without comments and spaces; a syntax error in it fails the build."""
    with TemporaryDirectory() as folder:
        source, target = Path(folder) / f"in.{kind}", Path(folder) / f"out.{kind}"
        source.write_text(text, encoding="utf-8")
        options = ["--minify", "--charset=utf8", "--log-level=warning", f"--outfile={target}"]
        # No --target for CSS: lowering logical properties would fix the direction that they leave open.
        options += ["--target=es2020", "--format=esm"] if kind == "js" else []
        said = command([node.tool("esbuild"), source, *options], f"app.{kind} is not right.", node.environ())
        if kind == "js" and said.strip():
            raise StepError("app.js is not right.", said)
        return target.read_text(encoding="utf-8")


def _write(files: dict[str, bytes]) -> None:
    """Write each file under a name with its hash, plain and compressed, then the manifest, then drop the old ones."""
    import brotli  # the one library this needs: a start that finds all current has no time to wait for it

    manifest = {}
    for name, content in files.items():
        stem, dot, suffix = name.rpartition(".")
        hashed = f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}{dot}{suffix}"
        manifest[name] = hashed
        write_whole(DIST / hashed, content)
        write_whole(DIST / f"{hashed}.gz", gzip.compress(content, 9, mtime=0))
        write_whole(DIST / f"{hashed}.br", brotli.compress(content, quality=11))
    write_whole(MANIFEST, json.dumps(manifest, indent=2).encode())
    current = {f"{name}{end}" for name in manifest.values() for end in ("", ".gz", ".br")} | {MANIFEST.name}
    for path in DIST.iterdir():
        if path.name not in current:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _is_whole() -> bool:
    try:
        manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return all((DIST / f"{name}{end}").exists() for name in manifest.values() for end in ("", ".gz", ".br"))
