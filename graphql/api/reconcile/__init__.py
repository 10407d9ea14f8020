"""The W3C Reconciliation API at ``/reconcile``, versions 0.1 and 0.2, as OpenRefine speaks it.

Answers: which record is it that a cell of somebody's table names? And what is known of it?
May import: the engine, ``api.traffic``, ``api.http`` and the API's own modules on errors and turns.
Never here: JSONP. A script from here could be loaded by any page, with its visitor's session.
"""
