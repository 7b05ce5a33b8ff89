"""What other packages may use of audit."""

from pamoja.kernel.audit.actions import seal_facts
from pamoja.kernel.audit.queries import FeedLine, SealReport, facts, feed, in_words, name_resolver, verify

__all__ = ["FeedLine", "SealReport", "facts", "feed", "in_words", "name_resolver", "seal_facts", "verify"]
