// The shares that paths compare are read again from their texts: more words are understood, and
// votes are no longer taken for shares. The engine does that (engine/graph/migration.py).
