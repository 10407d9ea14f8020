// Accounts, groups and grants; keys, sign-in links and sessions; the audit log; blocks.
// An account or a group is a Principal, so that no two of them have one name.

// -- access_change --
// Renews the stamp of who may do what: what was remembered under the one of before is out of date.
// It is a node of its own: no change waits for a load, which locks the counter of revisions.
MERGE (stamp:AccessStamp {id: 1}) SET stamp.value = randomUUID()

// -- access_stamp --
// The stamp of who may do what; it differs after each change.
MATCH (stamp:AccessStamp {id: 1}) RETURN stamp.value AS stamp

// -- access_levels --
// What may an account do with each dataset? Its own grants and those of its groups.
OPTIONAL MATCH (a:Account {name: $account}) WHERE NOT coalesce(a.disabled, false)
OPTIONAL MATCH (a)-[:MEMBER_OF]->(g:`Group`)
WITH a, collect(g) AS groups
WITH CASE WHEN a IS NULL THEN [] ELSE groups + [a] END AS principals
MATCH (d:Dataset) WHERE d.deleting IS NULL
RETURN d.name AS name, coalesce(d.visibility, 'restricted') AS visibility,
       coalesce(d.kind, 'dataset') AS kind, coalesce(d.judged, false) AS judged,
       COLLECT { MATCH (p)-[m:MAY]->(d) WHERE p IN principals RETURN m.level } AS levels

// -- account_by_name --
// The account with this name, and its groups.
MATCH (a:Account {name: $name})
RETURN properties(a) AS account,
       COLLECT { MATCH (a)-[:MEMBER_OF]->(g:`Group`) RETURN g.name ORDER BY g.name } AS groups

// -- account_by_subject --
// The account that an identity provider knows by this subject.
MATCH (a:Account {issuer: $issuer, subject: $subject})
RETURN properties(a) AS account,
       COLLECT { MATCH (a)-[:MEMBER_OF]->(g:`Group`) RETURN g.name ORDER BY g.name } AS groups

// -- account_list --
// Every account by name, with its groups.
MATCH (a:Account)
RETURN properties(a) AS account,
       COLLECT { MATCH (a)-[:MEMBER_OF]->(g:`Group`) RETURN g.name ORDER BY g.name } AS groups
ORDER BY a.name

// -- account_other --
// Some account that is not the owner's; nothing where there is none.
MATCH (a:Account) WHERE a.name <> $owner RETURN a.name AS name LIMIT 1

// -- account_add --
// Creates an account; nothing where there is a principal of that name.
MERGE (p:Principal {name: $name})
ON CREATE SET p:Account, p += $values, p.created = datetime(), p._new = true
WITH p, p._new IS NOT NULL AS created
REMOVE p._new
RETURN created

// -- account_set --
// Changes an account; a null removes a property.
MATCH (a:Account {name: $name}) SET a += $values RETURN a.name AS name

// -- account_forget --
// Deletes an account with its keys, links and sessions; what it added stays.
MATCH (a:Account {name: $name})
OPTIONAL MATCH (a)<-[:KEY_OF|LINK_OF|SESSION_OF]-(held)
DETACH DELETE held
WITH DISTINCT a
DETACH DELETE a
RETURN count(*) AS count

// -- group_add --
// Creates a group; nothing where there is a principal of that name.
MERGE (p:Principal {name: $name})
ON CREATE SET p:`Group`, p.title = $title, p.created = datetime(), p._new = true
WITH p, p._new IS NOT NULL AS created
REMOVE p._new
RETURN created

// -- group_list --
// Every group by name, with its members.
MATCH (g:`Group`)
RETURN g.name AS name, coalesce(g.title, '') AS title,
       COLLECT { MATCH (a:Account)-[:MEMBER_OF]->(g) RETURN a.name ORDER BY a.name } AS members
ORDER BY g.name

// -- group_forget --
// Deletes a group; its members stay.
MATCH (g:`Group` {name: $name}) DETACH DELETE g RETURN count(*) AS count

// -- group_join --
// Makes an account a member of a group.
MATCH (a:Account {name: $account}), (g:`Group` {name: $group})
MERGE (a)-[:MEMBER_OF]->(g)
RETURN a.name AS name

// -- group_leave --
// Ends an account's membership of a group.
MATCH (a:Account {name: $account})-[m:MEMBER_OF]->(g:`Group` {name: $group})
DELETE m
RETURN a.name AS name

// -- grant_set --
// Lets a principal read, write or manage a dataset.
MATCH (p:Principal {name: $to}), (d:Dataset {name: $dataset}) WHERE d.deleting IS NULL
MERGE (p)-[m:MAY]->(d)
SET m.level = $level, m.by = $by, m.at = datetime()
RETURN p.name AS name

// -- grant_end --
// Takes away what a principal was granted on a dataset.
MATCH (p:Principal {name: $to})-[m:MAY]->(d:Dataset {name: $dataset})
DELETE m
RETURN p.name AS name

// -- grant_list --
// Who was granted what, on one dataset or to one principal or in all.
MATCH (p:Principal)-[m:MAY]->(d:Dataset)
WHERE ($dataset IS NULL OR d.name = $dataset) AND ($to IS NULL OR p.name = $to)
RETURN p.name AS to, p:`Group` AS is_group, d.name AS dataset,
       coalesce(d.kind, 'dataset') AS kind, m.level AS level, m.by AS by, m.at AS at
ORDER BY dataset, to

// -- visibility_set --
// Makes a dataset public, registered or restricted.
MATCH (d:Dataset {name: $name}) WHERE d.deleting IS NULL
SET d.visibility = $visibility
RETURN d.name AS name

// -- account_use --
// Whether somebody has signed in to an account, or used a key of it.
MATCH (a:Account {name: $name})
RETURN coalesce(a.signed_in, false) OR EXISTS { (a)<-[:SESSION_OF]-() }
       OR EXISTS { (a)<-[:KEY_OF]-(k:ApiKey) WHERE k.used IS NOT NULL } AS used

// -- key_add --
// Stores a new API key by its hash, unless its account has as many as it may.
MATCH (a:Account {name: $account})
WHERE COUNT {
  MATCH (a)<-[:KEY_OF]-(k:ApiKey) WHERE k.revoked IS NULL AND k.expires > datetime()
} < $most
CREATE (k:ApiKey {hash: $hash, start: $start, title: $title, scopes: $scopes, created: datetime(),
                  expires: $expires})-[:KEY_OF]->(a)
RETURN a.name AS name

// -- key_by_hash --
// The account of a key that still holds, and the key.
// Beside it the session by which the account's identity provider can be asked, also an ended one.
MATCH (k:ApiKey {hash: $hash})-[:KEY_OF]->(a:Account)
WHERE k.revoked IS NULL AND k.expires > datetime() AND a.refused IS NULL
RETURN properties(k) AS key, properties(a) AS account,
       COLLECT {
         MATCH (s:LoginSession)-[:SESSION_OF]->(a) WHERE s.offline
         RETURN properties(s) ORDER BY s.created DESC LIMIT 1
       } AS vouching,
       COLLECT { MATCH (a)-[:MEMBER_OF]->(g:`Group`) RETURN g.name ORDER BY g.name } AS groups

// -- key_list --
// The keys of an account, newest first.
MATCH (k:ApiKey)-[:KEY_OF]->(a:Account {name: $account})
RETURN properties(k) AS key ORDER BY k.created DESC

// -- key_revoke --
// Ends a key of an account, named by its first characters.
MATCH (k:ApiKey {start: $start})-[:KEY_OF]->(a:Account {name: $account})
WHERE k.revoked IS NULL
SET k.revoked = datetime()
RETURN k.start AS start

// -- key_used --
// Notes when keys were used last.
UNWIND $rows AS row
MATCH (k:ApiKey {hash: row.hash}) SET k.used = row.at

// -- link_add --
// Stores a sign-in link by its hash; older ones of the account end.
MATCH (a:Account {name: $account}) WHERE NOT coalesce(a.disabled, false)
OPTIONAL MATCH (a)<-[:LINK_OF]-(old:SignInLink)
DETACH DELETE old
WITH DISTINCT a
CREATE (:SignInLink {hash: $hash, expires: $expires})-[:LINK_OF]->(a)
RETURN a.name AS name

// -- link_redeem --
// Uses a sign-in link up; the account that it is for, if it still holds.
MATCH (l:SignInLink {hash: $hash})-[:LINK_OF]->(a:Account)
WITH l, a, l.expires > datetime() AND NOT coalesce(a.disabled, false) AS holds
DETACH DELETE l
WITH a, holds WHERE holds
RETURN a.name AS name

// -- session_add --
// Stores a session by its hash; those of the account that have ended go, but for the one by which
// its identity provider can be asked, as long as there is no newer one.
MATCH (a:Account {name: $account}) WHERE NOT coalesce(a.disabled, false)
OPTIONAL MATCH (a)<-[:SESSION_OF]-(old:LoginSession)
WHERE (old.expires < datetime() OR old.ended IS NOT NULL)
  AND (NOT coalesce(old.offline, false) OR coalesce($values.offline, false))
DETACH DELETE old
WITH DISTINCT a
CREATE (s:LoginSession)-[:SESSION_OF]->(a)
SET s += $values, s.hash = $hash, s.created = datetime(), s.expires = $expires
SET a.signed_in = true,
    a.refused = CASE WHEN $values.issuer IS NULL THEN a.refused ELSE null END
RETURN a.name AS name

// -- session_by_hash --
// The account of a session that still holds, and the session.
MATCH (s:LoginSession {hash: $hash})-[:SESSION_OF]->(a:Account)
WHERE s.expires > datetime() AND s.ended IS NULL
RETURN properties(s) AS session, properties(a) AS account,
       COLLECT { MATCH (a)-[:MEMBER_OF]->(g:`Group`) RETURN g.name ORDER BY g.name } AS groups

// -- session_set --
// Changes what is known of a session: when its provider was asked last, say.
MATCH (s:LoginSession {hash: $hash}) SET s += $values

// -- session_claim --
// Claims the check of a session at its identity provider, if one is due and nobody is at it.
// The first SET takes the lock, so that of two processes only one finds the claim free.
MATCH (s:LoginSession {hash: $hash})
SET s.claims = coalesce(s.claims, 0) + 1
WITH s WHERE s.checked < $due AND (s.claimed IS NULL OR s.claimed < $stale)
SET s.claimed = $now, s.failed = null
RETURN properties(s) AS session

// -- session_state --
// When a session was checked last, and whether the check that is claimed has failed.
MATCH (s:LoginSession {hash: $hash})
RETURN s.checked AS checked, s.failed IS NOT NULL AS failed

// -- session_failed --
// Notes that the identity provider of a session could not be asked.
MATCH (s:LoginSession {hash: $hash}) SET s.failed = $now

// -- logout_once --
// Notes that a logout token was used; false where it was used before. Old notes go.
CALL () { MATCH (old:LogoutToken) WHERE old.expires < datetime() DELETE old }
MERGE (t:LogoutToken {id: $id})
ON CREATE SET t.expires = $expires, t._new = true
WITH t, t._new IS NOT NULL AS first
REMOVE t._new
RETURN first

// -- session_refuse --
// Ends a session that its identity provider does not vouch for any more. Keys of its account hold
// again when the provider has let its owner in again.
MATCH (s:LoginSession {hash: $hash})-[:SESSION_OF]->(a:Account)
SET a.refused = CASE WHEN s.offline THEN datetime() ELSE a.refused END
DETACH DELETE s

// -- session_end --
// Ends one session.
MATCH (s:LoginSession {hash: $hash}) $$session_over:s$$ RETURN count(*) AS count

// -- session_over --
// Deletes a session; but if an identity provider can be asked by it, it only ends.
FOREACH (_ IN CASE WHEN coalesce($$it$$.offline, false) THEN [1] ELSE [] END |
  SET $$it$$.ended = datetime())
FOREACH (_ IN CASE WHEN coalesce($$it$$.offline, false) THEN [] ELSE [1] END |
  DETACH DELETE $$it$$)

// -- session_end_all --
// Ends the sessions of an account, or those that a provider names by subject or by session id.
MATCH (s:LoginSession)-[:SESSION_OF]->(a:Account)
WHERE s.ended IS NULL
  AND (($account IS NOT NULL AND a.name = $account)
       OR (s.issuer = $issuer AND (s.sid = $sid OR ($sid IS NULL AND s.subject = $subject))))
$$session_over:s$$
RETURN count(*) AS count

// -- audit_add --
// Notes who did what.
// To the microsecond: this is as exact as Python's times are, which pages of the log begin after.
CREATE (:AuditEvent {id: randomUUID(), at: datetime.truncate('microsecond', datetime()),
                     actor: $actor, action: $action, subject: $subject, detail: $detail})

// -- audit_list --
// Who did what, newest first: within a time, and after the last event of the page before.
MATCH (e:AuditEvent)
WHERE e.at <= $before AND ($since IS NULL OR e.at >= $since)
  AND ($last IS NULL OR e.at < $before OR e.id < $last)
  AND ($actor IS NULL OR e.actor = $actor)
  AND ($action IS NULL OR e.action = $action) AND ($subject IS NULL OR e.subject = $subject)
RETURN properties(e) AS event ORDER BY e.at DESC, e.id DESC LIMIT $limit

// -- terms_accept --
// Notes that an account accepts a version of the terms of use.
MATCH (a:Account {name: $account}) WHERE NOT coalesce(a.disabled, false)
SET a.terms = $version, a.terms_accepted = datetime()
RETURN a.terms_accepted AS at

// -- block_list --
// The blocks that have not ended, by kind and name.
MATCH (b:Block) WHERE b.until IS NULL OR b.until > datetime()
RETURN properties(b) AS block ORDER BY b.kind, b.name

// -- block_target --
// Whether what is to be blocked exists: an account or a key; roles and networks always do.
WITH 1 AS found
WHERE $kind IN ['role', 'network']
   OR ($kind = 'account' AND EXISTS { (:Account {name: $name}) })
   OR ($kind = 'key' AND EXISTS { (:ApiKey {start: $name}) })
RETURN found

// -- block_add --
// Keeps callers out; a block of the same kind and name is replaced, those that have ended go.
OPTIONAL MATCH (old:Block) WHERE old.until <= datetime()
DELETE old
WITH count(*) AS gone
MERGE (b:Block {id: $id}) SET b = $values, b.id = $id

// -- block_remove --
// Lets callers in again.
MATCH (b:Block {id: $id}) DELETE b RETURN count(*) AS count
