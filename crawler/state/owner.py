"""Who holds a lease: a process that can be seen to live, by a lock that dies with it."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import socket
from pathlib import Path

from crawler.state.db import DatabaseError


class Owner:
    """This process's name on leases, alive until `close` or the process's end.

    Raises DatabaseError where the data folder cannot be written.

    A name begins with the data folder it works in: only there can another process see whether it
    still lives. A pid would not do: after a reboot another process has it.
    """

    def __init__(self, data: Path) -> None:
        self._folder = data / "owners"
        self._here = _place(data)
        self.name = f"{self._here}-{os.getpid()}-{secrets.token_hex(4)}"
        made = self._folder / f".{self.name}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock = made.open("w")
        except OSError as error:
            reason = error.strerror or error
            raise DatabaseError(f"cannot write to {self._folder}: {reason}") from error
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        made.rename(self._path(self.name))  # locked before anyone can look at it

    def is_dead(self, name: str) -> bool:
        """Tell whether an owner is known to have ended; of another machine's nothing is known."""
        if not name.startswith(f"{self._here}-"):
            return False
        try:
            with self._path(name).open() as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._path(name).unlink(missing_ok=True)
        except FileNotFoundError:
            return True
        except OSError:  # locked: it lives
            return False
        return True

    def close(self) -> None:
        """Give the name up."""
        self._path(self.name).unlink(missing_ok=True)
        self._lock.close()

    def _path(self, name: str) -> Path:
        return self._folder / name


def _place(data: Path) -> str:
    machine = Path("/etc/machine-id")
    name = machine.read_text().strip() if machine.exists() else socket.gethostname()
    return hashlib.sha256(f"{name}:{data.resolve()}".encode()).hexdigest()[:16]
