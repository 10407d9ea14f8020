"""What a folder that cannot be written to, or a full disk, means for whoever typed a command."""

import errno
import sqlite3

NOT_WRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS)
NO_FOLDER = (errno.ENOTDIR, errno.EEXIST, errno.ENOENT, errno.ENAMETOOLONG)
FULL = (errno.ENOSPC, errno.EDQUOT)
FOLDERS = "set CLEW_DATA to another folder, or TMPDIR if it is a temporary file"


def trouble(error: OSError | sqlite3.OperationalError) -> str | None:
    """A sentence about an error of the disk that says what to do; None for any other error."""
    if isinstance(error, sqlite3.OperationalError):
        said = str(error)
        disk = ("disk is full", "readonly", "unable to open", "disk I/O")
        if any(words in said for words in disk):
            return f"a database of the data folder cannot be used ({said}): make room; {FOLDERS}"
        return None
    if "temporary directory" in str(error):  # of Python's tempfile
        return "there is no folder for temporary files: set TMPDIR to one that can be written to"
    what = error.filename if isinstance(error.filename, str) else ""
    if error.errno in FULL:
        return f"the disk{what and f' of {what}'} is full: make room; {FOLDERS}"
    if error.errno in NOT_WRITABLE:
        return f"{what or 'a file'} cannot be written to ({error.strerror}): {FOLDERS}"
    if error.errno in NO_FOLDER and error.filename:
        return f"{what} cannot be used ({error.strerror}): {FOLDERS}"
    return None
