"""Losses: tensors -> one loss an example, in nats; the caller weighs and averages.

Letters: N examples. `better` and `worse` are log-probabilities of the two completions, (N,); `p_better` is how likely
the better one really is better, (N,): 1 trusts the label. `offset` is the margin that is asked of whichever wins, (N,),
at least 0 (Amini et al. 2024, arXiv:2402.10571, equation 5). Exchanging the two completions while taking 1 - p_better
leaves every loss of two as it is. No config, no model, no hidden reduction.
"""

from __future__ import annotations

from typing import Any


def imitation_loss(logps: Any) -> Any:
    """Negative log-likelihood of each completion.

    Args:
        logps: sums over its tokens, (N,).

    Returns:
        (N,), at least 0.
    """
    return -logps


def pairwise_loss(margin: Any, p_better: Any, offset: Any = 0.0) -> Any:
    """Cross-entropy of a margin against a soft label (Bradley and Terry 1952; Ouyang et al. 2022, equation 1).

    Args:
        margin: log-odds that the better one is better, (N,).
        p_better: soft label, (N,); see Mitchell 2023 (conservative DPO) for preferences.
        offset: in log-odds.

    Returns:
        (N,); log 2 where margin and offset are 0.
    """
    import torch

    log = torch.nn.functional.logsigmoid
    return -(p_better * log(margin - offset) + (1 - p_better) * log(-margin - offset))


def dpo_loss(better: Any, worse: Any, p_better: Any, offset: Any, beta: float) -> Any:
    """Direct preference optimisation (Rafailov et al. 2023, arXiv:2305.18290, equation 7).

    Args:
        better: log-probability of the better completion under the model less that under the reference, (N,).
        worse: of the worse one, (N,).
        p_better: soft label.
        offset: in nats of reward.
        beta: strength of the tie to the reference; larger stays closer.

    Returns:
        (N,); log 2 where model and reference agree and the offset is 0.
    """
    return pairwise_loss(beta * (better - worse), p_better, offset)


def ipo_loss(better: Any, worse: Any, p_better: Any, offset: Any, beta: float) -> Any:
    """Identity preference optimisation (Azar et al. 2023, arXiv:2310.12036, equation 17), per token.

    Args:
        better: log-ratio to the reference per token of the better completion, (N,).
        worse: of the worse one, (N,).
        p_better: soft label: the mean over both orders.
        offset: added to the distance that is aimed at.
        beta: tau of the paper; the distance that is aimed at is 1 / (2 beta).

    Returns:
        (N,), at least 0.
    """
    distance = better - worse
    aim = 1 / (2 * beta) + offset
    return p_better * (distance - aim) ** 2 + (1 - p_better) * (distance + aim) ** 2


def simpo_loss(better: Any, worse: Any, p_better: Any, offset: Any, beta: float, gamma: float) -> Any:
    """Simple preference optimisation (Meng et al. 2024, arXiv:2405.14734, equation 6): no reference.

    Args:
        better: log-probability per token of the better completion, (N,).
        worse: of the worse one, (N,).
        p_better: soft label.
        offset: added to `gamma`.
        beta: scale of the reward.
        gamma: margin that is aimed at.

    Returns:
        (N,).
    """
    return pairwise_loss(beta * (better - worse), p_better, gamma + offset)


def orpo_loss(better: Any, worse: Any, p_better: Any, offset: Any) -> Any:
    """The odds-ratio term (Hong et al. 2024, arXiv:2403.07691, equation 7); imitation is added beside it.

    Args:
        better: log-probability per token of the better completion, (N,), below 0.
        worse: of the worse one, (N,).
        p_better: soft label.
        offset: in log-odds.

    Returns:
        (N,).
    """
    return pairwise_loss(_log_odds(better) - _log_odds(worse), p_better, offset)


def kto_loss(ratio: Any, p_good: Any, baseline: Any, beta: float) -> Any:
    """Kahneman-Tversky optimisation (Ethayarajh et al. 2024, arXiv:2402.01306, equation 7), lambdas in the weights.

    Args:
        ratio: log-probability under the model less that under the reference, (N,).
        p_good: 1 for a good completion, 0 for a bad one; between them the mean of both, (N,).
        baseline: the reference point z0, in nats, at least 0, without gradient; a scalar.
        beta: risk aversion.

    Returns:
        (N,), between 0 and 1.
    """
    import torch

    return p_good * (1 - torch.sigmoid(beta * (ratio - baseline))) + (1 - p_good) * (
        1 - torch.sigmoid(beta * (baseline - ratio))
    )


def _log_odds(logps: Any) -> Any:
    import torch

    return logps - torch.log1p(-torch.exp(logps.clamp(max=-1e-7)))
