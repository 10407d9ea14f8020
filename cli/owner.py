"""The account in which the owner of the data folder signs in, and its link at each start."""

from engine.account import OWNER, OWNER_ACCOUNT, Role
from engine.engine import Engine

TITLE = "Owner of the data folder"


def owner_link(engine: Engine) -> str | None:
    """The token of a sign-in link for the owner's account, which is made at the first start.

    None where an administrator has disabled that account. Links that were made before end.
    """
    account = engine.directory.account(OWNER_ACCOUNT)
    if account is None:
        roles = (Role.DATA_TEAM, Role.ADMINISTRATOR)
        account = engine.directory.add_account(OWNER, OWNER_ACCOUNT, title=TITLE, roles=roles)
    return None if account.disabled else engine.credentials.make_link(OWNER, OWNER_ACCOUNT)
