"""The ways in which deciding together says no."""

from pamoja.foundation.errors import Refusal


class ProposalNotFound(Refusal):
    """There is no such proposal."""

    code = "savings.proposal_not_found"
    kind = "not_found"


class TitleMissing(Refusal):
    """Say in one line what the circle should decide."""

    code = "savings.title_missing"
    kind = "invalid"


class TooManyProposals(Refusal):
    """{open_max} proposals are open already. Let the circle decide those first."""

    code = "savings.too_many_proposals"
    kind = "limit"


class VotingOver(Refusal):
    """This vote is over."""

    code = "savings.voting_over"
    kind = "conflict"


class NoVote(Refusal):
    """You joined after this was proposed, so you have no vote on it."""

    code = "savings.no_vote"
    kind = "forbidden"


class NotYourProposal(Refusal):
    """Only who proposed it and the organiser can withdraw it."""

    code = "savings.not_your_proposal"
    kind = "forbidden"


class VoteUnreadable(Refusal):
    """Choose one of the answers."""

    code = "savings.vote_unreadable"
    kind = "invalid"
