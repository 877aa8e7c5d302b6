"""The one error of this package."""


class ServerError(Exception):
    """An embedded server cannot be had. The message is one line for a person and names a way out."""
