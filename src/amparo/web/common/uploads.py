"""An upload kept under its own (made safe) name in a folder of the caller's, written piece by piece."""

from pathlib import Path

from django.core.exceptions import BadRequest
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.utils.text import get_valid_filename

from amparo.base import AmparoError, gettext_noop


class DiskFull(AmparoError):
    code = "W003"
    sentence = gettext_noop("The file could not be written: %(why)s.")
    advice = gettext_noop("Nothing was kept. Free some space on the server's disk, then send it again.")
    exit_code = 3


class UploadDidNotFit(DiskFull, BadRequest):
    """The same, while the request is still read: before any view could say it."""


class SayingUploadHandler(TemporaryFileUploadHandler):
    """Writes an upload to disk as it comes in; a full disk is said in words, and leaves nothing behind."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        try:
            self.file.write(raw_data)
            self.file.file.flush()
        except OSError as error:
            self.upload_interrupted()
            raise UploadDidNotFit(why=error.strerror or str(error)) from error


def kept(upload: UploadedFile, place: Path) -> Path:
    """Write `upload` into `place` and return its path. Raises DiskFull; then nothing is left behind."""
    path = place / get_valid_filename(Path(upload.name or "upload").name or "upload")
    try:
        with path.open("wb") as stream:
            for chunk in upload.chunks():
                stream.write(chunk)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise DiskFull(why=error.strerror or str(error)) from error
    return path
