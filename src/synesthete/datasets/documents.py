"""Opening what people hand over: a file, a folder, an archive, compressed or not.

Everything becomes documents: named streams of bytes that are read once, from the front, so that
memory does not grow with size. Compression is told by the first bytes, never by the name.
"""

from __future__ import annotations

import bz2
import errno
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from synesthete.datasets.facts import sayable
from synesthete.errors import FormatError, InputError

HEAD_BYTES = 65_536
"""How much of a document is looked at to recognize it."""

COMPRESSED: dict[bytes, Callable[..., Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
}
"""First bytes of gzip (RFC 1952), bzip2 and xz, and who opens them."""

ZIP = b"PK\x03\x04"
DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError, zipfile.BadZipFile)
IGNORED = {"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Document:
    """One named stream of bytes: a file, or a member of an archive."""

    path: Path
    member: str | None = None

    @property
    def name(self) -> str:
        """What people call it: the path, and the member after a colon; ? for what is no text in it."""
        return sayable(str(self.path) if self.member is None else f"{self.path}:{self.member}")

    @property
    def title(self) -> str:
        """The bare file name without folders and endings, as a playlist would be called."""
        name = PurePosixPath(self.member).name if self.member else self.path.name
        for ending in (".gz", ".bz2", ".xz"):
            name = name.removesuffix(ending)
        return sayable(PurePosixPath(name).stem)

    @property
    def suffix(self) -> str:
        """The lower-case ending that tells the format, compression endings left aside."""
        name = PurePosixPath(self.member).name if self.member else self.path.name
        for ending in (".gz", ".bz2", ".xz"):
            name = name.removesuffix(ending)
        return PurePosixPath(name).suffix.lower()

    @property
    def folder(self) -> Path | None:
        """Where relative paths start; None inside an archive, where they lead nowhere."""
        return self.path.parent if self.member is None else None

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """The bytes, decompressed. Damaged or truncated compression is a `FormatError`."""
        with ExitStack() as stack:
            try:
                yield _decompressed(self._raw(stack), stack)
            except (*DAMAGE, OSError) as error:
                if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
                    raise  # the disk's own fault; bzip2 tells of damage by an OSError without a number, and
                    # a zip whose list of members is damaged leads to places before its beginning
                raise FormatError(
                    f"the compressed data is damaged or cut off ({error or type(error).__name__})",
                    subject=self.name,
                    hint="Copy or download it again; nothing of it was imported.",
                ) from error

    def head(self) -> bytes:
        """The first bytes, decompressed, enough to recognize the kind."""
        with self.opened() as stream:
            return stream.read(HEAD_BYTES)

    def _raw(self, stack: ExitStack) -> BinaryIO:
        if self.member is None:
            plain = cast(io.BufferedReader, stack.enter_context(_open(self.path)))
            if plain.peek(4)[:4] == ZIP:
                raise zipfile.BadZipFile("an archive without its list of members")
            return plain
        archive = stack.enter_context(zipfile.ZipFile(self.path))
        try:
            return cast(BinaryIO, stack.enter_context(archive.open(self.member)))
        except RuntimeError as error:  # zipfile says so for encrypted members
            raise FormatError(
                f"this archive member cannot be opened ({error})", subject=self.name, hint="Unpack it first."
            ) from error


def documents(path: Path) -> list[Document]:
    """Every document in a file, folder or zip archive, in the order of their names."""
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.is_file() and not IGNORED & set(p.parts))
        return [document for file in files for document in documents(file)]
    if not path.exists():
        raise InputError("there is no such file or folder", subject=path)
    with _open(path) as stream:
        zipped = stream.read(4) == ZIP
    if not zipped:
        return [Document(path)]
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m.filename for m in archive.infolist() if not m.is_dir()]
    except zipfile.BadZipFile:
        return [Document(path)]  # opening it says what is wrong, and other files are read meanwhile
    return [Document(path, m) for m in sorted(members) if not IGNORED & set(PurePosixPath(m).parts)]


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(f"cannot be opened ({error.strerror})", subject=path) from error


def _decompressed(raw: BinaryIO, stack: ExitStack) -> BinaryIO:
    buffered = raw if isinstance(raw, io.BufferedReader) else io.BufferedReader(cast(io.RawIOBase, raw))
    start = buffered.peek(6)[:6]
    for magic, opener in COMPRESSED.items():
        if start.startswith(magic):
            inner = stack.enter_context(opener(buffered, "rb"))
            return cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, inner)))
    return cast(BinaryIO, buffered)
