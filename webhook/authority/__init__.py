"""Self-managed certificates: an authority, the webhook's certificate, and their renewal without a failed handshake.

What is held stands in one Secret. A step from what is held to what should be held is a pure function (`steps`); the
keeper takes one step at a time and goes on only when the API server trusts the result.
"""

from webhook.authority.holdings import Holdings, HoldingsError
from webhook.authority.keeper import Keeper
from webhook.authority.steps import Terms

__all__ = ["Holdings", "HoldingsError", "Keeper", "Terms"]
