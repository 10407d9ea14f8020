// Accounts, groups, grants, API keys, sessions and the audit log.
CREATE CONSTRAINT principal_name IF NOT EXISTS FOR (n:Principal) REQUIRE n.name IS UNIQUE;
CREATE CONSTRAINT api_key_hash IF NOT EXISTS FOR (n:ApiKey) REQUIRE n.hash IS UNIQUE;
CREATE CONSTRAINT sign_in_link_hash IF NOT EXISTS FOR (n:SignInLink) REQUIRE n.hash IS UNIQUE;
CREATE CONSTRAINT session_hash IF NOT EXISTS FOR (n:LoginSession) REQUIRE n.hash IS UNIQUE;
CREATE CONSTRAINT access_stamp_id IF NOT EXISTS FOR (n:AccessStamp) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT audit_event_id IF NOT EXISTS FOR (n:AuditEvent) REQUIRE n.id IS UNIQUE;
CREATE INDEX account_name IF NOT EXISTS FOR (n:Account) ON (n.name);
CREATE INDEX account_subject IF NOT EXISTS FOR (n:Account) ON (n.issuer, n.subject);
CREATE INDEX group_name IF NOT EXISTS FOR (n:`Group`) ON (n.name);
CREATE INDEX audit_event_at IF NOT EXISTS FOR (n:AuditEvent) ON (n.at);

// Datasets of before there were accounts stay readable as they were.
MATCH (d:Dataset) WHERE d.visibility IS NULL SET d.visibility = 'public';
