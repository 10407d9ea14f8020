// What users ask of the data team.

// -- request_add --
// Files a request, unless its user has as many open ones as they may.
MATCH (a:Account {name: $by})
WHERE COUNT { MATCH (r:UserRequest {by: $by, state: 'open'}) } < $most
CREATE (r:UserRequest {id: randomUUID(), kind: $kind, subject: $subject, reason: $reason,
                       url: $url, by: $by, at: datetime(), state: 'open'})
RETURN properties(r) AS request

// -- request_same --
// Whether a user has asked for the same already, without an answer as yet.
MATCH (r:UserRequest {by: $by, state: 'open', kind: $kind, subject: $subject})
RETURN r.id AS id LIMIT 1

// -- request_list --
// The requests, newest first: all, or those of one user, of one kind, in one state.
MATCH (r:UserRequest)
WHERE ($by IS NULL OR r.by = $by) AND ($kind IS NULL OR r.kind = $kind)
  AND ($state IS NULL OR r.state = $state)
RETURN properties(r) AS request ORDER BY r.at DESC, r.id DESC LIMIT $limit

// -- request_by_id --
// The request with this id.
MATCH (r:UserRequest {id: $id}) RETURN properties(r) AS request

// -- request_answer --
// Answers a request; a later answer takes the place of an earlier one.
MATCH (r:UserRequest {id: $id})
SET r.state = $state, r.answer = $answer, r.answered_by = $by, r.answered_at = datetime()
RETURN properties(r) AS request

// -- request_granted --
// Whether a user's request to export a dataset was granted, and no later one was refused.
MATCH (r:UserRequest {by: $by, kind: 'export', subject: $dataset})
WHERE r.state <> 'open'
WITH r.state AS state ORDER BY r.answered_at DESC LIMIT 1
WHERE state = 'granted'
RETURN state
