"""The shapes of what people type about circles; what may be is decided by the rules."""

from pamoja.products.savings.forms.circles import (
    FIRST_DUE_DAYS,
    Choices,
    ChoicesForm,
    CodeForm,
    Files,
    FilesField,
    FilterForm,
    InvitationForm,
    JoiningForm,
    PostForm,
    ReasonForm,
    ReplyForm,
    SettingsForm,
    TermsForm,
    add_refusal,
    pot_of,
)
from pamoja.products.savings.forms.voting import (
    ProposalForm,
    VotingRuleForm,
)

__all__ = [
    "FIRST_DUE_DAYS",
    "Choices",
    "ChoicesForm",
    "CodeForm",
    "Files",
    "FilesField",
    "FilterForm",
    "InvitationForm",
    "JoiningForm",
    "PostForm",
    "ProposalForm",
    "ReasonForm",
    "ReplyForm",
    "SettingsForm",
    "TermsForm",
    "VotingRuleForm",
    "add_refusal",
    "pot_of",
]
