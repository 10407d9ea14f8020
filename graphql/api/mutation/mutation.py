"""The root of all mutations, put together from the nouns beside it."""

import strawberry

from api.mutation.user import UserMutation


@strawberry.type(description="Everything that can be changed. Mutations run one after the other.")
class Mutation(UserMutation):
    """Everything that can be changed."""
