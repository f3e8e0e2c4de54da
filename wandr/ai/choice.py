"""Which assistant answers: the operator's choice, with the built-in one behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from wandr.ai.assistant import Assistant
from wandr.ai.chat.model_assistant import ModelAssistant
from wandr.ai.embedded import EmbeddedAssistant
from wandr.ai.providers.anthropic import Anthropic
from wandr.ai.providers.openai_compatible import OpenAiCompatible
from wandr.ai.providers.provider import Endpoint, Provider
from wandr.config import Settings

EMBEDDED: Final = EmbeddedAssistant()
PROVIDERS: Final[Mapping[str, Callable[[Endpoint], Provider]]] = {
    OpenAiCompatible.name: OpenAiCompatible,
    Anthropic.name: Anthropic,
}
MAKERS: Final = {
    OpenAiCompatible.name: "https://api.openai.com/v1",
    Anthropic.name: "https://api.anthropic.com/v1",
}


def assistant_for(settings: Settings) -> Assistant:
    """The assistant that the settings name."""
    make = PROVIDERS.get(settings.ai_provider)
    if make is None:
        return EMBEDDED
    base_url = settings.ai_base_url or MAKERS[settings.ai_provider]
    return ModelAssistant(
        make(Endpoint(base_url, settings.ai_model, settings.ai_api_key)), EMBEDDED
    )
