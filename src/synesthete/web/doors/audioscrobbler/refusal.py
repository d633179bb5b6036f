"""A refusal in the contract's own words."""

from __future__ import annotations

from enum import IntEnum

from synesthete.errors import SynestheteError


class Code(IntEnum):
    """Error codes of the 2.0 contract that we have use for."""

    NO_SUCH_METHOD = 3
    WRONG_LOGIN = 4
    WRONG_PARAMETERS = 6
    WRONG_SESSION = 9


class Refusal(SynestheteError):
    """Raised where a request cannot be answered; 1.2 says the same in one word."""

    def __init__(self, code: Code, what: str):
        super().__init__(what)
        self.code = code
