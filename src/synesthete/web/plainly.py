"""Scores in plain words, for people who never heard of recall."""

from __future__ import annotations

import re

_AT = re.compile(r"@(\d+)")

_MEANINGS: tuple[tuple[str, str], ...] = (
    ("ndcg", "how well what was really played is placed in the first {k}: 1 is perfect, 0 is never there"),
    ("recall", "of the tracks really played, this share was among the first {k} recommended"),
    ("precision", "of the first {k} recommended, this share was really played"),
    ("hit", "this share of lists of {k} held the track that was really played next"),
    ("mrr", "one over the place of the track really played, on average: 0.5 means second place"),
    ("map", "how high right answers stand in the list, on average: 1 is perfect"),
    ("p@", "of the first {k} answers, this share was right"),
    ("coverage", "this share of the catalog was recommended to somebody"),
    ("novelty", "how little known the recommendations are; higher is rarer"),
    ("diversity", "how different the tracks of one list are from each other"),
    ("r-precision", "of as many recommendations as were hidden, this share was right"),
    ("clicks", "how many refreshes of ten a person needed until the first right one"),
)


def metric_in_words(metric: str, value: float) -> str:
    """What a score means, with its value.

    >>> metric_in_words("recall@10", 0.25)
    '0.250: of the tracks really played, this share was among the first 10 recommended'
    """
    name = metric.casefold()
    found = _AT.search(name)
    k = found.group(1) if found else "ten"
    meaning = next((words.format(k=k) for start, words in _MEANINGS if start in name), "higher is better")
    return f"{value:.3f}: {meaning}"
