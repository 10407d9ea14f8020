"""The mapping language: what a table's columns mean in FollowTheMoney's model."""
