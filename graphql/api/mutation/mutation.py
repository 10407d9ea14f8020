"""The root of all mutations, put together from the nouns beside it."""

import strawberry

from api.mutation.credential import CredentialMutation
from api.mutation.grant import GrantMutation
from api.mutation.investigation import InvestigationMutation
from api.mutation.user import UserMutation


@strawberry.type(description="Everything that can be changed. Mutations run one after the other.")
class Mutation(UserMutation, GrantMutation, CredentialMutation, InvestigationMutation):
    """Everything that can be changed."""
