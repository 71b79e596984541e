"""Run as a script, `copy_file.py SOURCE TARGET`: TARGET becomes a copy of SOURCE, at once or not at all.

A process of its own, because closing a file that DuckDB has open drops DuckDB's lock on it (POSIX locks belong to the process, not to
the descriptor). Only the standard library, and little of it: it starts in 20 ms.
"""

import os
import sys

CHUNK = 64 * 1024 * 1024
FICLONE = 0x40049409  # linux/fs.h: share the blocks of another file, where the file system can (btrfs, XFS)


def copy(source: str, target: str) -> None:
    """Copies by cloning blocks, else within the kernel, else by reading; syncs, makes it read-only, renames it into place."""
    partial = f"{target}.{os.getpid()}.partial"
    reading = os.open(source, os.O_RDONLY)
    try:
        writing = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            if not _cloned(reading, writing):
                _copied(reading, writing, os.fstat(reading).st_size)
            os.fchmod(writing, 0o444)
            os.fsync(writing)
        finally:
            os.close(writing)
        os.replace(partial, target)  # noqa: PTH105  pathlib costs 10 ms at start-up
    except BaseException:
        if os.path.exists(partial):  # noqa: PTH110
            os.unlink(partial)  # noqa: PTH108
        raise
    finally:
        os.close(reading)
    folder = os.open(os.path.dirname(target) or ".", os.O_RDONLY)  # noqa: PTH120
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _cloned(reading: int, writing: int) -> bool:
    try:
        import fcntl

        fcntl.ioctl(writing, FICLONE, reading)
    except (ImportError, OSError):  # this file system copies
        return False
    return True


def _copied(reading: int, writing: int, size: int) -> None:
    done = 0
    while done < size:
        sent = os.sendfile(writing, reading, done, min(CHUNK, size - done)) if hasattr(os, "sendfile") else _by_reading(reading, writing)
        if sent == 0:
            raise OSError(f"{size - done} bytes of the source could not be read")
        done += sent


def _by_reading(reading: int, writing: int) -> int:
    return os.write(writing, os.read(reading, 1024 * 1024))


if __name__ == "__main__":
    try:
        copy(sys.argv[1], sys.argv[2])
    except OSError as error:
        sys.exit(str(error))
