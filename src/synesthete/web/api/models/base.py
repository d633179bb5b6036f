"""What every model of the API shares, and the one shape of an error."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""An id in a question: no larger than every client and every database can say exactly."""


class Answer(BaseModel):
    """What the server says. Fields are always present; what is not known is null."""

    model_config = ConfigDict(
        frozen=True, json_schema_serialization_defaults_required=True, from_attributes=True
    )


class Question(BaseModel):
    """What a client says. A field we do not know is refused, so that a typing error is noticed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Problem(Answer):
    """What went wrong, in words."""

    what: str = Field(description="What happened.")
    subject: str | None = Field(None, description="Which file, id or field it happened to.")
    hint: str | None = Field(None, description="What to do next.")


class ErrorAnswer(Answer):
    """The body of every answer that is not a success."""

    error: Problem


class Done(Answer):
    """How many things a change touched."""

    changed: int = Field(description="0 means that it was so already.")
