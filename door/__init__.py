"""The commands of ``clew`` that belong to no other room."""
