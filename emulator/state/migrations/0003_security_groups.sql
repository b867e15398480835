-- Sets of rules for the traffic of instances. The default one is made at its first use; its id is drawn from the home's.
CREATE TABLE security_group (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL
) STRICT;

-- A rule lets something through, between the group's members and one peer: a range of addresses or another group's
-- members. The ports are -1 where the protocol has none; of ICMP they are the type and the code, -1 for any.
CREATE TABLE security_group_rule (
    id          TEXT PRIMARY KEY,
    group_id    TEXT    NOT NULL REFERENCES security_group (id) ON DELETE CASCADE,
    is_egress   INTEGER NOT NULL,
    protocol    TEXT    NOT NULL,
    from_port   INTEGER NOT NULL,
    to_port     INTEGER NOT NULL,
    cidr        TEXT,
    peer_group  TEXT REFERENCES security_group (id),
    description TEXT,
    CHECK ((cidr IS NULL) <> (peer_group IS NULL))
) STRICT;
CREATE INDEX security_group_rule_by_group ON security_group_rule (group_id);
CREATE INDEX security_group_rule_by_peer ON security_group_rule (peer_group) WHERE peer_group IS NOT NULL;
