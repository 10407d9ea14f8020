"""The root of all mutations, put together from the nouns beside it."""

import strawberry

from api.mutation.block import BlockMutation
from api.mutation.credential import CredentialMutation
from api.mutation.diagram import DiagramMutation
from api.mutation.file import FileMutation
from api.mutation.grant import GrantMutation
from api.mutation.investigation import InvestigationMutation
from api.mutation.judgement import JudgementMutation
from api.mutation.page import PageMutation
from api.mutation.review import ReviewMutation
from api.mutation.terms import TermsMutation
from api.mutation.user import UserMutation
from api.mutation.user_request import UserRequestMutation
from api.mutation.xref import XrefMutation


@strawberry.type(description="Everything that can be changed. Mutations run one after the other.")
class Mutation(
    UserMutation,
    GrantMutation,
    CredentialMutation,
    InvestigationMutation,
    DiagramMutation,
    JudgementMutation,
    BlockMutation,
    FileMutation,
    PageMutation,
    TermsMutation,
    UserRequestMutation,
    XrefMutation,
    ReviewMutation,
):
    """Everything that can be changed."""
